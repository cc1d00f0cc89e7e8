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
    // Who gives his sessions the tag that he has chooses none.
    let own = json!({"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}});
    let to_ci = || allow(&["sts:AssumeRole"], &format!("{OWN}:role/ci"));
    does_not(&[when(allow(&["sts:TagSession"], "*"), own), to_ci(), put()]);
    escalates(
        &[allow(&["sts:TagSession"], "*"), to_ci(), put()],
        &["iam:PutRolePolicy", "sts:AssumeRole", "sts:TagSession"],
    );
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

fn bounded(actions: &[&str], resource: &str, boundary: &str) -> Value {
    when(allow(actions, resource), json!({"ArnLike": {"iam:PermissionsBoundary": boundary}}))
}

#[test]
fn a_boundary_that_is_taken_away_is_none() {
    let (role, user) = (format!("{OWN}:role/app-*"), format!("{OWN}:user/app/*"));
    let bound = format!("{OWN}:policy/bound");
    let deletes = |kind: &str, resource: &str| allow(&[&format!("iam:Delete{kind}PermissionsBoundary")], resource);
    escalates(
        &[bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &bound), deletes("Role", &role)],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"],
    );
    escalates(
        &[bounded(&["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy"], &role, &bound), deletes("Role", &role)],
        &["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary"],
    );
    escalates(
        &[
            bounded(&["iam:PutRolePolicy"], &role, &bound),
            allow(&["sts:AssumeRole", "iam:PutRolePermissionsBoundary"], &role),
        ],
        &["iam:PutRolePolicy", "sts:AssumeRole", "iam:PutRolePermissionsBoundary"],
    );
    escalates(
        &[
            bounded(&["iam:CreateUser", "iam:AttachUserPolicy"], &user, &bound),
            allow(&["iam:CreateAccessKey"], &user),
            deletes("User", &user),
        ],
        &["iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:DeleteUserPermissionsBoundary"],
    );
    // It is exchanged for itself.
    does_not(&[bounded(&["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"], &role, &bound)]);
    does_not(&[bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &bound)]);
    does_not(&[
        bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &bound),
        deletes("Role", &format!("{OWN}:role/other")),
    ]);
}

#[test]
fn a_boundary_that_the_holder_writes_is_none() {
    let role = format!("{OWN}:role/app-*");
    let bound = format!("{OWN}:policy/bound-*");
    let write = || allow(&["iam:CreatePolicy"], &bound);
    escalates(
        &[bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &bound), write()],
        &["iam:AttachRolePolicy", "iam:CreateRole", "iam:CreatePolicy"],
    );
    does_not(&[bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &bound)]);
    // Of a role that is there already it is another's.
    does_not(&[bounded(&["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"], &role, &bound), write()]);
    // One that AWS keeps, and that bounds little.
    let aws = |name: &str| {
        bounded(&["iam:CreateRole", "iam:AttachRolePolicy"], &role, &format!("arn:aws:iam::aws:policy/{name}"))
    };
    escalates(&[aws("PowerUserAccess")], &["iam:AttachRolePolicy", "iam:CreateRole"]);
    does_not(&[aws("ViewOnlyAccess")]);
}

#[test]
fn what_may_be_attached_has_to_be_more() {
    let attach = |arn: &str| {
        when(allow(&["iam:AttachUserPolicy"], &format!("{OWN}:user/*")), json!({"ArnLike": {"iam:PolicyARN": arn}}))
    };
    for name in ["PowerUserAccess", "job-function/*", "AWSLambda_FullAccess", "AmazonEC2*"] {
        escalates(&[attach(&format!("arn:aws:iam::aws:policy/{name}"))], &["iam:AttachUserPolicy"]);
        check(&[attach(&format!("arn:aws:iam::aws:policy/{name}"))], ViolationKind::Admin, None);
    }
    for name in ["AmazonS3ReadOnlyAccess", "job-function/ViewOnlyAccess", "job-function/Billing"] {
        does_not(&[attach(&format!("arn:aws:iam::aws:policy/{name}"))]);
    }
}

#[test]
fn a_role_that_is_given_power_is_passed() {
    let role = format!("{OWN}:role/app-*");
    let pass = || allow(&["iam:PassRole"], &role);
    let run = || allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], "*");
    escalates(
        &[allow(&["iam:AttachRolePolicy"], &role), pass(), run()],
        &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "iam:AttachRolePolicy"],
    );
    escalates(
        &[allow(&["iam:PutRolePolicy"], &role), pass(), allow(&["ec2:RunInstances"], "*")],
        &["iam:PassRole", "ec2:RunInstances", "iam:PutRolePolicy"],
    );
    does_not(&[allow(&["iam:PutRolePolicy"], &role), pass()]);
    does_not(&[allow(&["iam:PutRolePolicy"], &role), run()]);
    does_not(&[allow(&["iam:PutRolePolicy"], &format!("{OWN}:role/other-*")), pass(), run()]);
    let to = |service: &str| when(pass(), json!({"StringEquals": {"iam:PassedToService": service}}));
    does_not(&[allow(&["iam:PutRolePolicy"], &role), to("glue.amazonaws.com"), run()]);
    let only = json!({"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}});
    does_not(&[when(allow(&["iam:AttachRolePolicy"], &role), only), pass(), run()]);
}

#[test]
fn on_oneself() {
    let on = |action: &str, name: &str| [allow(&[action], &format!("{OWN}:{name}"))];
    let own = "user/${aws:username}";
    escalates(&on("iam:DeleteUserPermissionsBoundary", own), &["iam:DeleteUserPermissionsBoundary"]);
    escalates(&on("iam:PutUserPermissionsBoundary", own), &["iam:PutUserPermissionsBoundary"]);
    does_not(&on("iam:CreateAccessKey", own));
    for name in [own, "user/team/${aws:username}", "user/*/${aws:username}"] {
        check(&on("iam:PutUserPolicy", name), ViolationKind::Admin, Some(&["iam:PutUserPolicy"]));
    }
    check(&on("iam:PutUserPolicy", "user/team/ada"), ViolationKind::Admin, None);
    check(&on("iam:PutRolePolicy", "user/team/${aws:username}"), ViolationKind::Admin, None);
    // No role, group or policy that is called like a user is the user; whatever else another statement says of users.
    for (action, name) in [
        ("iam:PutRolePolicy", "role/${aws:username}"),
        ("iam:PutGroupPolicy", "group/${aws:username}"),
        ("iam:CreatePolicyVersion", "policy/${aws:username}"),
    ] {
        check(&on(action, name), ViolationKind::Admin, None);
        does_not(&on(action, name));
    }
    let tagged = allow(&["iam:PutRolePolicy"], &format!("{OWN}:role/${{aws:PrincipalTag/team}}"));
    let home = allow(&["s3:GetObject"], "arn:aws:s3:::home/${aws:username}/*");
    check(&[tagged, home], ViolationKind::Admin, Some(&["iam:PutRolePolicy"]));
}

#[test]
fn a_tag_of_the_holder_confines_unless_it_may_set_it() {
    let put = || tagged("iam:PutRolePolicy", "aws:PrincipalTag/owner");
    let (key, found) = (ViolationKind::PrivilegeEscalation, |actions: &[&str]| {
        ways(&[put(), allow(actions, "*")], ViolationKind::PrivilegeEscalation)
    });
    check(&[put()], key, None);
    check(&[put()], ViolationKind::Admin, None);
    assert_eq!(found(&["iam:TagRole"]), [["iam:PutRolePolicy", "iam:TagRole"]]);
    assert_eq!(found(&["iam:TagUser"]), [["iam:PutRolePolicy", "iam:TagUser"]]);
    assert_eq!(
        found(&["sts:TagSession", "sts:GetFederationToken"])[0],
        ["iam:PutRolePolicy", "sts:GetFederationToken", "sts:TagSession"]
    );
    assert!(found(&["sts:TagSession"]).is_empty() && found(&["iam:TagPolicy"]).is_empty());
    escalates(
        &[put(), allow(&["sts:TagSession", "sts:AssumeRole"], &format!("{OWN}:role/app"))],
        &["iam:PutRolePolicy", "sts:AssumeRole", "sts:TagSession"],
    );
    let itself = allow(&["iam:TagUser"], &format!("{OWN}:user/${{aws:username}}"));
    escalates(&[put(), itself], &["iam:PutRolePolicy", "iam:TagUser"]);
    let other = when(allow(&["iam:TagRole"], "*"), json!({"StringEquals": {"aws:RequestTag/owner": "you"}}));
    does_not(&[put(), other]);
    // A tag that is not asked to have a value is no confinement.
    let any = json!({"StringLike": {"aws:PrincipalTag/owner": "*"}});
    escalates(&[when(allow(&["iam:PutRolePolicy"], "*"), any)], &["iam:PutRolePolicy"]);
    let mut but = deny(&["*"], "*");
    but["Condition"] = json!({"StringNotEquals": {"aws:PrincipalTag/owner": "me"}});
    does_not(&[allow(&["iam:PutRolePolicy"], "*"), but]);
    let mut those = deny(&["*"], "*");
    those["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/owner": "me"}});
    escalates(&[allow(&["iam:PutRolePolicy"], "*"), those], &["iam:PutRolePolicy"]);
}

#[test]
fn tags_one_after_the_other() {
    let put = || tagged("iam:PutRolePolicy", "aws:ResourceTag/a");
    let first = || tagged("iam:TagRole", "aws:ResourceTag/c");
    let keys =
        |tags: &[&str]| when(allow(&["iam:TagRole"], "*"), json!({"ForAllValues:StringEquals": {"aws:TagKeys": tags}}));
    escalates(&[put(), first(), keys(&["c"])], &["iam:PutRolePolicy", "iam:TagRole"]);
    does_not(&[put(), first(), keys(&["d"])]);
    does_not(&[put(), first()]);
}

#[test]
fn a_tag_that_fits_both_patterns() {
    let create = || when(allow(&["iam:CreateAccessKey"], "*"), json!({"StringLike": {"aws:ResourceTag/a": "b-*"}}));
    let tag = |value: &str| when(allow(&["iam:TagUser"], "*"), json!({"StringLike": {"aws:RequestTag/a": value}}));
    escalates(&[create(), tag("b-c*")], &["iam:CreateAccessKey", "iam:TagUser"]);
    escalates(&[create(), tag("*-z")], &["iam:CreateAccessKey", "iam:TagUser"]);
    does_not(&[create(), tag("c-*")]);
}

#[test]
fn an_alias_that_the_holder_gives() {
    let decrypt = |key: &str, operator: &str| when(allow(&["kms:Decrypt"], "*"), json!({operator: {key: "alias/app"}}));
    let by_alias = || decrypt("kms:ResourceAliases", "ForAnyValue:StringEquals");
    let found = |statements: &[Value]| ways(statements, ViolationKind::KmsDecrypt);
    assert!(found(&[by_alias()]).is_empty());
    for action in ["kms:CreateAlias", "kms:UpdateAlias"] {
        assert_eq!(found(&[by_alias(), allow(&[action], "*")]), [["kms:Decrypt", action]]);
        assert_eq!(
            found(&[decrypt("kms:RequestAlias", "StringEquals"), allow(&[action], "*")]),
            [["kms:Decrypt", action]]
        );
    }
    let other = [
        allow(&["kms:CreateAlias"], "arn:aws:kms:*:*:alias/other"),
        allow(&["kms:CreateAlias"], "arn:aws:kms:*:*:key/*"),
    ];
    assert!(found(&[&other[..], &[by_alias()]].concat()).is_empty());
    let own =
        [allow(&["kms:CreateAlias"], "arn:aws:kms:*:*:alias/*"), allow(&["kms:CreateAlias"], "arn:aws:kms:*:*:key/*")];
    assert_eq!(found(&[&own[..], &[by_alias()]].concat()).len(), 1);
}

#[test]
fn the_holder_as_grantee() {
    let grant = |grantee: &str| {
        when(allow(&["kms:CreateGrant"], "*"), json!({"StringLike": {"kms:GranteePrincipal": grantee}}))
    };
    let found = |grantee: &str| !ways(&[grant(grantee)], ViolationKind::KmsDecrypt).is_empty();
    let sessions = "arn:aws:sts::123456789012";
    for own in [
        format!("{OWN}:user/*"),
        format!("{OWN}:role/*"),
        format!("{sessions}:assumed-role/*"),
        format!("{sessions}:federated-user/*"),
        "${aws:PrincipalArn}".to_owned(),
    ] {
        assert!(found(&own), "{own}");
    }
    for other in [format!("{OWN}:user/backup"), format!("{OWN}:root"), "arn:aws:iam::222222222222:role/*".to_owned()] {
        assert!(!found(&other), "{other}");
    }
}

#[test]
fn a_replica_of_a_key_decrypts_what_the_key_encrypted() {
    let found = |actions: &[&str]| ways(&[allow(actions, "*")], ViolationKind::KmsDecrypt);
    assert_eq!(found(&["kms:ReplicateKey", "kms:CreateKey"]), [["kms:ReplicateKey", "kms:CreateKey"]]);
    assert!(found(&["kms:ReplicateKey"]).is_empty() && found(&["kms:CreateKey"]).is_empty());
}

#[test]
fn the_permission_sets_of_the_only_instance_are_all() {
    let instance = "ssoins-1234567890abcdef";
    let on = |name: &str| {
        [
            format!("arn:aws:sso:::instance/{instance}"),
            format!("arn:aws:sso:::permissionSet/{name}"),
            "arn:aws:sso:::account/*".to_owned(),
        ]
    };
    let put = |name: &str| on(name).map(|arn| allow(&["sso:PutInlinePolicyToPermissionSet"], &arn));
    escalates(&put(&format!("{instance}/*")), &["sso:PutInlinePolicyToPermissionSet"]);
    does_not(&put(&format!("{instance}/ps-1234567890abcdef")));
}

#[test]
fn aws_keeps_more_policies_that_are_a_way() {
    let managed = || {
        include_str!("data/managed_policies.jsonl")
            .lines()
            .chain(include_str!("data/more_managed_policies.jsonl").lines())
    };
    let kinds = |document: &Document| match judge(
        &Holding::of(&[document], PolicyKind::Identity),
        &Rules::of(zone(), [ViolationKind::PrivilegeEscalation]),
    ) {
        Judgement::Decided(found) => !found.is_empty(),
        Judgement::Undetermined(why) => panic!("{why}"),
    };
    let (mut of_a_job, mut wrong) = (0, Vec::new());
    for row in managed().map(|line| serde_json::from_str::<Value>(line).expect("a row")) {
        let name = row["name"].as_str().expect("a name");
        let path = ["DataScientist", "DatabaseAdministrator", "SystemAdministrator", "SupportUser", "ViewOnlyAccess"]
            .contains(&name);
        let is_named = ["FullAccess", "PowerUser", "ReadOnlyAccess"].iter().any(|part| name.contains(part));
        if !path && !is_named {
            continue;
        }
        of_a_job += usize::from(path);
        let arn = format!("arn:aws:iam::aws:policy/{}{name}", if path { "job-function/" } else { "" });
        let attach = when(allow(&["iam:AttachUserPolicy"], "*"), json!({"ArnEquals": {"iam:PolicyARN": arn}}));
        let is_a_way = !ways(&[attach], ViolationKind::PrivilegeEscalation).is_empty();
        let itself = kinds(&document(row["document"].clone()));
        // What is read, or asked of support, is not all that AWS calls so.
        let is_more = itself && !name.contains("ReadOnly") && name != "SupportUser";
        if is_a_way != is_more {
            wrong.push(format!("{name}: {is_more}"));
        }
    }
    assert!(of_a_job > 2 && wrong.is_empty(), "{wrong:?}");
}
