use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind};
use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::ecr::resources::SERVICE;
use crate::flaw::Flaws;
use crate::judge::question::Judged;
use crate::judge::shut_out::{Access, Whose};
use crate::judge::{judgement, statements};
use crate::{Subject, on};

control!(
    ECR_PUBLIC_POLICY = "ECR.PublicPolicy", Critical, Enforce, fsbp [], cis [],
    "No repository policy is open to everyone",
    "Anybody could pull the images with all that is built into them, or push others in their place.",
);

control!(
    ECR_FOREIGN_POLICY = "ECR.ForeignPolicy", High, Enforce, fsbp [], cis [],
    "No repository policy lets in an account beyond the trust zone",
    "A stranger who may push decides what the pipeline runs.",
);

control!(
    ECR_GUARDS = "ECR.GuardAccess", Critical, Enforce, fsbp [], cis [],
    "The repository policy lets Parapet's other functions look after the repository",
    "What a guard may not read, it cannot mend, and whoever shut it out did so for something.",
);

/// Of a repository policy.
const REPOSITORY: Judged =
    &[(ViolationKind::PublicAccess, ECR_PUBLIC_POLICY), (ViolationKind::ForeignPrincipal, ECR_FOREIGN_POLICY)];

/// What the other functions do with a repository.
const GUARDS: &Access = &Access {
    control: ECR_GUARDS,
    whose: Whose::Others,
    actions: &[
        "ecr:DescribeRepositories",
        "ecr:GetRepositoryPolicy",
        "ecr:SetRepositoryPolicy",
        "ecr:PutImageTagMutability",
        "ecr:PutImageScanningConfiguration",
    ],
    detail: "of the repository policy deny Parapet's other functions what they do with the repository",
    longest: LONGEST_REPOSITORY_POLICY,
};

/// A repository's policy; none where there is none. Its statements name no resource: each is about the repository.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Repository;
    type State = Option<Document>;
    type Action = RepositoryPolicyAction;

    const ROW: Row = Row {
        id: "repository-policy",
        name: "repository policy",
        service: &SERVICE,
        events: &["CreateRepository", "DeleteRepository", "SetRepositoryPolicy", "DeleteRepositoryPolicy"],
        controls: &[ECR_PUBLIC_POLICY, ECR_FOREIGN_POLICY, ECR_GUARDS],
        is_own_policy: true,
        ..Row::OF_ACCESS
    };

    /// Whatever is left of it, the repository serves those of its account whom IAM lets in.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Document>>,
        observed: &Option<Document>,
    ) -> Flaws<'a, Option<Document>> {
        let before = last_known.and_then(Option::as_ref);
        let Some(document) = observed else { return Ok(Vec::new()) };
        let mut flaws = judgement::flaws(subject, PolicyKind::Resource, REPOSITORY, before, document)?;
        flaws.extend(GUARDS.flaws(subject, before, document));
        Ok(flaws)
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let delete = RepositoryPolicyAction::DeleteRepositoryPolicy;
        vec![to.clone().map_or(delete, RepositoryPolicyAction::SetRepositoryPolicy)]
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            RepositoryPolicyAction::SetRepositoryPolicy(document) => Some(document.clone()),
            RepositoryPolicyAction::DeleteRepositoryPolicy => None,
        }
    }

    /// What the policy belongs to is there without one.
    fn is_empty(state: &Self::State) -> bool {
        state.is_none()
    }
}

/// What is done about a repository policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum RepositoryPolicyAction {
    /// Set it.
    SetRepositoryPolicy(Document),
    /// Delete it.
    DeleteRepositoryPolicy,
}

impl fmt::Display for RepositoryPolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetRepositoryPolicy(document) => write!(f, "SetRepositoryPolicy with {}", statements(document)),
            Self::DeleteRepositoryPolicy => f.write_str("DeleteRepositoryPolicy"),
        }
    }
}

/// Amazon ECR API Reference, SetRepositoryPolicy, policyText: "Maximum length of 10240".
pub(super) const LONGEST_REPOSITORY_POLICY: usize = 10 * 1024;
