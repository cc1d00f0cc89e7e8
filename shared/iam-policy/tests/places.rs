//! Where the resources of identity policies are looked for, and where the steps of a way are taken.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a helper of tests fails the test")]

mod common;

use common::{document, judged, policy};
use iam_policy::{
    Document, Holding, Judgement, PolicyKind, PolicyKind::Identity, Rules, TrustZone, ViolationKind, judge,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OWN: &str = "111111111111";

fn allow(action: Value, resource: Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn with(mut statement: Value, key: &str, value: Value) -> Value {
    statement[key] = value;
    statement
}

fn only_if(statement: Value, condition: Value) -> Value {
    with(statement, "Condition", condition)
}

fn deny_unless(action: &str, condition: Value) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition})
}

fn found(account: &str, statements: &[Value], limits: &[Value]) -> BTreeSet<ViolationKind> {
    let held = policy(json!(statements));
    let limits: Vec<Document> = limits.iter().map(|limit| policy(limit.clone())).collect();
    let (held, limits): (Vec<&Document>, Vec<&Document>) = (vec![&held], limits.iter().collect());
    let holding = Holding { limits: &limits, ..Holding::of(&held, Identity) };
    match judge(&holding, &Rules::all(TrustZone::new(account))) {
        Judgement::Decided(found) => found.into_iter().map(|violation| violation.kind).collect(),
        Judgement::Undetermined(why) => panic!("{why}"),
    }
}

#[track_caller]
fn check(account: &str, statements: &[Value], kind: ViolationKind, expected: bool) {
    assert_eq!(found(account, statements, &[]).contains(&kind), expected, "{account} {}", json!(statements));
}

#[test]
fn every_home_that_something_names() {
    use ViolationKind::{Admin, KmsDecrypt, PrivilegeEscalation, ProtectedData};
    let iam = || allow(json!("iam:*"), json!("*"));
    let lambda = || allow(json!("lambda:UpdateFunctionCode"), json!("*"));
    for (account, statements, kind) in [
        // Accounts that are written with wildcards.
        ("", vec![allow(json!("iam:*"), json!("arn:aws:iam::1111*:*"))], Admin),
        ("", vec![allow(json!("iam:*"), json!("arn:aws:iam::*11:*"))], Admin),
        ("", vec![allow(json!("kms:Decrypt"), json!("arn:aws:kms:*:11111111111?:key/*"))], KmsDecrypt),
        (
            "",
            vec![only_if(
                allow(json!("secretsmanager:GetSecretValue"), json!("*")),
                json!({"StringLike": {"aws:ResourceAccount": "2222*"}}),
            )],
            ProtectedData,
        ),
        // Those that a Deny leaves.
        (
            "",
            vec![
                iam(),
                deny_unless("*", json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/a"}})),
            ],
            Admin,
        ),
        (
            "",
            vec![iam(), deny_unless("*", json!({"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}))],
            Admin,
        ),
        ("", vec![iam(), deny_unless("*", json!({"StringNotLike": {"aws:ResourceAccount": "2222*"}}))], Admin),
        (
            "",
            vec![lambda(), json!({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:lambda:*:222222222222:*"})],
            PrivilegeEscalation,
        ),
        // The example of an account is not one that a Deny names.
        ("", vec![iam(), json!({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:iam::123456789012:*"})], Admin),
        ("", vec![iam(), deny_unless("*", json!({"StringLike": {"aws:PrincipalAccount": "12345678901?"}}))], Admin),
        // Partitions, by their names and by their regions.
        (
            OWN,
            vec![lambda(), json!({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws-cn:lambda:*:*:*"})],
            PrivilegeEscalation,
        ),
        (OWN, vec![only_if(iam(), json!({"StringEquals": {"aws:RequestedRegion": "cn-north-1"}}))], Admin),
        (OWN, vec![only_if(iam(), json!({"StringLike": {"aws:RequestedRegion": "us-gov-*"}}))], Admin),
        (
            OWN,
            vec![iam(), deny_unless("*", json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:role/a"}}))],
            Admin,
        ),
    ] {
        check(account, &statements, kind, true);
    }
    // IAM's requests in the partition of an account have one region.
    check(OWN, &[only_if(iam(), json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))], Admin, false);
    check(OWN, &[allow(json!("iam:*"), json!("arn:aws:iam::222222222222:*"))], Admin, false);
    for limit in [
        json!([allow(json!("*"), json!("arn:aws:iam::222222222222:*"))]),
        json!([
            allow(json!("*"), json!("*")),
            deny_unless("*", json!({"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}))
        ]),
        json!([allow(json!("*"), json!("arn:aws-cn:iam::*:*"))]),
    ] {
        assert!(found("", &[iam()], std::slice::from_ref(&limit)).contains(&Admin), "{limit}");
    }
}

#[test]
fn what_is_of_another_account() {
    use ViolationKind::{Admin, KmsDecrypt, PrivilegeEscalation, ProtectedData};
    let theirs = json!({"StringEquals": {"aws:ResourceAccount": "222222222222"}});
    for (statement, kind, expected) in [
        (allow(json!("sts:AssumeRole"), json!("arn:aws:iam::222222222222:role/*")), PrivilegeEscalation, true),
        (allow(json!("sts:AssumeRole"), json!("arn:aws:iam::222222222222:role/app")), PrivilegeEscalation, false),
        (allow(json!("kms:Decrypt"), json!("arn:aws:kms:*:222222222222:key/*")), KmsDecrypt, true),
        (
            allow(json!("secretsmanager:GetSecretValue"), json!("arn:aws:secretsmanager:*:222222222222:secret:*")),
            ProtectedData,
            true,
        ),
        (only_if(allow(json!("secretsmanager:GetSecretValue"), json!("*")), theirs.clone()), ProtectedData, true),
        (
            allow(json!("secretsmanager:PutSecretValue"), json!("arn:aws:secretsmanager:*:222222222222:secret:*")),
            ProtectedData,
            true,
        ),
        (allow(json!("kms:PutKeyPolicy"), json!("arn:aws:kms:*:222222222222:key/*")), KmsDecrypt, false),
        (
            allow(json!("dynamodb:PartiQLSelect"), json!("arn:aws:dynamodb:*:222222222222:table/*")),
            ProtectedData,
            false,
        ),
        (
            allow(json!("lambda:UpdateFunctionCode"), json!("arn:aws:lambda:*:222222222222:function:*")),
            PrivilegeEscalation,
            false,
        ),
        // No policy of a role or a user in another account lets anybody change it.
        (allow(json!("iam:PutRolePolicy"), json!("arn:aws:iam::222222222222:role/*")), Admin, false),
        (only_if(allow(json!("iam:PutRolePolicy"), json!("*")), theirs), Admin, false),
    ] {
        check(OWN, &[statement], kind, expected);
    }
}

#[test]
fn steps_of_a_way_are_taken_in_one_place() {
    use ViolationKind::PrivilegeEscalation;
    let pass = || allow(json!("iam:PassRole"), json!("*"));
    let function =
        |action: &str, place: &str| allow(json!(action), json!(format!("arn:aws:lambda:{place}:function:*")));
    let machine = |action: &str, region: &str| {
        allow(json!(action), json!(format!("arn:aws:states:{region}:111111111111:stateMachine:*")))
    };
    let in_region =
        |statement: Value, region: &str| only_if(statement, json!({"StringEquals": {"aws:RequestedRegion": region}}));
    let (make, run) = ("lambda:CreateFunction", "lambda:InvokeFunction");
    for (account, statements, expected) in [
        (OWN, vec![pass(), function(make, "eu-west-1:111111111111"), function(run, "eu-west-1:111111111111")], true),
        (OWN, vec![pass(), function(make, "eu-*:*"), function(run, "*-west-1:*")], true),
        (OWN, vec![pass(), function(make, "eu-west-1:111111111111"), function(run, "us-west-2:111111111111")], false),
        (
            OWN,
            vec![machine("states:UpdateStateMachine", "eu-west-1"), machine("states:StartExecution", "eu-west-1")],
            true,
        ),
        (
            OWN,
            vec![machine("states:UpdateStateMachine", "eu-west-1"), machine("states:StartExecution", "us-west-2")],
            false,
        ),
        (
            "",
            vec![
                allow(json!("iam:PassRole"), json!("arn:aws:iam::222222222222:role/*")),
                function(make, "*:222222222222"),
                function(run, "*:222222222222"),
            ],
            true,
        ),
        (
            "",
            vec![
                allow(json!("iam:PassRole"), json!("arn:aws:iam::222222222222:role/*")),
                function(make, "*:333333333333"),
                function(run, "*:333333333333"),
            ],
            false,
        ),
        (
            OWN,
            vec![
                allow(json!("iam:PassRole"), json!("arn:aws-cn:iam::*:role/*")),
                function(make, "*:*"),
                function(run, "*:*"),
            ],
            false,
        ),
        // A role is passed where the function is made, not to IAM.
        (OWN, vec![in_region(allow(json!(["iam:PassRole", make, run]), json!("*")), "eu-west-1")], true),
        (OWN, vec![in_region(pass(), "eu-west-1"), function(make, "eu-west-1:*"), function(run, "eu-west-1:*")], true),
        (OWN, vec![in_region(pass(), "eu-west-1"), function(make, "us-west-2:*"), function(run, "us-west-2:*")], false),
        // An instance is started from an image.
        (OWN, vec![pass(), allow(json!("ec2:RunInstances"), json!("*"))], true),
        (
            OWN,
            vec![
                pass(),
                allow(json!("ec2:RunInstances"), json!(["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*::image/*"])),
            ],
            true,
        ),
        (OWN, vec![pass(), allow(json!("ec2:RunInstances"), json!("arn:aws:ec2:*::image/*"))], false),
    ] {
        check(account, &statements, PrivilegeEscalation, expected);
    }
}

#[test]
fn services_by_the_names_of_their_partition() {
    use ViolationKind::{PassRole, PrivilegeEscalation};
    let pass = |partition: &str, operator: &str, service: &str| {
        let passing = allow(json!("iam:PassRole"), json!(format!("arn:{partition}:iam::*:role/*")));
        only_if(passing, json!({operator: {"iam:PassedToService": service}}))
    };
    let run = || allow(json!("ec2:RunInstances"), json!("*"));
    for (statements, kind, expected) in [
        (vec![pass("aws-cn", "StringEquals", "ec2.amazonaws.com.cn"), run()], PrivilegeEscalation, true),
        (vec![pass("aws-cn", "StringEquals", "ec2.amazonaws.com"), run()], PrivilegeEscalation, true),
        (vec![pass("aws", "StringEquals", "ec2.amazonaws.com.cn"), run()], PrivilegeEscalation, false),
        (vec![pass("aws-cn", "StringLike", "*.amazonaws.com.cn")], PassRole, true),
        (vec![pass("aws-cn", "StringLike", "ec2.*")], PassRole, false),
    ] {
        check(OWN, &statements, kind, expected);
    }
}

/// The kinds found in a policy of who is let in.
fn entering(kind: PolicyKind, principal: Value, condition: Value) -> BTreeSet<ViolationKind> {
    let action = if kind == PolicyKind::Trust { "sts:AssumeRole" } else { "kms:*" };
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition});
    if kind == PolicyKind::Resource {
        statement["Resource"] = json!("*");
    }
    let document = document(json!({"Version": "2012-10-17", "Statement": [statement]}));
    let zone = TrustZone { partition: String::new(), ..TrustZone::new(OWN) };
    let found = judged(&[&document], kind, &Rules::all(zone));
    found.into_iter().map(|violation| violation.kind).collect()
}

#[test]
fn whoever_is_let_in_says_the_partition() {
    use PolicyKind::{Resource, Trust};
    use ViolationKind::ForeignPrincipal;
    let source = |arn: &str| json!({"ArnLike": {"aws:SourceArn": arn}});
    for (kind, principal, condition, is_foreign) in [
        (Trust, json!({"AWS": "arn:aws-cn:iam::111111111111:root"}), json!({}), false),
        (Trust, json!({"AWS": "arn:aws-cn:iam::222222222222:root"}), json!({}), true),
        (Resource, json!({"AWS": "arn:aws-us-gov:iam::111111111111:root"}), json!({}), false),
        (
            Trust,
            json!({"AWS": ["arn:aws-cn:iam::111111111111:root", "arn:aws:iam::111111111111:root"]}),
            json!({}),
            true,
        ),
        (
            Trust,
            json!({"Service": "states.amazonaws.com"}),
            source("arn:aws-cn:states:cn-north-1:111111111111:stateMachine:*"),
            false,
        ),
        (Trust, json!({"Service": "ec2.amazonaws.com.cn"}), json!({}), false),
    ] {
        let found = entering(kind, principal.clone(), condition);
        assert_eq!(found.contains(&ForeignPrincipal), is_foreign, "{principal}");
        assert!(!found.contains(&ViolationKind::ConfusedDeputy), "{principal}");
    }
}

/// Accounts, regions and names of a witness are such as there can be.
#[test]
fn witnesses_have_accounts() {
    for (principal, condition, key, expected) in [
        (
            json!({"AWS": "*"}),
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}),
            "",
            "arn:aws:iam::999999999999:role/admin",
        ),
        (
            json!({"AWS": "*"}),
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::11111111111?:role/admin"}}),
            "",
            "arn:aws:iam::111111111112:role/admin",
        ),
        (
            json!({"Service": "states.amazonaws.com"}),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:states:*:*:stateMachine:x"}}),
            "aws:SourceArn",
            "arn:aws:states:us-east-1:999999999999:stateMachine:x",
        ),
        (
            json!({"Service": "states.amazonaws.com"}),
            json!({"StringLike": {"aws:SourceAccount": "22*"}}),
            "aws:SourceAccount",
            "229999999999",
        ),
    ] {
        let statement =
            json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition});
        let document = document(json!({"Version": "2012-10-17", "Statement": [statement]}));
        let found = judged(&[&document], PolicyKind::Trust, &Rules::all(TrustZone::new(OWN)));
        let witness = &found.first().expect("a finding").witness;
        let shown =
            if key.is_empty() { Some(&witness.principal) } else { witness.context.get(key).and_then(|v| v.first()) };
        assert_eq!(shown.map(String::as_str), Some(expected), "{condition}");
    }
}
