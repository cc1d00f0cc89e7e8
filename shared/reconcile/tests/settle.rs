//! What only completes a young bucket waits until its owner has made it; what is unsafe never does.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::ErrorKind;
use parapet_guards::{
    Facet, GuardName, LogTarget, ObjectOwnership, Ownership, PublicAccess, Report, State, Versioning, World,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, NOW, STRANGER, bucket, home, standard};
use parapet_testkit::{Entry, FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const NAME: &str = "training-images";
/// The built-in ten minutes.
const SETTLE: i64 = 600;

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    changes: &'static str,
}

/// A bucket of so many seconds.
fn scene(name: &str, age: i64) -> Scene {
    let journal = Journal::default();
    let world = FakeWorld::new(&journal);
    world.was_made(&bucket(name), NOW - age);
    Scene { recorder: MemoryRecorder::new(&journal), journal, world, changes: "" }
}

impl Scene {
    fn with(self, state: State) -> Self {
        self.world.set(&bucket(NAME), state.facet(), state);
        self
    }

    async fn event(&self, guard: GuardName, event: &str, name: &str, happened: &str) -> Report {
        self.event_in(&self.world, guard, event, name, happened).await
    }

    async fn event_in<W: World>(&self, world: &W, guard: GuardName, event: &str, name: &str, happened: &str) -> Report {
        // Versioning is one of the things that wait, where it is asked for.
        let changes = format!("buckets: {{versioning: all}}\n{}", self.changes);
        let (standard, home) = (standard(&changes), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard, clock: Clock { now: NOW }, dry: false };
        let record = json!({"eventID": "e-1", "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "eventTime": happened, "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": name}});
        handle(&place, run, &record).await
    }

    fn asked(&self) -> usize {
        self.journal.entries().iter().filter(|entry| matches!(entry, Entry::MadeAt(_))).count()
    }
}

fn policy(statements: &Value) -> State {
    State::BucketPolicy(Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).ok())
}

fn read_by(who: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{who}:root")}, "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{NAME}/*")})
}

/// Each is told, with the moment, and is written once that has come.
#[tokio::test(start_paused = true)]
async fn what_completes_a_young_bucket_waits() {
    for (guard, event, state) in [
        (GuardName::PolicyGuard, "DeleteBucketPolicy", State::BucketPolicy(None)),
        (GuardName::EncryptionGuard, "PutBucketVersioning", State::BucketVersioning(Versioning::Off)),
        (GuardName::EncryptionGuard, "DeleteBucketOwnershipControls", State::BucketOwnership(Ownership::default())),
        (GuardName::EncryptionGuard, "CreateBucket", State::BucketOwnership(ObjectOwnership::ObjectWriter.into())),
        (
            GuardName::EncryptionGuard,
            "PutBucketOwnershipControls",
            State::BucketOwnership(ObjectOwnership::BucketOwnerPreferred.into()),
        ),
    ] {
        let young = scene(NAME, 5).with(state.clone());
        let report = young.event(guard, event, NAME, "").await;
        assert_eq!(
            (report.outcome.name(), report.retry, report.actions.len()),
            ("Observed", false, 0),
            "{event}: {report:?}"
        );
        assert_eq!(report.settles_at.as_deref(), Some("2026-11-23T14:09:55Z"), "{event}");
        let detail = &report.findings.first().unwrap().detail;
        assert!(detail.ends_with("it is completed once it has settled, at 2026-11-23T14:09:55Z"), "{detail}");
        assert_eq!((young.asked(), young.journal.writes()), (1, 0), "{event}");
        for (age, changes) in [(SETTLE, ""), (5, "settle: {minutes: 0}"), (61, "settle: {minutes: 1}")] {
            let settled = Scene { changes, ..scene(NAME, age).with(state.clone()) };
            let report = settled.event(guard, event, NAME, "").await;
            assert_eq!((report.outcome.name(), report.settles_at), ("Remediated", None), "{event} {age} {changes}");
        }
    }
}

/// Of lists that somebody switches on again, where they were off, nothing is to come.
#[tokio::test(start_paused = true)]
async fn lists_that_were_off_do_not_wait() {
    let young = scene(NAME, 5).with(State::BucketOwnership(ObjectOwnership::ObjectWriter.into()));
    let before = State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into());
    young.recorder.learn(&bucket(NAME), Facet::BucketOwnership, before.kept());
    let report = young.event(GuardName::EncryptionGuard, "PutBucketOwnershipControls", NAME, "").await;
    assert_eq!((report.outcome.name(), report.settles_at), ("Remediated", None));
}

/// What is there nobody has to come to: somebody did.
#[tokio::test(start_paused = true)]
async fn what_somebody_set_does_not_wait() {
    for (guard, event, state) in [
        (GuardName::EncryptionGuard, "PutBucketVersioning", State::BucketVersioning(Versioning::Suspended)),
        (GuardName::EncryptionGuard, "PutBucketPublicAccessBlock", State::BucketPublicAccess(PublicAccess::default())),
        (GuardName::PolicyGuard, "PutBucketPolicy", policy(&json!([read_by(ACCOUNT)]))),
    ] {
        let young = scene(NAME, 5).with(state);
        let report = young.event(guard, event, NAME, "").await;
        assert_eq!((report.outcome.name(), report.settles_at.as_deref()), ("Remediated", None), "{event}: {report:?}");
        assert_eq!(young.asked(), 0, "{event}");
    }
}

/// Whoever opens what he has just made finds it closed, and what waits beside it waits on.
#[tokio::test(start_paused = true)]
async fn nothing_that_opens_access_waits() {
    let young = scene(NAME, 5)
        .with(State::BucketPublicAccess(PublicAccess::default()))
        .with(State::BucketVersioning(Versioning::Off));
    let report = young.event(GuardName::EncryptionGuard, "CreateBucket", NAME, "").await;
    assert_eq!(report.actions, ["PutPublicAccessBlock all on"], "{report:?}");
    assert_eq!((report.outcome.name(), report.settles_at.is_some()), ("Remediated", true), "{report:?}");

    let young = scene(NAME, 5).with(policy(&json!([read_by(ACCOUNT), read_by(STRANGER)])));
    let report = young.event(GuardName::PolicyGuard, "PutBucketPolicy", NAME, "").await;
    assert_eq!((report.outcome.name(), report.settles_at), ("Remediated", None));
    let Some(State::BucketPolicy(Some(left))) = young.world.state(&bucket(NAME), Facet::BucketPolicy) else {
        unreachable!()
    };
    assert!(!left.to_json().contains(STRANGER) && left.to_json().contains("aws:SecureTransport"), "{}", left.to_json());
}

/// A stack that replaces the policy of an old bucket deletes the one and then makes the other. Whose call it was, nobody has to say.
#[tokio::test(start_paused = true)]
async fn a_policy_that_was_deleted_is_waited_for() {
    let old = || scene(NAME, 86_400 * 300).with(State::BucketPolicy(None));
    let deleted = async |scene: &Scene, happened: &str| {
        scene.event(GuardName::PolicyGuard, "DeleteBucketPolicy", NAME, happened).await
    };
    let report = deleted(&old(), "2026-11-23T13:59:00Z").await;
    assert_eq!((report.outcome.name(), report.settles_at.as_deref()), ("Observed", Some("2026-11-23T14:09:00Z")));
    // An event from long ago, one that says when it will be, one that does not say: no wait, and none beyond the standard's.
    assert_eq!(deleted(&old(), "2026-11-23T13:50:00Z").await.outcome.name(), "Remediated");
    let later = deleted(&old(), "2036-11-23T14:00:00Z").await;
    assert_eq!((later.outcome.name(), later.settles_at.as_deref()), ("Observed", Some("2026-11-23T14:10:00Z")));
    assert_eq!(deleted(&old(), "soon").await.outcome.name(), "Remediated");
}

/// What was accepted of the policy that the stack replaces is not forgotten meanwhile: the next one is judged beside it.
#[tokio::test(start_paused = true)]
async fn a_policy_that_is_replaced_is_judged_beside_the_one_before() {
    let scene = scene(NAME, 86_400 * 300).with(State::BucketPolicy(None));
    let tls = json!({"Sid": "DenyInsecureTransport", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{NAME}"), format!("arn:aws:s3:::{NAME}/*")], "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let before = policy(&json!([read_by(STRANGER), tls]));
    scene.recorder.learn(&bucket(NAME), Facet::BucketPolicy, before.kept());
    scene.event(GuardName::PolicyGuard, "DeleteBucketPolicy", NAME, "2026-11-23T13:59:00Z").await;
    scene.world.set(&bucket(NAME), Facet::BucketPolicy, before.clone());
    let report = scene.event(GuardName::PolicyGuard, "PutBucketPolicy", NAME, "2026-11-23T14:00:00Z").await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Observed", 0), "{report:?}");
    assert_eq!(scene.world.state(&bucket(NAME), Facet::BucketPolicy), Some(before));
}

/// Bootstrap's own are never waited for, and not even asked of.
#[tokio::test(start_paused = true)]
async fn what_bootstrap_makes_does_not_wait() {
    let young = scene(DATA_BUCKET, 5);
    let state = |state: State| young.world.set(&bucket(DATA_BUCKET), state.facet(), state);
    state(State::BucketVersioning(Versioning::Off));
    state(State::BucketLogging(None::<LogTarget>));
    for event in ["PutBucketVersioning", "PutBucketLogging"] {
        let report = young.event(GuardName::EncryptionGuard, event, DATA_BUCKET, "").await;
        assert_eq!((report.outcome.name(), young.asked()), ("Remediated", 0), "{event}: {report:?}");
    }
}

/// Nobody knows that it is young: it is mended as any other.
#[tokio::test(start_paused = true)]
async fn whose_age_is_not_known_is_not_waited_for() {
    let young = scene(NAME, 5).with(State::BucketVersioning(Versioning::Off));
    let world = FaultyWorld::new(&young.world, Fault::MadeAt, ErrorKind::Denied);
    let report = young.event_in(&world, GuardName::EncryptionGuard, "PutBucketVersioning", NAME, "").await;
    assert_eq!(report.outcome.name(), "Remediated");
}

/// What waits is not accepted: it is not remembered, and completed later.
#[tokio::test(start_paused = true)]
async fn what_waits_is_not_accepted() {
    let young = scene(NAME, 5).with(State::BucketPolicy(None));
    young.event(GuardName::PolicyGuard, "CreateBucket", NAME, "").await;
    assert!(young.recorder.memories().is_empty(), "{:?}", young.recorder.memories());
    young.world.was_made(&bucket(NAME), NOW - SETTLE);
    assert_eq!(young.event(GuardName::PolicyGuard, "DeleteBucketPolicy", NAME, "").await.outcome.name(), "Remediated");
}
