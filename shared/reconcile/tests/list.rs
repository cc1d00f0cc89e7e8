//! A listing, page by page, and what it tells.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{Identity, Trigger};
use parapet_guards::{Boundary, Facet, IamEntity, Mark, Report, Resource, State, Trust, Versioning, on};
use parapet_reconcile::{Clock, Listing, Place, Run, list};
use parapet_testkit::fixtures::{ML_ROLE, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder, Situation};
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
        self.list_all(world, &[facet], from).await
    }

    async fn list_all(&self, world: &FakeWorld, facets: &[Facet], from: Option<&Mark>) -> Listing {
        let (standard, home) = (standard(""), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard: facets[0].owner(), clock: Clock { now: NOW }, dry: false };
        self.journal.clear();
        list(&place, run, &Trigger::by_hand("Test", "e-1", &home), facets[0].kind(), facets, from).await.unwrap()
    }

    fn outcomes(listing: &Listing) -> Vec<String> {
        let named = |report: &Report| report.resource.as_deref().unwrap().rsplit(':').next().unwrap().to_owned();
        listing.reports.iter().map(|report| format!("{} {}", named(report), report.outcome.name())).collect()
    }
}

fn trusting(principal: &str) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    State::RoleTrust(Some(Trust::of(document)))
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
    let expected: [&[&str]; 3] = [&["a Observed", "b Observed"], &["c Observed", "d Observed"], &["e Observed"]];
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

/// Whatever the facet is about.
#[tokio::test(start_paused = true)]
async fn nothing_of_others_is_switched_by_a_listing() {
    use parapet_guards::{Ownership, Website};
    let website = Website { index: Some("i.html".to_owned()), error: None, redirect_all_to: None, routing: Vec::new() };
    for state in [State::BucketWebsite(Some(website)), State::BucketOwnership(Ownership { setting: None, list: None })]
    {
        let scene = scene();
        let world = scene.world().with(&bucket("images"), state.facet(), state.clone());
        scene.list(&world, state.facet(), None).await;
        assert_eq!((scene.journal.writes(), world.state(&bucket("images"), state.facet())), (0, Some(state)));
    }
}

/// Nor where one facet of several is about access.
#[tokio::test(start_paused = true)]
async fn nobody_loses_access_by_a_listing_of_more_than_access() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
    let public = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    let public = State::BucketPolicy(Some(public));
    for facets in [[Facet::BucketPolicy, Facet::BucketVersioning], [Facet::BucketVersioning, Facet::BucketPolicy]] {
        let scene = scene();
        let world = scene.world().with(&bucket("images"), Facet::BucketPolicy, public.clone()).with(
            &bucket("images"),
            Facet::BucketVersioning,
            State::BucketVersioning(Versioning::Suspended),
        );
        let listing = scene.list_all(&world, &facets, None).await;
        assert_eq!((Scene::outcomes(&listing), scene.journal.writes()), (vec!["images Observed".to_owned()], 0));
        assert_eq!(world.state(&bucket("images"), Facet::BucketPolicy), Some(public.clone()));
    }
}

/// What a look of its own would make worth a look, a listing does not: that look would be one to mend.
#[tokio::test(start_paused = true)]
async fn a_listing_leads_to_nobody_else() {
    let statement = json!({"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"});
    let half = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    let app = IamEntity::Role("app".to_owned());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: app.clone(), name: "half".to_owned() });
    let principal = Resource::Principal(on::Principal { entity: app });
    let (scene, facet, half) = (scene(), Facet::InlineDocument, State::InlineDocument(Some(half)));
    let world = scene.world().with(&inline, facet, half.clone());
    let alone = half.follow_ups(&Situation::new(&inline, "").subject(), None);
    assert_eq!(alone, [(principal, Facet::PrincipalPolicies)], "a look of its own leads there");
    let listing = scene.list(&world, facet, None).await;
    assert_eq!(listing.reports.iter().flat_map(|report| report.follow_ups.clone()).collect::<Vec<_>>(), []);
    assert_eq!(listing.reports.len(), 1);
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

/// A trust policy of the ML service role with which nothing is wrong, so that nothing but what is to be remembered depends on memory.
fn ours() -> State {
    State::RoleTrust(None).comply(&Situation::new(&role(ML_ROLE), "").subject(), None)
}

/// Whether what a listing told of the ML service role's trust policy was kept.
async fn is_kept(teach: impl Fn(&MemoryRecorder)) -> bool {
    let (scene, facet) = (scene(), Facet::RoleTrust);
    teach(&scene.recorder);
    let world = scene.world().with(&role(ML_ROLE), facet, ours()).telling(facet);
    assert_eq!(Scene::outcomes(&scene.list(&world, facet, None).await), [format!("role/{ML_ROLE} Compliant")]);
    assert!(scene.journal.lines().contains(&"recall trust policy".to_owned()), "{:?}", scene.journal.lines());
    scene.journal.lines().contains(&"remember trust policy".to_owned())
}

/// Every sweep tells the same of most: one read each, and no write.
#[tokio::test(start_paused = true)]
async fn what_is_remembered_as_it_is_listed_is_not_kept_again() {
    let learned = |state: State, accepted_at| {
        move |recorder: &MemoryRecorder| {
            let identity = Identity::created_at(Some(0));
            recorder.learn_of(&role(ML_ROLE), Facet::RoleTrust, state.kept(), identity, accepted_at);
        }
    };
    assert!(!is_kept(learned(ours(), NOW - 5)).await);
    assert!(is_kept(learned(trusting("arn:aws:iam::111122223333:role/ci"), NOW - 5)).await);
    // Of one before it that had the name: this one was created later.
    assert!(is_kept(learned(ours(), -5)).await);
}

/// What cannot be read may be newer than the listing: the next look of its own decides.
#[tokio::test(start_paused = true)]
async fn a_listing_takes_no_place_of_what_cannot_be_read() {
    assert!(!is_kept(|recorder| recorder.garble(&role(ML_ROLE), Facet::RoleTrust)).await);
    assert!(is_kept(|_| {}).await);
}
