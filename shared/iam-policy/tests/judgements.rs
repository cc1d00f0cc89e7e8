//! All judgements on the policies that AWS manages and on the labelled ones.

mod common;

use common::{document, judged, policy, rows, zone};
use iam_policy::{
    Decision, PolicyKind, PolicyKind::Identity, PolicyKind::Resource, Rules, Sealed, ViolationKind, decide,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn managed() -> impl Iterator<Item = Value> {
    rows(include_str!("data/managed_policies.jsonl")).chain(rows(include_str!("data/more_managed_policies.jsonl")))
}

#[test]
fn managed_policies() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unconfirmed = Vec::new();
    let rules = Rules::all(zone());
    for row in managed() {
        let document = document(row["document"].clone());
        for violation in judged(&[&document], Identity, &rules) {
            *counts.entry(violation.kind.name()).or_default() += 1;
            if decide(&document, Identity, &violation.witness) != Decision::Allow {
                unconfirmed.push(format!("{} {}: {:?}", row["name"], violation.kind.name(), violation.witness));
            }
        }
    }
    assert_eq!(unconfirmed, Vec::<String>::new());
    insta::assert_json_snapshot!(counts);
}

/// To switch off every trail is as bad as a protected one; another's own trail is its own.
#[test]
fn protected_trails() {
    const OURS: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit";
    let is_found = |action: &str, resource: &str, envelope: &[Value]| {
        let mut rules = Rules::of(zone(), [ViolationKind::LogTampering]);
        rules.protected = vec!["arn:aws:s3:::ml-data".to_owned(), OURS.to_owned()];
        rules.envelope = envelope.iter().map(|s| policy(json!([s]))).collect();
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        !judged(&[&policy(json!([statement]))], Identity, &rules).is_empty()
    };
    assert!(is_found("cloudtrail:StopLogging", "*", &[]));
    assert!(is_found("cloudtrail:StopLogging", OURS, &[]));
    assert!(is_found("cloudtrail:*", "arn:aws:cloudtrail:*:111122223333:trail/a*", &[]));
    assert!(!is_found("cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:111122223333:trail/team", &[]));
    assert!(!is_found("cloudtrail:StartLogging", OURS, &[]));
    assert!(!is_found("s3:*", "*", &[]));
    let update = json!({"Effect": "Allow", "Action": "cloudtrail:UpdateTrail", "Resource": OURS});
    assert!(!is_found("cloudtrail:UpdateTrail", OURS, std::slice::from_ref(&update)));
    assert!(is_found("cloudtrail:StopLogging", OURS, &[update]));
}

/// Access to protected data beyond what is declared.
#[test]
fn protected_data() {
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let read = allow("s3:GetObject", "arn:aws:s3:::ml-data/*");
    let is_found = |statement: Value, envelope: &[Value]| {
        let mut rules = Rules::of(zone(), [ViolationKind::ProtectedData]);
        rules.protected = vec!["arn:aws:s3:::ml-data".to_owned(), "arn:aws:s3:::ml-data/*".to_owned()];
        rules.envelope = envelope.iter().map(|s| policy(json!([s]))).collect();
        !judged(&[&policy(json!([statement]))], Identity, &rules).is_empty()
    };
    assert!(is_found(read.clone(), &[]));
    assert!(!is_found(read.clone(), std::slice::from_ref(&read)));
    assert!(!is_found(allow("s3:GetObject", "arn:aws:s3:::ml-data/in/*"), std::slice::from_ref(&read)));
    assert!(is_found(allow("s3:Get*", "arn:aws:s3:::ml-*"), &[allow("s3:GetObject", "arn:aws:s3:::ml-data/in/*")]));
    assert!(is_found(allow("s3:PutObject", "*"), std::slice::from_ref(&read)));
    assert!(!is_found(allow("s3:GetObject", "arn:aws:s3:::ml-data-2/*"), &[]));
    assert!(!is_found(allow("s3:GetObject", "arn:aws:s3:::other/*"), &[read]));
}

/// What guards the account; each finding is a request that the policy allows.
fn guarded() -> Rules {
    let guards = [
        "arn:aws:lambda:*:123456789012:function:guard-*",
        "arn:aws:sqs:*:123456789012:guard-*",
        "arn:aws:kms:*:123456789012:alias/guard",
        "arn:aws:iam::123456789012:role/guard-*",
        "arn:aws:s3:::evidence/*",
        "arn:aws:s3:::evidence",
    ];
    Rules { guards: guards.map(str::to_owned).to_vec(), ..Rules::of(zone(), [ViolationKind::GuardTampering]) }
}

#[test]
fn what_guards() {
    let is_found = |action: &str, resource: &str| {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        is_tampering(&statement, Identity, &guarded())
    };
    for (action, resource, expected) in [
        ("lambda:InvokeFunction", "*", true),
        ("lambda:*", "arn:aws:lambda:eu-west-1:*:function:g*", true),
        ("lambda:Update*", "arn:aws:lambda:eu-west-1:123456789012:function:app", false),
        ("lambda:Get*", "*", false),
        ("sqs:PurgeQueue", "arn:aws:sqs:*:*:*-1", true),
        ("s3:PutObject", "arn:aws:s3:::evidence", false),
        ("s3:PutBucketPolicy", "arn:aws:s3:::evidence", true),
        ("s3:PutBucketPolicy", "arn:aws:s3:::evidence/*", false),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/guard-1", true),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/app", false),
        ("kms:ScheduleKeyDeletion", "*", true),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:123456789012:key/1234", false),
        ("kms:UpdateAlias", "arn:aws:kms:*:*:alias/g*", true),
        ("*", "*", true),
    ] {
        assert_eq!(is_found(action, resource), expected, "{action} on {resource}");
    }
    let by_alias = json!({"Effect": "Allow", "Action": "kms:DisableKey", "Resource": "*", "Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/app"}}});
    assert!(!is_tampering(&by_alias, Identity, &guarded()));
    let beside = json!({"Effect": "Allow", "Action": "lambda:*", "NotResource": "arn:aws:lambda:*:123456789012:function:guard-*"});
    assert!(!is_tampering(&beside, Identity, &guarded()));
    let mut rules = guarded();
    rules.kinds.insert(ViolationKind::NotElement);
    assert!(!is_tampering(&beside, Identity, &rules));
}

fn sealed() -> Rules {
    let resources = ["arn:aws:s3:::rules/standard.yaml", "arn:aws:s3:::rules"].map(str::to_owned).to_vec();
    let keepers = ["arn:aws:iam::123456789012:role/keeper-*", "arn:aws:sts::123456789012:assumed-role/keeper-*/*"];
    let sealed = Sealed { resources, keepers: keepers.map(str::to_owned).to_vec() };
    Rules { sealed, ..Rules::of(zone(), [ViolationKind::ObjectTampering]) }
}

/// Whether a statement of such a policy is found to change what is sealed; the witness is a request that it allows.
fn is_tampering(statement: &Value, kind: PolicyKind, rules: &Rules) -> bool {
    let document = policy(json!([statement]));
    let found = judged(&[&document], kind, rules);
    assert!(found.iter().all(|it| decide(&document, kind, &it.witness) == Decision::Allow), "{found:?}");
    !found.is_empty()
}

#[test]
fn sealed_objects() {
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let is_found = |action: &str, resource: &str| is_tampering(&allow(action, resource), Identity, &sealed());
    for action in ["s3:PutObject", "s3:Delete*", "s3:Replicate*", "s3:*", "*"] {
        assert!(is_found(action, "arn:aws:s3:::rules/standard.yaml"), "{action}");
        assert!(is_found(action, "arn:aws:s3:::rules/s*"), "{action}");
        assert!(is_found(action, "*"), "{action}");
        assert!(!is_found(action, "arn:aws:s3:::rules/other.yaml"), "{action}");
        assert!(!is_found(action, "arn:aws:s3:::data/*"), "{action}");
    }
    for action in ["s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"] {
        assert!(is_found(action, "arn:aws:s3:::rules"), "{action}");
        assert!(!is_found(action, "arn:aws:s3:::data"), "{action}");
    }
    assert!(!is_found("s3:Get*", "*") && !is_found("s3:List*", "*") && !is_found("s3:PutObjectTagging", "*"));
    let unsealed = Rules::of(zone(), [ViolationKind::ObjectTampering]);
    assert!(!is_tampering(&allow("*", "*"), Identity, &unsealed));
}

#[test]
fn sealed_objects_in_the_policy_of_their_bucket() {
    let to = |principal: Value, action: &str, key: &str| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": format!("arn:aws:s3:::rules{key}")});
    let is_found = |statement: &Value| is_tampering(statement, Resource, &sealed());
    let of = |path: &str| json!({"AWS": format!("arn:aws:iam::123456789012:{path}")});
    for (path, expected) in
        [("role/app", true), ("user/jane", true), ("role/keeper-1", false), ("root", false), ("role/keep", true)]
    {
        assert_eq!(is_found(&to(of(path), "s3:PutObject", "/*")), expected, "{path}");
        assert!(!is_found(&to(of(path), "s3:GetObject", "/*")), "{path}");
        assert!(!is_found(&to(of(path), "s3:PutObject", "/other/*")), "{path}");
    }
    assert!(is_found(&to(of("role/app"), "s3:PutBucketPolicy", "")));
    assert!(is_found(&to(json!("*"), "s3:PutObject", "/*")));
    assert!(is_found(&to(json!({"AWS": "arn:aws:iam::444455556666:root"}), "s3:PutObject", "/*")));
    assert!(!is_found(&to(json!({"AWS": "123456789012"}), "s3:PutObject", "/*")));
    assert!(!is_found(&to(json!({"Service": "logging.s3.amazonaws.com"}), "s3:PutObject", "/*")));
    let among = |arn: &str| {
        let mut statement = to(json!("*"), "s3:PutObject", "/*");
        statement["Condition"] = json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::123456789012:{arn}")}});
        is_found(&statement)
    };
    assert!(among("role/*") && !among("role/keeper-1") && !among("role/keeper-*"));
}
