//! What turns out to be another account's: left alone, unless the standard needs it, or the event says that it is this account's.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_core::ErrorKind;
use parapet_guards::{Facet, GuardName, PublicAccess, Report, State, Versioning};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, NOW, STRANGER, bucket, home, standard};
use parapet_testkit::{Entry, FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

/// What the encryption guard says of a bucket that S3 denies it, and does not list as this account's; and what it left in its journal.
async fn said(name: &str, event: &str, owner: Option<&str>) -> (Report, Vec<Entry>) {
    let journal = Journal::default();
    let world = FakeWorld::new(&journal)
        .with(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(Versioning::Off))
        .with(&bucket(name), Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::default()));
    let world = FaultyWorld::new(&world, Fault::LookAt(bucket(name)), ErrorKind::Taken);
    let (standard, home, recorder) = (standard(""), home(), MemoryRecorder::new(&journal));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW }, dry: false };
    let resources = owner.map(|owner| json!([{"ARN": format!("arn:aws:s3:::{name}"), "accountId": owner}]));
    let record = json!({"eventID": "e-1", "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": name}, "resources": resources.unwrap_or(Value::Null)});
    (handle(&place, run, &record).await, journal.entries())
}

fn has_told(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Access")
}

/// The record names no owner, and S3 tells: no alarm, no further delivery, nothing kept.
#[tokio::test(start_paused = true)]
async fn another_accounts_bucket_is_left_alone() {
    for event in ["PutBucketVersioning", "PutBucketPublicAccessBlock"] {
        let (report, entries) = said("theirs", event, None).await;
        let why = "it is of another account: S3 denies it to this one, and does not list it as this one's";
        assert_eq!(
            (report.outcome.name(), report.outcome.why().as_deref(), report.retry),
            ("Ignored", Some(why), false)
        );
        assert!(!has_told(&report) && report.evidence.is_none(), "{report:?}");
        assert!(entries.iter().all(|entry| matches!(entry, Entry::Look(..))), "{entries:?}");
    }
}

/// Where the record says so of every entry, S3 is not even asked.
#[tokio::test(start_paused = true)]
async fn what_the_record_says_is_anothers_costs_no_call() {
    let (report, entries) = said("theirs", "PutBucketVersioning", Some(STRANGER)).await;
    assert_eq!((report.outcome.name(), report.aws_calls, entries.len()), ("Ignored", 0, 0), "{report:?}");
}

/// Its name may have become another account's, and whoever has it gets what is meant for it.
#[tokio::test(start_paused = true)]
async fn what_the_standard_needs_is_told() {
    for owner in [None, Some(STRANGER)] {
        let (report, _) = said(DATA_BUCKET, "PutBucketVersioning", owner).await;
        assert_eq!((report.outcome.name(), report.retry), ("Undetermined", false), "{owner:?}");
        assert!(report.outcome.why().unwrap().contains("the name belongs to another account"), "{report:?}");
    }
}

/// A list can be behind what was just made. What the event says is this account's is denied, and looked at again.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_said_to_be_own_is_looked_at_again() {
    for (event, owner) in [("PutBucketVersioning", Some(ACCOUNT)), ("CreateBucket", None)] {
        let (report, _) = said("fresh", event, owner).await;
        assert_eq!((report.outcome.name(), report.retry), ("Undetermined", true), "{event} {owner:?}");
        assert!(has_told(&report), "{report:?}");
    }
}
