//! What enforcement would change, on accounts with a history and without one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::time::Instant;

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity};
use parapet_guards::{Facet, IamEntity, Policies, Resource, State, Trust, Versioning, World, on};
use parapet_reconcile::{Clock, Place, Plan, When, plan};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    /// An account that Parapet never saw.
    fn unseen() -> Self {
        Self::beside(MemoryRecorder::without_store)
    }

    fn beside(recorder: impl Fn(&Journal) -> MemoryRecorder) -> Self {
        let journal = Journal::default();
        Self { world: FakeWorld::new(&journal), recorder: recorder(&journal), journal }
    }

    fn with(self, resource: &Resource, state: State) -> Self {
        self.world.set(resource, state.facet(), state);
        self
    }

    async fn plan(&self, changes: &str) -> Plan {
        self.plan_of(&self.world, changes).await
    }

    async fn plan_of<W: World + Sync>(&self, world: &W, changes: &str) -> Plan {
        let (standard, home) = (standard(changes), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        self.journal.clear();
        let plan = plan(&place, Clock { now: NOW }, |_| ()).await;
        let kept = |line: &&String| ["write", "open", "remember", "end "].iter().any(|word| line.starts_with(word));
        assert_eq!(self.journal.lines().iter().find(kept), None, "a plan only reads");
        assert_eq!(self.journal.writes(), 0);
        plan
    }
}

fn document(statement: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn public() -> Value {
    json!({"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/*"})
}

fn policy(statement: Value) -> State {
    State::BucketPolicy(Some(document(statement)))
}

const SUSPENDED: State = State::BucketVersioning(Versioning::Suspended);

fn told(plan: &Plan) -> Vec<String> {
    let name = |arn: &str| arn.rsplit(':').next().unwrap().to_owned();
    plan.rows.iter().map(|row| format!("{} {} {:?}", row.control, name(&row.resource), row.when)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_old_is_mended_only_when_asked() {
    let scene = Scene::unseen().with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    let plan = scene.plan("").await;
    let expected =
        ["S3.Versioning images WhenAsked", "S3.PublicPolicy images WhenAsked", "S3.TlsOnly images WhenAsked"];
    let mut found = told(&plan);
    found.sort_unstable();
    let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let open = plan.rows.iter().find(|row| row.control.as_str() == "S3.PublicPolicy").unwrap();
    assert_eq!(open.statements, [public()]);
    assert_eq!(open.witness.as_ref().unwrap().action, "s3:GetObject");
    assert!(!open.repair.is_empty() && open.repair.iter().any(|write| write.contains("Policy")), "{:?}", open.repair);
    assert!(plan.has_changes() && plan.unread.is_empty(), "{:?}", plan.unread);
    assert_eq!((plan.looked_at.resources, plan.looked_at.compliant), (1, 0));
}

/// Whatever AWS's dates say: before there is a baseline, all that is there is what bootstrap will meet.
#[tokio::test(start_paused = true)]
async fn without_a_baseline_nothing_is_new() {
    let trust = document(json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}));
    for (recorder, when) in [
        (MemoryRecorder::without_store as fn(&Journal) -> MemoryRecorder, When::WhenAsked),
        (MemoryRecorder::without_baseline, When::WhenAsked),
        (MemoryRecorder::new, When::OnSchedule),
    ] {
        let scene = Scene::beside(recorder).with(&role("app"), State::RoleTrust(Some(Trust::of(trust.clone()))));
        scene.world.is_now(&role("app"), Identity::created_at(Some(NOW - 60)));
        let plan = scene.plan("").await;
        assert!(!plan.rows.is_empty() && plan.rows.iter().all(|row| row.when == when), "{:?}", told(&plan));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_new_and_what_bootstrap_made_is_mended_on_schedule() {
    // Nothing was there when the baseline was kept.
    let new =
        Scene::beside(MemoryRecorder::new).with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    assert!(new.plan("").await.rows.iter().all(|row| row.when == When::OnSchedule));
    for recorder in [MemoryRecorder::without_store, MemoryRecorder::without_baseline, MemoryRecorder::new] {
        let ours = Scene::beside(recorder).with(&bucket(DATA_BUCKET), SUSPENDED);
        assert_eq!(told(&ours.plan("").await), [format!("S3.Versioning {DATA_BUCKET} OnSchedule")]);
    }
    // It was so when the baseline was kept.
    let old = Scene::beside(MemoryRecorder::new).with(&bucket("images"), SUSPENDED);
    old.recorder.learn(&bucket("images"), Facet::BucketVersioning, SUSPENDED.kept());
    assert_eq!(told(&old.plan("").await), ["S3.Versioning images WhenAsked"]);
    // It was better.
    let on = State::BucketVersioning(Versioning::Enabled);
    old.recorder.learn(&bucket("images"), Facet::BucketVersioning, on.kept());
    assert_eq!(told(&old.plan("").await), ["S3.Versioning images OnSchedule"]);
}

#[tokio::test(start_paused = true)]
async fn where_memory_cannot_be_read_nobody_knows_when() {
    let scene = Scene::beside(MemoryRecorder::broken)
        .with(&bucket("images"), SUSPENDED)
        .with(&bucket("images"), policy(public()));
    let plan = scene.plan("").await;
    assert!(plan.rows.iter().all(|row| row.when == When::Unknown), "{:?}", told(&plan));
    assert!(!plan.unread.is_empty());
}

#[tokio::test(start_paused = true)]
async fn enforcement_is_assumed_at_large_and_what_is_off_stays_off() {
    let scene = || Scene::unseen().with(&bucket("images"), SUSPENDED);
    for (changes, expected) in [
        ("mode: observe", "S3.Versioning images WhenAsked"),
        ("modes: [{buckets: ['*'], mode: observe}]", "S3.Versioning images WhenAsked"),
        ("controls: {S3.Versioning: observe}", "S3.Versioning images Never"),
        ("controls: {S3.Versioning: off}", ""),
        ("scope: {buckets: {exclude: [images]}}", ""),
        (
            "exemptions: [{resource: 'arn:aws:s3:::images', controls: [S3.Versioning], reason: r, who: w, until: 2027-01-31T00:00:00Z}]",
            "S3.Versioning images Never",
        ),
    ] {
        let plan = scene().plan(changes).await;
        assert_eq!(told(&plan).join(", "), expected, "{changes}");
        assert_eq!(plan.has_changes(), expected.contains("WhenAsked"), "{changes}");
    }
    let left = scene().plan("scope: {buckets: {exclude: [images]}}").await;
    assert_eq!((left.looked_at.resources, left.looked_at.left_alone), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_a_row_of_its_own() {
    let scene = Scene::unseen().with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    let denied = FaultyWorld::new(&scene.world, Fault::Look(Facet::BucketPolicy), ErrorKind::Denied);
    let plan = scene.plan_of(&denied, "").await;
    assert_eq!(told(&plan), ["S3.Versioning images WhenAsked"]);
    let [unread] = plan.unread.as_slice() else { panic!("{:?}", plan.unread) };
    assert_eq!((unread.resource.as_deref(), unread.facet), (Some("arn:aws:s3:::images"), Some(Facet::BucketPolicy)));
    assert!(unread.is_denied && unread.why.contains("cannot read the bucket policy"), "{}", unread.why);
    assert_eq!(plan.looked_at.compliant, 0);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_named_by_what_is_wrong_with_it() {
    let trust =
        document(json!({"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}));
    let admin = document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let entity = IamEntity::Role("app".to_owned());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: "all".to_owned() });
    let principal = Resource::Principal(on::Principal { entity });
    let held = Policies { inline: [("all".to_owned(), admin.clone())].into(), ..Policies::default() };
    let scene = Scene::unseen()
        .with(&role("app"), State::RoleTrust(Some(Trust::of(trust))))
        .with(&inline, State::InlineDocument(Some(admin)))
        .with(&principal, State::PrincipalPolicies(held));
    scene.world.is_now(&role("app"), Identity::created_at(Some(0)));
    let plan = scene.plan("").await;
    assert!(
        plan.rows.iter().any(|row| row.control.as_str() == "IAM.AdminPolicy" || row.control.as_str().contains("Admin")),
        "{:?}",
        told(&plan)
    );
    assert!(plan.rows.iter().all(|row| row.principals == ["role/app"]), "{:?}", plan.rows);
}

/// What is compliant is counted and not kept.
#[tokio::test(start_paused = true)]
async fn a_thousand_buckets() {
    const BUCKETS: u32 = 1_000;
    let scene = Scene::unseen();
    for number in 0..BUCKETS {
        let state = if number % 100 == 0 { SUSPENDED } else { State::BucketVersioning(Versioning::Enabled) };
        scene.world.set(&bucket(&format!("b-{number:04}")), Facet::BucketVersioning, state);
    }
    let started = Instant::now();
    let plan = scene.plan("").await;
    println!("{BUCKETS} buckets in {:?}", started.elapsed());
    assert_eq!(plan.rows.len(), 10);
    assert_eq!((plan.looked_at.resources, plan.looked_at.compliant), (1_000, 990));
}
