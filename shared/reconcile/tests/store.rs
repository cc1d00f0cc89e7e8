//! Memory where its store is not there, takes nothing, or knows better: what is decided without it, and what is left in it.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity, Trigger};
use parapet_guards::foundation::documents::tls_only_statement;
use parapet_guards::{Facet, GuardName, IamEntity, Report, Resource, State, World, on};
use parapet_reconcile::{Clock, Place, Run, handle, reconcile};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::json;

const POLICY: Facet = Facet::BucketPolicy;
const INLINE: Facet = Facet::InlineDocument;

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

/// How a recorder is made.
type Made = fn(&Journal) -> MemoryRecorder;

fn scene(recorder: Made) -> Scene {
    let journal = Journal::default();
    Scene { world: FakeWorld::new(&journal), recorder: recorder(&journal), journal }
}

impl Scene {
    async fn look(&self, resource: &Resource, facet: Facet) -> Report {
        self.look_through(&self.world, resource, facet).await
    }

    async fn look_through<W: World>(&self, world: &W, resource: &Resource, facet: Facet) -> Report {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        reconcile(&place, run, &Trigger::by_hand("Test", "e-1", &home), resource, &[facet]).await
    }

    /// Whether the inline policy is still remembered after the event of its deletion, and whether that is tried again.
    async fn is_deleted(&self) -> (bool, bool) {
        self.world.set(&inline(), INLINE, State::InlineDocument(None));
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        let record = json!({"eventID": "e-1", "eventSource": "iam.amazonaws.com", "eventName": "DeleteRolePolicy",
            "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT,
            "requestParameters": {"roleName": "app", "policyName": "power"}});
        let report = handle(&place, run, &record).await;
        (self.is_remembered(&inline(), INLINE), report.retry)
    }

    fn learn_at(&self, accepted_at: i64) {
        self.recorder.learn_of(&inline(), INLINE, administers().kept(), Identity::default(), accepted_at);
    }

    fn is_remembered(&self, resource: &Resource, facet: Facet) -> bool {
        self.recorder.memory(resource, facet).is_some_and(|memory| memory.state().is_some())
    }

    fn has_told(report: &Report) -> bool {
        report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Memory")
    }
}

fn inline() -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role("app".to_owned()), name: "power".to_owned() })
}

fn administers() -> State {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    State::InlineDocument(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

fn public() -> State {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
    State::BucketPolicy(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

/// Of what bootstrap makes the standard says how it is, and before there is a store nothing was kept in it.
#[tokio::test(start_paused = true)]
async fn a_store_that_was_never_made_keeps_nobody_from_securing_what_bootstrap_makes() {
    let scene = scene(MemoryRecorder::without_store);
    scene.world.set(&bucket(DATA_BUCKET), POLICY, public());
    let report = scene.look(&bucket(DATA_BUCKET), POLICY).await;
    assert_eq!((report.outcome.name(), Scene::has_told(&report), scene.journal.writes()), ("Remediated", false, 1));
}

/// Whoever deletes the bucket of evidence must not make a guard revert what it had accepted: a missing store excuses nothing.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_gone_takes_nothing_from_anybody_else() {
    let scene = scene(MemoryRecorder::without_store);
    scene.world.set(&inline(), INLINE, administers());
    let report = scene.look(&inline(), INLINE).await;
    assert_eq!((report.outcome.name(), Scene::has_told(&report)), ("Undetermined", true));
    assert_eq!((report.retry, scene.journal.writes()), (true, 0));
    assert_eq!(scene.world.state(&inline(), INLINE), Some(administers()));
}

/// What was accepted while the run was under way is of the next one of its name.
#[tokio::test(start_paused = true)]
async fn what_was_accepted_since_the_run_began_does_not_end_with_it() {
    for (accepted_at, is_remembered) in [(NOW - 1, false), (NOW, false), (NOW + 1, true)] {
        let scene = scene(MemoryRecorder::new);
        scene.learn_at(accepted_at);
        assert_eq!(scene.is_deleted().await, (is_remembered, false), "{accepted_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_store_nothing_has_to_end() {
    let scene = scene(MemoryRecorder::without_store);
    assert_eq!(scene.is_deleted().await, (false, false));
    assert!(!scene.journal.lines().contains(&"end the memory of inline policy".to_owned()), "{:?}", scene.journal);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_kept_is_tried_again() {
    let scene = scene(MemoryRecorder::read_only);
    scene.learn_at(NOW - 1);
    assert_eq!(scene.is_deleted().await, (true, true));
}

/// The same where the guard itself deletes: it was put back, and what was remembered has ended with that.
#[tokio::test(start_paused = true)]
async fn an_end_that_a_repair_brings_is_tried_again_where_it_cannot_be_kept() {
    for (recorder, retry) in [(MemoryRecorder::new as Made, false), (MemoryRecorder::read_only, true)] {
        let scene = scene(recorder);
        scene.world.set(&inline(), INLINE, administers());
        scene.recorder.learn(&inline(), INLINE, State::InlineDocument(None).kept());
        let report = scene.look(&inline(), INLINE).await;
        assert_eq!((report.outcome.name(), report.retry), ("Remediated", retry));
        assert_eq!(scene.is_remembered(&inline(), INLINE), retry);
    }
}

/// A policy that has to be there and is not has not ended: should the repair fail, the next one knows what was before.
#[tokio::test(start_paused = true)]
async fn what_is_missed_has_not_ended() {
    let (scene, images) = (scene(MemoryRecorder::new), bucket("images"));
    let encrypted = tls_only_statement("arn:aws:s3:::images");
    let encrypted = Document::from_value(json!({"Version": "2012-10-17", "Statement": [encrypted]})).unwrap();
    scene.recorder.learn(&images, POLICY, State::BucketPolicy(Some(encrypted)).kept());
    scene.world.set(&images, POLICY, State::BucketPolicy(None));
    let denied = FaultyWorld::new(&scene.world, Fault::Write("PutBucketPolicy"), ErrorKind::Denied);
    let report = scene.look_through(&denied, &images, POLICY).await;
    assert_eq!((report.outcome.name(), scene.is_remembered(&images, POLICY)), ("Failed", true), "{report:?}");
}
