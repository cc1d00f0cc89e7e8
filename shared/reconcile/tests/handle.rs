//! From a record to reports: what is looked at, in which order, and what is not.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_guards::{Facet, GuardName, Report, State, Versioning};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

fn scene() -> Scene {
    let journal = Journal::default();
    Scene { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), journal }
}

impl Scene {
    fn with_versioning(self, name: &str, versioning: Versioning) -> Self {
        self.world.set(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(versioning));
        self
    }

    async fn handle(&self, event: &str, request: Value) -> Report {
        let (standard, home) = (standard("scope: {buckets: {exclude: [scratch]}}"), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW }, dry: false };
        let record = json!({"eventID": "e-1", "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request});
        handle(&place, run, &record).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_without_a_name_leads_to_every_guarded_bucket() {
    let scene = scene()
        .with_versioning("a", Versioning::Enabled)
        .with_versioning("b", Versioning::Suspended)
        .with_versioning("scratch", Versioning::Off);
    let report = scene.handle("PutBucketVersioning", Value::Null).await;
    assert_eq!((report.outcome.name(), report.resource.as_deref()), ("Remediated", Some("arn:aws:s3:::b")));
    assert_eq!(
        (report.actions.len(), report.aws_calls),
        (1, 5),
        "a listing, a look at a; a look, a write and a look at b"
    );
    let state = |name| scene.world.state(&bucket(name), Facet::BucketVersioning);
    assert_eq!(state("b"), Some(State::BucketVersioning(Versioning::Enabled)));
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
