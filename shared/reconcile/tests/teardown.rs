//! What somebody deletes while a guard mends it: gone, and nobody is woken for it.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::sync::atomic::{AtomicBool, Ordering};

use parapet_core::{ErrorKind, Identity, Outcome, Trigger, WorldError};
use parapet_guards::{
    Action, Facet, IamEntity, KeyRotation, Mark, Observed, Page, PublicAccess, Report, Resource, ResourceKind, State,
    TrailLogging, Versioning, World, on,
};
use parapet_reconcile::{Clock, Place, Run, reconcile};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, bucket, home, standard, trail};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::json;

/// When somebody deletes the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    BeforeTheWrite,
    AfterTheWrite,
}

/// A world whose resources are deleted around the first write.
struct Vanishing<'a> {
    world: &'a FakeWorld,
    when: When,
    is_gone: AtomicBool,
}

impl Vanishing<'_> {
    fn delete(&self, resource: &Resource) {
        let facets: Vec<Facet> =
            self.world.states().into_keys().filter(|(of, _)| of == resource).map(|(_, facet)| facet).collect();
        facets.into_iter().for_each(|facet| self.world.remove(resource, facet));
        self.is_gone.store(true, Ordering::SeqCst);
    }
}

impl World for Vanishing<'_> {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        let seen = self.world.observe(resource, facet).await?;
        // Of an inline policy IAM says no more than that there is none.
        match (facet, self.is_gone.load(Ordering::SeqCst)) {
            (Facet::InlineDocument, true) => Ok(Some(State::InlineDocument(None).into())),
            _ => Ok(seen),
        }
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        if self.when == When::BeforeTheWrite {
            self.delete(resource);
        }
        let applied = self.world.apply(resource, action).await;
        self.delete(resource);
        applied
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.world.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        self.world.list(kind, from).await
    }

    fn calls(&self) -> u32 {
        self.world.calls()
    }
}

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    resource: Resource,
    facets: Vec<Facet>,
}

fn scene(resource: Resource, states: Vec<State>) -> Scene {
    let journal = Journal::default();
    let world = FakeWorld::new(&journal);
    let facets = states.iter().map(State::facet).collect();
    states.into_iter().for_each(|state| world.set(&resource, state.facet(), state));
    Scene { recorder: MemoryRecorder::new(&journal), journal, world, resource, facets }
}

impl Scene {
    async fn reconcile<W: World>(&self, world: &W) -> Report {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let guard = self.facets.first().unwrap().owner();
        let run = Run { guard, clock: Clock { now: NOW }, dry: false };
        reconcile(&place, run, &Trigger::by_hand("Test", "e-1", &home), &self.resource, &self.facets).await
    }

    async fn vanishing(&self, when: When) -> Report {
        self.reconcile(&Vanishing { world: &self.world, when, is_gone: AtomicBool::new(false) }).await
    }

    fn closed(&self) -> String {
        self.journal.lines().into_iter().rfind(|line| line.starts_with("close")).unwrap_or_default()
    }
}

fn open_policy() -> iam_policy::Document {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    iam_policy::Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
}

fn torn_down() -> Vec<Scene> {
    let inline = on::InlinePolicy { entity: IamEntity::Role("app".to_owned()), name: "p".to_owned() };
    vec![
        scene(
            bucket("training-images"),
            vec![State::BucketPublicAccess(PublicAccess::default()), State::BucketVersioning(Versioning::Suspended)],
        ),
        scene(bucket("training-images"), vec![State::BucketPolicy(None)]),
        scene(trail("team"), vec![State::TrailLogging(TrailLogging::Off)]),
        scene(Resource::Key(on::Key { name: "1234abcd".to_owned() }), vec![State::KeyRotation(KeyRotation::Off)]),
        scene(Resource::InlinePolicy(inline), vec![State::InlineDocument(Some(open_policy()))]),
    ]
}

/// Whatever was being written of it: no failure, no further delivery, and evidence says how it ended.
#[tokio::test(start_paused = true)]
async fn what_is_gone_by_the_write_or_the_look_after_it_is_gone() {
    for when in [When::BeforeTheWrite, When::AfterTheWrite] {
        for scene in torn_down() {
            let is_inline = matches!(scene.resource, Resource::InlinePolicy(_));
            let report = scene.vanishing(when).await;
            // To delete an inline policy was the plan.
            let is_done = is_inline && when == When::AfterTheWrite;
            let expected = if is_done { "Remediated" } else { "Ignored" };
            let told = (report.outcome.name(), report.retry, report.evidence.is_some());
            assert_eq!(told, (expected, false, true), "{when:?} {}: {report:?}", scene.resource);
            assert_eq!(scene.closed(), format!("close evidence: {expected}"), "{when:?} {}", scene.resource);
        }
    }
}

/// A key that a bucket is to be encrypted with is something else than the bucket.
#[tokio::test(start_paused = true)]
async fn something_else_that_is_missing_is_a_failure() {
    let scene = scene(bucket("training-images"), vec![State::BucketVersioning(Versioning::Suspended)]);
    let world = FaultyWorld::new(&scene.world, Fault::Write("Put"), ErrorKind::Missing);
    let report = scene.reconcile(&world).await;
    assert_eq!((report.outcome.name(), report.retry), ("Failed", true));
}

/// What cannot be looked at after a failed write is not gone.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_gone() {
    let scene = scene(bucket("training-images"), vec![State::BucketVersioning(Versioning::Suspended)]);
    let world = FaultyWorld::new(&scene.world, Fault::FromCall(2), ErrorKind::Missing);
    let report = scene.reconcile(&world).await;
    assert_eq!((report.outcome.name(), report.retry), ("Failed", true));
}

/// What bootstrap made does not go away by itself: somebody has to run it.
#[tokio::test(start_paused = true)]
async fn what_bootstrap_made_is_told() {
    let scene = scene(bucket(DATA_BUCKET), vec![State::BucketVersioning(Versioning::Off)]);
    let report = scene.vanishing(When::BeforeTheWrite).await;
    assert!(matches!(report.outcome, Outcome::Failed(_)) && report.retry, "{report:?}");
}
