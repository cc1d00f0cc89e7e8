//! An event proves nothing until CloudTrail shows it. What may be from before waits for that; who made an event up is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use parapet_core::{ErrorKind, Severity, WorldError};
use parapet_guards::{
    Facet, GuardName, Policies, Recorder, Report, Resource, State, Trust, Versioning, Waiting, on, order_key,
    settled_key,
};
use parapet_guards::{IamEntity, Verdict};
use parapet_reconcile::{
    Clock, Errand, Guards, History, Patience, Place, Run, Sweep, SweepReport, handle, look_again, sweep,
};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

const VENDOR: &str = "arn:aws:iam::444455556666:root";

/// What CloudTrail shows, or how it fails.
#[derive(Default)]
struct Trail {
    shown: Mutex<BTreeMap<String, Value>>,
    failing: Mutex<Option<ErrorKind>>,
    asked: Mutex<Vec<String>>,
}

impl History for Trail {
    async fn shown(&self, event_id: &str) -> Result<Option<Value>, WorldError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(event_id.to_owned());
        match *self.failing.lock().unwrap() {
            Some(kind) => Err(failure(kind)),
            None => Ok(self.shown.lock().unwrap().get(event_id).cloned()),
        }
    }
}

/// The guards that were told to look again.
#[derive(Default)]
struct Told {
    orders: Mutex<Vec<(GuardName, String)>>,
    fails: Mutex<bool>,
}

impl Guards for Told {
    async fn look_again(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        if *self.fails.lock().unwrap() {
            return Err(failure(ErrorKind::Denied));
        }
        self.orders.lock().unwrap().push((guard, key.to_owned()));
        Ok(())
    }

    async fn mend(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        let _ = (guard, key);
        Ok(())
    }

    async fn look(&self, _guard: GuardName, _resources: &[Resource]) -> Result<(), WorldError> {
        Ok(())
    }
}

fn failure(kind: ErrorKind) -> WorldError {
    let (step, subject, message) = ("ask".to_owned(), "CloudTrail".to_owned(), "no".to_owned());
    WorldError { step, subject, kind, message, source: None }
}

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
    trail: Trail,
    told: Told,
    now: Cell<i64>,
    records: RefCell<u32>,
}

/// An account of which no baseline was kept.
fn scene() -> Scene {
    let journal = Journal::default();
    Scene {
        world: FakeWorld::new(&journal),
        recorder: MemoryRecorder::without_baseline(&journal),
        trail: Trail::default(),
        told: Told::default(),
        now: Cell::new(NOW),
        records: RefCell::new(0),
    }
}

impl Scene {
    fn with(self, resource: &Resource, state: State) -> Self {
        self.world.set(resource, state.facet(), state);
        self
    }

    /// A record as EventBridge brings it.
    fn record(&self, source: &str, name: &str, parameters: Value) -> Value {
        *self.records.borrow_mut() += 1;
        let id = format!("e-{}", self.records.borrow());
        json!({"eventID": id, "eventName": name, "eventSource": format!("{source}.amazonaws.com"), "awsRegion": "us-east-1",
            "recipientAccountId": home().account, "eventTime": Clock { now: self.now.get() }.timestamp(),
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jane"},
            "sourceIPAddress": "192.0.2.7", "requestParameters": parameters})
    }

    fn trust_record(&self, role: &str) -> Value {
        self.record("iam", "UpdateAssumeRolePolicy", json!({"roleName": role}))
    }

    async fn given(&self, record: &Value) -> Report {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        handle(&place, self.run(), record).await
    }

    fn run(&self) -> Run {
        Run { guard: GuardName::PolicyGuard, clock: Clock { now: self.now.get() }, dry: false }
    }

    fn shows(&self, record: &Value) {
        let id = record["eventID"].as_str().unwrap().to_owned();
        self.trail.shown.lock().unwrap().insert(id, record.clone());
    }

    async fn sweep(&self) -> SweepReport {
        self.sweep_for(&Errand::default()).await
    }

    async fn sweep_for(&self, errand: &Errand) -> SweepReport {
        let (standard, home) = (standard(""), home());
        let sweeping =
            Sweep { home: &home, standard: &standard, store: &self.recorder, history: &self.trail, guards: &self.told };
        let until = Instant::now() + Duration::from_secs(50);
        sweep(sweeping, errand, Clock { now: self.now.get() }, until, Patience::default()).await
    }

    /// What the guards do that were told to look again.
    async fn looked_again(&self) -> Vec<Report> {
        let orders: Vec<_> = self.told.orders.lock().unwrap().drain(..).collect();
        let mut reports = Vec::new();
        for (_, key) in orders {
            reports.push(self.look_again(&key).await);
        }
        reports
    }

    async fn look_again(&self, key: &str) -> Report {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        look_again(&place, self.run(), key).await
    }

    fn pass(&self, minutes: i64) {
        self.now.set(self.now.get() + 60 * minutes);
    }

    fn trust(&self, name: &str) -> Option<State> {
        self.world.state(&role(name), Facet::RoleTrust)
    }

    /// Whether each piece of evidence says that its actor is verified.
    fn verified(&self) -> Vec<bool> {
        self.recorder.evidence().values().map(|evidence| evidence.trigger.actor.verified == Some(true)).collect()
    }

    fn key(&self) -> String {
        self.recorder.waiting()[0].clone()
    }
}

fn document(statement: Value) -> iam_policy::Document {
    iam_policy::Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn trusting(principal: &str) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    State::RoleTrust(Some(Trust::of(document(statement))))
}

fn details(report: &Report) -> String {
    report.findings.iter().map(|finding| finding.detail.as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn what_may_be_from_before_is_observed_and_judged_again_when_the_event_is_shown() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    let record = scene.trust_record("vendor");
    let report = scene.given(&record).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Observed", 0), "{report:?}");
    assert!(details(&report).contains("it is not known since when"), "{report:?}");
    assert!(scene.recorder.memories().is_empty(), "what is not accepted is not remembered");

    let early = scene.sweep().await;
    assert_eq!((early.waited, early.waiting, early.told.len()), (1, 1, 0), "{early:?}");
    scene.pass(5);
    scene.shows(&record);
    let swept = scene.sweep().await;
    assert_eq!((swept.waiting, swept.verified.len(), swept.looked_at_again.len()), (0, 1, 1), "{swept:?}");
    let again = scene.looked_again().await;
    assert_eq!(again[0].outcome.name(), "Remediated", "{again:?}");
    assert_ne!(scene.trust("vendor"), Some(trusting(VENDOR)));
    assert_eq!(scene.verified(), [true], "whose doing it was is known");
    assert_eq!(scene.sweep().await.waited, 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_made_up_takes_nothing_ever_and_is_told_once() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    assert_eq!(scene.given(&scene.trust_record("vendor")).await.outcome.name(), "Observed");
    for _ in 0..29 {
        scene.pass(1);
        let swept = scene.sweep().await;
        assert_eq!((swept.waiting, swept.told.len()), (1, 0), "{swept:?}");
    }
    scene.pass(1);
    let swept = scene.sweep().await;
    assert_eq!((swept.waiting, swept.told.len()), (0, 1), "{swept:?}");
    let told = &swept.told[0].findings[0];
    assert_eq!((told.control.as_str(), told.severity), ("Parapet.Event", Severity::Critical));
    for part in ["no record of CloudTrail shows this event", "user/jane", "role/vendor", "lambda:InvokeFunction"] {
        assert!(told.detail.contains(part), "{}", told.detail);
    }
    scene.pass(1);
    assert_eq!(scene.sweep().await.told.len(), 0);
    assert_eq!((scene.trust("vendor"), scene.looked_again().await.len()), (Some(trusting(VENDOR)), 0));
}

/// Of what bootstrap makes, and of what AWS itself dates, nobody has to be asked.
#[tokio::test(start_paused = true)]
async fn what_is_known_to_be_new_does_not_wait() {
    let scene = scene().with(&role("late"), trusting(VENDOR));
    scene.world.is_now(&role("late"), parapet_core::Identity::of("AROALATE", Some(NOW - 60)));
    let record = scene.trust_record("late");
    assert_eq!(scene.given(&record).await.outcome.name(), "Remediated");
    assert_eq!(scene.verified(), [false]);
    scene.shows(&record);
    let swept = scene.sweep().await;
    assert_eq!((swept.waiting, swept.looked_at_again.len()), (0, 0), "{swept:?}");
    assert_eq!(scene.verified(), [true]);
}

#[tokio::test(start_paused = true)]
async fn a_setting_takes_nobodys_access_and_does_not_wait() {
    let scene = scene();
    scene.world.set(&bucket("old"), Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended));
    let record = scene.record("s3", "PutBucketVersioning", json!({"bucketName": "old"}));
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &scene.world, recorder: &scene.recorder };
    let run = Run { guard: GuardName::EncryptionGuard, ..scene.run() };
    assert_eq!(handle(&place, run, &record).await.outcome.name(), "Remediated");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_says_something_else_than_cloudtrail_is_told_at_once() {
    for (member, value) in [
        ("eventName", json!("CreateRole")),
        ("userIdentity", json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/eve"})),
        ("requestParameters", json!({"roleName": "mine"})),
        ("eventTime", json!("2026-11-23T13:59:00Z")),
        ("errorCode", json!("AccessDenied")),
    ] {
        let scene = scene().with(&role("vendor"), trusting(VENDOR));
        let given = scene.trust_record("vendor");
        scene.given(&given).await;
        let mut real = given.clone();
        real[member] = value;
        scene.shows(&real);
        let swept = scene.sweep().await;
        assert_eq!((swept.told.len(), swept.verified.len()), (1, 0), "{member}: {swept:?}");
        assert!(details(&swept.told[0]).contains("CloudTrail shows another event"), "{member}");
        assert_eq!((scene.looked_again().await.len(), scene.trust("vendor")), (0, Some(trusting(VENDOR))), "{member}");
    }
}

/// Whoever may look events up has the records of months. A guard that is given one again takes nothing by it.
#[tokio::test(start_paused = true)]
async fn an_old_event_proves_nothing_about_now() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    let record = scene.trust_record("vendor");
    scene.shows(&record);
    scene.pass(16);
    scene.given(&record).await;
    let swept = scene.sweep().await;
    assert_eq!((swept.waiting, swept.verified.len(), swept.looked_at_again.len()), (0, 1, 0), "{swept:?}");
    assert_eq!(scene.trust("vendor"), Some(trusting(VENDOR)));
}

/// A guard believes what lies sealed in the bucket, for a while, and nobody's word.
#[tokio::test(start_paused = true)]
async fn a_second_look_is_made_for_an_order_alone() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    let record = scene.trust_record("vendor");
    scene.given(&record).await;
    let key = scene.key();
    let refused = async |key: &str| {
        let report = scene.look_again(key).await;
        assert!(["Ignored", "Undetermined"].contains(&report.outcome.name()), "{report:?}");
        assert_eq!(scene.trust("vendor"), Some(trusting(VENDOR)));
    };
    refused(&key).await;
    refused("evidence/v2/x.json").await;
    refused(&key.replace("e-1", "e-9")).await;
    let order = json!({"version": 1, "settled_at": NOW, "verdict": "shown"});
    scene.recorder.forge(&order_key(&key), order.clone());
    refused(&key).await;
    scene
        .recorder
        .forge(&order_key(&key), json!({"seal": "00".repeat(32), "version": 1, "settled_at": NOW, "verdict": "shown"}));
    refused(&key).await;

    scene.shows(&record);
    scene.sweep().await;
    scene.pass(31);
    refused(&key).await;
    scene.now.set(NOW);
    assert_eq!(scene.look_again(&key).await.outcome.name(), "Remediated");
}

/// The half that an event brought goes when it is shown, and not what was there.
#[tokio::test(start_paused = true)]
async fn what_was_brought_is_told_from_what_was_there_in_a_second_look_too() {
    let entity = IamEntity::User("victim".to_owned());
    let holder = Resource::Principal(on::Principal { entity: entity.clone() });
    let allow = |action: &str| document(json!({"Effect": "Allow", "Action": action, "Resource": "*"}));
    let policies = Policies {
        inline: [("own".to_owned(), allow("iam:PassRole")), ("half".to_owned(), allow("lambda:*"))]
            .into_iter()
            .collect(),
        ..Policies::default()
    };
    let inline =
        |name: &str| Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: name.to_owned() });
    let scene = scene()
        .with(&holder, State::PrincipalPolicies(policies))
        .with(&inline("half"), State::InlineDocument(Some(allow("lambda:*"))))
        .with(&inline("own"), State::InlineDocument(Some(allow("iam:PassRole"))));
    let record = scene.record("iam", "PutUserPolicy", json!({"userName": "victim", "policyName": "half"}));
    let report = scene.given(&record).await;
    assert_eq!(report.actions, Vec::<String>::new(), "{report:?}");
    scene.shows(&record);
    let swept = scene.sweep().await;
    assert_eq!(swept.waiting, 0, "{swept:?}");
    for report in scene.looked_again().await {
        assert!(!report.actions.join(" ").contains("own"), "{report:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_off_is_gone_on_with() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    let record = scene.trust_record("vendor");
    scene.given(&record).await;
    scene.shows(&record);
    // The guard cannot be told.
    *scene.told.fails.lock().unwrap() = true;
    let swept = scene.sweep().await;
    assert_eq!((swept.waiting, swept.failed.len()), (1, 1), "{swept:?}");
    *scene.told.fails.lock().unwrap() = false;
    assert_eq!(scene.sweep().await.waiting, 0);
    assert_eq!(scene.looked_again().await[0].outcome.name(), "Remediated");
}

#[tokio::test(start_paused = true)]
async fn who_keeps_cloudtrail_from_answering_gains_an_hour_at_most() {
    for (kind, minutes) in [(ErrorKind::Denied, 30), (ErrorKind::Transient, 60)] {
        let scene = scene().with(&role("vendor"), trusting(VENDOR));
        scene.given(&scene.trust_record("vendor")).await;
        *scene.trail.failing.lock().unwrap() = Some(kind);
        scene.pass(minutes - 1);
        let swept = scene.sweep().await;
        assert_eq!((swept.waiting, swept.told.len(), swept.failed.len()), (1, 0, 1), "{swept:?}");
        scene.pass(1);
        let swept = scene.sweep().await;
        assert_eq!((swept.waiting, swept.told.len()), (0, 1), "{swept:?}");
        assert!(details(&swept.told[0]).contains("could not be asked"), "{swept:?}");
    }
}

/// Two questions a second; one for an event, however many wait for it; in turn where there are too many.
#[tokio::test(start_paused = true)]
async fn a_flood_is_bounded_and_keeps_nobody_from_his_turn() {
    let scene = scene();
    for number in 0..300 {
        let name = format!("r{number:03}");
        scene.world.set(&role(&name), Facet::RoleTrust, trusting(VENDOR));
        scene.given(&scene.trust_record(&name)).await;
    }
    let mut asked = BTreeSet::new();
    for _ in 0..8 {
        let began = Instant::now();
        let swept = scene.sweep().await;
        assert!(began.elapsed() <= Duration::from_secs(51));
        assert_eq!((swept.waited, swept.told.len()), (300, 0));
        let of_run: Vec<String> = scene.trail.asked.lock().unwrap().drain(..).collect();
        assert!(of_run.len() <= 101, "{}", of_run.len());
        asked.extend(of_run);
        scene.pass(1);
    }
    assert_eq!(asked.len(), 300);
}

#[tokio::test(start_paused = true)]
async fn an_errand_is_about_what_it_names_and_a_dry_one_does_nothing() {
    let scene = scene().with(&role("vendor"), trusting(VENDOR));
    let record = scene.trust_record("vendor");
    scene.given(&record).await;
    scene.shows(&record);
    let of = |guard: GuardName, resources, dry| Errand::about(BTreeSet::from([guard]), resources, dry);
    assert_eq!(scene.sweep_for(&of(GuardName::AiGuard, BTreeSet::new(), false)).await.waited, 0);
    let resources = BTreeSet::from(["arn:aws:iam::111122223333:role/vendor".to_owned()]);
    let dry = of(GuardName::PolicyGuard, resources, true);
    let swept = scene.sweep_for(&dry).await;
    assert_eq!((swept.waited, swept.waiting, swept.verified.len()), (1, 1, 1), "{swept:?}");
    assert_eq!((scene.recorder.waiting().len(), scene.looked_again().await.len()), (1, 0));
    assert_eq!(scene.recorder.settled(&settled_key(&scene.key())).await, Ok(None));
    scene.sweep().await;
    let settled = scene.recorder.settled(&settled_key(&scene.key())).await.unwrap().unwrap();
    assert_eq!(settled.verdict, Verdict::Shown);
}

/// After a baseline, what an event that was made up asks for is from before: told, left, and told again as made up.
#[tokio::test(start_paused = true)]
async fn who_asks_for_what_the_baseline_holds_is_told_too() {
    let scene =
        scene().with(&role("vendor"), trusting(VENDOR)).with(&role("fine"), trusting("arn:aws:iam::111122223333:root"));
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &scene.world, recorder: &scene.recorder };
    assert!(parapet_reconcile::baseline(&place, scene.run(), None).await.ended_at.is_some());
    assert!(scene.recorder.known_baseline().await.unwrap().is_some());
    let report = scene.given(&scene.trust_record("vendor")).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Observed", 0));
    assert_eq!(scene.recorder.waiting().len(), 1);
    scene.given(&scene.trust_record("fine")).await;
    assert_eq!(scene.recorder.waiting().len(), 1, "a healthy event leaves nothing");
    scene.pass(30);
    assert_eq!(scene.sweep().await.told.len(), 1);
}

/// What bootstrap makes is mended at once, whoever asks: of that the standard says how it is.
#[tokio::test(start_paused = true)]
async fn what_bootstrap_makes_does_not_wait() {
    let data = bucket(DATA_BUCKET);
    let public = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{DATA_BUCKET}/*")});
    let scene = scene().with(&data, State::BucketPolicy(Some(document(public))));
    let record = scene.record("s3", "PutBucketPolicy", json!({"bucketName": DATA_BUCKET}));
    assert_eq!(scene.given(&record).await.outcome.name(), "Remediated");
}

/// What bootstrap could not read of a kind leaves the whole kind of unknown age: nothing that may be old is taken, and plain HTTP may be.
#[tokio::test(start_paused = true)]
async fn a_kind_that_was_read_in_part_is_of_unknown_age() {
    let plain = bucket("plain");
    let foreign = json!({"Effect": "Allow", "Principal": {"AWS": VENDOR}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::plain/*"});
    let scene = scene().with(&plain, State::BucketPolicy(Some(document(foreign))));
    let record = scene.record("s3", "PutBucketPolicy", json!({"bucketName": "plain"}));
    let report = scene.given(&record).await;
    assert!(details(&report).contains("it is not known since when"), "{report:?}");
    let left = scene.world.state(&plain, Facet::BucketPolicy).unwrap().kept().to_string();
    assert!(left.contains(VENDOR) && !left.contains("aws:SecureTransport"), "{left}");
    scene.shows(&record);
    scene.sweep().await;
    scene.looked_again().await;
    let left = scene.world.state(&plain, Facet::BucketPolicy).unwrap().kept().to_string();
    assert!(!left.contains(VENDOR) && left.contains("aws:SecureTransport"), "{left}");
}
