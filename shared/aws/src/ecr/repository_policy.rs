//! The policy of a repository.

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::{Observed, RepositoryPolicyAction, Resource, facets, on};

use super::NO_REPOSITORY;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::RepositoryPolicy {
    const NEEDS: Needs = Needs {
        looks: &[need("ECR:GetRepositoryPolicy", "ecr:GetRepositoryPolicy", Scope::Repository)],
        writes: &[need("ECR:SetRepositoryPolicy", "ecr:SetRepositoryPolicy", Scope::Repository)],
        removals: &[need("ECR:DeleteRepositoryPolicy", "ecr:DeleteRepositoryPolicy", Scope::Repository)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        write(world, subject, name, action).await
    }
}

/// The policy of a repository. The outer none: there is no repository.
pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<Observed<Option<Document>>>, WorldError> {
    const STEP: &str = "read the repository policy";
    let get = world.connection.ecr().get_repository_policy().registry_id(&world.home.account);
    match get.repository_name(name).send().await {
        Ok(answer) => {
            let text = answer.policy_text.ok_or_else(|| unreadable(STEP, subject, "the answer holds no policy"))?;
            Ok(Some(Observed::from(Some(parse(STEP, subject, &text)?))))
        }
        Err(error) => match code(&error) {
            NO_REPOSITORY => Ok(None),
            "RepositoryPolicyNotFoundException" => Ok(Some(Observed::from(None))),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Sets the policy of a repository, or deletes it.
///
/// Never with `force`. Amazon ECR API Reference, SetRepositoryPolicy: it is for a policy that "would prevent you from setting another
/// policy in the future", which one that only allows less does not.
pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    action: &RepositoryPolicyAction,
) -> Result<(), WorldError> {
    let (ecr, registry) = (world.connection.ecr(), &world.home.account);
    match action {
        RepositoryPolicyAction::SetRepositoryPolicy(document) => {
            let set = ecr.set_repository_policy().registry_id(registry).repository_name(name);
            written("write the repository policy", subject, set.policy_text(document.to_json()).send().await)
        }
        RepositoryPolicyAction::DeleteRepositoryPolicy => {
            let delete = ecr.delete_repository_policy().registry_id(registry).repository_name(name);
            written("delete the repository policy", subject, delete.send().await)
        }
    }
}
