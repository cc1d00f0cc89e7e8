//! What an event asked for, for the report alone: nothing is decided by it.

use iam_policy::Document;
use parapet_core::Trigger;
use serde_json::{Value, json};

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
        (Facet::RecordedAccess, "CreateAccessGrant") => granted(&trigger.request).map(State::RecordedAccess),
        (Facet::RecordedAccess, _) => policy_within(&trigger.request).map(|it| State::RecordedAccess(Some(it))),
        (Facet::RecordedDirectory, _) => policy_within(&trigger.request).map(|it| State::RecordedDirectory(Some(it))),
        (Facet::RecordedTables, _) => policy_within(&trigger.request).map(|it| State::RecordedTables(Some(it))),
        (Facet::RecordedVectors, _) => policy_within(&trigger.request).map(|it| State::RecordedVectors(Some(it))),
        _ => None,
    }
}

/// The policy document in a request, wherever a member of that name stands, and however it is written: as text or as it is. None: there is none, it
/// is cut, or there are several, of which one may be made up to hide the other: other texts of a request are whatever its caller chose.
fn policy_within(request: &Value) -> Option<Document> {
    const NAMES: [&str; 3] = ["policy", "resourcepolicy", "bucketpolicy"];
    let mut found = Vec::new();
    let mut open = vec![request];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let is_named = NAMES.iter().any(|policy| name.eq_ignore_ascii_case(policy));
                    match member {
                        // A call of S3's has its query there, too: `policy` without a value.
                        Value::String(text) if is_named && text.is_empty() => {}
                        Value::String(text) if is_named => found.push(Document::parse(text).ok()),
                        Value::Object(document) if is_named && document.contains_key("Statement") => {
                            found.push(Document::from_value(member.clone()).ok());
                        }
                        _ => open.push(member),
                    }
                }
            }
            Value::Array(several) => open.extend(several),
            _ => {}
        }
    }
    if found.len() == 1 { found.pop().flatten() } else { None }
}

/// What a grant of S3 Access Grants gives, as a policy that says the same. The outer none: the record does not say to whom; the inner: to somebody of a
/// directory, which is IAM Identity Center's of the account's own organization. Amazon S3 API Reference, Grantee: a grantee of type `IAM` is named by
/// "the Amazon Resource Name (ARN) of the IAM user or role", others by a UUID.
fn granted(request: &Value) -> Option<Option<Document>> {
    let grantee = member_within(request, "granteeidentifier")?;
    if !grantee.starts_with("arn:") {
        return Some(None);
    }
    let statement =
        json!({"Effect": "Allow", "Principal": {"AWS": grantee}, "Action": "s3:GetDataAccess", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).ok().map(Some)
}

/// The text of a member of this name, in lower case, wherever it stands.
pub(crate) fn member_within<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let members = value.as_object()?;
    let own = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str());
    own.or_else(|| members.values().find_map(|value| member_within(value, name)))
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
