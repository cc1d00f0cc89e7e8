use iam_policy::Document;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::Flaws;
use crate::judge::shut_out::{Access, Whose};
use crate::s3::bucket_policy::{self, BucketPolicyAction, LONGEST_BUCKET_POLICY};
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    BUCKET_POLICY_GUARD = "S3.PolicyGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The bucket policy lets the policy guard read and mend it",
    "One statement that lets a stranger in, and another that keeps the guard from seeing it, would stay for ever.",
}

/// What the policy guard does with a bucket policy.
const POLICY_GUARD: &Access = &Access {
    control: BUCKET_POLICY_GUARD,
    whose: Whose::PolicyGuard,
    actions: &["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
    detail: "of the bucket policy deny the policy guard what it does with it",
    longest: LONGEST_BUCKET_POLICY,
};

/// Whether the policy guard may read and write the bucket's policy. Another guard looks after that: whom a policy shuts out cannot mend it.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Option<Document>;
    type Action = BucketPolicyAction;

    const ROW: Row = Row {
        id: "bucket-guard-access",
        name: "access of the policy guard",
        service: &SERVICE,
        events: &["PutBucketPolicy"],
        controls: &[BUCKET_POLICY_GUARD],
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

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![to.clone().map_or(BucketPolicyAction::DeleteBucketPolicy, BucketPolicyAction::PutBucketPolicy)]
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        bucket_policy::Unit::step(state, action)
    }
}
