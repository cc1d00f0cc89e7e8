//! Power by another spelling: what names no family, though it looks as if it did; one line a case.

mod common;

use common::{judged, policy, zone};
use iam_policy::{Decision, PolicyKind::Identity, Rules, ViolationKind, decide};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACCOUNT: &str = "123456789012";

fn allow(actions: &[&str], resources: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

fn deny(actions: &[&str], resources: &[&str]) -> Value {
    json!({"Effect": "Deny", "Action": actions, "Resource": resources})
}

fn deny_but(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "NotResource": resource})
}

fn when(mut statement: Value, condition: Value) -> Value {
    if let Some(fields) = statement.as_object_mut() {
        fields.insert("Condition".to_owned(), condition);
    }
    statement
}

/// Whether a violation of a kind is found, each with a request that the policy allows.
fn finds(statements: &[Value], kind: ViolationKind, rules: &Rules) -> bool {
    let document = policy(json!(statements));
    let rules = Rules { kinds: BTreeSet::from([kind]), ..rules.clone() };
    let found = judged(&[&document], Identity, &rules);
    for violation in &found {
        assert_eq!(decide(&document, Identity, &violation.witness), Decision::Allow, "{:?}", violation.witness);
    }
    !found.is_empty()
}

#[track_caller]
fn is(statements: &[Value], kind: ViolationKind) {
    assert!(finds(statements, kind, &Rules::all(zone())), "{statements:?}");
}

#[track_caller]
fn is_not(statements: &[Value], kind: ViolationKind) {
    assert!(!finds(statements, kind, &Rules::all(zone())), "{statements:?}");
}

const UUID: &str = "????????-????-????-????-????????????";

#[test]
fn every_key() {
    const DECRYPTS: ViolationKind = ViolationKind::KmsDecrypt;
    let key = |id: &str| format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/{id}");
    let of = |id: &str| [allow(&["kms:Decrypt"], &[&key(id)])];
    let of_each = |ids: &[String]| {
        let keys: Vec<String> = ids.iter().map(|id| key(id)).collect();
        [allow(&["kms:Decrypt"], &keys.iter().map(String::as_str).collect::<Vec<_>>())]
    };
    is(&of("*"), DECRYPTS);
    is(&of(UUID), DECRYPTS);
    is(&of("????????-????-4???-????-????????????"), DECRYPTS);
    is(&of("????????-*"), DECRYPTS);
    is(&of("mrk-*"), DECRYPTS);
    is(&of_each(&["0*", "1*", "2*", "3*", "4*", "5*", "6*", "7*"].map(str::to_owned)), DECRYPTS);
    is(&of_each(&["8*", "9*", "a*", "b*", "c*", "d*", "e*", "f*"].map(str::to_owned)), DECRYPTS);
    let pairs = (0..256).map(|pair| format!("{pair:02x}")).filter(|pair| pair.get(..1) != pair.get(1..));
    is(&of_each(&pairs.map(|pair| format!("{pair}*")).collect::<Vec<_>>()), DECRYPTS);
    is(&[allow(&["kms:CreateGrant", "kms:PutKeyPolicy"], &[&key(UUID)])], DECRYPTS);
    is_not(&of("1234abcd-12ab-34cd-56ef-1234567890ab"), DECRYPTS);
    is_not(&of("1234abcd-*"), DECRYPTS);
    is_not(&of("1*"), DECRYPTS);
    is_not(&of("????????"), DECRYPTS);
    is_not(&of_each(&["0*", "1*", "2*", "3*"].map(str::to_owned)), DECRYPTS);
    is_not(&of("app-*"), DECRYPTS);
    is_not(
        &[
            allow(&["kms:Decrypt"], &["*"]),
            deny(&["kms:Decrypt"], &[&format!("arn:aws:kms:*:*:key/{UUID}"), "arn:aws:kms:*:*:key/mrk-*"]),
        ],
        DECRYPTS,
    );
}

#[test]
#[rustfmt::skip] // One line a case.
fn every_one_by_its_id() {
    const WAY: ViolationKind = ViolationKind::PrivilegeEscalation;
    let of = |service: &str, resource: &str| format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}");
    let on = |actions: &[&str], resources: &[&str]| [allow(actions, resources)];
    let document = of("ssm", "document/*");
    is(&on(&["ssm:StartSession"], &[&of("ec2", "instance/i-*")]), WAY);
    is(&on(&["ssm:StartSession"], &[&of("ec2", "instance/i-0*")]), WAY);
    is(&on(&["ssm:StartSession"], &[&of("ec2", "instance/i-?????????????????")]), WAY);
    is(&on(&["ssm:StartSession"], &[&of("ssm", "managed-instance/mi-*")]), WAY);
    is(&on(&["ssm:SendCommand"], &[&of("ec2", "instance/i-*"), &document]), WAY);
    is_not(&on(&["ssm:StartSession"], &[&of("ec2", "instance/i-1234567890abcdef0")]), WAY);
    is_not(&on(&["ssm:StartSession"], &[&of("ec2", "instance/i-0ab*")]), WAY);
    is_not(&on(&["ssm:SendCommand"], &[&of("ec2", "instance/i-1234567890abcdef0"), &document]), WAY);
    is(&on(&["rolesanywhere:UpdateTrustAnchor"], &[&of("rolesanywhere", &format!("trust-anchor/{UUID}"))]), WAY);
    is_not(&on(&["rolesanywhere:UpdateTrustAnchor"], &[&of("rolesanywhere", "trust-anchor/1234abcd-*")]), WAY);
    is(&on(&["elasticmapreduce:AddJobFlowSteps"], &[&of("elasticmapreduce", "cluster/j-*")]), WAY);
    is_not(&on(&["elasticmapreduce:AddJobFlowSteps"], &[&of("elasticmapreduce", "cluster/j-2AXXXXXXGAPLF")]), WAY);
    is(&on(&["sagemaker:CreatePresignedDomainUrl"], &[&of("sagemaker", "user-profile/d-*/*")]), WAY);
    is_not(&on(&["sagemaker:CreatePresignedDomainUrl"], &[&of("sagemaker", "user-profile/d-abcdefghijkl/*")]), WAY);
    is(&on(&["gamelift:GetComputeAccess"], &[&of("gamelift", "fleet/fleet-*")]), WAY);
    is(&on(&["deadline:AssumeQueueRoleForUser"], &[&of("deadline", "farm/farm-*/queue/queue-*")]), WAY);
    is_not(&on(&["deadline:AssumeQueueRoleForUser"], &[&of("deadline", &format!("farm/farm-{}/queue/queue-*", "1a".repeat(16)))]), WAY);
    is(&on(&["sso:PutInlinePolicyToPermissionSet", "sso:ProvisionPermissionSet"], &["arn:aws:sso:::instance/ssoins-*", "arn:aws:sso:::permissionSet/ssoins-*/ps-*", "arn:aws:sso:::account/*"]), WAY);
    is_not(&on(&["sso:PutInlinePolicyToPermissionSet", "sso:ProvisionPermissionSet"], &["arn:aws:sso:::instance/ssoins-*", "arn:aws:sso:::permissionSet/ssoins-*/ps-1234567890abcdef", "arn:aws:sso:::account/*"]), WAY);
}

#[test]
#[rustfmt::skip] // One line a case.
fn conditions_on_keys() {
    const DECRYPTS: ViolationKind = ViolationKind::KmsDecrypt;
    let key = |operator: &str, key: &str, value: &str| [when(allow(&["kms:Decrypt", "kms:CreateGrant"], &["*"]), json!({operator: {key: value}}))];
    is(&key("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/*"), DECRYPTS);
    is(&key("StringLike", "kms:RequestAlias", "alias/*"), DECRYPTS);
    is(&key("StringLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::*"), DECRYPTS);
    is(&key("StringLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::*/*"), DECRYPTS);
    is(&key("StringLike", "kms:EncryptionContext:SecretARN", "arn:aws:secretsmanager:*"), DECRYPTS);
    is(&key("StringLike", "kms:EncryptionContext:PARAMETER_ARN", "arn:aws:ssm:*:*:parameter/*"), DECRYPTS);
    is(&key("ForAnyValue:StringLike", "kms:EncryptionContextKeys", "aws:*"), DECRYPTS);
    is_not(&key("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/app-*"), DECRYPTS);
    is_not(&key("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/app"), DECRYPTS);
    is_not(&key("StringEquals", "kms:RequestAlias", "alias/app"), DECRYPTS);
    is_not(&key("StringLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::app-data/*"), DECRYPTS);
    is_not(&key("StringEquals", "kms:EncryptionContext:app", "orders"), DECRYPTS);
    is_not(&key("StringLike", "kms:EncryptionContext:PARAMETER_ARN", "arn:aws:ssm:*:*:parameter/app/*"), DECRYPTS);
}

#[test]
#[rustfmt::skip] // One line a case.
fn lists_for_everybody() {
    let to = |operator: &str, value: &str| [when(allow(&["s3:PutBucketAcl", "s3:PutObjectAcl"], &["*"]), json!({operator: {"s3:x-amz-grant-read": value}}))];
    is(&to("StringEquals", "uri=http://acs.amazonaws.com/groups/global/AllUsers"), ViolationKind::Exposure);
    is(&to("StringLike", "id=*"), ViolationKind::Exposure);
    is_not(&to("StringEquals", "id=79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"), ViolationKind::Exposure);
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_tag_of_every_stack() {
    let of_stack = |pattern: &str| [when(allow(&["iam:PutRolePolicy"], &["*"]), json!({"StringLike": {"aws:ResourceTag/aws:cloudformation:stack-id": pattern}}))];
    is(&of_stack("arn:aws:cloudformation:*:*:stack/*"), ViolationKind::Admin);
    is(&of_stack("*"), ViolationKind::Admin);
    is_not(&of_stack("arn:aws:cloudformation:*:*:stack/app-*/*"), ViolationKind::Admin);
}

/// What guards the account: a function, two keys by alias, one of them by its id.
fn guarded() -> Rules {
    let of = |service: &str, resource: &str| format!("arn:aws:{service}:*:{ACCOUNT}:{resource}");
    let guards = [
        of("lambda", "function:guard-*"),
        of("kms", "alias/memory"),
        of("kms", "key/12345678-90ab-4def-8123-4567890abcde"),
        of("logs", "log-group:/guard-*"),
        of("sqs", "guard-*"),
        of("sns", "guard"),
        of("cloudwatch", "alarm:guard-*"),
        of("cloudformation", "stack/guard*"),
    ];
    let tags = [("aws:cloudformation:stack-name", "guard*"), ("lambda:createdBy", "SAM")];
    let guard_tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    Rules { guards: guards.to_vec(), guard_tags, ..Rules::all(zone()) }
}

#[track_caller]
fn tampers(statement: Value) {
    assert!(finds(std::slice::from_ref(&statement), ViolationKind::GuardTampering, &guarded()), "{statement}");
}

#[track_caller]
fn lets_alone(statement: Value) {
    assert!(!finds(std::slice::from_ref(&statement), ViolationKind::GuardTampering, &guarded()), "{statement}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn keys_that_guard() {
    let key = |id: &str| format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/{id}");
    for action in ["kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "kms:CreateGrant", "kms:GenerateMac"] {
        tampers(allow(&[action], &[&key("12345678-90ab-4def-8123-4567890abcde")]));
        tampers(allow(&[action], &[&key("1234*")]));
        tampers(allow(&[action], &[&key(UUID)]));
        lets_alone(allow(&[action], &[&key("87654321-90ab-4def-8123-4567890abcde")]));
        lets_alone(allow(&[action], &[&key("8765*")]));
    }
    let if_alias = |statement: Value, alias: &str| when(statement, json!({"ForAnyValue:StringLike": {"kms:ResourceAliases": alias}}));
    tampers(if_alias(allow(&["kms:DisableKey"], &[&key("1234*")]), "alias/memory"));
    tampers(if_alias(allow(&["kms:DisableKey"], &["*"]), "alias/m*"));
    tampers(if_alias(allow(&["kms:DisableKey"], &["*"]), "alias/*"));
    lets_alone(if_alias(allow(&["kms:DisableKey"], &["*"]), "alias/app"));
    tampers(when(allow(&["kms:GenerateMac"], &["*"]), json!({"StringEquals": {"kms:RequestAlias": "alias/memory"}})));
    lets_alone(allow(&["kms:Decrypt", "kms:DescribeKey"], &[&key("1234*")]));
}

#[test]
#[rustfmt::skip] // One line a case.
fn tags_of_what_guards() {
    let tagged = |key: &str, value: &str| when(allow(&["lambda:UpdateFunctionCode"], &["*"]), json!({"StringLike": {key: value}}));
    tampers(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "guard"));
    tampers(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "guard-eu"));
    tampers(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "g*"));
    tampers(tagged("aws:ResourceTag/lambda:createdBy", "SAM"));
    tampers(tagged("lambda:ResourceTag/lambda:createdBy", "SAM"));
    lets_alone(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "orders"));
    lets_alone(tagged("aws:ResourceTag/team", "orders"));
}

#[test]
#[rustfmt::skip] // One line a case.
fn further_calls_that_weaken() {
    let all = |action: &str| allow(&[action], &["*"]);
    for action in [
        "cloudformation:CancelUpdateStack", "cloudformation:ContinueUpdateRollback", "cloudformation:ExecuteStackRefactor",
        "cloudwatch:PutAlarmMuteRule", "lambda:DeleteResourcePolicy", "lambda:PutFunctionScalingConfig", "lambda:PutResourcePolicy",
        "logs:AssociateKmsKey", "sns:SetSubscriptionAttributes", "sns:Unsubscribe", "sqs:ChangeMessageVisibility", "sqs:StartMessageMoveTask",
    ] {
        tampers(all(action));
    }
    for action in ["cloudwatch:PutMetricData", "lambda:GetPolicy", "logs:PutLogEvents", "sns:Publish", "sqs:SendMessage", "cloudformation:CreateStack"] {
        lets_alone(all(action));
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_deny_hides_no_way() {
    const WAY: ViolationKind = ViolationKind::PrivilegeEscalation;
    let of = |path: &str| format!("arn:aws:iam::{ACCOUNT}:{path}");
    let app = |actions: &[&str], kind: &str| allow(actions, &[&of(&format!("{kind}/app-*"))]);
    let made = || app(&["iam:CreateRole", "iam:PutRolePolicy"], "role");
    is(&[made(), deny(&["iam:*"], &[&of("role/*example")])], WAY);
    is(&[made(), deny(&["iam:*"], &[&of("role/*example"), &of("role/app-"), &of("role/app-x*")])], WAY);
    is(&[allow(&["iam:*"], &["*"]), deny_but("iam:*", &of("role/app-*"))], WAY);
    is(&[allow(&["iam:*"], &["*"]), deny_but("iam:*", &of("user/app-*"))], WAY);
    is(&[allow(&["iam:*"], &["*"]), deny_but("iam:*", &of("group/app-*"))], WAY);
    is(&[app(&["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"], "user"), deny(&["iam:*"], &[&of("user/*example")])], WAY);
    is(&[app(&["iam:PutGroupPolicy", "iam:AddUserToGroup"], "group"), deny(&["iam:*"], &[&of("group/*example")])], WAY);
    is(&[app(&["iam:PutRolePolicy", "iam:PassRole"], "role"), allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], &["*"]), deny(&["iam:*"], &[&of("role/*example")])], WAY);
    is_not(&[made(), deny(&["iam:*"], &[&of("role/*")])], WAY);
    is_not(&[made(), deny(&["iam:PutRolePolicy"], &[&of("role/app-*")])], WAY);
    is_not(&[allow(&["iam:*"], &["*"]), deny_but("iam:*", &of("saml-provider/app"))], ViolationKind::Admin);
    is_not(&[made(), deny_but("iam:*", &of("role/other-*"))], WAY);
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_holder_itself() {
    const ADMIN: ViolationKind = ViolationKind::Admin;
    let held_by = |path: &str| {
        let mut rules = Rules::all(zone());
        rules.zone.holder = BTreeSet::from([format!("arn:aws:iam::{ACCOUNT}:{path}")]);
        rules
    };
    let put = |action: &str, key: &str, value: &str| when(allow(&[action], &["*"]), json!({"StringEquals": {key: value}}));
    let me = format!("arn:aws:iam::{ACCOUNT}:user/me");
    let tag = || allow(&["iam:TagUser"], &[&me]);
    let admin = || put("iam:PutUserPolicy", "aws:PrincipalTag/x", "y");
    assert!(finds(&[admin(), tag()], ADMIN, &held_by("user/me")));
    assert!(!finds(&[admin(), tag()], ADMIN, &held_by("user/you")));
    assert!(!finds(&[admin(), tag()], ADMIN, &Rules::all(zone())));
    assert!(!finds(&[admin()], ADMIN, &held_by("user/me")));
    let own = |action: &str| [put(action, "aws:ResourceTag/team", "${aws:PrincipalTag/team}")];
    for holder in ["user/me", "group/us"] {
        assert!(finds(&own("iam:PutUserPolicy"), ADMIN, &held_by(holder)), "{holder}");
    }
    assert!(finds(&own("iam:AttachUserPolicy"), ADMIN, &held_by("user/me")));
    assert!(finds(&own("iam:PutRolePolicy"), ADMIN, &held_by("role/app")));
    assert!(finds(&own("iam:PutRolePolicy"), ADMIN, &Rules::all(zone())));
    assert!(!finds(&own("iam:PutRolePolicy"), ADMIN, &held_by("user/me")));
    assert!(!finds(&own("iam:PutUserPolicy"), ADMIN, &held_by("role/app")));
    assert!(!finds(&own("iam:PutGroupPolicy"), ADMIN, &held_by("user/me")));
    assert!(!finds(&own("iam:CreatePolicyVersion"), ADMIN, &held_by("user/me")));
    assert!(!finds(&own("iam:UpdateAssumeRolePolicy"), ViolationKind::PrivilegeEscalation, &held_by("role/app")));
}

#[test]
#[rustfmt::skip] // One line a case.
fn policies_of_aws_by_their_path() {
    const ADMIN: ViolationKind = ViolationKind::Admin;
    let attach = |pattern: &str| [when(allow(&["iam:AttachUserPolicy"], &["*"]), json!({"ArnLike": {"iam:PolicyARN": format!("arn:aws:iam::aws:policy/{pattern}")}}))];
    for path in ["*", "service-role/*", "job-function/*", "aws-service-role/*", "Admin*"] {
        let is_way = finds(&attach(path), ADMIN, &Rules::all(zone())) || finds(&attach(path), ViolationKind::PrivilegeEscalation, &Rules::all(zone()));
        assert!(is_way || path.starts_with("aws-"), "{path}");
    }
    for path in ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "service-role/AWSLambdaBasicExecutionRole", "AmazonS3ReadOnlyAccess"] {
        is_not(&attach(path), ADMIN);
        is_not(&attach(path), ViolationKind::PrivilegeEscalation);
    }
}
