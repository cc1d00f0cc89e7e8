//! From a record to reports: what is looked at, in which order, and what is not.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_core::ErrorKind;
use parapet_guards::{Facet, GuardName, Report, State, Versioning, World};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, LOG_BUCKET, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    dry: bool,
}

/// How a recorder is made.
type Made = fn(&Journal) -> MemoryRecorder;

fn scene() -> Scene {
    let journal = Journal::default();
    Scene { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), journal, dry: false }
}

impl Scene {
    fn with_versioning(self, name: &str, versioning: Versioning) -> Self {
        self.world.set(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(versioning));
        self
    }

    async fn handle(&self, event: &str, request: Value) -> Report {
        self.handle_through(&self.world, event, request).await
    }

    async fn handle_through<W: World>(&self, world: &W, event: &str, request: Value) -> Report {
        let (standard, home) = (standard("scope: {buckets: {exclude: [scratch]}}"), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW }, dry: self.dry };
        let record = json!({"eventID": "e-1", "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request});
        handle(&place, run, &record).await
    }
}

/// Whoever leaves the name out switches nothing that is somebody's: what bootstrap made is repaired, the rest told.
#[tokio::test(start_paused = true)]
async fn a_record_without_a_name_leads_to_every_guarded_bucket() {
    let scene = scene()
        .with_versioning("a", Versioning::Enabled)
        .with_versioning("b", Versioning::Suspended)
        .with_versioning(DATA_BUCKET, Versioning::Suspended)
        .with_versioning("scratch", Versioning::Off);
    let report = scene.handle("PutBucketVersioning", Value::Null).await;
    let ours = format!("arn:aws:s3:::{DATA_BUCKET}");
    assert_eq!((report.outcome.name(), report.resource), ("Remediated", Some(ours)));
    assert_eq!(
        (report.findings.len(), report.actions.len(), report.aws_calls),
        (2, 1, 6),
        "a listing, a look at a and at b; a look, a write and a look at the pipeline's"
    );
    let state = |name| scene.world.state(&bucket(name), Facet::BucketVersioning);
    assert_eq!(state(DATA_BUCKET), Some(State::BucketVersioning(Versioning::Enabled)));
    assert_eq!(state("b"), Some(State::BucketVersioning(Versioning::Suspended)), "nobody named it");
    assert_eq!(state("scratch"), Some(State::BucketVersioning(Versioning::Off)), "out of scope");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_of_a_bucket_that_is_gone_for_good() {
    let scene = scene();
    scene.world.set(&bucket("theirs"), Facet::BucketExistence, State::BucketExistence(false));
    let report = scene.handle("DeleteBucket", json!({"bucketName": "theirs"})).await;
    assert_eq!(report.outcome.name(), "Ignored");
    assert_eq!(scene.journal.lines(), ["look at existence", "recall replication"]);
}

/// What was remembered of a bucket that is gone ends. Where that cannot be kept, the event is delivered again; a dry run ends nothing.
#[tokio::test(start_paused = true)]
async fn what_is_remembered_of_a_bucket_that_is_gone_ends() {
    for (recorder, dry, is_remembered, retry) in [
        (MemoryRecorder::new as Made, false, false, false),
        (MemoryRecorder::read_only, false, true, true),
        (MemoryRecorder::new, true, true, false),
    ] {
        let (scene, facet) = (scene(), Facet::BucketReplication);
        let scene = Scene { recorder: recorder(&scene.journal), dry, ..scene };
        scene.world.set(&bucket("theirs"), Facet::BucketExistence, State::BucketExistence(false));
        scene.recorder.learn(&bucket("theirs"), facet, State::BucketReplication(None).kept());
        let report = scene.handle("DeleteBucket", json!({"bucketName": "theirs"})).await;
        let memory = scene.recorder.memory(&bucket("theirs"), facet).unwrap();
        assert_eq!((memory.state().is_some(), report.retry), (is_remembered, retry), "dry: {dry}");
    }
}

/// The report of several resources is of the one of greatest concern; that another may fare better later is not lost with it.
#[tokio::test(start_paused = true)]
async fn one_resource_that_may_fare_better_later_is_enough_to_try_again() {
    for (unreadable, refused) in [(DATA_BUCKET, LOG_BUCKET), (LOG_BUCKET, DATA_BUCKET)] {
        let scene =
            scene().with_versioning(refused, Versioning::Suspended).with_versioning(unreadable, Versioning::Enabled);
        let world = FaultyWorld::new(&scene.world, Fault::Write("Put"), ErrorKind::Invalid);
        let report = scene.handle_through(&world, "PutBucketVersioning", json!({"bucketName": refused})).await;
        assert_eq!((report.outcome.name(), report.retry), ("Failed", false));
        let world = FaultyWorld::new(&world, Fault::LookAt(bucket(unreadable)), ErrorKind::Transient);
        let report = scene.handle_through(&world, "PutBucketVersioning", Value::Null).await;
        assert_eq!((report.outcome.name(), report.retry), ("Failed", true), "{unreadable}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_the_pipeline_is_there_before_its_settings_are_looked_at() {
    let scene = scene().with_versioning(DATA_BUCKET, Versioning::Off);
    scene.world.set(&bucket(DATA_BUCKET), Facet::BucketExistence, State::BucketExistence(false));
    let report = scene.handle("DeleteBucket", json!({"bucketName": DATA_BUCKET})).await;
    assert_eq!(report.outcome.name(), "Remediated");
    let lines = scene.journal.lines();
    let position = |wanted: &str| lines.iter().position(|line| line == wanted).unwrap();
    assert!(position("CreateBucket") < position("look at versioning"), "{lines:?}");
    assert!(report.actions.contains(&"PutBucketVersioning Enabled".to_owned()), "{:?}", report.actions);
}
