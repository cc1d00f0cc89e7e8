//! Policy documents from a grammar of statements, as JSON: wide and narrow, with every element that matters to a judgement.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::Strategy;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Documents of users, roles and groups.
pub fn identity_documents() -> impl Strategy<Value = Value> {
    documents(None, identity_actions(), Some(resources()))
}

/// Bucket and key policies.
pub fn resource_documents() -> impl Strategy<Value = Value> {
    documents(Some(principals()), resource_actions(), Some(resources()))
}

/// Trust policies: they have no resource.
pub fn trust_documents() -> impl Strategy<Value = Value> {
    documents(Some(principals()), trust_actions(), None)
}

fn documents(
    principals: Option<Vec<Value>>,
    actions: Vec<Value>,
    resources: Option<Vec<Value>>,
) -> impl Strategy<Value = Value> {
    let statement = statement(principals, actions, resources);
    vec(statement, 1..4).prop_map(|statements| json!({"Version": "2012-10-17", "Statement": statements}))
}

/// A statement is the union of its parts, each an object of one element or none.
fn statement(
    principals: Option<Vec<Value>>,
    actions: Vec<Value>,
    resources: Option<Vec<Value>>,
) -> impl Strategy<Value = Value> {
    let part = |choices: Option<Vec<Value>>| select(choices.unwrap_or_else(|| vec![json!({})]));
    let effect = select(vec![json!({"Effect": "Allow"}), json!({"Effect": "Allow"}), json!({"Effect": "Deny"})]);
    let condition = weighted(0.4, select(conditions())).prop_map(Option::unwrap_or_default);
    let sid = weighted(0.5, select(sids())).prop_map(Option::unwrap_or_default);
    let parts = (sid, effect, part(principals), part(Some(actions)), part(resources), condition);
    parts.prop_map(|(sid, effect, principal, action, resource, condition)| {
        let parts = [sid, effect, principal, action, resource, condition];
        parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect::<Map<_, _>>().into()
    })
}

/// Those of the statements that the guards put back stand among them: somebody may have rewritten what they name.
fn sids() -> Vec<Value> {
    ["Read", "DenyInsecureTransport", "AWSCloudTrailWrite", "CloudTrailEncrypts"]
        .into_iter()
        .map(|sid| json!({"Sid": sid}))
        .collect()
}

fn identity_actions() -> Vec<Value> {
    vec![
        json!({"Action": "*"}),
        json!({"Action": "iam:*"}),
        json!({"Action": "i*:*"}),
        json!({"Action": ["IAM:Put*", "s3:GetObject"]}),
        json!({"Action": ["iam:CreatePolicyVersion"]}),
        json!({"Action": "s3:GetObject"}),
        json!({"Action": ["s3:Get*", "s3:List*"]}),
        json!({"Action": ["iam:PassRole", "s3:PutObject"]}),
        json!({"Action": ["lambda:CreateFunction", "lambda:InvokeFunction"]}),
        json!({"Action": ["cloudtrail:StopLogging", "kms:Decrypt"]}),
        json!({"NotAction": "s3:*"}),
        json!({"NotAction": ["iam:*", "organizations:*"]}),
    ]
}

fn resource_actions() -> Vec<Value> {
    vec![
        json!({"Action": "*"}),
        json!({"Action": "s3:*"}),
        json!({"Action": "s3:GetObject"}),
        json!({"Action": ["s3:PutObject", "s3:DeleteObject"]}),
        json!({"Action": "kms:*"}),
        json!({"NotAction": "s3:DeleteBucket"}),
    ]
}

fn trust_actions() -> Vec<Value> {
    vec![
        json!({"Action": "sts:AssumeRole"}),
        json!({"Action": ["sts:AssumeRole", "sts:TagSession"]}),
        json!({"Action": "*"}),
        json!({"NotAction": "sts:TagSession"}),
    ]
}

fn resources() -> Vec<Value> {
    vec![
        json!({"Resource": "*"}),
        json!({"Resource": "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*"}),
        json!({"Resource": ["arn:aws:s3:::training-images", "arn:aws:s3:::training-images/*"]}),
        json!({"Resource": "arn:aws:iam::111122223333:role/app-*"}),
        json!({"Resource": "arn:aws:cloudtrail:us-east-1:111122223333:trail/parapet"}),
        json!({"NotResource": "arn:aws:iam::111122223333:role/app-*"}),
    ]
}

fn principals() -> Vec<Value> {
    vec![
        json!({"Principal": "*"}),
        json!({"Principal": {"AWS": "*"}}),
        json!({"Principal": {"AWS": ["*", "arn:aws:iam::111122223333:role/app"]}}),
        json!({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}),
        json!({"Principal": {"AWS": "999999999999"}}),
        json!({"Principal": {"Service": "cloudtrail.amazonaws.com"}}),
        json!({"Principal": {"Service": "sagemaker.amazonaws.com", "AWS": "*"}}),
        json!({"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}),
    ]
}

fn conditions() -> Vec<Value> {
    [
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-stranger"}}),
        json!({"StringLike": {"aws:PrincipalArn": "*"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": "999999999999"}}),
        json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"Null": {"aws:TokenIssueTime": "true"}}),
    ]
    .into_iter()
    .map(|condition| json!({"Condition": condition}))
    .collect()
}
