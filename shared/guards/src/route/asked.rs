//! What an event asked for, for the report alone: nothing is decided by it.

use iam_policy::Document;
use parapet_core::Trigger;
use serde_json::Value;

use crate::{Facet, State, Trust};

/// The state of a facet that an event asked for, where its record carries the whole of it: a document. CloudTrail writes those of IAM and KMS
/// as text, and those of Amazon S3 as they are.
#[must_use]
pub fn asked_for(facet: Facet, trigger: &Trigger) -> Option<State> {
    let document = |member: &str| match trigger.request.get(member)? {
        Value::String(text) => Document::parse(text).ok(),
        document => Document::from_value(document.clone()).ok(),
    };
    let event = trigger.event_name.as_str();
    match (facet, event) {
        (Facet::BucketPolicy, "PutBucketPolicy") => document("bucketPolicy").map(|it| State::BucketPolicy(Some(it))),
        (Facet::KeyPolicy, "PutKeyPolicy") => document("policy").map(State::KeyPolicy),
        (Facet::RoleTrust, "UpdateAssumeRolePolicy") => {
            document("policyDocument").map(|it| State::RoleTrust(Some(Trust::of(it))))
        }
        (Facet::InlineDocument, "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy") => {
            document("policyDocument").map(|it| State::InlineDocument(Some(it)))
        }
        (Facet::RepositoryPolicy, "SetRepositoryPolicy") => {
            document("policyText").map(|it| State::RepositoryPolicy(Some(it)))
        }
        _ => None,
    }
}
