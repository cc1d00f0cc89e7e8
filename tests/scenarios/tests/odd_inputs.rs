//! What is no record, or an odd one: a named outcome, never a panic, and in an account full of what is wrong never a write to what it
//! does not name.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::ErrorKind;
use parapet_guards::{Facet, GuardName, IamEntity, Report, Resource, State, TrailLogging, Versioning, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{NOW, bucket, home, standard, trail};
use parapet_testkit::{Entry, FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Lets a guard answer a record in an account, and says what it tried to write.
fn answer(guard: GuardName, record: &Value, wrong: &[(Resource, State)]) -> (Report, Vec<(Resource, String)>) {
    let (standard, home, journal) = (standard(""), home(), Journal::default());
    let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
    for (resource, state) in wrong {
        world.set(resource, state.facet(), state.clone());
    }
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard, clock: Clock { now: NOW }, dry: false };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let report = runtime.block_on(handle(&place, run, record));
    let written = journal.entries().into_iter().filter_map(|entry| match entry {
        Entry::Write(resource, action) => Some((resource, action)),
        _ => None,
    });
    (report, written.collect())
}

/// In an account with nothing in it, where nothing can be written.
fn answers(record: &Value) -> Vec<Report> {
    let answers = GuardName::ALL.iter().map(|guard| answer(*guard, record, &[]));
    let (reports, written): (Vec<_>, Vec<_>) = answers.unzip();
    assert!(written.iter().all(Vec::is_empty), "{record}");
    reports
}

/// What is written in an account in which all that a guard may take from somebody is wrong, and all that it may put right.
fn written(record: &Value) -> Vec<(Resource, String)> {
    let images = bucket("training-images");
    let jane = IamEntity::User("jane".to_owned());
    let open = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::training-images/*"}});
    let admin = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let document = |value: &Value| Some(Document::from_value(value.clone()).unwrap());
    let power = Resource::InlinePolicy(on::InlinePolicy { entity: jane, name: "power".to_owned() });
    let wrong = [
        (images.clone(), State::BucketVersioning(Versioning::Suspended)),
        (images, State::BucketPolicy(document(&open))),
        (power, State::InlineDocument(document(&admin))),
        (trail("team"), State::TrailLogging(TrailLogging::Off)),
    ];
    GuardName::ALL.iter().flat_map(|guard| answer(*guard, record, &wrong).1).collect()
}

/// Whether a write takes access from somebody.
fn takes_access(resource: &Resource) -> bool {
    matches!(resource, Resource::InlinePolicy(on::InlinePolicy { .. }))
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
        for &guard in GuardName::ALL {
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

/// A new policy that nobody can read: the adapter calls it unreadable. It is not compliant and not ignored, whatever it says; the event is not delivered again, for it stays what it is.
#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_read_has_an_outcome() {
    let jane = || IamEntity::User("jane".to_owned());
    let power = Resource::InlinePolicy(on::InlinePolicy { entity: jane(), name: "power".to_owned() });
    let put = call("iam", "PutUserPolicy", json!({"userName": "jane", "policyName": "power"}));
    let opened = call("s3", "PutBucketPolicy", json!({"bucketName": "training-images"}));
    for (resource, facet, record, subject) in [
        (power, Facet::InlineDocument, put, "inline policy `power` of `user/jane`"),
        (bucket("training-images"), Facet::BucketPolicy, opened, "bucket `training-images`"),
    ] {
        let (standard, home, journal) = (standard(""), home(), Journal::default());
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        world.set(&resource, Facet::BucketPolicy, State::BucketPolicy(None));
        let faulty = FaultyWorld::new(&world, Fault::Look(facet), ErrorKind::Unreadable);
        let place = Place { home: &home, standard: &standard, world: &faulty, recorder: &recorder };
        let report =
            handle(&place, Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false }, &record).await;
        assert_eq!(
            (report.outcome.name(), report.retry, report.actions.len()),
            ("Undetermined", false, 0),
            "{report:?}"
        );
        let why = report.outcome.why().unwrap_or_default();
        assert!(why.contains(subject) && why.contains("look at the resource by hand"), "{why}");
    }
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

/// The account is one in which the same calls lead to writes as soon as they name what is wrong: the law below can fail.
#[test]
fn what_is_named_is_written() {
    let named = |source, name, request| !written(&call(source, name, request)).is_empty();
    assert!(named("s3", "CreateBucket", json!({"bucketName": "training-images"})));
    assert!(named("s3", "PutBucketPolicy", json!({"bucketName": "training-images"})));
    assert!(named("iam", "PutUserPolicy", json!({"userName": "jane", "policyName": "power"})));
    assert!(named("cloudtrail", "StopLogging", json!({"name": "team"})));
    let of_nobody = written(&call("iam", "PutUserPolicy", Value::Null));
    assert_eq!(of_nobody, Vec::new(), "nobody loses access by an event that does not name them");
}

proptest! {
    #[test]
    fn any_json_has_an_answer(input in any_json()) {
        answers(&input);
        prop_assert_eq!(written(&input), Vec::new());
    }

    #[test]
    fn any_call_has_an_answer(record in any_call()) {
        answers(&record);
        let written = written(&record);
        prop_assert!(!written.iter().any(|(resource, _)| takes_access(resource)), "{written:?}");
    }
}
