use iam_policy::Document;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::Flaws;
use crate::judge::shut_out::{Access, Whose};
use crate::s3::access_point_policy::{self, AccessPointPolicyAction, LONGEST_ACCESS_POINT_POLICY};
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    ACCESS_POINT_POLICY_GUARD = "S3.AccessPointPolicyGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The access point's policy lets the policy guard read and mend it",
    "One statement that lets a stranger in, and another that keeps the guard from seeing it, would stay for ever.",
}

/// What the policy guard does with an access point's policy.
const POLICY_GUARD: &Access = &Access {
    control: ACCESS_POINT_POLICY_GUARD,
    whose: Whose::PolicyGuard,
    actions: &["s3:GetAccessPointPolicy", "s3:PutAccessPointPolicy", "s3:DeleteAccessPointPolicy"],
    detail: "of the access point's policy deny the policy guard what it does with it",
    longest: LONGEST_ACCESS_POINT_POLICY,
};

/// Whether the policy guard may read and write the access point's policy. Another guard looks after that: whom a policy shuts out cannot mend it.
pub struct Unit;

impl Aspect for Unit {
    type On = on::AccessPoint;
    type State = Option<Document>;
    type Action = AccessPointPolicyAction;

    const ROW: Row = Row {
        id: "access-point-guard-access",
        name: "access of the policy guard to access points",
        service: &SERVICE,
        events: &["PutAccessPointPolicy"],
        controls: &[ACCESS_POINT_POLICY_GUARD],
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
        access_point_policy::Unit::diff(from, to)
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        access_point_policy::Unit::step(state, action)
    }
}
