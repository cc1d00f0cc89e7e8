//! All judgements on the policies that AWS manages and on the labelled ones.

mod common;

use common::{document, judged, policy, rows, zone};
use iam_policy::{Decision, PolicyKind::Identity, Rules, ViolationKind, decide};
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
