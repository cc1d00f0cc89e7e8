//! Statements of a bucket policy that deny Parapet's own roles what they do: whoever writes one keeps the guard from reading what else the
//! policy says. A guard cannot take out what binds itself, so each looks after the other's.

use std::collections::BTreeSet;

use iam_policy::{Decision, Document, PolicyKind, Request, decide};
use serde_json::{Value, json};

use crate::{Arns, Subject, on};

/// What the policy guard does with a bucket policy.
pub(super) const OF_POLICIES: &[&str] = &["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// What the others do with a bucket.
pub(super) const OF_SETTINGS: &[&str] = &[
    "s3:ListBucket",
    "s3:GetBucketAcl",
    "s3:PutBucketAcl",
    "s3:GetBucketCORS",
    "s3:PutBucketCORS",
    "s3:GetBucketLogging",
    "s3:PutBucketLogging",
    "s3:GetBucketNotification",
    "s3:PutBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:PutBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:PutBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:GetBucketTagging",
    "s3:PutBucketTagging",
    "s3:GetBucketVersioning",
    "s3:PutBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:DeleteBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:PutReplicationConfiguration",
];

/// The ARNs of Parapet's own roles, of the policy guard's function or of all others.
pub(super) fn roles(subject: &Subject<'_>, of_policy_guard: bool) -> Vec<String> {
    let is_wanted = |name: &&String| name.ends_with("policy-guard") == of_policy_guard;
    subject.standard.principals.own.iter().filter(is_wanted).map(|name| subject.home.iam_arn(name)).collect()
}

/// Which statements deny one of these roles one of these actions on the bucket.
pub(super) fn statements(
    subject: &Subject<'_>,
    document: &Document,
    roles: &[String],
    actions: &[&str],
) -> BTreeSet<usize> {
    let Some(bucket) = subject.on::<on::Bucket>() else { return BTreeSet::new() };
    let bucket = subject.home.bucket_arn(&bucket.name);
    let asked = |role: &String, action: &str| request(subject, role, action, &bucket);
    let requests: Vec<Request> = roles.iter().flat_map(|role| actions.iter().map(move |it| asked(role, it))).collect();
    let all = 0..document.statements().len();
    let denies = |index: &usize| {
        let others = all.clone().filter(|other| other != index).collect();
        document.without_statements(&others).is_some_and(|alone| {
            requests.iter().any(|request| decide(&alone, PolicyKind::Resource, request) == Decision::ExplicitDeny)
        })
    };
    all.clone().filter(denies).collect()
}

/// A call of a function's, as AWS sees it: from nowhere that a policy could name.
fn request(subject: &Subject<'_>, role: &str, action: &str, bucket: &str) -> Request {
    let known = [
        ("aws:PrincipalArn", role),
        ("aws:PrincipalAccount", &subject.home.account),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:ResourceAccount", &subject.home.account),
        ("aws:RequestedRegion", &subject.home.region),
        ("aws:SecureTransport", "true"),
        ("aws:ViaAWSService", "false"),
        // RFC 5737: an address of nobody's.
        ("aws:SourceIp", "192.0.2.1"),
        ("s3:TlsVersion", "1.3"),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ("s3:authType", "REST-HEADER"),
    ];
    let organization =
        subject.account.and_then(|account| account.organization.as_deref()).map(|id| ("aws:PrincipalOrgID", id));
    let context = known.into_iter().chain(organization).map(|(key, value)| (key.to_owned(), vec![value.to_owned()]));
    Request {
        principal: role.to_owned(),
        action: action.to_owned(),
        resource: bucket.to_owned(),
        context: context.collect(),
    }
}

/// The document where these statements deny these roles nothing, and everybody else what they did.
///
/// IAM User Guide, "Negated matching condition operators": a request matches where its key has none of the values.
pub(super) fn without(document: &Document, statements: &BTreeSet<usize>, roles: &[String]) -> Option<Document> {
    let mut value: Value = serde_json::from_str(&document.to_json()).ok()?;
    let written = match value.get_mut("Statement")? {
        Value::Array(several) => several,
        single => {
            *single = json!([single.take()]);
            single.as_array_mut()?
        }
    };
    for (_, statement) in written.iter_mut().enumerate().filter(|(index, _)| statements.contains(index)) {
        except(statement, roles);
    }
    Document::from_value(value).ok()
}

fn except(statement: &mut Value, roles: &[String]) {
    const KEY: &str = "aws:PrincipalArn";
    let Some(statement) = statement.as_object_mut() else { return };
    let conditions = statement.entry("Condition").or_insert_with(|| json!({}));
    let Some(conditions) = conditions.as_object_mut() else { return };
    // Of two operators that negate, both have to match: one of them is enough to let a role through.
    let named =
        |keys: &Value| keys.as_object().is_some_and(|keys| keys.keys().any(|key| key.eq_ignore_ascii_case(KEY)));
    let of_arns =
        |operator: &&String| ["ArnNotEquals", "ArnNotLike"].iter().any(|it| operator.eq_ignore_ascii_case(it));
    let operators = || conditions.keys().filter(of_arns).cloned();
    let operator = operators().find(|it| conditions.get(it).is_some_and(named)).or_else(|| operators().next());
    let operator = operator.unwrap_or_else(|| "ArnNotEquals".to_owned());
    let keys = conditions.entry(operator).or_insert_with(|| json!({}));
    let Some(keys) = keys.as_object_mut() else { return };
    let known = keys.keys().find(|known| known.eq_ignore_ascii_case(KEY)).cloned().unwrap_or_else(|| KEY.to_owned());
    let mut values = match keys.remove(&known) {
        Some(Value::Array(several)) => several,
        Some(single) => vec![single],
        None => Vec::new(),
    };
    values.extend(roles.iter().map(|role| json!(role)));
    keys.insert(known, Value::Array(values));
}
