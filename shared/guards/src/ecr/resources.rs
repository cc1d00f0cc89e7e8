//! The resources of Amazon ECR, and how its records name them.

use std::fmt;

use parapet_core::{Arn, Home, Ignored, Trigger};
use serde::{Deserialize, Serialize};

use crate::resource::{Guarded, Named, elsewhere, own_first};
use crate::{Facet, Service, Standard};

/// Amazon ECR. Public repositories are another service's.
pub(crate) const SERVICE: Service = Service { source: "ecr.amazonaws.com", is_regional: true };

/// Whose settings are guarded where the standard says nothing: what by its name is an ML pipeline's. A team that moves a tag such as `latest`
/// from image to image could deploy no more once its tags were immutable, so nobody else's repositories are taken in without being asked.
/// AWS's own policy for such pipelines, `AmazonSageMakerFullAccess`, is for repositories named `*sagemaker*`.
pub(crate) const OF_PIPELINES: [&str; 6] = ["ml-*", "ml/*", "*-ml", "*-ml-*", "*/ml-*", "*sagemaker*"];

/// A private container repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Repository {
    /// Its name, with its namespace: `ml/training`.
    pub name: String,
}

impl Guarded for Repository {
    fn arn(&self, home: &Home) -> String {
        home.regional_arn("ecr", &format!("repository/{}", self.name))
    }

    /// By name in the request; by ARN in the resources that the record lists, and in the answer of CreateRepository. A call may name the
    /// registry of another account.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        if let Some(registry) = trigger.parameter("registryId").filter(|registry| *registry != home.account) {
            return Named::Elsewhere(Ignored::OtherAccount(registry.to_owned()));
        }
        if let Some(name) = trigger.parameter("repositoryName") {
            return Named::this(Self { name: name.to_owned() });
        }
        let arns = trigger.arns().chain(trigger.answered("repository", "repositoryArn"));
        let name_in =
            |arn: &Arn<'_>| arn.resource.strip_prefix("repository/").filter(|name| !name.is_empty()).map(str::to_owned);
        let repositories = arns.filter(|arn| Arn::parse(arn).is_some_and(|arn| name_in(&arn).is_some()));
        let found = own_first(repositories, home).and_then(Arn::parse).and_then(|arn| Some((name_in(&arn)?, arn)));
        match found {
            None => Named::Unknown,
            Some((name, arn)) => elsewhere(&arn, home).map_or_else(|| Named::this(Self { name }), Named::Elsewhere),
        }
    }

    /// The scope is of the settings. A policy lets strangers in whatever the repository is called, so it is guarded unless the repository is
    /// excluded by name.
    fn left_alone(&self, standard: &Standard, facet: Facet) -> Option<String> {
        let scope = &standard.scope.repositories;
        let is_guarded = match facet {
            Facet::RepositoryPolicy | Facet::RepositoryGuardAccess => !scope.excludes(&self.name),
            _ => scope.contains(&self.name),
        };
        (!is_guarded).then(|| self.to_string())
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "repository `{}`", self.name)
    }
}
