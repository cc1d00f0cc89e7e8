//! What is no record, or an odd one: a named outcome, never a panic, never a write.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use parapet_core::{Guard, GuardName, Report, World};
use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use parapet_reconcile::{Clock, Run, handle};
use parapet_testkit::fixtures::{NOW, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

fn answer<G: Guard>(record: &Value) -> Report
where
    FakeWorld<G>: World<G>,
{
    let (standard, home, journal) = (standard(""), home(), Journal::default());
    let run = Run { standard: &standard, home: &home, clock: Clock { now: NOW }, dry: false };
    let (world, recorder) = (FakeWorld::<G>::new(&journal), MemoryRecorder::new(&journal));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let report = runtime.block_on(handle::<G, _, _>(&run, &world, &recorder, record));
    assert_eq!(journal.writes(), 0, "{record}");
    report
}

fn answers(record: &Value) -> [Report; 3] {
    [answer::<EncryptionGuard>(record), answer::<PolicyGuard>(record), answer::<LoggingGuard>(record)]
}

fn check(guard: GuardName, record: Value, expected: &str) {
    let report = answers(&record).into_iter().find(|report| report.guard == guard).unwrap();
    assert_eq!(
        format!("{}: {}", report.outcome.name(), report.outcome.why().unwrap_or_default()),
        expected,
        "{record}"
    );
}

fn call(source: &str, name: &str, request: Value) -> Value {
    json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "requestParameters": request})
}

#[test]
#[rustfmt::skip] // One line a case.
fn no_record() {
    for (input, why) in [
        (json!(null), "it is not a JSON object"),
        (json!([]), "it is not a JSON object"),
        (json!("StopLogging"), "it is not a JSON object"),
        (json!(7), "it is not a JSON object"),
        (json!({}), "it has no `eventName` or no `eventSource`"),
        (json!({"eventName": "StopLogging"}), "it has no `eventName` or no `eventSource`"),
        (json!({"eventName": ["StopLogging"], "eventSource": "cloudtrail.amazonaws.com"}), "it has no `eventName` or no `eventSource`"),
        (json!({"detail": {"eventName": "StopLogging"}}), "it has no `eventName` or no `eventSource`"),
    ] {
        for guard in [GuardName::EncryptionGuard, GuardName::PolicyGuard, GuardName::LoggingGuard] {
            check(guard, input.clone(), &format!("Ignored: not a CloudTrail record: {why}"));
        }
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn odd_records() {
    use GuardName::{EncryptionGuard as Encryption, LoggingGuard as Logging, PolicyGuard as Policy};
    check(Logging, call("cloudtrail", "StopLogging", json!({"name": "unknown"})), "Ignored: the resource is gone");
    check(Encryption, call("s3", "CreateBucket", json!({"bucketName": "deleted-since"})), "Ignored: the resource is gone");
    check(Encryption, call("s3", "NewCall", json!({"bucketName": "b"})), "Ignored: event NewCall does not concern this guard");
    check(Encryption, call("s3", "PutBucketEncryption", json!({"omitted": true})), "Compliant: ");
    check(Policy, call("iam", "PutUserPolicy", json!({"omitted": true})), "Compliant: ");
    check(Logging, call("cloudtrail", "StopLogging", json!("null")), "Compliant: ");
    check(Logging, json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "errorCode": "AccessDenied", "requestParameters": {"name": "parapet"}}), "Ignored: the call failed with AccessDenied");
    check(Logging, json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "errorCode": {}, "requestParameters": {"name": "parapet"}}), "Ignored: the call failed with an unreadable error code");
    check(Policy, json!({"eventSource": "iam.amazonaws.com", "eventName": "ListUserPolicies", "readOnly": true}), "Ignored: the call only read");
    check(Policy, json!({"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "userIdentity": {"accountId": "999999999999"}}), "Ignored: the event is of account 999999999999");
    check(Policy, json!({"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "awsRegion": "cn-north-1"}), "Ignored: the event is of partition aws-cn");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(vec![json!("arn:"), json!("arn:aws:cloudtrail::"), json!("parapet"), json!("")])
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let name = prop_oneof![names(), any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..5).prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into())
        ]
    })
}

fn names() -> impl Strategy<Value = String> {
    select(vec![
        "requestParameters",
        "responseElements",
        "bucketName",
        "name",
        "trailName",
        "userName",
        "roleName",
        "policyArn",
        "policyName",
        "path",
        "policy",
        "arn",
        "userIdentity",
        "errorCode",
    ])
    .prop_map(str::to_owned)
}

fn any_call() -> impl Strategy<Value = Value> {
    let calls = vec![
        ("s3", "CreateBucket"),
        ("s3", "PutBucketPolicy"),
        ("iam", "CreatePolicy"),
        ("iam", "PutRolePolicy"),
        ("iam", "AttachUserPolicy"),
        ("iam", "CreateRole"),
        ("cloudtrail", "DeleteTrail"),
    ];
    (select(calls), vec((names(), any_json()), 0..5), any_json()).prop_map(|((source, name), request, response)| {
        let mut record = call(source, name, request.into_iter().collect::<Map<_, _>>().into());
        record["responseElements"] = response;
        record
    })
}

proptest! {
    #[test]
    fn any_json_has_an_answer(input in any_json()) {
        answers(&input);
    }

    #[test]
    fn any_call_has_an_answer(record in any_call()) {
        answers(&record);
    }
}
