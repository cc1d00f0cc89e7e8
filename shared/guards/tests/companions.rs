//! The policies of the organization, request by request: who is kept off what, and who is not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;

use iam_policy::catalogue::{self, AccessLevel};
use iam_policy::{Context, Decision, Document, Layer, Policies, Request, evaluate, matches};
use parapet_guards::companions::{Companions, MAX_RCP_CHARACTERS, MAX_SCP_CHARACTERS, Whose, is_deployment_role};
use parapet_guards::{GuardName, Standard};
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
const POWER_USER: &str = "arn:aws:iam::111122223333:user/dev";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const DEPLOYMENT: &str = "arn:aws:iam::111122223333:role/parapet-deployment";
const STRANGER: &str = "arn:aws:iam::999988887777:user/eve";

fn whose() -> Whose {
    Whose { account: None, deployment_role: None }
}

fn companions_of(text: Option<&str>, whose: &Whose) -> Companions {
    let home = whose.home();
    let standard = match text {
        Some(text) => Standard::parse(text, "here", &home),
        None => Standard::built_in(&home),
    };
    Companions::of(&standard.unwrap(), whose)
}

fn document(value: &Value) -> Document {
    Document::from_value(value.clone()).unwrap()
}

fn own(function: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/parapet-{function}")
}

/// `service:resource` of the account and region; of S3, IAM and `*`, which have no region, as they are.
fn arn(resource: &str) -> String {
    match resource.split_once(':') {
        Some(("s3", bucket)) => format!("arn:aws:s3:::{}", bucket.replace("{here}", "111122223333-us-east-1")),
        Some(("iam", path)) => format!("arn:aws:iam::{ACCOUNT}:{path}"),
        Some((service, path)) => format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{path}"),
        None => resource.to_owned(),
    }
}

/// The request, as AWS would complete it.
fn request(principal: &str, action: &str, resource: &str, more: &[(&str, &str)]) -> Request {
    let service = principal.ends_with(".amazonaws.com");
    let mut context: Context = more.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
    if principal.starts_with("arn:") {
        context.insert("aws:PrincipalArn".to_owned(), vec![principal.to_owned()]);
    }
    if principal != "*" {
        context.insert("aws:PrincipalIsAWSService".to_owned(), vec![service.to_string()]);
    }
    Request { principal: principal.to_owned(), action: action.to_owned(), resource: arn(resource), context }
}

/// Which of the two denies it, where the caller's own policy and the resource's allow everything.
fn denied_by(request: &Request) -> Option<&'static str> {
    let companions = companions_of(None, &whose());
    let (scp, rcp) = (document(&companions.scp), document(&companions.rcp));
    let all =
        document(&json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}));
    let anyone = document(&json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }));
    let is_ours = request.principal.contains(ACCOUNT);
    let has_rcp = ["s3:", "sts:", "kms:", "sqs:"].iter().any(|service| request.action.starts_with(service));
    let policies = Policies {
        identity: vec![&all],
        resource: Some(&anyone),
        scps: if is_ours { vec![vec![&all, &scp]] } else { Vec::new() },
        rcps: if has_rcp { vec![vec![&rcp]] } else { Vec::new() },
        resource_account: Some(ACCOUNT),
        ..Policies::default()
    };
    let evaluation = evaluate(&policies, request);
    (evaluation.decision == Decision::ExplicitDeny).then_some(match evaluation.by.layer {
        Layer::Scp { .. } => "scp",
        Layer::Rcp { .. } => "rcp",
        _ => "other",
    })
}

/// A call that weakens something: denied to whoever may do everything, the root user included, and not to the deployment.
fn kept_off(action: &str, resource: &str, more: &[(&str, &str)]) {
    for principal in [
        POWER_USER,
        ROOT,
        "arn:aws:iam::111122223333:role/parapet-ml-service",
        "arn:aws:iam::111122223333:role/parapet-x-guard",
    ] {
        let asked = request(principal, action, resource, more);
        assert!(denied_by(&asked).is_some(), "{principal} may {action} {resource}");
    }
    let asked = request(DEPLOYMENT, action, resource, more);
    assert_eq!(denied_by(&asked), None, "the deployment may not {action} {resource}");
}

/// Work of others, and of services.
fn left(principal: &str, action: &str, resource: &str, more: &[(&str, &str)]) {
    assert_eq!(denied_by(&request(principal, action, resource, more)), None, "{principal} may not {action} {resource}");
}

/// What somebody from outside does by the policy of the resource.
fn kept_out(principal: &str, action: &str, resource: &str, more: &[(&str, &str)]) {
    assert_eq!(denied_by(&request(principal, action, resource, more)), Some("rcp"), "{principal} {action} {resource}");
}

const KEY: &str = "kms:key/1234abcd";
const OURS: [(&str, &str); 1] = [("kms:ResourceAliases", "alias/parapet-ml")];

#[test]
fn who_watches() {
    for function in ["parapet-policy-guard", "parapet-bootstrap", "parapet-ai-guard", "parapet-policy-guard:live"] {
        for action in [
            "lambda:UpdateFunctionConfiguration",
            "lambda:UpdateFunctionCode",
            "lambda:PutFunctionConcurrency",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:DeleteFunction",
            "lambda:AddPermission",
            "lambda:InvokeFunction",
            "lambda:CreateFunction",
            "lambda:SomethingNew",
        ] {
            kept_off(action, &format!("lambda:function:{function}"), &[]);
        }
        left(POWER_USER, "lambda:GetFunction", &format!("lambda:function:{function}"), &[]);
        left("events.amazonaws.com", "lambda:InvokeFunction", &format!("lambda:function:{function}"), &[]);
    }
    for action in
        ["events:DisableRule", "events:PutRule", "events:DeleteRule", "events:RemoveTargets", "events:PutTargets"]
    {
        kept_off(action, "events:rule/parapet-policy-guard-iam", &[]);
    }
    for action in [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DisableAlarmActions",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:SetAlarmState",
    ] {
        kept_off(action, "cloudwatch:alarm:parapet-not-restored", &[]);
    }
    for action in ["sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:Publish", "sns:RemovePermission"]
    {
        kept_off(action, "sns:parapet", &[]);
    }
    for action in [
        "cloudformation:DeleteStack",
        "cloudformation:UpdateStack",
        "cloudformation:SetStackPolicy",
        "cloudformation:CreateChangeSet",
    ] {
        kept_off(action, "cloudformation:stack/parapet/01234567-89ab", &[]);
    }
    // A guard changes nothing of this either.
    assert_eq!(
        denied_by(&request(
            &own("policy-guard"),
            "lambda:UpdateFunctionCode",
            "lambda:function:parapet-policy-guard",
            &[]
        )),
        Some("scp")
    );
}

#[test]
fn what_functions_leave_behind() {
    for action in [
        "sqs:PurgeQueue",
        "sqs:DeleteQueue",
        "sqs:SetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:SendMessage",
    ] {
        kept_off(action, "sqs:parapet-policy-guard-dead-letters", &[]);
        kept_out(STRANGER, action, "sqs:parapet-policy-guard-dead-letters", &[]);
        kept_out("*", action, "sqs:parapet-policy-guard-dead-letters", &[]);
    }
    for action in [
        "logs:DeleteLogGroup",
        "logs:DeleteLogStream",
        "logs:PutRetentionPolicy",
        "logs:PutSubscriptionFilter",
        "logs:PutLogEvents",
    ] {
        kept_off(action, "logs:log-group:/aws/lambda/parapet-policy-guard", &[]);
        kept_off(action, "logs:log-group:/aws/lambda/parapet-bootstrap:log-stream:x", &[]);
    }
    for guard in GuardName::ALL {
        let name = format!("parapet-{guard}");
        left(&own(guard.as_str()), "sqs:SendMessage", &format!("sqs:{name}-dead-letters"), &[]);
        left(
            &own(guard.as_str()),
            "logs:PutLogEvents",
            &format!("logs:log-group:/aws/lambda/{name}:log-stream:x"),
            &[],
        );
        left("events.amazonaws.com", "sqs:SendMessage", &format!("sqs:{name}-dead-letters"), &[]);
    }
    left(POWER_USER, "sqs:GetQueueAttributes", "sqs:parapet-policy-guard-dead-letters", &[]);
    left(POWER_USER, "logs:FilterLogEvents", "logs:log-group:/aws/lambda/parapet-policy-guard", &[]);
    left(POWER_USER, "logs:StartQuery", "logs:log-group:/aws/lambda/parapet-policy-guard", &[]);
}

#[test]
fn who_they_are() {
    for function in GuardName::FUNCTIONS {
        for action in [
            "iam:AttachRolePolicy",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRole",
            "iam:CreateRole",
            "iam:PassRole",
            "sts:AssumeRole",
        ] {
            kept_off_but_own(action, &format!("iam:role/parapet-{function}"));
        }
        for action in ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy"] {
            kept_off_but_own(action, &format!("iam:policy/parapet-{function}-boundary"));
        }
        left(POWER_USER, "iam:GetRole", &format!("iam:role/parapet-{function}"), &[]);
        left("lambda.amazonaws.com", "sts:AssumeRole", &format!("iam:role/parapet-{function}"), &[]);
        kept_out(STRANGER, "sts:AssumeRole", &format!("iam:role/parapet-{function}"), &[]);
        kept_out("*", "sts:AssumeRoleWithWebIdentity", &format!("iam:role/parapet-{function}"), &[]);
    }
    for guard in ["policy-guard", "logging-guard"] {
        left(&own(guard), "iam:DetachRolePolicy", "iam:role/parapet-encryption-guard", &[]);
        left(&own(guard), "iam:UpdateAssumeRolePolicy", "iam:role/parapet-bootstrap", &[]);
        left(&own(guard), "iam:PutRolePermissionsBoundary", "iam:role/parapet-ai-guard", &[]);
    }
}

/// Nobody becomes a function by these, so the resource control policy denies what concerns the token service to the deployment, too.
fn kept_off_but_own(action: &str, resource: &str) {
    if action.starts_with("sts:") {
        assert!(denied_by(&request(POWER_USER, action, resource, &[])).is_some(), "{action} {resource}");
    } else {
        kept_off(action, resource, &[]);
    }
}

#[test]
fn the_role_of_the_pipeline_and_who_deploys() {
    for action in ["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:PutRolePolicy"] {
        kept_off(action, "iam:role/parapet-ml-service", &[]);
        left(&own("policy-guard"), action, "iam:role/parapet-ml-service", &[]);
        left(&own("bootstrap"), action, "iam:role/parapet-ml-service", &[]);
        kept_off(action, "iam:role/parapet-deployment", &[]);
        assert_eq!(denied_by(&request(&own("policy-guard"), action, "iam:role/parapet-deployment", &[])), Some("scp"));
    }
    kept_off("iam:CreatePolicyVersion", "iam:policy/parapet-ml-data", &[]);
    left(&own("policy-guard"), "iam:CreatePolicyVersion", "iam:policy/parapet-ml-data", &[]);
    kept_off("iam:CreateRole", "iam:role/parapet-deployment", &[]);
    kept_off("iam:PassRole", "iam:role/parapet-deployment", &[]);
    // Those who start jobs pass the role of the pipeline; the pipeline's people become who deploys, if its trust policy says so.
    left(
        POWER_USER,
        "iam:PassRole",
        "iam:role/parapet-ml-service",
        &[("iam:PassedToService", "sagemaker.amazonaws.com")],
    );
    left("sagemaker.amazonaws.com", "sts:AssumeRole", "iam:role/parapet-ml-service", &[]);
    left(POWER_USER, "sts:AssumeRole", "iam:role/parapet-deployment", &[]);
}

#[test]
fn buckets_and_what_proves_something() {
    let buckets = ["parapet-evidence", "parapet-logs", "parapet-access-logs", "parapet-ml-data"];
    for bucket in buckets.map(|name| format!("s3:{name}-{{here}}")) {
        for action in [
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:PutReplicationConfiguration",
            "s3:PutInventoryConfiguration",
            "s3:PutBucketVersioning",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketNotification",
            "s3:DeleteBucket",
            "s3:CreateBucket",
        ] {
            kept_off(action, &bucket, &[]);
            kept_out(STRANGER, action, &bucket, &[]);
            kept_out("*", action, &bucket, &[]);
            left(&own("encryption-guard"), action, &bucket, &[]);
            left(&own("bootstrap"), action, &bucket, &[]);
        }
        left(POWER_USER, "s3:ListBucket", &bucket, &[]);
        left(POWER_USER, "s3:GetObject", &format!("{bucket}/x"), &[]);
    }
    for bucket in
        ["parapet-evidence", "parapet-logs", "parapet-access-logs"].map(|name| format!("s3:{name}-{{here}}/a/b"))
    {
        for action in [
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:BypassGovernanceRetention",
            "s3:PutObjectRetention",
            "s3:ReplicateDelete",
        ] {
            kept_off(action, &bucket, &[]);
            kept_out(STRANGER, action, &bucket, &[]);
            kept_out("*", action, &bucket, &[]);
            left(&own("policy-guard"), action, &bucket, &[]);
        }
        left("cloudtrail.amazonaws.com", "s3:PutObject", &bucket, &[]);
        left("logging.s3.amazonaws.com", "s3:PutObject", &bucket, &[]);
    }
    for action in ["s3:PutObject", "s3:DeleteObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:PutObjectTagging"]
    {
        left(POWER_USER, action, "s3:parapet-ml-data-{here}/train/a-1", &[]);
        left(POWER_USER, action, "s3:elsewhere/x", &[]);
    }
    left(POWER_USER, "s3:PutBucketPolicy", "s3:elsewhere", &[]);
    left(
        "arn:aws:iam::111122223333:role/aws-service-role/replication.s3.amazonaws.com/AWSServiceRoleForX",
        "s3:PutBucketPolicy",
        "s3:parapet-logs-{here}",
        &[],
    );
}

#[test]
fn keys_and_the_trail() {
    for action in
        ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:UntagResource"]
    {
        kept_off(action, KEY, &OURS);
        kept_off(action, KEY, &[("kms:ResourceAliases", "alias/parapet-notifications")]);
        kept_out(STRANGER, action, KEY, &OURS);
        left(&own("policy-guard"), action, KEY, &OURS);
        left(POWER_USER, action, KEY, &[("kms:ResourceAliases", "alias/other")]);
        left(POWER_USER, action, KEY, &[]);
    }
    let memory = [("kms:ResourceAliases", "alias/parapet-memory")];
    kept_off("kms:ScheduleKeyDeletion", KEY, &memory);
    for principal in [POWER_USER, ROOT, DEPLOYMENT] {
        assert_eq!(denied_by(&request(principal, "kms:GenerateMac", KEY, &memory)), Some("scp"), "{principal}");
        left(principal, "kms:GenerateMac", KEY, &[("kms:ResourceAliases", "alias/other")]);
    }
    left(&own("policy-guard"), "kms:GenerateMac", KEY, &memory);
    for action in ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"] {
        kept_off(action, "kms:alias/parapet-ml", &[]);
        left(&own("bootstrap"), action, "kms:alias/parapet-ml", &[]);
        left(POWER_USER, action, "kms:alias/other", &[]);
    }
    kept_off("kms:CreateGrant", KEY, &OURS);
    left(&own("policy-guard"), "kms:RevokeGrant", KEY, &OURS);
    left(POWER_USER, "kms:CreateGrant", KEY, &[OURS[0], ("kms:GrantIsForAWSResource", "true")]);
    for action in ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:EnableKey", "kms:CancelKeyDeletion"] {
        left(POWER_USER, action, KEY, &OURS);
    }
    for action in [
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "cloudtrail:UpdateTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:RemoveTags",
    ] {
        kept_off(action, "cloudtrail:trail/parapet", &[]);
        left(&own("logging-guard"), action, "cloudtrail:trail/parapet", &[]);
        left(POWER_USER, action, "cloudtrail:trail/theirs", &[]);
    }
    left(POWER_USER, "cloudtrail:GetTrailStatus", "cloudtrail:trail/parapet", &[]);
    kept_off("organizations:LeaveOrganization", "*", &[]);
    kept_off("account:CloseAccount", "*", &[]);
}

#[test]
fn the_work_of_others_is_left() {
    for (action, resource) in [
        ("lambda:UpdateFunctionCode", "lambda:function:parapet-web"),
        ("lambda:InvokeFunction", "lambda:function:app"),
        ("events:PutRule", "events:rule/app"),
        ("sns:Publish", "sns:parapet-web"),
        ("sqs:SendMessage", "sqs:app"),
        ("iam:CreateRole", "iam:role/app"),
        ("iam:PassRole", "iam:role/app"),
        ("sts:AssumeRole", "iam:role/app"),
        ("cloudformation:UpdateStack", "cloudformation:stack/app/1"),
        ("ec2:RunInstances", "ec2:instance/i-1"),
        ("organizations:DescribeOrganization", "*"),
    ] {
        left(POWER_USER, action, resource, &[]);
    }
}

/// AWS, of a policy that is given to it in a file: white space counts.
#[test]
fn they_are_as_long_as_may_be() {
    let long = format!(
        "names: {{key_alias: alias/{0}, ml_service_role: {0}, ml_data_policy: {0}, trail: {0}, ml_data_bucket: 'a{0}', log_bucket: 'b{0}', \
         access_log_bucket: 'c{0}', evidence_bucket: 'd{0}'}}",
        "x".repeat(60)
    );
    let role = format!("arn:aws-us-gov:iam::{ACCOUNT}:role/{}", "r".repeat(64));
    let of_one = Whose { account: Some(ACCOUNT.to_owned()), deployment_role: Some(role) };
    for (text, whose) in [(None, whose()), (None, of_one.clone()), (Some(long.as_str()), of_one)] {
        let Companions { scp, rcp } = companions_of(text, &whose);
        let lengths = [&scp, &rcp].map(|policy| Companions::text(policy).chars().count());
        assert!(lengths[0] <= MAX_SCP_CHARACTERS && lengths[1] <= MAX_RCP_CHARACTERS, "{lengths:?}");
    }
}

#[test]
fn the_text_says_the_policy() {
    let Companions { scp, rcp } = companions_of(None, &whose());
    for policy in [&scp, &rcp] {
        assert_eq!(serde_json::from_str::<Value>(&Companions::text(policy)).unwrap(), *policy);
    }
}

/// AWS Organizations User Guide, "RCP syntax": Deny, `Principal: *`, no NotAction, no lone `*` as the action.
#[test]
fn a_resource_control_policy_has_its_form() {
    let Companions { scp, rcp } = companions_of(None, &whose());
    for statement in rcp["Statement"].as_array().unwrap() {
        assert_eq!((&statement["Effect"], &statement["Principal"]), (&json!("Deny"), &json!("*")), "{statement}");
        assert!(statement.get("NotAction").is_none() && statement["Action"] != json!(["*"]), "{statement}");
    }
    for statement in scp["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Deny", "{statement}");
        assert!(statement.get("Principal").is_none(), "{statement}");
    }
}

/// The two lists of S3's calls against the catalogue: a call on a bucket is in the first, one on an object in the second.
#[test]
fn the_calls_of_s3_are_all_told() {
    let Companions { rcp, .. } = companions_of(None, &whose());
    let of = |sid: &str| -> Vec<String> {
        let statements = rcp["Statement"].as_array().unwrap();
        let statement = statements.iter().find(|statement| statement["Sid"] == sid).unwrap();
        serde_json::from_value(statement["Action"].clone()).unwrap()
    };
    let (settings, writes) = (of("BucketSettings"), of("Records"));
    let is_in = |list: &[String], name: &str| list.iter().any(|pattern| matches(pattern, name));
    let mut missing = BTreeSet::new();
    for action in catalogue::actions_of("s3") {
        if matches!(action.access_level(), AccessLevel::Read | AccessLevel::List) {
            continue;
        }
        let about: Vec<&str> = action.resource_templates().collect();
        let name = action.full_name();
        let of_bucket = about.iter().any(|template| template.ends_with(":s3:::${BucketName}"));
        let of_object = about.iter().any(|template| template.ends_with(":s3:::${BucketName}/${ObjectName}"));
        if of_bucket && !of_object && !is_in(&settings, &name) || of_object && !is_in(&writes, &name) {
            missing.insert(name.clone());
        }
        assert!(
            !of_object || !is_in(&settings, &name) || of_bucket,
            "{name} would be denied on objects of the data bucket"
        );
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn names_of_the_standard_are_protected() {
    let text =
        "names: {evidence_bucket: 'proof-{account}', key_alias: alias/mine, trail: audit, ml_service_role: trainer}";
    let one = Whose {
        account: Some(ACCOUNT.to_owned()),
        deployment_role: Some("arn:aws:iam::444455556666:role/ci".to_owned()),
    };
    for (whose, bucket) in [(&whose(), "arn:*:s3:::proof-*"), (&one, "arn:*:s3:::proof-111122223333")] {
        let Companions { scp, rcp } = companions_of(Some(text), whose);
        let scp = Companions::text(&scp);
        for part in [bucket, "alias/mine", "trail/audit", "role/trainer"] {
            assert!(scp.contains(&format!("{part}\"")), "{part}: {scp}");
        }
        assert!(Companions::text(&rcp).contains(bucket));
        assert!(!scp.contains("000000000000") && !scp.contains("region-of"), "{scp}");
    }
    let scp = Companions::text(&companions_of(None, &one).scp);
    assert!(scp.contains("arn:aws:iam::444455556666:role/ci") && !scp.contains("parapet-deployment"), "{scp}");
}

#[test]
fn who_deploys_is_one_role() {
    for arn in [
        "arn:aws:iam::111122223333:role/ci",
        "arn:*:iam::*:role/path/ci",
        "arn:aws-cn:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
    ] {
        assert!(is_deployment_role(arn), "{arn}");
    }
    for arn in [
        "",
        "ci",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/ci*",
        "arn:aws:iam::111122223333:user/ci",
        "arn:aws:iam::1:role/ci",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:sts::111122223333:assumed-role/ci/x",
    ] {
        assert!(!is_deployment_role(arn), "{arn}");
    }
}
