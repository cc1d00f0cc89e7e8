//! A listing, page by page, and what it tells.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{Identity, Trigger};
use parapet_guards::{Boundary, Facet, IamEntity, Mark, Report, Resource, State, Trust, Versioning, on};
use parapet_reconcile::{Clock, Listing, Place, Run, list};
use parapet_testkit::fixtures::{ML_ROLE, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::json;

struct Scene {
    journal: Journal,
    recorder: MemoryRecorder,
}

fn scene() -> Scene {
    let journal = Journal::default();
    Scene { recorder: MemoryRecorder::new(&journal), journal }
}

impl Scene {
    fn world(&self) -> FakeWorld {
        FakeWorld::new(&self.journal)
    }

    async fn list(&self, world: &FakeWorld, facet: Facet, from: Option<&Mark>) -> Listing {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard: facet.owner(), clock: Clock { now: NOW }, dry: false };
        self.journal.clear();
        list(&place, run, &Trigger::by_hand("Test", "e-1", &home), facet.kind(), &[facet], from).await.unwrap()
    }

    fn outcomes(listing: &Listing) -> Vec<String> {
        let named = |report: &Report| report.resource.as_deref().unwrap().rsplit(':').next().unwrap().to_owned();
        listing.reports.iter().map(|report| format!("{} {}", named(report), report.outcome.name())).collect()
    }
}

fn trusting(principal: &str) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    State::RoleTrust(Some(Trust { document, service_linked: false }))
}

fn boundary(name: Option<&str>) -> State {
    State::PermissionsBoundary(Boundary { arn: name.map(str::to_owned), document: None })
}

#[tokio::test(start_paused = true)]
async fn a_listing_goes_on_where_it_ended() {
    let scene = scene();
    let world = ["a", "b", "c", "d", "e"].into_iter().fold(scene.world().listing(2), |world, name| {
        world.with(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended))
    });
    let (mut found, mut from) = (Vec::new(), None);
    for _ in 0..3 {
        let listing = scene.list(&world, Facet::BucketVersioning, from.as_ref()).await;
        found.push(Scene::outcomes(&listing));
        // What another process goes on from is a text.
        from = listing.next.map(|mark| serde_json::from_str(&serde_json::to_string(&mark).unwrap()).unwrap());
    }
    let expected: [&[&str]; 3] =
        [&["a Remediated", "b Remediated"], &["c Remediated", "d Remediated"], &["e Remediated"]];
    assert_eq!(found, expected);
    assert_eq!(from, None);
}

#[tokio::test(start_paused = true)]
async fn what_a_listing_tells_is_not_looked_at_again() {
    let scene = scene();
    let world = scene.world().with(&role("app"), Facet::RoleTrust, trusting("arn:aws:iam::111122223333:role/ci"));
    let listing = scene.list(&world.telling(Facet::RoleTrust), Facet::RoleTrust, None).await;
    assert_eq!(Scene::outcomes(&listing), ["role/app Compliant"]);
    assert_eq!(scene.journal.lines().first().map(String::as_str), Some("list every role"));
    assert!(!scene.journal.lines().contains(&"look at trust policy".to_owned()), "{:?}", scene.journal.lines());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_on_the_strength_of_a_listing() {
    let scene = scene();
    let world = scene.world().with(&role(ML_ROLE), Facet::RoleTrust, trusting("*")).telling(Facet::RoleTrust);
    // Somebody mended it after the listing.
    let asked = scene.world().with(&role(ML_ROLE), Facet::RoleTrust, trusting("*"));
    scene.list(&asked, Facet::RoleTrust, None).await;
    let mended = asked.state(&role(ML_ROLE), Facet::RoleTrust).unwrap();
    world.set(&role(ML_ROLE), Facet::RoleTrust, mended.clone());
    let listing = scene.list(&world, Facet::RoleTrust, None).await;
    assert_eq!(Scene::outcomes(&listing), [format!("role/{ML_ROLE} Compliant")]);
    assert_eq!(scene.journal.lines().iter().filter(|line| *line == "look at trust policy").count(), 1);
    assert_eq!(world.state(&role(ML_ROLE), Facet::RoleTrust), Some(mended));
}

#[tokio::test(start_paused = true)]
async fn nobody_loses_access_by_a_listing() {
    let scene = scene();
    let world = scene.world().with(&role("app"), Facet::RoleTrust, trusting("*")).telling(Facet::RoleTrust);
    let listing = scene.list(&world, Facet::RoleTrust, None).await;
    assert_eq!(Scene::outcomes(&listing), ["role/app Observed"]);
    assert_eq!(world.state(&role("app"), Facet::RoleTrust), Some(trusting("*")));
}

/// A memory, how long before the run it was accepted, and whether what the listing told takes its place.
async fn remembered(name: Option<&str>, seconds_before: i64) -> Option<String> {
    let scene = scene();
    let ml = Resource::Principal(on::Principal { entity: IamEntity::Role(ML_ROLE.to_owned()) });
    let facet = Facet::PermissionsBoundary;
    if let Some(name) = name {
        let state = boundary(Some(name)).kept();
        scene.recorder.learn_of(&ml, facet, state, Identity::default(), NOW - seconds_before);
    }
    let listed = boundary(Some("arn:aws:iam::111122223333:policy/listed"));
    let world = scene.world().with(&ml, facet, listed).telling(facet);
    scene.list(&world, facet, None).await;
    let state = scene.recorder.memory(&ml, facet)?.state()?.clone();
    Some(state["arn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_since_the_listing_stays_remembered() {
    assert_eq!(remembered(None, 0).await.as_deref(), Some("listed"));
    let newer = "arn:aws:iam::111122223333:policy/newer";
    assert_eq!(remembered(Some(newer), -5).await.as_deref(), Some("newer"));
    assert_eq!(remembered(Some(newer), 0).await.as_deref(), Some("newer"));
}
