//! A bucket of the pipeline is deleted: one event brings it back with all its settings, and the guard's own CreateBucket then leads the
//! policy guard to its policy.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeMap;

use parapet_core::{Outcome, Severity};
use parapet_guards::{
    Acl, AclGrant, Algorithm, BucketEncryption, Facet, Grantee, GuardName, ObjectLock, ObjectOwnership, PublicAccess,
    Report, State, Versioning,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{DATA_BUCKET, EVIDENCE_BUCKET, LOG_BUCKET, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

fn record(event: &str, name: &str) -> Value {
    json!({
        "eventID": "e", "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "requestParameters": {"bucketName": name},
    })
}

async fn answer(guard: GuardName, world: &FakeWorld, journal: &Journal, record: &Value) -> Report {
    let (standard, home) = (standard(""), home());
    let recorder = MemoryRecorder::new(journal);
    let place = Place { home: &home, standard: &standard, world, recorder: &recorder };
    let run = Run { guard, clock: Clock { now: NOW }, dry: false };
    handle(&place, run, record).await
}

/// A bucket that is gone, and what is seen of it once it is made anew.
fn deleted(journal: &Journal, name: &str) -> FakeWorld {
    let encryption =
        BucketEncryption { algorithm: Algorithm::Aes256, key: None, bucket_key: false, sse_c_blocked: true };
    let facets = [
        (Facet::BucketExistence, State::BucketExistence(false)),
        (Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::BLOCKED)),
        (Facet::BucketOwnership, State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into())),
        (Facet::BucketVersioning, State::BucketVersioning(Versioning::Off)),
        (Facet::BucketEncryption, State::BucketEncryption(encryption)),
        (Facet::BucketObjectLock, State::BucketObjectLock(ObjectLock::default())),
        (Facet::BucketTags, State::BucketTags(BTreeMap::new())),
        (Facet::BucketLogging, State::BucketLogging(None)),
        (Facet::BucketReplication, State::BucketReplication(None)),
    ];
    facets.into_iter().fold(FakeWorld::new(journal), |world, (facet, state)| world.with(&bucket(name), facet, state))
}

#[tokio::test(start_paused = true)]
async fn one_event_brings_everything_back() {
    for (name, lock) in [(DATA_BUCKET, false), (LOG_BUCKET, true), (EVIDENCE_BUCKET, true)] {
        let journal = Journal::default();
        let world = deleted(&journal, name);
        let report = answer(GuardName::EncryptionGuard, &world, &journal, &record("DeleteBucket", name)).await;
        assert_eq!(report.outcome, Outcome::Remediated, "{name}");
        assert_eq!(report.actions.first().map(String::as_str), Some("CreateBucket"), "{name}");
        let exists = report.findings.iter().find(|finding| finding.control.as_str() == "S3.Exists").unwrap();
        assert_eq!(exists.severity, Severity::Critical);
        let locked = |action: &String| action == "PutObjectLockConfiguration Governance 365 days";
        assert_eq!(report.actions.iter().any(locked), lock, "{name}: {:?}", report.actions);
        // Versioning has to be on before the lock, or S3 refuses it.
        let place = |start: &str| report.actions.iter().position(|action| action.starts_with(start));
        assert!(!lock || place("PutBucketVersioning") < place("PutObjectLockConfiguration"), "{:?}", report.actions);

        journal.clear();
        let again = answer(GuardName::EncryptionGuard, &world, &journal, &record("DeleteBucket", name)).await;
        assert_eq!((again.outcome, journal.writes()), (Outcome::Compliant, 0), "{name}, delivered twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_somebody_else_stays_deleted() {
    let journal = Journal::default();
    let report =
        answer(GuardName::EncryptionGuard, &deleted(&journal, "scratch"), &journal, &record("DeleteBucket", "scratch"))
            .await;
    assert_eq!((report.outcome.name(), journal.writes()), ("Ignored", 0));
}

#[tokio::test(start_paused = true)]
async fn making_it_leads_to_its_policy() {
    let journal = Journal::default();
    let owner = AclGrant { grantee: Grantee::Account("owner".into()), permission: "FULL_CONTROL".into() };
    let world =
        FakeWorld::new(&journal).with(&bucket(LOG_BUCKET), Facet::BucketPolicy, State::BucketPolicy(None)).with(
            &bucket(LOG_BUCKET),
            Facet::BucketAcl,
            State::BucketAcl(Acl { owner: "owner".into(), grants: vec![owner] }),
        );
    let report = answer(GuardName::PolicyGuard, &world, &journal, &record("CreateBucket", LOG_BUCKET)).await;
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(report.actions, ["PutBucketPolicy with 3 statements"]);
}
