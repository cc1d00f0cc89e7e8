use iam_policy::Document;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::bucket_policy::{self, BucketPolicyAction, LONGEST_BUCKET_POLICY};
use crate::s3::resources::SERVICE;
use crate::s3::shut_out::{self, OF_POLICIES};
use crate::{Subject, on};

control! {
    BUCKET_POLICY_GUARD = "S3.PolicyGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The bucket policy lets the policy guard read and mend it",
    "One statement that lets a stranger in, and another that keeps the guard from seeing it, would stay for ever.",
}

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
        ..Row::USUAL
    };

    /// What such a statement denies others, it goes on to deny them. Where the policy has no room for that, it goes.
    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Flaws<'a, Self::State> {
        let Some(document) = observed else { return Ok(Vec::new()) };
        let roles = shut_out::roles(subject, true);
        let denied = shut_out::statements(subject, document, &roles, OF_POLICIES);
        if denied.is_empty() {
            return Ok(Vec::new());
        }
        let detail =
            format!("{} statement(s) of the bucket policy deny the policy guard what it does with it", denied.len());
        Ok(vec![Flaw::new(BUCKET_POLICY_GUARD, detail, move |state: &mut Self::State| {
            let excepted = state.as_ref().and_then(|document| shut_out::without(document, &denied, &roles));
            let fits = |document: &Document| document.to_json().len() <= LONGEST_BUCKET_POLICY;
            *state = excepted
                .filter(fits)
                .or_else(|| state.as_ref().and_then(|document| document.without_statements(&denied)));
        })])
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![to.clone().map_or(BucketPolicyAction::DeleteBucketPolicy, BucketPolicyAction::PutBucketPolicy)]
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        bucket_policy::Unit::step(state, action)
    }
}
