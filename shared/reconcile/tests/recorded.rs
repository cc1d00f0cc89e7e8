//! What nothing but its record tells of, where the record does not say enough: told once a day.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_guards::{GuardName, Report};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3_600;

/// What is said of a policy of a directory bucket whose record does not hold it.
async fn said(recorder: &MemoryRecorder, bucket: &str, who: &str, now: i64) -> Report {
    let world = FakeWorld::new(&Journal::default());
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &world, recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now }, dry: false };
    let identity = match who {
        "" => json!({"type": "Unknown", "userName": "somebody"}),
        who => json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{who}")}),
    };
    let record = json!({"eventID": "e-1", "eventSource": "s3express.amazonaws.com", "eventName": "PutBucketPolicy", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": bucket, "bucketPolicy": Value::Null},
        "userIdentity": identity});
    handle(&place, run, &record).await
}

#[tokio::test(start_paused = true)]
async fn a_record_that_does_not_say_is_told_once_a_day() {
    let recorder = MemoryRecorder::new(&Journal::default());
    let (mine, other) = ("mine--use1-az5--x-s3", "other--use1-az5--x-s3");
    for (bucket, who, now, told_before) in [
        (mine, "deploy/1", NOW, false),
        (mine, "deploy/2", NOW + 60, true),
        // Somebody else, something else, another day.
        (mine, "stranger/1", NOW + 60, false),
        (other, "deploy/1", NOW + 60, false),
        (mine, "deploy/1", NOW + DAY, false),
        (mine, "deploy/1", NOW + DAY + 60, true),
        // People of one permission set are different people; whom a record does not name is anybody.
        (mine, "AWSReservedSSO_Admin_0123456789abcdef/ann", NOW, false),
        (mine, "AWSReservedSSO_Admin_0123456789abcdef/bob", NOW, false),
        (mine, "AWSReservedSSO_Admin_0123456789abcdef/ann", NOW, true),
        (mine, "", NOW, false),
        (mine, "", NOW, false),
    ] {
        let report = said(&recorder, bucket, who, now).await;
        assert_eq!(
            (report.outcome.name(), report.told_before),
            ("Undetermined", told_before),
            "{bucket} {who} {now}: {report:?}"
        );
    }
}

/// Where it cannot be kept that it was told, it is told each time.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_told_each_time() {
    let recorder = MemoryRecorder::broken(&Journal::default());
    for _ in 0..2 {
        let report = said(&recorder, "mine--use1-az5--x-s3", "deploy/1", NOW).await;
        assert_eq!((report.outcome.name(), report.told_before), ("Undetermined", false));
    }
}
