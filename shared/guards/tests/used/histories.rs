//! What is kept of all principals of an account.

use std::collections::BTreeMap;

use iam_policy::Document;
use parapet_guards::used::{History, MAX_PRINCIPALS, Passed};
use serde_json::{Value, json};

use super::{app, home, record, user, with};

fn history(records: &[Value]) -> History {
    let mut history = History::default();
    records.iter().for_each(|record| history.note(record, &home()));
    history
}

#[test]
fn each_record_counts_for_who_asked() {
    let by_user = with(record("s3", "ListBuckets", json!({})), json!({"userIdentity": user()}));
    let of_other = json!({"userIdentity": with(user(), json!({"arn": "arn:aws:iam::999999999999:user/jane"}))});
    let found = history(&[
        record("s3", "ListBuckets", json!({})),
        by_user.clone(),
        with(by_user.clone(), of_other),
        with(by_user.clone(), json!({"errorCode": "AccessDenied"})),
        with(by_user, json!({"userIdentity": {"type": "AWSService"}})),
        json!({"eventName": "x"}),
        json!("garbage"),
    ]);
    assert_eq!((found.counted, found.summaries.len()), (2, 2));
    assert_eq!(found.of(&app()).map(|summary| summary.seen()), Some(1));
    let passed: BTreeMap<Passed, u64> =
        [(Passed::NotARecord, 2), (Passed::Denied, 1), (Passed::OtherAccount, 1), (Passed::NoPrincipal, 1)].into();
    assert_eq!(found.passed, passed, "nothing is passed over unseen");
}

#[test]
fn made_up_principals_take_no_room() {
    let mut found = history(&[record("s3", "ListBuckets", json!({}))]);
    for number in 0..MAX_PRINCIPALS + 50 {
        let arn = format!("arn:aws:iam::111122223333:user/u{number}");
        let identity = with(user(), json!({"arn": arn}));
        found.note(&with(record("s3", "ListBuckets", json!({})), json!({"userIdentity": identity})), &home());
    }
    assert_eq!((found.summaries.len(), found.others.count), (MAX_PRINCIPALS, 51));
    assert!(found.is_full() && found.of(&app()).is_some());
}

#[test]
fn what_was_not_logged_is_not_known() {
    let said =
        |statement: Value| Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap();
    let allow = |actions: Value| said(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}));
    let management = history(&[record("s3", "ListBuckets", json!({}))]);
    let check = |found: &History, before: Value, after: Value, expected: &[&str]| {
        let (before, after) = (allow(before), allow(after));
        assert_eq!(found.logged.untold(&[&before], &[&after]), expected);
    };
    let all = [
        "aoss",
        "bedrock",
        "cassandra",
        "cloudwatch",
        "dynamodb",
        "ebs",
        "ec2messages",
        "elasticfilesystem",
        "es",
        "execute-api",
        "firehose",
        "iot",
        "kafka-cluster",
        "kinesis",
        "lambda",
        "logs",
        "neptune-db",
        "rds-db",
        "s3",
        "sagemaker",
        "ses",
        "sns",
        "sqs",
        "ssmmessages",
        "xray",
    ];
    check(&management, json!("*"), json!("ec2:*"), &all);
    check(&management, json!(["s3:*", "lambda:*"]), json!(["s3:*"]), &["lambda"]);
    check(&management, json!(["iam:*", "s3:Get*"]), json!(["s3:Get*"]), &[]);
    check(&management, json!(["iam:*", "s3:PutBucketPolicy"]), json!(["iam:Get*"]), &[]);
    let data = with(record("s3", "GetObject", json!({})), json!({"eventCategory": "Data", "managementEvent": false}));
    check(&history(&[data]), json!(["s3:*", "lambda:*"]), json!(["ec2:*"]), &["lambda"]);
    assert!(!management.logged.reads);
    let reads = with(record("s3", "ListBuckets", json!({})), json!({"readOnly": true}));
    assert!(history(&[reads]).logged.reads);
}
