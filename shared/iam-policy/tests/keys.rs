//! What conditions on the keys of requests confine, and what they do not.

mod common;

use common::{judged, policy};
use iam_policy::{PolicyKind, Rules, TrustZone};
use serde_json::{Value, json};

const POWER: &str = "privilege-escalation";
const EXPOSURE: &str = "exposure";
const DATA: &str = "protected-data";

/// Whether it is found that the actions are allowed on everything if the condition holds.
#[track_caller]
fn check(actions: &[&str], condition: Value, kind: &str, expected: bool) {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition});
    check_all(json!([statement]), kind, expected);
}

/// The same, beside `iam:PassRole` for a service.
#[track_caller]
fn check_passing(service: &str, action: &str, condition: Value, expected: bool) {
    let to = json!({"StringEquals": {"iam:PassedToService": service}});
    let pass = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": to});
    let other = json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition});
    check_all(json!([pass, other]), POWER, expected);
}

/// The same, unless the condition holds.
#[track_caller]
fn check_unless(actions: &[&str], condition: Value, kind: &str, expected: bool) {
    let allow = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": actions, "Resource": "*", "Condition": condition});
    check_all(json!([allow, deny]), kind, expected);
}

#[track_caller]
fn check_all(statements: Value, kind: &str, expected: bool) {
    let document = policy(statements);
    let found = judged(&[&document], PolicyKind::Identity, &Rules::all(TrustZone::new("111111111111")));
    let kinds: Vec<&str> = found.iter().map(|violation| violation.kind.name()).collect();
    assert_eq!(kinds.contains(&kind), expected, "{kinds:?} of {}", document.to_json());
}

fn is(key: &str, value: &str) -> Value {
    json!({"StringLike": {key: value}})
}

#[test]
fn a_service_keeps_its_keys_to_itself() {
    check(&["iam:PutRolePolicy"], is("ec2:Region", "us-east-1"), "admin", false);
    check(&["iam:PutRolePolicy"], is("sts:ExternalId", "x"), "admin", false);
    check(&["iam:PutRolePolicy"], is("aws:RequestedRegion", "us-east-1"), "admin", true);
    check(&["lambda:UpdateFunctionCode"], is("ec2:Region", "eu-west-1"), POWER, false);
    check(&["lambda:UpdateFunctionCode"], is("ec2:SourceInstanceARN", "arn:aws:ec2:*"), POWER, true);
    check(&["s3:GetObject"], is("dynamodb:Select", "x"), DATA, false);
}

#[test]
fn some_keys_come_with_some_actions() {
    check(&["s3:GetObject"], is("s3:prefix", "home/"), DATA, false);
    check(&["s3:GetObject"], is("s3:authType", "REST-HEADER"), DATA, true);
    check(&["lambda:UpdateFunctionCode"], is("lambda:Layer", "x"), POWER, false);
}

#[test]
fn whom_a_resource_is_opened_to() {
    check(&["s3:PutObjectAcl"], is("s3:x-amz-acl", "private"), EXPOSURE, false);
    check(&["s3:PutObjectAcl"], is("s3:x-amz-acl", "bucket-owner-full-control"), EXPOSURE, false);
    check(&["s3:PutBucketAcl"], is("s3:x-amz-acl", "public-read"), EXPOSURE, true);
    check(&["s3:PutBucketAcl"], is("s3:x-amz-acl", "*"), EXPOSURE, true);
    check(&["lambda:AddPermission"], is("lambda:Principal", "111111111111"), EXPOSURE, false);
    check(&["lambda:AddPermission"], is("lambda:Principal", "222222222222"), EXPOSURE, true);
    check_unless(
        &["lambda:AddPermission"],
        json!({"StringNotEquals": {"lambda:Principal": "111111111111"}}),
        EXPOSURE,
        false,
    );
    let external = |value: &str| json!({"Bool": {"ram:RequestedAllowsExternalPrincipals": value}});
    check(&["ram:CreateResourceShare"], external("false"), EXPOSURE, false);
    check(&["ram:CreateResourceShare"], external("true"), EXPOSURE, true);
    check_unless(&["ram:CreateResourceShare"], external("true"), EXPOSURE, false);
    check(&["ec2:ModifySnapshotAttribute"], is("ec2:Add/userId", "111111111111"), EXPOSURE, false);
    check(&["ec2:ModifySnapshotAttribute"], is("ec2:Add/userId", "222222222222"), EXPOSURE, true);
    check(&["ec2:ModifySnapshotAttribute"], is("ec2:Add/group", "all"), EXPOSURE, true);
}

#[test]
fn what_names_a_target() {
    check(&["rds:ModifyDBSnapshotAttribute"], is("rds:snapshot-tag/share", "yes"), EXPOSURE, false);
    check(&["s3:GetObject"], is("s3:BucketTag/a", "b"), DATA, false);
    check(&["s3:GetObject"], is("s3:ResourceAccount", "222222222222"), DATA, false);
    check(&["s3:GetObject"], is("s3:ResourceAccount", "111111111111"), DATA, true);
    let secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:app-AbCdEf";
    check(&["secretsmanager:GetSecretValue"], is("secretsmanager:SecretId", secret), DATA, false);
    check(&["secretsmanager:GetSecretValue"], is("secretsmanager:SecretId", "arn:aws:secretsmanager:*"), DATA, true);
    let own = json!({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}});
    check(&["dynamodb:GetItem", "dynamodb:Query"], own.clone(), DATA, false);
    check(&["dynamodb:Scan"], own, DATA, true);
    let cluster = "arn:aws:ecs:eu-west-1:111111111111:cluster/dev";
    check(&["ecs:ExecuteCommand"], is("ecs:cluster", cluster), POWER, false);
    let access = |name: &str| is("eks:policyArn", &format!("arn:aws:eks::aws:cluster-access-policy/{name}"));
    check(&["eks:AssociateAccessPolicy"], access("AmazonEKSViewPolicy"), POWER, false);
    check(&["eks:AssociateAccessPolicy"], access("AmazonEKSClusterAdminPolicy"), POWER, true);
}

#[test]
fn what_names_the_role_or_the_code() {
    let role = "arn:aws:iam::111111111111:role/deploy";
    let any_role = "arn:aws:iam::111111111111:role/*";
    let stacks = "cloudformation.amazonaws.com";
    check_passing(stacks, "cloudformation:CreateStack", is("cloudformation:RoleArn", role), false);
    check_passing(stacks, "cloudformation:CreateStack", is("cloudformation:RoleArn", any_role), true);
    let none = json!({"Null": {"cloudformation:RoleArn": "true"}});
    check_passing(stacks, "cloudformation:CreateStack", none, false);
    let profile = "arn:aws:iam::111111111111:instance-profile/app";
    check_passing("ec2.amazonaws.com", "ec2:RunInstances", is("ec2:InstanceProfile", profile), false);
    let any_profile = "arn:aws:iam::111111111111:instance-profile/*";
    check_passing("ec2.amazonaws.com", "ec2:RunInstances", is("ec2:InstanceProfile", any_profile), true);
    check_passing("ec2.amazonaws.com", "ec2:RunInstances", is("ec2:InstanceType", "t3.nano"), true);
    let url = |text: &str| is("cloudformation:TemplateUrl", text);
    check(&["cloudformation:UpdateStack"], url("https://s3.amazonaws.com/templates/fixed.yml"), POWER, false);
    check(&["cloudformation:UpdateStack"], url("https://s3.amazonaws.com/*"), POWER, true);
    let types = json!({
        "ForAllValues:StringLike": {"cloudformation:ResourceTypes": ["AWS::SQS::*"]},
        "Null": {"cloudformation:ResourceTypes": "false"},
    });
    check(&["cloudformation:UpdateStack"], types, POWER, false);
    check(&["emr-containers:StartJobRun"], is("emr-containers:ExecutionRoleArn", role), POWER, false);
}

#[test]
fn what_is_always_sent() {
    let nothing = json!({"ForAllValues:ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
    check(&["iam:AttachRolePolicy"], nothing, "admin", false);
    let service = json!({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}});
    check_unless(&["iam:PassRole", "ec2:RunInstances"], service, POWER, false);
    check(&["iam:PutRolePolicy"], is("aws:PrincipalType", "Account"), "admin", false);
    check(&["iam:PutRolePolicy"], is("aws:PrincipalType", "User"), "admin", true);
}

#[test]
fn what_is_decrypted_through_a_service() {
    let through = json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["dynamodb.amazonaws.com"]}});
    check(&["kms:Decrypt"], through.clone(), "kms-decrypt", false);
    check(&["iam:PutRolePolicy"], through, "admin", true);
    check(&["kms:Decrypt"], json!({"Bool": {"aws:ViaAWSService": "true"}}), "kms-decrypt", false);
    check(&["kms:CreateGrant"], is("kms:GranteeServicePrincipal", "rds.amazonaws.com"), "kms-decrypt", false);
}

#[test]
fn what_bears_the_name_of_the_user() {
    let own = |action: &str, kind: &str| {
        let resource = format!("arn:aws:iam::111111111111:{kind}/${{aws:username}}");
        json!([{"Effect": "Allow", "Action": action, "Resource": resource}])
    };
    check_all(own("iam:PutUserPolicy", "user"), "admin", true);
    check_all(own("iam:PutRolePolicy", "role"), "admin", false);
    check_all(own("iam:CreatePolicyVersion", "policy"), "admin", false);
    check_all(own("iam:PutGroupPolicy", "group"), "admin", false);
}
