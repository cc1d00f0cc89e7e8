//! Identity policies that make their holder an administrator.

mod common;

use common::{document, narrowed, offending, policy, rows, violations, zone};
use iam_policy::{Decision, PolicyKind::Identity, decide};
use serde_json::{Value, json};

/// The statements that cause a violation.
fn check(statements: Value, expected: &[usize]) {
    let document = policy(statements);
    assert_eq!(offending(&document, Identity), expected, "{}", document.to_json());
    for violation in violations(&document, Identity) {
        let decision = decide(&document, Identity, &violation.witness);
        assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
    }
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

fn on(resources: &[&str]) -> Value {
    json!([{"Effect": "Allow", "Action": "iam:*", "Resource": resources}])
}

fn is_admin(statements: Value) {
    check(statements, &[0]);
}

fn is_not_admin(statements: Value) {
    check(statements, &[]);
}

#[test]
fn actions() {
    for action in
        ["*", "**", "*:*", "i*:*", "iam:*", "IAM:*", "iam:Put?olePolicy", "IAM:Put?olePolicy", "iam:putuserpolicy"]
    {
        is_admin(json!([allow(action, "*")]));
    }
    for action in ["iam:AttachGroupPolicy", "iam:CreatePolicyVersion", "iam:Create*", "*Policy", "ia?:Attach*"] {
        is_admin(json!([allow(action, "*")]));
    }
    for action in ["s3:*", "iam:Get*", "iam:PassRole", "iam:CreatePolicy", "iam", "iam:", "", "iam:PutRolePolicyX"] {
        is_not_admin(json!([allow(action, "*")]));
    }
}

#[test]
fn not_actions() {
    let except = |actions: Value| json!([{"Effect": "Allow", "NotAction": actions, "Resource": "*"}]);
    is_admin(except(json!("s3:*")));
    is_admin(except(json!([])));
    is_admin(except(json!(["iam:Put*", "iam:Attach*"])));
    is_admin(except(json!(["iam:*Policy", "organizations:*"])));
    is_not_admin(except(json!(["iam:*", "organizations:*", "account:*"])));
    is_not_admin(except(json!(["IAM:*"])));
    is_not_admin(except(json!("*")));
    is_not_admin(except(json!(["iam:Put*Policy", "iam:Attach*", "iam:CreatePolicyVersion"])));
}

#[test]
fn resources() {
    for resource in [
        "*",
        "*:*",
        "arn:*",
        "arn:aws:*",
        "arn:aws:iam::*",
        "arn:aws:iam::123456789012:*",
        "arn:*:iam::*:*",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::123456789012:role/*",
        "arn:aws:iam::*:user/*",
        "arn:aws:iam::*:group/*",
        "arn:aws:iam::*:policy/*",
        "arn:aws:iam::*:r*",
        "arn:aws:iam::*:role/${aws:PrincipalTag/team}*",
        "arn:aws:iam::${aws:PrincipalAccount}:role/*",
        "arn:aws:iam::*:user/${aws:username}",
        "arn:aws-cn:iam::*:role/*",
    ] {
        is_admin(on(&[resource]));
    }
    for resource in [
        "arn:aws:iam::*:role/app-*",
        "arn:aws:iam::*:role/app/*",
        "arn:aws:iam::*:role/a*",
        "arn:aws:iam::*:role/????????",
        "arn:aws:iam::999999999999:role/*",
        "arn:aws:iam::*:role",
        "arn:aws:iam::*:instance-profile/*",
        "arn:aws:s3:::*",
        "arn:aws:iam::*:user/x${*}",
    ] {
        is_not_admin(on(&[resource]));
    }
    is_not_admin(json!([allow("iam:PutUserPolicy", "arn:aws:iam::*:role/*")]));
    is_not_admin(json!([{"Effect": "Allow", "Action": "*", "Resource": []}]));
}

#[test]
fn not_resources() {
    let except = |resources: Value| json!([{"Effect": "Allow", "Action": "iam:*", "NotResource": resources}]);
    is_admin(except(json!("arn:aws:s3:::harmless")));
    is_admin(except(json!("arn:aws:iam::*:role/admin")));
    is_admin(except(json!([])));
    is_admin(except(json!("arn:aws:iam::*:role/*")));
    is_not_admin(except(json!("*")));
    is_not_admin(except(json!("arn:aws:iam::*:*")));
}

#[test]
fn split_over_statements() {
    check(json!([allow("iam:Put*", "arn:aws:iam::*:user/*"), allow("s3:*", "*"), allow("iam:Attach*", "*")]), &[0, 2]);
    check(json!([allow("iam:*", "arn:aws:iam::*:role/a*"), allow("iam:*", "arn:aws:iam::*:role/b*")]), &[]);
    let by_letter: Vec<Value> = ('a'..='z')
        .chain('A'..='Z')
        .map(|c| allow("iam:PutRolePolicy", &format!("arn:aws:iam::*:role/{c}*")))
        .collect();
    check(json!(by_letter), &(0..52).collect::<Vec<_>>());
}

#[test]
fn denies() {
    let all = allow("*", "*");
    is_not_admin(json!([all, deny("iam:*", "*")]));
    is_not_admin(json!([all, deny("*", "*")]));
    is_not_admin(json!([all, deny("iam:*Policy*", "*")]));
    is_not_admin(json!([deny("iam:*", "arn:aws:iam::*:*"), all]));
    is_not_admin(json!([all, {"Effect": "Deny", "NotAction": ["s3:*", "ec2:*"], "Resource": "*"}]));
    is_not_admin(json!([all, {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:role/app-*"}]));
    is_admin(json!([all, deny("iam:PutRolePolicy", "*")]));
    is_admin(json!([all, deny("iam:*", "arn:aws:iam::*:role/admin")]));
    is_admin(json!([all, deny("iam:*", "arn:aws:iam::*:role/*")]));
    is_admin(json!([all, deny("iam:*", "arn:aws:iam::999999999999:*")]));
    // What is not certainly denied is not denied.
    is_admin(json!([all, deny("iam:*", "arn:aws:iam::*")]));
    is_admin(json!([all, deny("iam:*", "arn:aws:iam::*:*${aws:username}")]));
    let conditional = |operator: &str, key: &str, value: &str| json!([all, {"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {operator: {key: value}}}]);
    is_admin(conditional("BoolIfExists", "aws:MultiFactorAuthPresent", "false"));
    is_admin(conditional("StringNotEquals", "aws:PrincipalTag/team", "admin"));
    is_admin(conditional("StringEquals", "aws:RequestedRegion", "eu-west-1"));
    is_admin(conditional("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"));
    is_not_admin(conditional("StringLikeIfExists", "aws:PrincipalTag/team", "*"));
}

fn conditions(operator: &str, key: &str, values: Value) -> Value {
    json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {operator: {key: values}}}])
}

#[test]
fn confining_conditions() {
    for (operator, key, values) in [
        ("StringEquals", "iam:PermissionsBoundary", json!("arn:aws:iam::123456789012:policy/boundary")),
        ("ArnEquals", "iam:permissionsboundary", json!("arn:aws:iam::123456789012:policy/boundary")),
        ("StringEquals", "aws:ResourceTag/team", json!("data")),
        ("StringLike", "aws:ResourceTag/team", json!("data-*")),
        ("StringEquals", "aws:ResourceTag/team", json!("x-${aws:PrincipalTag/team}")),
        ("StringEquals", "aws:ResourceTag/team", json!("${aws:PrincipalTag/department}x")),
        ("StringEquals", "iam:ResourceTag/team", json!("data")),
        ("StringEquals", "aws:RequestTag/team", json!(["data", "ml"])),
        ("ArnEquals", "iam:PolicyARN", json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
        ("ArnLike", "iam:PolicyArn", json!("arn:aws:iam::*:policy/CodeStar_*")),
        ("StringEquals", "iam:PassedToService", json!("ec2.amazonaws.com")),
        ("StringLike", "s3:prefix", json!("*")),
        ("StringEquals", "aws:PrincipalOrgID", json!([])),
    ] {
        is_not_admin(conditions(operator, key, values));
    }
}

#[test]
fn conditions_that_confine_nothing() {
    for (operator, key, values) in [
        ("StringEqualsIfExists", "iam:PermissionsBoundary", json!("arn:aws:iam::123456789012:policy/boundary")),
        ("StringEquals", "iam:PermissionsBoundary", json!("arn:aws:iam::aws:policy/AdministratorAccess")),
        ("StringNotEquals", "iam:PermissionsBoundary", json!("arn:aws:iam::123456789012:policy/boundary")),
        ("ArnLike", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/*")),
        ("ArnEquals", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/Admin*")),
        ("ArnNotEquals", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/AdministratorAccess")),
        ("ForAllValues:StringEquals", "iam:PolicyARN", json!("arn:aws:iam::aws:policy/ReadOnlyAccess")),
        ("StringLike", "aws:ResourceTag/team", json!("*")),
        ("StringLike", "aws:ResourceTag/team", json!(["data", "?*"])),
        ("StringNotEquals", "aws:ResourceTag/team", json!("data")),
        ("StringEquals", "aws:ResourceTag/team", json!("${aws:ResourceTag/team}")),
        // The holder has that very tag, and writes its own policy.
        ("StringEquals", "aws:ResourceTag/team", json!("${aws:PrincipalTag/team}")),
        ("StringEquals", "iam:ResourceTag/team", json!("${aws:PrincipalTag/team}")),
        ("Null", "aws:ResourceTag/team", json!("true")),
        ("Null", "aws:PrincipalArn", json!("false")),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "10.0.0.0/8"])),
        ("Bool", "aws:MultiFactorAuthPresent", json!("true")),
        ("Bool", "aws:MultiFactorAuthPresent", json!(true)),
        ("StringEquals", "aws:SourceVpce", json!("vpce-1a2b3c")),
        ("StringEquals", "aws:SourceVpc", json!("vpc-1a2b3c")),
        ("IpAddress", "aws:SourceIp", json!("0.0.0.0/0")),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "::/0"])),
        ("IpAddress", "aws:SourceIp", json!(["0.0.0.0/1", "128.0.0.0/1"])),
        ("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")),
        ("Bool", "aws:MultiFactorAuthPresent", json!("false")),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", json!("true")),
        ("Bool", "aws:SecureTransport", json!("true")),
        ("DateLessThan", "aws:CurrentTime", json!("2999-01-01T00:00:00Z")),
        ("DateGreaterThan", "aws:TokenIssueTime", json!("2020-01-01T00:00:01Z")),
        ("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::123456789012:role/*")),
        ("StringEquals", "aws:PrincipalOrgID", json!("o-ours")),
        ("StringEquals", "aws:PrincipalAccount", json!("123456789012")),
        ("StringEquals", "aws:RequestedRegion", json!("us-east-1")),
        ("ForAnyValue:StringEquals", "aws:CalledVia", json!("cloudformation.amazonaws.com")),
        ("StringNotEquals", "s3:prefix", json!("x")),
        ("StringNotEquals", "aws:PrincipalOrgID", json!([])),
    ] {
        is_admin(conditions(operator, key, values));
    }
}

#[test]
fn a_condition_that_confines_is_enough() {
    let both = json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:ResourceTag/team": "data"}});
    is_not_admin(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": both}]));
}

#[test]
fn variables_are_literal_before_2012() {
    let resource = "arn:aws:iam::*:user/${aws:username}";
    let old = document(json!({"Version": "2008-10-17", "Statement": allow("iam:*", resource)}));
    assert!(violations(&old, Identity).is_empty());
}

fn narrows(statements: Value, expected: Value) {
    let document = policy(statements);
    assert_eq!(narrowed(&document, Identity), Some(expected), "{}", document.to_json());
}

#[test]
fn narrowing_drops_what_is_needed_and_no_more() {
    let (read, admin, put) = (allow("s3:GetObject", "*"), allow("*", "*"), allow("iam:Put*", "*"));
    narrows(json!([read, admin, allow("iam:Put*Policy", "*")]), json!([read]));
    let harmless =
        json!(["iam:PutAccountProperties", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"]);
    let rest = json!({"Effect": "Allow", "Action": harmless, "Resource": "*"});
    narrows(json!([read, admin, put]), json!([read, rest]));
    narrows(json!([admin]), json!([]));
    narrows(json!(admin), json!([]));
    narrows(json!([admin, deny("s3:*", "*")]), json!([deny("s3:*", "*")]));
    assert_eq!(narrowed(&policy(json!([read])), Identity), None);
}

#[test]
fn narrowing_a_union_keeps_what_names_no_list_of_letters() {
    let by_letter = |c: char| allow("iam:PutRolePolicy", &format!("arn:aws:iam::*:role/{c}*"));
    let letters: Vec<char> = ('a'..='z').chain('A'..='L').collect();
    let document = policy(letters.iter().map(|c| by_letter(*c)).collect());
    let kept = narrowed(&document, Identity).expect("narrowed");
    assert_eq!(kept.as_array().map(Vec::len), Some(8), "one less than a list of letters");
}

#[test]
fn managed_policies_that_make_an_administrator() {
    let mut found = Vec::new();
    for row in rows(include_str!("data/managed_policies.jsonl")) {
        let document = document(row["document"].clone());
        for violation in violations(&document, Identity) {
            let decision = decide(&document, Identity, &violation.witness);
            assert_eq!(decision, Decision::Allow, "{}: {:?}", row["name"], violation.witness);
            found.push(json!({"policy": row["name"], "statements": violation.statements.iter().map(|at| at.statement).collect::<Vec<_>>(), "detail": violation.to_string()}));
        }
    }
    insta::assert_json_snapshot!(found);
}

#[test]
fn vulnerable_policies() {
    let mut found = Vec::new();
    for row in rows(include_str!("data/iam_vulnerable.jsonl")).filter(|r| r["kind"] == "identity") {
        let verdict = !violations(&document(row["policy"].clone()), Identity).is_empty();
        found.push(format!("{} {}: {}", if verdict { "admin" } else { "-    " }, row["owner"], row["label"]));
    }
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn another_partition() {
    let mut china = zone();
    china.partition = "aws-cn".to_owned();
    let document = policy(on(&["arn:aws-cn:iam::*:role/*"]));
    let rules = iam_policy::Rules { zone: china, ..common::rules() };
    assert!(!common::judged(&[&document], Identity, &rules).is_empty());
}

/// Patterns that are slow to match must not spend the budget before the one that grants everything is looked at.
#[test]
fn a_slow_pattern_beside_a_broad_one_hides_nothing() {
    let slow = [
        format!("arn:aws:iam::*:role/*a*{}", "a".repeat(5_000)),
        format!("arn:aws:iam::*:role/{}", "*".repeat(5_000)),
        format!("arn:aws:iam::*:role/{}", "*?".repeat(2_500)),
    ];
    for slow in slow {
        is_admin(json!({"Effect": "Allow", "Action": "*", "Resource": [slow, "*"]}));
    }
}
