//! Somebody else changes the resource while it is repaired: nothing newer is overwritten with what was computed from an older read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity, Trigger, Unreadable, WorldError};
use parapet_guards::{
    Action, Baseline, Evidence, Facet, GuardName, IamEntity, Image, Mark, Memory, Observed, Page, Pending, Receipt,
    Recorder, Report, Resource, ResourceKind, State, World, on,
};
use parapet_reconcile::{Clock, Place, Run, reconcile};
use parapet_testkit::fixtures::{NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder, Situation};
use serde_json::{Value, json};

const NAME: &str = "training-images";

fn statement(sid: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::training-images/*"})
}

fn policy(statements: &[Value]) -> State {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    State::BucketPolicy(Some(Document::from_value(document).unwrap()))
}

/// A policy with which nothing is wrong.
fn tls_only() -> State {
    State::BucketPolicy(None).comply(&Situation::new(&bucket(NAME), "").subject(), None)
}

/// Somebody else adds a statement.
fn meanwhile(world: &FakeWorld) {
    world.set(&bucket(NAME), Facet::BucketPolicy, policy(&[statement("First"), statement("Second")]));
}

fn sids(world: &FakeWorld) -> Vec<String> {
    let Some(State::BucketPolicy(Some(document))) = world.state(&bucket(NAME), Facet::BucketPolicy) else {
        return Vec::new();
    };
    document.statements().iter().filter_map(|statement| statement.sid.clone()).collect()
}

/// A recorder that takes its time, during which somebody else does something.
struct SlowRecorder<'a> {
    inner: &'a MemoryRecorder,
    meanwhile: &'a (dyn Fn() + Sync),
    pause: Duration,
}

impl Recorder for SlowRecorder<'_> {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        tokio::time::sleep(self.pause).await;
        (self.meanwhile)();
        self.inner.open(evidence).await
    }

    async fn close(&self, receipt: &Receipt, evidence: &Evidence) {
        self.inner.close(receipt, evidence).await;
    }

    async fn recall(&self, resource: &Resource, facet: Facet) -> Result<Option<Memory>, Unreadable> {
        self.inner.recall(resource, facet).await
    }

    async fn remember(&self, memory: &Memory) -> bool {
        self.inner.remember(memory).await
    }

    async fn baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        self.inner.baseline().await
    }

    async fn wait(&self, key: &str, pending: &Pending) -> bool {
        self.inner.wait(key, pending).await
    }

    async fn keep_baseline(&self, baseline: &Baseline) -> bool {
        self.inner.keep_baseline(baseline).await
    }

    async fn has_evidence(&self, key: &str) -> bool {
        self.inner.has_evidence(key).await
    }

    async fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64, enough: u32) -> u32 {
        self.inner.recent_repairs(evidence, window_seconds, enough).await
    }
}

/// A world whose first write meets somebody else's, which wins.
struct Contended<'a> {
    world: &'a FakeWorld,
    meanwhile: fn(&FakeWorld),
    met: AtomicBool,
}

impl<'a> Contended<'a> {
    fn new(world: &'a FakeWorld, meanwhile: fn(&FakeWorld)) -> Self {
        Self { world, meanwhile, met: AtomicBool::new(false) }
    }
}

impl World for Contended<'_> {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        self.world.observe(resource, facet).await
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        if self.met.swap(true, Ordering::SeqCst) {
            return self.world.apply(resource, action).await;
        }
        (self.meanwhile)(self.world);
        Err(WorldError {
            step: "write the bucket policy".to_owned(),
            subject: resource.to_string(),
            kind: ErrorKind::Conflict,
            message: "OperationAborted".to_owned(),
            source: None,
        })
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

/// A bucket whose policy lacks the statement about TLS.
fn account(journal: &Journal) -> (FakeWorld, MemoryRecorder) {
    let world = FakeWorld::new(journal).with(&bucket(NAME), Facet::BucketPolicy, policy(&[statement("First")]));
    (world, MemoryRecorder::new(journal))
}

async fn repaired<W: World, R: Recorder>(world: &W, recorder: &R) -> Report {
    repaired_of(world, recorder, &bucket(NAME), Facet::BucketPolicy).await
}

async fn repaired_of<W: World, R: Recorder>(world: &W, recorder: &R, resource: &Resource, facet: Facet) -> Report {
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world, recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let cause = Trigger::by_hand("Test", "e-1", &home);
    reconcile(&place, run, &cause, resource, &[facet]).await
}

#[tokio::test(start_paused = true)]
async fn what_was_read_long_ago_is_read_again_before_it_is_written_over() {
    let (world, recorder) = account(&Journal::default());
    let slow = SlowRecorder { inner: &recorder, meanwhile: &|| meanwhile(&world), pause: Duration::from_millis(300) };
    let report = repaired(&world, &slow).await;
    assert_eq!((report.outcome.name(), report.aws_calls), ("Remediated", 4));
    assert_eq!(sids(&world), ["First", "Second", "DenyInsecureTransport"]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_planned_anew() {
    let (world, recorder) = account(&Journal::default());
    let report = repaired(&Contended::new(&world, meanwhile), &recorder).await;
    assert_eq!(report.outcome.name(), "Remediated");
    assert_eq!(sids(&world), ["First", "Second", "DenyInsecureTransport"]);
    let evidence = recorder.evidence();
    let last = evidence.values().last().unwrap();
    let Image::State(state) = &last.pre_image[0].seen else { unreachable!() };
    assert_eq!(state["Statement"].as_array().unwrap().len(), 2, "what was written over is on record");
}

/// Where nothing is left to do, nothing else is put on record than what was begun.
#[tokio::test(start_paused = true)]
async fn what_somebody_else_mended_meanwhile_leaves_one_piece_of_evidence() {
    let journal = Journal::default();
    let (world, recorder) = account(&journal);
    let mended = |world: &FakeWorld| world.set(&bucket(NAME), Facet::BucketPolicy, tls_only());
    let report = repaired(&Contended::new(&world, mended), &recorder).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Remediated", 0));
    let of_evidence: Vec<String> = journal.lines().into_iter().filter(|line| line.contains("evidence")).collect();
    assert_eq!(of_evidence, ["open evidence", "close evidence: Remediated"]);
    let evidence = recorder.evidence();
    let Image::State(state) = &evidence.values().next().unwrap().pre_image[0].seen else { unreachable!() };
    assert_eq!(state["Statement"][0]["Sid"], "First", "what was found stays on record");
}

/// A repair ends what is remembered of what it deletes, and not what another run accepted since: memory is asked for again for that.
#[tokio::test(start_paused = true)]
async fn what_is_accepted_during_a_repair_does_not_end_with_it() {
    let inline = on::InlinePolicy { entity: IamEntity::Role("app".to_owned()), name: "power".to_owned() };
    let (inline, facet) = (Resource::InlinePolicy(inline), Facet::InlineDocument);
    let statement = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let allows = |action| {
        let document = json!({"Version": "2012-10-17", "Statement": statement(action)});
        State::InlineDocument(Some(Document::from_value(document).unwrap()))
    };
    for (is_accepted, is_remembered) in [(false, false), (true, true)] {
        let journal = Journal::default();
        let (world, recorder) =
            (FakeWorld::new(&journal).with(&inline, facet, allows("*")), MemoryRecorder::new(&journal));
        recorder.learn(&inline, facet, State::InlineDocument(None).kept());
        let accept = || {
            if is_accepted {
                recorder.learn_of(&inline, facet, allows("sqs:SendMessage").kept(), Identity::default(), NOW + 1);
            }
        };
        let slow = SlowRecorder { inner: &recorder, meanwhile: &accept, pause: Duration::ZERO };
        let report = repaired_of(&world, &slow, &inline, facet).await;
        assert_eq!(
            (report.outcome.name(), world.state(&inline, facet)),
            ("Remediated", Some(State::InlineDocument(None)))
        );
        assert_eq!(recorder.memory(&inline, facet).unwrap().state().is_some(), is_remembered);
    }
}
