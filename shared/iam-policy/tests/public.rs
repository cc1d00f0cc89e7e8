//! Resource and trust policies that let everyone in.
#![allow(clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{judged, narrowed, offending, policy, rules, violations};
use iam_policy::{
    Decision, PolicyKind, PolicyKind::Resource, PolicyKind::Trust, Rules, TrustZone, ViolationKind, decide,
};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/app";

/// The statements that cause a violation; each comes with a request that the document allows.
fn check(kind: PolicyKind, statements: Value, expected: &[usize]) {
    let document = policy(statements);
    assert_eq!(offending(&document, kind), expected, "{}", document.to_json());
    for violation in violations(&document, kind) {
        let decision = decide(&document, kind, &violation.witness);
        assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
    }
}

fn allow(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})
}

fn deny(action: &str, resource: Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource})
}

fn trust(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn with(mut statement: Value, key: &str, value: Value) -> Value {
    statement[key] = value;
    statement
}

#[test]
fn principals() {
    for everyone in [
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": ["*", ROLE]}),
        json!({"AWS": ROLE, "Federated": "*"}),
        json!({"Service": "*"}),
        json!({"CanonicalUser": "*"}),
        json!({"AWS": "arn:aws:iam::*:root"}),
    ] {
        check(Resource, json!([allow(everyone.clone())]), &[0]);
        check(Trust, json!([trust(everyone)]), &[0]);
    }
    for named in [
        json!({"AWS": ROLE}),
        json!({"AWS": "999999999999"}),
        json!({"AWS": ["arn:aws:iam::999999999999:root"]}),
        json!({"Service": "sagemaker.amazonaws.com"}),
        json!({"Federated": "arn:aws:iam::123456789012:saml-provider/idp"}),
        json!({"AWS": []}),
        json!({}),
    ] {
        check(Resource, json!([allow(named.clone())]), &[]);
        check(Trust, json!([trust(named)]), &[]);
    }
}

#[test]
fn not_principal() {
    let except = |principal: Value| json!([{"Effect": "Allow", "NotPrincipal": principal, "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]);
    check(Resource, except(json!({"AWS": ROLE})), &[0]);
    check(Resource, except(json!({"AWS": "999999999999"})), &[0]);
    check(Resource, except(json!("*")), &[]);
    check(Resource, except(json!({"AWS": "*"})), &[]);
}

#[test]
fn each_statement_counts() {
    check(Resource, json!([allow(json!("*")), allow(json!({"AWS": ROLE})), allow(json!({"AWS": "*"}))]), &[0, 2]);
    check(Resource, json!([deny("s3:*", json!("*"))]), &[]);
    check(Resource, json!([]), &[]);
    check(Resource, json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}), &[0]);
    check(
        Resource,
        json!({"Effect": "Allow", "Principal": "*", "NotAction": "s3:Get*", "NotResource": "arn:aws:s3:::b"}),
        &[0],
    );
    check(Resource, json!({"Effect": "Allow", "Principal": "*", "Action": [], "Resource": "*"}), &[]);
    check(Resource, json!({"Effect": "Allow", "Principal": "*", "Action": "*", "NotResource": "*"}), &[]);
    check(Resource, json!({"Effect": "Allow", "Principal": "*", "NotAction": "*", "Resource": "*"}), &[]);
}

fn conditional(operator: &str, key: &str, values: Value) -> Value {
    json!([with(allow(json!("*")), "Condition", json!({operator: {key: values}}))])
}

#[test]
fn confining_conditions() {
    for (operator, key, values) in [
        ("StringEquals", "aws:PrincipalOrgID", json!("o-ours")),
        ("StringEquals", "AWS:principalORGid", json!(["o-ours"])),
        ("StringLike", "aws:PrincipalOrgID", json!("o-ours")),
        ("StringEquals", "aws:PrincipalOrgID", json!("${aws:ResourceOrgID}")),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("o-ours/r-1/ou-1/*")),
        ("StringEquals", "aws:PrincipalAccount", json!(["123456789012", "210987654321"])),
        ("StringEquals", "aws:PrincipalAccount", json!("${aws:ResourceAccount}")),
        ("StringEquals", "aws:SourceAccount", json!("123456789012")),
        ("StringEquals", "AWS:SourceOwner", json!("123456789012")),
        ("StringEquals", "kms:CallerAccount", json!("123456789012")),
        ("StringEquals", "s3:DataAccessPointAccount", json!("123456789012")),
        ("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::123456789012:role/*")),
        ("ArnLike", "aws:PrincipalArn", json!("arn:*:iam::123456789012:*")),
        ("StringLike", "aws:PrincipalArn", json!("arn:aws:iam::123456789012:*")),
        ("StringEquals", "aws:PrincipalArn", json!(ROLE)),
        ("ArnEquals", "aws:SourceArn", json!("arn:aws:cloudtrail:us-east-1:123456789012:trail/t")),
        ("ArnLike", "aws:SourceArn", json!("arn:aws:s3:*:*:bucket")),
        ("StringEquals", "aws:SourceVpce", json!("vpce-1a2b")),
        ("StringEquals", "aws:SourceVpc", json!(["vpc-1", "vpc-2"])),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "2001:db8::/32"])),
        ("IpAddress", "aws:SourceIp", json!("203.0.113.7")),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", json!("true")),
        ("StringLike", "aws:userId", json!(["AROA1234567890EXAMPLE:*", "AIDA1234567890EXAMPLE"])),
        ("StringEquals", "aws:PrincipalTag/x", json!([])),
    ] {
        check(Resource, conditional(operator, key, values), &[]);
    }
}

#[test]
fn conditions_that_confine_nothing() {
    for (operator, key, values) in [
        ("StringEqualsIfExists", "aws:PrincipalOrgID", json!("o-ours")),
        ("StringLike", "aws:PrincipalOrgID", json!("*")),
        ("StringLike", "aws:PrincipalOrgID", json!("o-*")),
        ("StringNotEquals", "aws:PrincipalOrgID", json!("o-ours")),
        ("Null", "aws:PrincipalOrgID", json!("false")),
        ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", json!("o-ours/*")),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("*/r-1/*")),
        ("StringLike", "aws:PrincipalAccount", json!("1*")),
        ("StringEquals", "aws:PrincipalAccount", json!("${aws:PrincipalAccount}")),
        ("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/app")),
        ("ArnLike", "aws:PrincipalArn", json!("*")),
        ("StringLike", "aws:PrincipalArn", json!("arn:*:iam::123456789012:*")),
        ("StringLike", "aws:SourceVpce", json!("vpce-*")),
        ("StringNotEquals", "aws:SourceVpce", json!("vpce-1a2b")),
        ("IpAddress", "aws:SourceIp", json!("0.0.0.0/0")),
        ("IpAddress", "aws:SourceIp", json!("16.0.0.0/7")),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "2000::/3"])),
        ("IpAddressIfExists", "aws:SourceIp", json!("203.0.113.0/24")),
        ("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")),
        ("StringLike", "aws:userid", json!("*:session")),
        ("StringLike", "aws:userid", json!("A*:*")),
        ("Bool", "aws:SecureTransport", json!("true")),
        ("Bool", "aws:PrincipalIsAWSService", json!("false")),
        ("StringEquals", "aws:PrincipalTag/team", json!("data")),
        ("StringEquals", "sts:ExternalId", json!("secret")),
        ("StringLike", "aws:Referer", json!("https://example.com/*")),
        ("DateLessThan", "aws:CurrentTime", json!("2999-01-01T00:00:00Z")),
        ("NumericLessThan", "s3:max-keys", json!(10)),
        ("StringEquals", "s3:x-amz-acl", json!("private")),
    ] {
        check(Resource, conditional(operator, key, values), &[0]);
    }
}

#[test]
fn a_key_that_another_condition_requires() {
    let both = |first: Value, second: Value| {
        json!([with(allow(json!("*")), "Condition", json!({"StringEqualsIfExists": first, "Null": second}))])
    };
    check(Resource, both(json!({"aws:PrincipalOrgID": "o-ours"}), json!({"aws:principalorgid": "false"})), &[]);
    check(Resource, both(json!({"aws:PrincipalOrgID": "o-ours"}), json!({"aws:PrincipalOrgID": "true"})), &[0]);
    check(Resource, both(json!({"aws:PrincipalOrgID": "o-ours"}), json!({"aws:PrincipalAccount": "false"})), &[0]);
}

#[test]
fn every_slash_eight_is_everyone() {
    let ranges: Vec<String> = (0..256).map(|n| format!("{n}.0.0.0/8")).collect();
    check(Resource, conditional("IpAddress", "aws:SourceIp", json!(ranges)), &[0]);
}

#[test]
fn denies() {
    let all = allow(json!("*"));
    for taken_away in [
        deny("s3:*", json!("*")),
        deny("S3:Get*", json!(["arn:aws:s3:::b/*", "arn:aws:s3:::b"])),
        deny("*", json!("arn:aws:s3:::b*")),
        json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"}),
        json!({"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}),
        json!({"Effect": "Deny", "Principal": "*", "NotAction": "s3:Put*", "Resource": "arn:aws:s3:::b/*"}),
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::b"}),
    ] {
        check(Resource, json!([all, taken_away]), &[]);
    }
    for left_open in [
        deny("s3:Put*", json!("*")),
        deny("s3:*", json!("arn:aws:s3:::b")),
        deny("s3:*", json!("arn:aws:s3:::b/secret/*")),
        deny("s3:*", json!("arn:aws:s3:::b/?*")),
        json!({"Effect": "Deny", "Principal": {"AWS": "999999999999"}, "Action": "s3:*", "Resource": "*"}),
        json!({"Effect": "Deny", "Principal": {"Service": "*"}, "Action": "s3:*", "Resource": "*"}),
        json!({"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}),
        json!({"Effect": "Deny", "Principal": "*", "NotAction": "s3:Get*", "Resource": "*"}),
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::b/public/*"}),
        // Fewer than six segments may not deny.
        deny("s3:*", json!("arn:*")),
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:*"}),
    ] {
        check(Resource, json!([all, left_open]), &[0]);
    }
}

#[test]
fn a_deny_split_over_resources() {
    let every = |resource: &str| with(allow(json!("*")), "Resource", json!(resource));
    let parts = [deny("s3:*", json!("arn:aws:s3:::b/?*")), deny("s3:Get*", json!("arn:aws:s3:::b/"))];
    check(Resource, json!([every("arn:aws:s3:::b/*"), parts[0], parts[1]]), &[]);
    check(Resource, json!([every("arn:aws:s3:::b/*"), parts[0]]), &[0]);
}

#[test]
fn denies_with_a_condition() {
    let denied = |operator: &str, key: &str, values: Value| {
        json!([allow(json!("*")), with(deny("s3:*", json!("*")), "Condition", json!({operator: {key: values}}))])
    };
    // All that escape these are in the zone.
    check(Resource, denied("StringNotEquals", "aws:PrincipalOrgID", json!("o-ours")), &[]);
    check(Resource, denied("StringNotEqualsIfExists", "aws:PrincipalAccount", json!("123456789012")), &[]);
    check(Resource, denied("ArnNotLike", "aws:PrincipalArn", json!("arn:aws:iam::123456789012:*")), &[]);
    check(Resource, denied("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")), &[]);
    check(Resource, denied("StringLikeIfExists", "aws:Referer", json!("*")), &[]);
    check(Resource, denied("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", json!("o-ours/*")), &[]);
    // Some that escape these are not.
    check(Resource, denied("StringEquals", "aws:PrincipalOrgID", json!("o-theirs")), &[0]);
    check(Resource, denied("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", json!("o-ours/*")), &[0]);
    check(Resource, denied("Bool", "aws:SecureTransport", json!("false")), &[0]);
    check(Resource, denied("Bool", "aws:PrincipalIsAWSService", json!("false")), &[0]);
    check(Resource, denied("Null", "aws:PrincipalOrgID", json!("true")), &[0]);
}

#[test]
fn a_deny_with_two_conditions_has_to_prove_both() {
    let perimeter = |second: Value| {
        let condition = json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}, "BoolIfExists": second});
        json!([allow(json!("*")), with(deny("s3:*", json!("*")), "Condition", condition)])
    };
    check(Resource, perimeter(json!({"aws:PrincipalIsAWSService": "false"})), &[]);
    check(Resource, perimeter(json!({"aws:ViaAWSService": "false"})), &[0]);
}

#[test]
fn trust_policies() {
    let everyone = || trust(json!({"AWS": "*"}));
    for action in ["sts:*", "*", "STS:assumerole", "sts:AssumeRoleWith*", "sts:AssumeRoleWithWebIdentity"] {
        check(Trust, json!([with(everyone(), "Action", json!(action))]), &[0]);
    }
    check(Trust, json!([with(everyone(), "Action", json!("sts:TagSession"))]), &[]);
    check(Trust, json!([with(everyone(), "Condition", json!({"StringEquals": {"sts:ExternalId": "x"}}))]), &[0]);
    check(
        Trust,
        json!([with(everyone(), "Condition", json!({"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}))]),
        &[],
    );
    check(Trust, json!([everyone(), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole*"}]), &[]);
    check(Trust, json!([everyone(), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWith*"}]), &[0]);
}

#[test]
fn kinds_and_words() {
    let kinds = |kind| violations(&policy(json!([with(trust(json!("*")), "Sid", json!("Any"))])), kind);
    let (resource, trust) = (kinds(Resource), kinds(Trust));
    assert_eq!(resource[0].kind, ViolationKind::PublicAccess);
    assert_eq!(trust[0].kind, ViolationKind::TrustWildcard);
    assert_eq!(trust[0].to_string(), "statement 0 (`Any`) lets everyone assume the role with `sts:AssumeRole`");
    assert_eq!(serde_json::to_value(trust[0].kind).expect("json"), json!("trust-wildcard"));
    let public = violations(&policy(json!([allow(json!("*"))])), Resource);
    assert_eq!(public[0].to_string(), "statement 0 lets everyone perform `s3:GetObject` on `arn:aws:s3:::b/example`");
    assert_eq!(public[0].witness.principal, "arn:aws:iam::999999999999:user/stranger");
}

fn narrows(kind: PolicyKind, statements: Value, expected: Value) {
    let document = policy(statements);
    assert_eq!(narrowed(&document, kind), Some(expected), "{}", document.to_json());
}

#[test]
fn narrowing() {
    let (open, named) = (allow(json!("*")), allow(json!({"AWS": ROLE})));
    narrows(Resource, json!([open, named]), json!([named]));
    narrows(Resource, json!([open]), json!([]));
    narrows(Resource, json!(open), json!([]));
    narrows(Resource, json!([allow(json!({"AWS": ["*", ROLE]}))]), json!([allow(json!({"AWS": [ROLE]}))]));
    narrows(Resource, json!(allow(json!({"AWS": ["*", ROLE]}))), json!(allow(json!({"AWS": [ROLE]}))));
    narrows(
        Resource,
        json!([allow(json!({"AWS": "*", "Service": "sns.amazonaws.com"}))]),
        json!([allow(json!({"Service": "sns.amazonaws.com"}))]),
    );
    narrows(Trust, json!([trust(json!({"Federated": "*", "AWS": ROLE}))]), json!([trust(json!({"AWS": ROLE}))]));
    let deny = deny("s3:Put*", json!("*"));
    narrows(Resource, json!([deny, open]), json!([deny]));
    assert_eq!(narrowed(&policy(json!([named])), Resource), None);
}

/// The account's own organization is often not known. Whoever names one in full means somebody; nobody is of what can be none's id.
#[test]
fn without_a_known_organization_any_named_one_confines() {
    let zone = TrustZone::new("123456789012");
    for (value, is_open) in [
        ("o-a1b2c3d4e5", false),
        ("${aws:ResourceOrgID}", false),
        ("o-*", false),
        ("*", false),
        ("o-", false),
        ("${aws:PrincipalOrgID}", true),
    ] {
        let document = policy(conditional("StringEquals", "aws:PrincipalOrgID", json!(value)));
        assert_eq!(
            !judged(&[&document], Resource, &Rules { zone: zone.clone(), ..rules() }).is_empty(),
            is_open,
            "{value}"
        );
    }
}
