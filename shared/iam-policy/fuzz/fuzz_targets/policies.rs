//! Policies made of bytes. Most of their words come from small pools, so that they have to do with each other, and some
//! from the bytes themselves.

use iam_policy::PolicyKind;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const ORGANIZATION: &str = "o-exampleorgid";

/// The largest list, and the longest text of bytes.
const MAX_LIST: usize = 4;
const MAX_TEXT: usize = 24;

const ACTIONS: &[&str] = &[
    "*",
    "iam:*",
    "iam:Put*",
    "iam:PutRolePolicy",
    "iam:PassRole",
    "iam:CreatePolicyVersion",
    "iam:Attach*Policy",
    "iam:UpdateAssumeRolePolicy",
    "i?m:*Policy",
    "lambda:*",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "ec2:RunInstances",
    "glue:*",
    "sts:AssumeRole",
    "sts:*",
    "s3:*",
    "s3:GetObject",
    "s3:Get*",
    "s3:PutBucketPolicy",
    "kms:Decrypt",
    "kms:*",
    "cloudtrail:StopLogging",
    "cloudtrail:*",
    "logs:Delete*",
    "secretsmanager:GetSecretValue",
    "dynamodb:*",
    "sqs:SendMessage",
    "sns:Publish",
    "lambda:Get*ion",
    "nosuch:Thing",
    "IAM:putuserpolicy",
];

const RESOURCES: &[&str] = &[
    "*",
    "**",
    "arn:*:*:*:*:*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::123456789012:*",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::123456789012:role/app-*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::*:policy/*",
    "arn:aws:iam::*:role/?*",
    "arn:aws:iam::*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::b/private/*",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:kms:us-east-1:123456789012:key/k",
    "arn:aws:lambda:*:*:function:*",
    "arn:aws:cloudtrail:*:*:trail/*",
    "arn:aws:logs:*:*:log-group:*",
    "arn:aws:secretsmanager:*:*:secret:*",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:sqs:us-east-1:123456789012:q",
    "arn:aws:s3:::a*b*a",
    "arn:*",
];

const PRINCIPALS: &[(&str, &str)] = &[
    ("AWS", "*"),
    ("AWS", "123456789012"),
    ("AWS", "arn:aws:iam::123456789012:root"),
    ("AWS", "arn:aws:iam::123456789012:role/app"),
    ("AWS", "arn:aws:iam::210987654321:root"),
    ("AWS", "arn:aws:iam::210987654321:user/u"),
    ("AWS", "AIDAEXAMPLEEXAMPLE123"),
    ("Service", "lambda.amazonaws.com"),
    ("Service", "sns.amazonaws.com"),
    ("Service", "cloudtrail.amazonaws.com"),
    ("Service", "*"),
    ("Federated", "cognito-identity.amazonaws.com"),
    ("Federated", "accounts.google.com"),
    ("Federated", "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"),
    ("Federated", "arn:aws:iam::123456789012:saml-provider/p"),
    ("Federated", "*"),
    ("CanonicalUser", "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
];

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "ArnLike",
    "ArnEquals",
    "ArnNotLike",
    "Null",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "BinaryEquals",
];

const KEYS: &[&str] = &[
    "aws:PrincipalOrgID",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalTag/team",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalType",
    "aws:userid",
    "aws:username",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceIp",
    "aws:SourceVpce",
    "aws:SecureTransport",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:RequestTag/team",
    "aws:ResourceTag/team",
    "aws:ResourceAccount",
    "aws:TagKeys",
    "aws:Referer",
    "aws:PrincipalIsAWSService",
    "aws:CalledVia",
    "iam:PassedToService",
    "iam:PolicyARN",
    "iam:PermissionsBoundary",
    "sts:ExternalId",
    "s3:prefix",
    "s3:x-amz-acl",
    "kms:ViaService",
    "kms:CallerAccount",
    "kms:EncryptionContext:x",
    "token.actions.githubusercontent.com:sub",
    "token.actions.githubusercontent.com:aud",
    "cognito-identity.amazonaws.com:aud",
    "accounts.google.com:aud",
    "saml:aud",
];

const VALUES: &[&str] = &[
    "*",
    "?*",
    "",
    "true",
    "false",
    "123456789012",
    "210987654321",
    "999999999999",
    "o-exampleorgid",
    "o-other",
    "o-*",
    "o-exampleorgid/r-ab/*",
    "x",
    "x*",
    "X",
    "arn:aws:iam::123456789012:*",
    "arn:aws:iam::123456789012:role/app",
    "arn:aws:iam::*:role/*",
    "arn:aws:s3:::b",
    "arn:aws:sns:*:123456789012:*",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "203.0.113.0/24",
    "203.0.113.7",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "2001:db8::/32",
    "0",
    "1",
    "-1.5",
    "3600",
    "2020-01-01T00:00:00Z",
    "2030-06-30T12:00:00Z",
    "1577836800",
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "s3.us-east-1.amazonaws.com",
    "repo:owner/name:*",
    "repo:*",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${*}",
    "AQID",
];

/// A kind, and two policies for it.
pub(crate) fn case(input: &mut Unstructured<'_>) -> Result<(PolicyKind, Value, Value)> {
    let kind = *input.choose(&[PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust])?;
    Ok((kind, policy(input, kind)?, policy(input, kind)?))
}

fn policy(input: &mut Unstructured<'_>, kind: PolicyKind) -> Result<Value> {
    let count = input.int_in_range(0..=MAX_LIST)?;
    let statements = (0..count).map(|_| statement(input, kind)).collect::<Result<Vec<_>>>()?;
    let version = if input.ratio(1, 8)? { "2008-10-17" } else { "2012-10-17" };
    Ok(json!({"Version": version, "Statement": statements}))
}

fn statement(input: &mut Unstructured<'_>, kind: PolicyKind) -> Result<Value> {
    let mut fields = Map::new();
    fields.insert("Effect".to_owned(), json!(if input.ratio(1, 3)? { "Deny" } else { "Allow" }));
    // One in sixteen has an element that its kind should not have, or lacks one.
    let is_odd = input.ratio(1, 16)?;
    if (kind != PolicyKind::Identity) != is_odd {
        fields.insert(negated(input, "Principal")?, principals(input)?);
    }
    fields.insert(negated(input, "Action")?, texts(input, ACTIONS)?);
    if (kind != PolicyKind::Trust) != is_odd {
        fields.insert(negated(input, "Resource")?, texts(input, RESOURCES)?);
    }
    if input.ratio(1, 2)? {
        fields.insert("Condition".to_owned(), conditions(input)?);
    }
    Ok(fields.into())
}

fn negated(input: &mut Unstructured<'_>, name: &str) -> Result<String> {
    Ok(format!("{}{name}", if input.ratio(1, 6)? { "Not" } else { "" }))
}

fn principals(input: &mut Unstructured<'_>) -> Result<Value> {
    if input.ratio(1, 4)? {
        return Ok(json!("*"));
    }
    let mut found: Map<String, Value> = Map::new();
    for _ in 0..input.int_in_range(1..=3)? {
        let (name, value) = *input.choose(PRINCIPALS)?;
        let value = if input.ratio(1, 12)? { raw(input, value)? } else { value.to_owned() };
        let place = found.entry(name).or_insert_with(|| json!([]));
        place.as_array_mut().expect("a list").push(value.into());
    }
    Ok(found.into())
}

fn conditions(input: &mut Unstructured<'_>) -> Result<Value> {
    let mut block: Map<String, Value> = Map::new();
    for _ in 0..input.int_in_range(1..=3)? {
        let base = *input.choose(OPERATORS)?;
        let set = *input.choose(&["", "", "", "", "ForAllValues:", "ForAnyValue:"])?;
        let suffix = if input.ratio(1, 4)? { "IfExists" } else { "" };
        let operator = if base == "Null" { base.to_owned() } else { format!("{set}{base}{suffix}") };
        let key = *input.choose(KEYS)?;
        let key = if input.ratio(1, 16)? { raw(input, key)? } else { key.to_owned() };
        let values = texts(input, VALUES)?;
        let place = block.entry(operator).or_insert_with(|| json!({}));
        place.as_object_mut().expect("an object").insert(key, values);
    }
    Ok(block.into())
}

/// One text, or a list of them.
fn texts(input: &mut Unstructured<'_>, pool: &[&str]) -> Result<Value> {
    let one = |input: &mut Unstructured<'_>| -> Result<String> {
        let word = *input.choose(pool)?;
        if input.ratio(1, 12)? { raw(input, word) } else { Ok(word.to_owned()) }
    };
    match input.int_in_range(0..=MAX_LIST + 3)? {
        count if count <= MAX_LIST => Ok((0..count).map(|_| one(input)).collect::<Result<Vec<_>>>()?.into()),
        _ => Ok(one(input)?.into()),
    }
}

/// Text of the bytes themselves: after a part of a word, repeated, or alone.
fn raw(input: &mut Unstructured<'_>, word: &str) -> Result<String> {
    let length = input.int_in_range(0..=MAX_TEXT)?;
    let text = String::from_utf8_lossy(input.bytes(length.min(input.len()))?).into_owned();
    let cut = word.chars().take(input.int_in_range(0..=word.chars().count())?).collect::<String>();
    let times = if input.ratio(1, 8)? { input.int_in_range(1..=200)? } else { 1 };
    Ok(format!("{cut}{}", text.repeat(times)))
}
