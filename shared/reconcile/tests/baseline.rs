//! What was there when Parapet came is kept, and left; what differs from it is new.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity, Outcome, Trigger};
use parapet_guards::{
    Acl, AclGrant, Baseline, Facet, Grantee, IamEntity, ObjectOwnership, Ownership, Policies, Report, Resource, State,
    Trust, Versioning, on,
};
use parapet_reconcile::{Clock, Place, Run, baseline, reconcile};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    fn new() -> Self {
        let journal = Journal::default();
        Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::without_baseline(&journal) }
    }

    fn with(self, resource: &Resource, state: State) -> Self {
        self.world.set(resource, state.facet(), state);
        self
    }

    async fn baseline(&self) -> Baseline {
        self.baseline_until(None).await
    }

    async fn baseline_until(&self, until: Option<Instant>) -> Baseline {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        baseline(&place, run(Facet::BucketPolicy), until).await
    }

    /// What comes of an event on a facet.
    async fn event(&self, resource: &Resource, facet: Facet) -> Report {
        self.event_under("", resource, facet).await
    }

    async fn event_under(&self, text: &str, resource: &Resource, facet: Facet) -> Report {
        let (standard, home) = (standard(text), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        reconcile(&place, run(facet), &Trigger::by_hand("Test", "e-1", &home), resource, &[facet]).await
    }

    /// The same as an event that nobody caused.
    #[track_caller]
    fn stays(&self, report: &Report) {
        assert_eq!((&report.outcome, report.actions.len()), (&Outcome::Observed, 0), "{report:?}");
        assert!(report.findings.iter().all(|finding| finding.was_before), "{report:?}");
    }
}

fn run(facet: Facet) -> Run {
    Run { guard: facet.owner(), clock: Clock { now: NOW }, dry: false }
}

fn document(statement: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn trusting(principals: Value) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "sts:AssumeRole"});
    State::RoleTrust(Some(Trust::of(document(statement))))
}

fn inline(role: &str, name: &str) -> Resource {
    on::InlinePolicy { entity: IamEntity::Role(role.to_owned()), name: name.to_owned() }.into()
}

fn everything() -> State {
    State::InlineDocument(Some(document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))))
}

const VENDOR: &str = "arn:aws:iam::444455556666:root";
const STRANGER: &str = "arn:aws:iam::999988887777:root";

/// The owner changes who owns objects, on a bucket with a list from before: the list stays, and nothing is tried that S3 refuses beside it.
#[tokio::test(start_paused = true)]
async fn a_list_from_before_is_in_nobodys_way() {
    let grants = vec![AclGrant { grantee: Grantee::Account("c0ffee".to_owned()), permission: "READ".to_owned() }];
    let list = Acl { owner: "owner".to_owned(), grants };
    let owned = |setting| State::BucketOwnership(Ownership { setting: Some(setting), list: Some(list.clone()) });
    let images = bucket("images");
    let scene =
        Scene::new().with(&images, State::BucketAcl(list.clone())).with(&images, owned(ObjectOwnership::ObjectWriter));
    scene.baseline().await;
    scene.world.set(&images, Facet::BucketOwnership, owned(ObjectOwnership::BucketOwnerPreferred));
    scene.stays(&scene.event(&images, Facet::BucketAcl).await);
    let report = scene.event(&images, Facet::BucketOwnership).await;
    assert_eq!((&report.outcome, report.actions.len(), report.retry), (&Outcome::Observed, 0, false), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_somebody_made_up_takes_nothing_that_was_there() {
    let (vendor, admin, old) = (role("vendor"), inline("old", "admin"), bucket("old"));
    let scene = Scene::new()
        .with(&vendor, trusting(json!(VENDOR)))
        .with(&admin, everything())
        .with(&old, State::BucketVersioning(Versioning::Suspended));
    let baseline = scene.baseline().await;
    assert_eq!((baseline.unread.as_slice(), baseline.ended_at, baseline.kept), (&[] as &[String], Some(NOW), 3));
    scene.stays(&scene.event(&vendor, Facet::RoleTrust).await);
    scene.stays(&scene.event(&admin, Facet::InlineDocument).await);
    scene.stays(&scene.event(&old, Facet::BucketVersioning).await);
}

#[tokio::test(start_paused = true)]
async fn what_differs_is_new() {
    let (vendor, healthy) = (role("vendor"), bucket("healthy"));
    let scene = Scene::new()
        .with(&vendor, trusting(json!(VENDOR)))
        .with(&healthy, State::BucketVersioning(Versioning::Enabled));
    assert_eq!(scene.baseline().await.kept, 1, "a setting that is as it should be needs no excuse");
    scene.world.set(&vendor, Facet::RoleTrust, trusting(json!([VENDOR, STRANGER])));
    let report = scene.event(&vendor, Facet::RoleTrust).await;
    assert_eq!(report.outcome, Outcome::Remediated, "{report:?}");
    assert_eq!(scene.world.state(&vendor, Facet::RoleTrust), Some(trusting(json!(VENDOR))));
    scene.world.set(&healthy, Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended));
    assert_eq!(scene.event(&healthy, Facet::BucketVersioning).await.outcome, Outcome::Remediated);
}

#[tokio::test(start_paused = true)]
async fn what_bootstrap_makes_has_no_excuse() {
    let data = bucket(DATA_BUCKET);
    let scene = Scene::new().with(&data, State::BucketVersioning(Versioning::Suspended));
    assert_eq!(scene.baseline().await.kept, 0);
    assert_eq!(scene.event(&data, Facet::BucketVersioning).await.outcome, Outcome::Remediated);
}

#[tokio::test(start_paused = true)]
async fn what_is_created_after_it_began_is_new_and_it_is_kept_once() {
    let (late, vendor) = (role("late"), role("vendor"));
    let scene = Scene::new().with(&vendor, trusting(json!(VENDOR))).with(&late, trusting(json!(VENDOR)));
    scene.world.is_now(&late, Identity::of("AROALATE", Some(NOW + 5)));
    // A page of resources is read before the time is looked at.
    let broken_off = scene.baseline_until(Some(Instant::now() - Duration::from_secs(1))).await;
    assert_eq!(broken_off.ended_at, None);
    let gone_on = scene.baseline().await;
    assert_eq!((gone_on.ended_at, gone_on.begun_at), (Some(NOW), NOW));
    assert!(scene.recorder.memory(&vendor, Facet::RoleTrust).is_some());
    scene.world.set(&role("later"), Facet::RoleTrust, trusting(json!(STRANGER)));
    assert_eq!(scene.baseline().await, gone_on, "a second run keeps nothing");
    assert_eq!(scene.event(&role("later"), Facet::RoleTrust).await.outcome, Outcome::Remediated);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told_and_tried_again() {
    let journal = Journal::default();
    let scene = Scene { recorder: MemoryRecorder::broken(&journal), ..Scene::new() };
    let scene = scene.with(&role("vendor"), trusting(json!(VENDOR)));
    let baseline = scene.baseline().await;
    assert_eq!((baseline.ended_at, baseline.kept), (None, 0));
    assert!(!baseline.unread.is_empty());
}

/// One that could not be read whole goes on with what it left, and takes nothing else for old that came since.
#[tokio::test(start_paused = true)]
async fn what_was_read_is_not_read_again() {
    let (hidden, seen) = (bucket("hidden"), bucket("seen"));
    let versions = |versioning| State::BucketVersioning(versioning);
    let scene = Scene::new().with(&hidden, versions(Versioning::Suspended)).with(&seen, versions(Versioning::Enabled));
    let (standard, home) = (standard(""), home());
    let world = FaultyWorld::new(&scene.world, Fault::LookAt(hidden.clone()), ErrorKind::Denied);
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &scene.recorder };
    let first = baseline(&place, run(Facet::BucketPolicy), None).await;
    assert_eq!((first.ended_at, first.left.iter().all(|left| left.resource == hidden)), (None, true));
    assert!(!first.left.is_empty() && !first.unread.is_empty());
    // What was right then is made wrong, and bootstrap is run again.
    scene.world.set(&seen, Facet::BucketVersioning, versions(Versioning::Suspended));
    let second = scene.baseline().await;
    assert_eq!((second.ended_at, second.left.len(), second.kept), (Some(NOW), 0, 1));
    scene.stays(&scene.event(&hidden, Facet::BucketVersioning).await);
    assert_eq!(scene.event(&seen, Facet::BucketVersioning).await.outcome, Outcome::Remediated);
}

/// Several policies together: those who hold them held them before.
#[tokio::test(start_paused = true)]
async fn what_somebody_held_together_stays() {
    let entity = IamEntity::Role("builder".to_owned());
    let holder = Resource::Principal(on::Principal { entity });
    let allow = |action: &str| document(json!({"Effect": "Allow", "Action": action, "Resource": "*"}));
    let allowed = [("pass", "iam:PassRole"), ("make", "lambda:CreateFunction"), ("run", "lambda:InvokeFunction")];
    let inline = allowed.map(|(name, action)| (name.to_owned(), allow(action)));
    let policies = Policies { inline: inline.into_iter().collect(), ..Policies::default() };
    let scene = Scene::new().with(&holder, State::PrincipalPolicies(policies));
    scene.baseline().await;
    scene.stays(&scene.event(&holder, Facet::PrincipalPolicies).await);
}

/// What a laxer standard had nothing against is no excuse under a stricter one; what was there before it is.
#[tokio::test(start_paused = true)]
async fn a_tightened_standard_asks_again() {
    const LAX: &str = "trust: {accounts: ['444455556666']}";
    let vendor = role("vendor");
    let scene = Scene::new().with(&vendor, trusting(json!(VENDOR)));
    assert_eq!(scene.event_under(LAX, &vendor, Facet::RoleTrust).await.outcome, Outcome::Compliant);
    assert!(scene.recorder.memory(&vendor, Facet::RoleTrust).unwrap().was_compliant);
    assert_eq!(scene.event(&vendor, Facet::RoleTrust).await.outcome, Outcome::Remediated);

    let scene = Scene::new().with(&vendor, trusting(json!(VENDOR)));
    scene.baseline().await;
    let edited = "contest: {repairs: 21, window_minutes: 60}";
    scene.stays(&scene.event_under(edited, &vendor, Facet::RoleTrust).await);
}

/// What an earlier version kept bears no seal. Bootstrap's run keeps what is there in its place; what somebody else wrote later stays
/// what it is: no excuse.
#[tokio::test(start_paused = true)]
async fn what_is_from_before_seals_is_kept_anew() {
    let (admin, theirs) = (inline("old", "admin"), inline("old", "theirs"));
    let scene = Scene::new().with(&admin, everything()).with(&theirs, everything());
    let object = |resource: &Resource| {
        json!({"version": 2, "resource": resource, "arn": "", "identity": {}, "accepted_at": 5, "standard": "",
            "facet": "inline-document", "state": everything().kept()})
    };
    scene.recorder.learn_unsealed(&admin, Facet::InlineDocument, &object(&admin));
    scene.recorder.overwrite(&theirs, Facet::InlineDocument, &object(&theirs));
    assert_eq!(scene.event(&admin, Facet::InlineDocument).await.outcome.name(), "Undetermined");
    let baseline = scene.baseline().await;
    assert_eq!((baseline.kept, baseline.unread.len()), (1, 1), "{baseline:?}");
    scene.stays(&scene.event(&admin, Facet::InlineDocument).await);
    assert_eq!(scene.event(&theirs, Facet::InlineDocument).await.outcome.name(), "Undetermined");
}
