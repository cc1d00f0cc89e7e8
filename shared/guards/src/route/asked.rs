//! What an event asked for, for the report alone: nothing is decided by it.

use iam_policy::Document;
use parapet_core::Trigger;
use serde_json::Value;

use crate::{Facet, State, Trust};

/// The state of a facet that an event asked for, where its record carries the whole of it: a document.
#[must_use]
pub fn asked_for(facet: Facet, trigger: &Trigger) -> Option<State> {
    let document = || document_in(trigger);
    let event = trigger.event_name.as_str();
    match (facet, event) {
        (Facet::BucketPolicy, "PutBucketPolicy") => document().map(|it| State::BucketPolicy(Some(it))),
        (Facet::KeyPolicy, "PutKeyPolicy") => document().map(State::KeyPolicy),
        (Facet::RoleTrust, "UpdateAssumeRolePolicy") => document().map(|it| State::RoleTrust(Some(Trust::of(it)))),
        (Facet::InlineDocument, "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy") => {
            document().map(|it| State::InlineDocument(Some(it)))
        }
        (Facet::AccessPointPolicy, "PutAccessPointPolicy") => document().map(|it| State::AccessPointPolicy(Some(it))),
        (Facet::LakePolicy, "PutResourcePolicy") => document().map(|it| State::LakePolicy(Some(it))),
        (Facet::RepositoryPolicy, "SetRepositoryPolicy") => document().map(|it| State::RepositoryPolicy(Some(it))),
        _ => None,
    }
}

/// The document that an event's own record carries. CloudTrail writes those of IAM and KMS as text, and those of Amazon S3 as they are.
pub(crate) fn document_in(trigger: &Trigger) -> Option<Document> {
    let member = match trigger.event_name.as_str() {
        "PutBucketPolicy" => "bucketPolicy",
        "PutKeyPolicy" | "CreateKey" => "policy",
        "PutAccessPointPolicy" => "PutAccessPointPolicyRequest",
        "SetRepositoryPolicy" => "policyText",
        "PutResourcePolicy" => "resourcePolicy",
        _ => "policyDocument",
    };
    let asked = trigger.request.get(member)?;
    match asked.get("Policy").unwrap_or(asked) {
        Value::String(text) => Document::parse(text).ok(),
        document => Document::from_value(document.clone()).ok(),
    }
}
