use iam_policy::Document;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::ecr::repository_policy::{self, LONGEST_REPOSITORY_POLICY, RepositoryPolicyAction};
use crate::ecr::resources::SERVICE;
use crate::flaw::Flaws;
use crate::judge::shut_out::{Access, Whose};
use crate::{Subject, on};

control!(
    ECR_POLICY_GUARD = "ECR.PolicyGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The repository policy lets the policy guard read and mend it",
    "One statement that lets a stranger in, and another that keeps the guard from seeing it, would stay for ever.",
);

/// What the policy guard does with a repository policy.
const POLICY_GUARD: &Access = &Access {
    control: ECR_POLICY_GUARD,
    whose: Whose::PolicyGuard,
    actions: &[
        "ecr:DescribeRepositories",
        "ecr:GetRepositoryPolicy",
        "ecr:SetRepositoryPolicy",
        "ecr:DeleteRepositoryPolicy",
    ],
    detail: "of the repository policy deny the policy guard what it does with it",
    longest: LONGEST_REPOSITORY_POLICY,
};

/// Whether the policy guard may read and write the repository's policy. Another guard looks after that: whom a policy shuts out cannot mend it.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Repository;
    type State = Option<Document>;
    type Action = RepositoryPolicyAction;

    const ROW: Row = Row {
        id: "repository-guard-access",
        name: "access of the policy guard to repositories",
        service: &SERVICE,
        events: &["SetRepositoryPolicy"],
        controls: &[ECR_POLICY_GUARD],
        is_own_policy: true,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Flaws<'a, Self::State> {
        Ok(observed.iter().flat_map(|document| POLICY_GUARD.flaws(subject, None, document)).collect())
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        repository_policy::Unit::diff(from, to)
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        repository_policy::Unit::step(state, action)
    }
}
