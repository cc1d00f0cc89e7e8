//! What the holder can bring about: tags that it sets, things that it makes, policies that it writes.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{document, zone};
use iam_policy::{Breach, Document, Holding, Judgement, PolicyKind, Rules, TrustZone, ViolationKind, judge};
use serde_json::{Value, json};

const OWN: &str = "arn:aws:iam::123456789012";

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

fn deny(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": actions, "Resource": resource})
}

fn policy(statements: &[Value]) -> Document {
    document(json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The ways of a kind that are found, each as its actions.
fn ways(statements: &[Value], kind: ViolationKind) -> Vec<Vec<String>> {
    let document = policy(statements);
    let Judgement::Decided(found) = judge(&Holding::of(&[&document], PolicyKind::Identity), &Rules::of(zone(), [kind]))
    else {
        panic!("undetermined")
    };
    let of = |breach: Breach| match breach {
        Breach::Reach { ways, .. } => ways,
        other => panic!("{other:?}"),
    };
    found.into_iter().flat_map(|violation| of(violation.breach)).collect()
}

#[track_caller]
fn check(statements: &[Value], kind: ViolationKind, expected: Option<&[&str]>) {
    let found = ways(statements, kind);
    let first = found.first().map(|way| way.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(first.as_deref(), expected, "{}", policy(statements).to_json());
}

#[track_caller]
fn escalates(statements: &[Value], by: &[&str]) {
    check(statements, ViolationKind::PrivilegeEscalation, Some(by));
}

#[track_caller]
fn does_not(statements: &[Value]) {
    check(statements, ViolationKind::PrivilegeEscalation, None);
}

fn tagged(action: &str, key: &str) -> Value {
    when(allow(&[action], "*"), json!({"StringEquals": {key: "me"}}))
}

#[test]
fn a_tag_confines_unless_the_holder_sets_it() {
    let put = || tagged("iam:PutRolePolicy", "aws:ResourceTag/owner");
    does_not(&[put()]);
    escalates(&[allow(&["iam:TagRole"], "*"), put()], &["iam:PutRolePolicy", "iam:TagRole"]);
    escalates(
        &[allow(&["iam:*Tag*", "iam:Tag*"], "*"), tagged("iam:PutRolePolicy", "iam:ResourceTag/owner")],
        &["iam:PutRolePolicy", "iam:TagRole"],
    );
    // Of something else.
    does_not(&[allow(&["iam:TagUser"], "*"), put()]);
    does_not(&[allow(&["iam:UntagRole"], "*"), put()]);
    does_not(&[allow(&["iam:TagRole"], &format!("{OWN}:role/app-*")), put()]);
    does_not(&[allow(&["iam:TagRole"], "*"), deny(&["iam:TagRole"], "*"), put()]);
    // The tag's own conditions.
    let with = |condition: Value| when(allow(&["iam:TagRole"], "*"), condition);
    escalates(
        &[with(json!({"StringEquals": {"aws:RequestTag/owner": ["you", "me"]}})), put()],
        &["iam:PutRolePolicy", "iam:TagRole"],
    );
    does_not(&[with(json!({"StringEquals": {"aws:RequestTag/owner": "you"}})), put()]);
    does_not(&[with(json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}})), put()]);
    escalates(
        &[with(json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "owner"]}})), put()],
        &["iam:PutRolePolicy", "iam:TagRole"],
    );
    does_not(&[with(json!({"StringEquals": {"aws:ResourceTag/team": "mine"}})), put()]);
    // Nobody sets AWS's own.
    does_not(&[
        allow(&["iam:TagRole"], "*"),
        tagged("iam:PutRolePolicy", "aws:ResourceTag/aws:cloudformation:stack-name"),
    ]);
}

#[test]
fn the_tags_of_other_services() {
    let start = || tagged("ssm:StartSession", "ssm:resourceTag/owner");
    does_not(&[start()]);
    escalates(&[allow(&["ec2:CreateTags"], "*"), start()], &["ssm:StartSession", "ec2:CreateTags"]);
    let on_creation =
        when(allow(&["ec2:CreateTags"], "*"), json!({"StringEquals": {"ec2:CreateAction": "RunInstances"}}));
    does_not(&[on_creation, start()]);
    let read = || tagged("s3:GetObject", "s3:ExistingObjectTag/owner");
    check(&[read()], ViolationKind::ProtectedData, None);
    check(
        &[allow(&["s3:PutObjectTagging"], "*"), read()],
        ViolationKind::ProtectedData,
        Some(&["s3:GetObject", "s3:PutObjectTagging"]),
    );
    check(&[allow(&["s3:PutBucketTagging"], "*"), read()], ViolationKind::ProtectedData, None);
    let code = || tagged("lambda:UpdateFunctionCode", "aws:ResourceTag/owner");
    escalates(
        &[allow(&["lambda:TagResource"], "arn:aws:lambda:eu-west-1:123456789012:function:*"), code()],
        &["lambda:UpdateFunctionCode", "lambda:TagResource"],
    );
    let secret = || tagged("secretsmanager:GetSecretValue", "secretsmanager:ResourceTag/owner");
    check(
        &[allow(&["secretsmanager:TagResource"], "*"), secret()],
        ViolationKind::ProtectedData,
        Some(&["secretsmanager:GetSecretValue", "secretsmanager:TagResource"]),
    );
    let key = || tagged("kms:Decrypt", "aws:ResourceTag/owner");
    check(
        &[allow(&["kms:TagResource"], "*"), key()],
        ViolationKind::KmsDecrypt,
        Some(&["kms:Decrypt", "kms:TagResource"]),
    );
    check(&[key()], ViolationKind::KmsDecrypt, None);
}

#[test]
fn a_tag_as_a_variable() {
    let same = json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    let put = || when(allow(&["iam:PutRolePolicy"], "*"), same.clone());
    does_not(&[put()]);
    escalates(&[allow(&["iam:TagRole"], "*"), put()], &["iam:PutRolePolicy", "iam:TagRole"]);
}

#[test]
fn what_the_holder_makes_is_not_limited_by_its_name() {
    let role = format!("{OWN}:role/app-*");
    let make = |actions: &[&str]| allow(actions, &role);
    escalates(&[make(&["iam:CreateRole", "iam:AttachRolePolicy"])], &["iam:AttachRolePolicy", "iam:CreateRole"]);
    escalates(&[make(&["iam:CreateRole", "iam:PutRolePolicy"])], &["iam:PutRolePolicy", "iam:CreateRole"]);
    escalates(&[make(&["sts:AssumeRole", "iam:PutRolePolicy"])], &["iam:PutRolePolicy", "sts:AssumeRole"]);
    escalates(
        &[make(&["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"])],
        &["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"],
    );
    does_not(&[make(&["iam:CreateRole"])]);
    does_not(&[make(&["iam:AttachRolePolicy", "iam:PutRolePolicy"])]);
    does_not(&[make(&["iam:CreateRole"]), allow(&["iam:AttachRolePolicy"], &format!("{OWN}:role/other-*"))]);
    // Names that meet.
    escalates(
        &[make(&["iam:CreateRole"]), allow(&["iam:AttachRolePolicy"], &format!("{OWN}:role/*-prod"))],
        &["iam:AttachRolePolicy", "iam:CreateRole"],
    );
    does_not(&[
        make(&["iam:CreateRole", "iam:AttachRolePolicy"]),
        deny(&["iam:AttachRolePolicy"], &format!("{OWN}:role/app-*")),
    ]);
    let user = format!("{OWN}:user/ci-*");
    escalates(
        &[allow(&["iam:CreateAccessKey", "iam:PutUserPolicy"], &user)],
        &["iam:PutUserPolicy", "iam:CreateAccessKey"],
    );
    let group = format!("{OWN}:group/ci-*");
    escalates(
        &[allow(&["iam:AddUserToGroup", "iam:AttachGroupPolicy"], &group)],
        &["iam:AttachGroupPolicy", "iam:AddUserToGroup"],
    );
}

#[test]
fn a_boundary_or_the_policies_that_may_be_attached_limit_it() {
    let role = format!("{OWN}:role/app-*");
    let bound = json!({"StringEquals": {"iam:PermissionsBoundary": format!("{OWN}:policy/boundary")}});
    let make = || when(allow(&["iam:CreateRole"], &role), bound.clone());
    let attach = || allow(&["iam:AttachRolePolicy"], &role);
    does_not(&[make(), attach()]);
    does_not(&[allow(&["iam:CreateRole"], &role), when(attach(), bound.clone())]);
    escalates(
        &[make(), attach(), allow(&["iam:DeleteRolePermissionsBoundary"], &role)],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"],
    );
    // The boundary is the holder's own.
    escalates(
        &[make(), attach(), allow(&["iam:CreatePolicyVersion"], &format!("{OWN}:policy/bound*"))],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:CreatePolicyVersion"],
    );
    let only = |arn: &str| when(attach(), json!({"ArnLike": {"iam:PolicyARN": arn}}));
    let make = || allow(&["iam:CreateRole"], &role);
    does_not(&[make(), only("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")]);
    escalates(&[make(), only("arn:aws:iam::aws:policy/*")], &["iam:AttachRolePolicy", "iam:CreateRole"]);
    let own = format!("{OWN}:policy/app-*");
    does_not(&[make(), only(&own)]);
    escalates(
        &[make(), only(&own), allow(&["iam:CreatePolicy"], &own)],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:CreatePolicy"],
    );
    does_not(&[make(), only(&format!("{OWN}:policy/app-one")), allow(&["iam:CreatePolicy"], &own)]);
    escalates(
        &[make(), only(&format!("{OWN}:policy/app-one")), allow(&["iam:CreatePolicyVersion"], &own)],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:CreatePolicyVersion"],
    );
}

#[test]
fn keys_are_used_through_grants_and_their_policies() {
    let check = |statement: Value, expected: Option<&[&str]>| check(&[statement], ViolationKind::KmsDecrypt, expected);
    let grant = |condition: Value| when(allow(&["kms:CreateGrant"], "*"), condition);
    let found: Option<&[&str]> = Some(&["kms:CreateGrant"]);
    check(allow(&["kms:CreateGrant"], "*"), found);
    check(allow(&["kms:PutKeyPolicy"], "arn:aws:kms:eu-central-1:123456789012:key/*"), Some(&["kms:PutKeyPolicy"]));
    check(grant(json!({"Bool": {"kms:GrantIsForAWSResource": "true"}})), None);
    check(grant(json!({"Bool": {"kms:GrantIsForAWSResource": "false"}})), found);
    check(grant(json!({"BoolIfExists": {"kms:GrantIsForAWSResource": "false"}})), found);
    check(grant(json!({"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "DescribeKey"]}})), None);
    check(grant(json!({"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}})), found);
    check(grant(json!({"StringEquals": {"kms:GranteePrincipal": format!("{OWN}:role/backup")}})), None);
    check(grant(json!({"StringLike": {"kms:GranteePrincipal": format!("{OWN}:role/*")}})), found);
    check(grant(json!({"StringEquals": {"kms:ViaService": "rds.us-east-1.amazonaws.com"}})), None);
}

#[test]
fn places_are_those_of_the_policy() {
    let found = |zone: TrustZone, statements: &[Value], kind: ViolationKind| {
        let document = policy(statements);
        match judge(&Holding::of(&[&document], PolicyKind::Identity), &Rules::of(zone, [kind])) {
            Judgement::Decided(found) => found.first().map(|v| (v.witness.resource.clone(), v.assumed_account.clone())),
            Judgement::Undetermined(why) => panic!("{why}"),
        }
    };
    let own = || TrustZone::new("123456789012");
    let unknown = || TrustZone::new("");
    use ViolationKind as Kind;
    let at = |zone: TrustZone, action: &str, resource: &str, kind: Kind| {
        found(zone, &[allow(&[action], resource)], kind).is_some()
    };
    assert!(at(
        own(),
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-west-1:123456789012:function:*",
        Kind::PrivilegeEscalation
    ));
    assert!(at(
        own(),
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-*:123456789012:function:*",
        Kind::PrivilegeEscalation
    ));
    assert!(!at(
        own(),
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-west-1:222222222222:function:*",
        Kind::PrivilegeEscalation
    ));
    assert!(at(
        unknown(),
        "lambda:UpdateFunctionCode",
        "arn:aws:lambda:eu-west-1:222222222222:function:*",
        Kind::PrivilegeEscalation
    ));
    assert!(at(own(), "iam:PutRolePolicy", "arn:aws-us-gov:iam::123456789012:role/*", Kind::Admin));
    assert!(at(own(), "iam:PutRolePolicy", "arn:aws-new:iam::123456789012:role/*", Kind::Admin));
    assert!(at(own(), "kms:Decrypt", "arn:aws-cn:kms:cn-northwest-1:123456789012:key/*", Kind::KmsDecrypt));
    let assumed = found(unknown(), &[allow(&["iam:*"], "arn:aws:iam::111111111111:*")], Kind::Admin).expect("found");
    assert_eq!(assumed.1.as_deref(), Some("111111111111"));

    let region = |operator: &str, values: Value| json!({operator: {"aws:RequestedRegion": values}});
    let code = |condition: Value| {
        found(own(), &[when(allow(&["lambda:UpdateFunctionCode"], "*"), condition)], Kind::PrivilegeEscalation)
    };
    assert!(
        code(region("StringEquals", json!("eu-west-1"))).is_some_and(|(resource, _)| resource.contains(":eu-west-1:"))
    );
    assert!(code(region("StringNotEquals", json!(["us-east-1", "eu-west-1"]))).is_some());
    let elsewhere = |region: &str| {
        let mut denied = deny(&["*"], "*");
        denied["Condition"] = json!({"StringNotEquals": {"aws:RequestedRegion": region}});
        denied
    };
    let update = || allow(&["lambda:UpdateFunctionCode"], "*");
    assert!(found(own(), &[update(), elsewhere("eu-west-3")], Kind::PrivilegeEscalation).is_some());
    let there = || allow(&["lambda:UpdateFunctionCode"], "arn:aws:lambda:eu-west-1:123456789012:function:*");
    assert!(found(own(), &[there(), elsewhere("eu-west-3")], Kind::PrivilegeEscalation).is_none());
    // Requests to IAM are made to one region.
    let iam = |region: &str| {
        let put = when(allow(&["iam:PutRolePolicy"], "*"), json!({"StringEquals": {"aws:RequestedRegion": region}}));
        found(own(), &[put], Kind::Admin).is_some()
    };
    assert!(iam("us-east-1") && !iam("eu-west-1"));
}
