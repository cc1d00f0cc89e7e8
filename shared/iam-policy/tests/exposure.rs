//! What opens resources to others.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{policy, zone};
use iam_policy::{Holding, Judgement, PolicyKind, Rules, Severity, ViolationKind, judge};
use serde_json::json;

/// How bad what is found is.
fn found(action: &str, resource: &str, protected: &[&str]) -> Option<Severity> {
    let document = policy(json!([{"Effect": "Allow", "Action": action, "Resource": resource}]));
    let mut rules = Rules::of(zone(), [ViolationKind::Exposure]);
    rules.protected = protected.iter().map(|pattern| (*pattern).to_owned()).collect();
    match judge(&Holding::of(&[&document], PolicyKind::Identity), &rules) {
        Judgement::Decided(found) => found.first().map(|violation| violation.severity()),
        Judgement::Undetermined(why) => panic!("{why}"),
    }
}

#[test]
fn whoever_writes_who_may_read_can_read() {
    for action in [
        "s3:PutBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutReplicationConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutAccessPointPolicy",
        "secretsmanager:PutResourcePolicy",
        "sqs:SetQueueAttributes",
        "sns:AddPermission",
        "lambda:AddPermission",
        "ecr:SetRepositoryPolicy",
        "backup:PutBackupVaultAccessPolicy",
        "glacier:SetVaultAccessPolicy",
        "ec2:ModifySnapshotAttribute",
        "rds:ModifyDBSnapshotAttribute",
        "dynamodb:PutResourcePolicy",
    ] {
        assert_eq!(found(action, "*", &[]), Some(Severity::Medium), "{action}");
    }
    for action in [
        "s3:GetBucketPolicy",
        "s3:DeleteBucketPolicy",
        "sqs:SendMessage",
        "lambda:RemovePermission",
        "s3:PutBucketTagging",
    ] {
        assert_eq!(found(action, "*", &[]), None, "{action}");
    }
    assert_eq!(found("s3:PutBucketPolicy", "arn:aws:s3:::team-data", &[]), None);
    assert_eq!(
        found("secretsmanager:PutResourcePolicy", "arn:aws:secretsmanager:eu-west-1:*:secret:*", &[]),
        Some(Severity::Medium)
    );
}

/// "channel", "dashboard", "eventdatastore" (Service Authorization Reference, AWS CloudTrail): a trail has no policy.
#[test]
fn what_has_no_policy_cannot_be_opened() {
    let trail = "arn:aws:cloudtrail:us-east-1:123456789012:trail/parapet";
    assert_eq!(found("cloudtrail:PutResourcePolicy", trail, &[trail]), None);
    let store = "arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/a";
    assert_eq!(found("cloudtrail:PutResourcePolicy", store, &[store]), Some(Severity::High));
}

#[test]
fn what_is_protected_is_worse() {
    let protected = ["arn:aws:s3:::ml-data", "arn:aws:s3:::ml-data/*"];
    assert_eq!(found("s3:PutBucketPolicy", "arn:aws:s3:::ml-*", &protected), Some(Severity::High));
    assert_eq!(found("s3:PutBucketPolicy", "*", &protected), Some(Severity::High));
    assert_eq!(found("*", "*", &protected), Some(Severity::High));
    assert_eq!(found("s3:PutBucketPolicy", "arn:aws:s3:::other", &protected), None);
    assert_eq!(found("sqs:AddPermission", "*", &protected), Some(Severity::Medium));
}
