//! Made-up documents.
#![allow(dead_code, reason = "each test binary uses some of it")]

use crate::common::policy;
use iam_policy::{Document, PolicyKind};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What statements are made of.
#[derive(Debug)]
pub(crate) struct Pools {
    actions: &'static [&'static str],
    resources: &'static [&'static str],
    principals: &'static [&'static str],
    conditions: &'static [(&'static str, &'static str, &'static str)],
}

/// A few actions, one account, one bucket: much of it meets.
pub(crate) static FEW: Pools =
    Pools { actions: &ACTIONS, resources: &RESOURCES, principals: &PRINCIPALS, conditions: &CONDITIONS };

/// Several services, regions and partitions.
pub(crate) static PLACES: Pools = Pools {
    actions: &[
        "*",
        "iam:PassRole",
        "iam:*",
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "lambda:*",
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
        "lambda:UpdateFunctionCode",
        "ec2:RunInstances",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreatePresigned*",
        "kms:Decrypt",
        "kms:*",
        "s3:Get*",
        "s3:PutObject",
        "sts:AssumeRole",
        "cloudtrail:StopLogging",
        "secretsmanager:GetSecretValue",
        "dynamodb:*Item",
    ],
    resources: &[
        "*",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:iam::123456789012:role/team/*",
        "arn:aws:iam::210987654321:role/*",
        "arn:aws:lambda:eu-west-1:123456789012:function:*",
        "arn:aws:lambda:*:123456789012:function:*",
        "arn:aws:lambda:us-east-1:*:function:*",
        "arn:aws:ec2:eu-west-1:*:*",
        "arn:aws:sagemaker:eu-central-1:123456789012:*",
        "arn:aws:kms:eu-central-1:123456789012:key/*",
        "arn:aws:kms:us-east-1:123456789012:key/*",
        "arn:aws:dynamodb:sa-east-1:123456789012:table/*",
        "arn:aws:s3:::data/*",
        "arn:aws:secretsmanager:*:*:secret:*",
        "arn:aws:cloudtrail:eu-west-1:123456789012:trail/*",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:*",
        "arn:aws-cn:iam::123456789012:role/*",
    ],
    principals: &[
        "*",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::555555555555:root",
        "arn:aws:iam::210987654321:role/app",
        "arn:aws:iam::555555555555:role/deploy",
        "arn:aws-cn:iam::555555555555:root",
    ],
    conditions: &[
        ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
        ("StringNotEquals", "aws:RequestedRegion", "eu-west-1"),
        ("StringEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringNotEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringEquals", "aws:PrincipalOrgID", "o-ours"),
        ("StringEquals", "aws:SourceAccount", "123456789012"),
        ("StringEquals", "aws:PrincipalAccount", "555555555555"),
        ("StringEquals", "iam:PassedToService", "lambda.amazonaws.com"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::data"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/app"),
        ("StringEquals", "aws:ResourceAccount", "123456789012"),
        ("StringLike", "kms:ViaService", "s3.eu-central-1.amazonaws.com"),
        ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ],
};

const ACTIONS: [&str; 12] = [
    "*",
    "iam:*",
    "iam:Put*",
    "iam:Attach*Policy",
    "iam:PutRolePolicy",
    "iam:CreatePolicyVersion",
    "i*:*",
    "s3:*",
    "s3:GetObject",
    "s3:Get*",
    "sts:AssumeRole",
    "sts:*",
];
const RESOURCES: [&str; 14] = [
    "*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::123456789012:*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:policy/*",
    "arn:aws:iam::*",
    "arn:aws:iam::*:role/app-*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/?*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/private/*",
    "arn:*",
];
const PRINCIPALS: [&str; 5] = [
    "*",
    "arn:aws:iam::123456789012:role/app",
    "arn:aws:iam::210987654321:root",
    "123456789012",
    "arn:aws:iam::123456789012:user/u",
];
const CONDITIONS: [(&str, &str, &str); 16] = [
    ("StringEquals", "aws:PrincipalOrgID", "o-ours"),
    ("StringNotEquals", "aws:PrincipalOrgID", "o-ours"),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-ours"),
    ("StringLike", "aws:PrincipalOrgID", "*"),
    ("Null", "aws:PrincipalOrgID", "true"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012"),
    ("StringNotEquals", "aws:PrincipalAccount", "210987654321"),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("Bool", "aws:SecureTransport", "false"),
    ("StringEquals", "aws:ResourceTag/team", "x"),
    ("StringLikeIfExists", "aws:Referer", "*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:*"),
    ("ForAllValues:StringEquals", "aws:TagKeys", "x"),
];

fn some_of(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(prop::sample::select(pool), 1..4);
    (list, any::<bool>()).prop_map(|(list, alone)| match list.as_slice() {
        [only] if alone => json!(only),
        list => json!(list),
    })
}

fn element(name: &'static str, pool: &'static [&'static str]) -> impl Strategy<Value = (String, Value)> {
    (prop::bool::weighted(0.15), some_of(pool))
        .prop_map(move |(not, value)| (format!("{}{name}", if not { "Not" } else { "" }), value))
}

fn principal(pools: &'static Pools) -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        2 => Just(("Principal".to_owned(), json!("*"))),
        4 => element("Principal", pools.principals).prop_map(|(name, value)| (name, json!({"AWS": value}))),
        1 => Just(("Principal".to_owned(), json!({"Service": "sns.amazonaws.com", "AWS": "*"}))),
    ]
}

pub(crate) fn statement(pools: &'static Pools, kind: PolicyKind) -> impl Strategy<Value = Value> {
    let condition = prop_oneof![
        3 => Just(None),
        2 => prop::collection::vec(prop::sample::select(pools.conditions), 1..3).prop_map(Some),
    ];
    (
        prop::bool::weighted(0.7),
        principal(pools),
        element("Action", pools.actions),
        element("Resource", pools.resources),
        condition,
    )
        .prop_map(move |(allow, principal, action, resource, conditions)| {
            let mut fields =
                Map::from_iter([("Effect".to_owned(), json!(if allow { "Allow" } else { "Deny" })), action]);
            if kind != PolicyKind::Identity {
                fields.extend([principal]);
            }
            if kind != PolicyKind::Trust {
                fields.extend([resource]);
            }
            if let Some(conditions) = conditions {
                let block: Map<String, Value> = conditions
                    .into_iter()
                    .map(|(operator, key, value)| (operator.to_owned(), json!({key: value})))
                    .collect();
                fields.insert("Condition".to_owned(), block.into());
            }
            fields.into()
        })
}

/// Documents of any kind, of few things.
pub(crate) fn documents() -> impl Strategy<Value = (PolicyKind, Document)> {
    documents_of(&FEW)
}

/// Documents of any kind.
pub(crate) fn documents_of(pools: &'static Pools) -> impl Strategy<Value = (PolicyKind, Document)> {
    let kinds = prop::sample::select(vec![PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust]);
    kinds.prop_flat_map(move |kind| {
        prop::collection::vec(statement(pools, kind), 0..6).prop_map(move |list| (kind, policy(list.into())))
    })
}
