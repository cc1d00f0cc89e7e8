//! Whose a memory is, when it ends, and what comes of one that cannot be read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity, Trigger};
use parapet_guards::Arns;
use parapet_guards::{Boundary, Facet, GuardName, IamEntity, Report, Resource, State, World, on};
use parapet_reconcile::{Clock, Place, Run, handle, reconcile};
use parapet_testkit::fixtures::{DATA_BUCKET, ML_ROLE, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const OBSERVED: &str = "controls: {IAM.AdminPolicy: observe, IAM.PrivilegeEscalation: observe, IAM.PassRole: observe, \
                         IAM.LogTampering: observe}";
const ENFORCED: &str = "";

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
    async fn look(&self, changes: &str, resource: &Resource, facet: Facet) -> Report {
        self.look_through(&self.world, changes, resource, facet).await
    }

    async fn look_through<W: World>(&self, world: &W, changes: &str, resource: &Resource, facet: Facet) -> Report {
        let (standard, home) = (standard(changes), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        self.journal.clear();
        let cause = Trigger::by_hand("Test", "e-1", &home);
        reconcile(&place, run, &cause, resource, &[facet]).await
    }

    async fn event(&self, name: &str, parameters: Value) -> Report {
        let (standard, home) = (standard(ENFORCED), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        let source = if name.contains("Bucket") { "s3" } else { "iam" };
        let record = json!({"eventID": "e-2", "eventName": name, "eventSource": format!("{source}.amazonaws.com"),
            "recipientAccountId": home.account, "awsRegion": home.region, "requestParameters": parameters});
        self.journal.clear();
        handle(&place, run, &record).await
    }
}

fn administers() -> State {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    State::InlineDocument(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

fn inline_of(role: &str) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(role.to_owned()), name: "power".to_owned() })
}

fn principal(role: &str) -> Resource {
    Resource::Principal(on::Principal { entity: IamEntity::Role(role.to_owned()) })
}

fn bounded_by(boundary: Option<&str>) -> State {
    State::PermissionsBoundary(Boundary {
        arn: boundary.map(|name| home().iam_arn(&format!("policy/{name}"))),
        document: None,
    })
}

fn public() -> State {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/*"});
    State::BucketPolicy(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_stays_while_it_is_there() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    assert_eq!(scene.look(OBSERVED, &inline, Facet::InlineDocument).await.outcome.name(), "Observed");
    assert_eq!(scene.look(ENFORCED, &inline, Facet::InlineDocument).await.outcome.name(), "Observed");
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_ends_when_it_is_deleted() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.look(OBSERVED, &inline, Facet::InlineDocument).await;
    scene.world.set(&inline, Facet::InlineDocument, State::InlineDocument(None));
    let report = scene.event("DeleteRolePolicy", json!({"roleName": "app", "policyName": "power"})).await;
    assert_eq!(report.outcome.name(), "Ignored");
    assert!(
        scene.journal.lines().contains(&"end the memory of inline policy".to_owned()),
        "{:?}",
        scene.journal.lines()
    );
    // Deleted again, nothing is left to end.
    scene.event("DeleteRolePolicy", json!({"roleName": "app", "policyName": "power"})).await;
    assert!(!scene.journal.lines().contains(&"end the memory of inline policy".to_owned()));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    assert_eq!(scene.look(ENFORCED, &inline, Facet::InlineDocument).await.outcome.name(), "Remediated");
}

/// What an event does not tell, the identity does: the role was made after its namesake's policy was accepted.
#[tokio::test(start_paused = true)]
async fn an_earlier_holder_of_the_name_excuses_nothing() {
    for (created, outcome) in [(NOW - 100, "Observed"), (NOW + 100, "Remediated")] {
        let (scene, inline) = (scene(), inline_of("app"));
        scene.world.set(&inline, Facet::InlineDocument, administers());
        scene.look(OBSERVED, &inline, Facet::InlineDocument).await;
        scene.world.is_now(&inline, Identity::of("AROAEXAMPLE", Some(created)));
        assert_eq!(scene.look(ENFORCED, &inline, Facet::InlineDocument).await.outcome.name(), outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_holder_of_the_name_accuses_and_restores_nothing() {
    for (id, outcome) in [("AROABEFORE", "Remediated"), ("AROAAFTER", "Compliant")] {
        let (scene, app) = (scene(), principal("app"));
        scene.world.set(&app, Facet::PermissionsBoundary, bounded_by(None));
        let before = bounded_by(Some("limits")).kept();
        scene.recorder.learn_of(&app, Facet::PermissionsBoundary, before, Identity::of("AROABEFORE", None), NOW - 100);
        scene.world.is_now(&app, Identity::of(id, None));
        assert_eq!(scene.look(ENFORCED, &app, Facet::PermissionsBoundary).await.outcome.name(), outcome, "{id}");
    }
}

/// What bootstrap made comes back as it was, whoever took its name meanwhile, and whatever was deleted.
#[tokio::test(start_paused = true)]
async fn what_bootstrap_made_is_remembered_whoever_has_its_name() {
    let (scene, ours) = (scene(), principal(ML_ROLE));
    scene.world.set(&ours, Facet::PermissionsBoundary, bounded_by(None));
    let before = bounded_by(Some("limits")).kept();
    scene.recorder.learn_of(&ours, Facet::PermissionsBoundary, before, Identity::of("AROABEFORE", None), NOW - 100);
    scene.world.is_now(&ours, Identity::of("AROAAFTER", None));
    assert_eq!(scene.look(ENFORCED, &ours, Facet::PermissionsBoundary).await.outcome.name(), "Remediated");
    assert!(!scene.journal.lines().contains(&"ask for the identity".to_owned()));

    scene.recorder.learn(&bucket(DATA_BUCKET), Facet::BucketPolicy, public().kept());
    scene.event("DeleteBucket", json!({"bucketName": DATA_BUCKET})).await;
    assert!(scene.recorder.memory(&bucket(DATA_BUCKET), Facet::BucketPolicy).unwrap().state().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_deleted_bucket_takes_what_was_accepted_of_it_along() {
    let (scene, images) = (scene(), bucket("images"));
    scene.recorder.learn(&images, Facet::BucketPolicy, public().kept());
    let report = scene.event("DeleteBucket", json!({"bucketName": "images"})).await;
    assert_eq!(report.outcome.name(), "Ignored");
    assert!(scene.recorder.memory(&images, Facet::BucketPolicy).unwrap().state().is_none());
    scene.world.set(&images, Facet::BucketPolicy, public());
    let report = scene.event("PutBucketPolicy", json!({"bucketName": "images"})).await;
    assert_eq!(report.outcome.name(), "Remediated");
}

/// Unknown is not absent: nothing that may be from before is taken, and it is told as what it is.
#[tokio::test(start_paused = true)]
async fn a_memory_that_cannot_be_read_is_undetermined_and_critical() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.recorder.garble(&inline, Facet::InlineDocument);
    let report = scene.look(ENFORCED, &inline, Facet::InlineDocument).await;
    assert_eq!((report.outcome.name(), report.retry), ("Undetermined", false));
    assert!(report.actions.is_empty() && scene.journal.writes() == 0);
    let told: Vec<String> =
        report.findings.iter().map(|finding| format!("{} {:?}", finding.control, finding.severity)).collect();
    assert_eq!(told.first().map(String::as_str), Some("IAM.AdminPolicy Critical"));
    assert_eq!(told.last().map(String::as_str), Some("Parapet.Memory Critical"));
    assert!(report.outcome.why().unwrap().contains("the memory of the inline policy"), "{:?}", report.outcome);
    // Nor is what may be from before accepted now.
    assert!(scene.recorder.memory(&inline, Facet::InlineDocument).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_asked_again_later() {
    let (scene, inline) = (scene(), inline_of("app"));
    let scene = Scene { recorder: MemoryRecorder::broken(&scene.journal), ..scene };
    scene.world.set(&inline, Facet::InlineDocument, administers());
    let report = scene.look(ENFORCED, &inline, Facet::InlineDocument).await;
    assert_eq!((report.outcome.name(), report.retry, scene.journal.writes()), ("Undetermined", true, 0));
}

/// Breaking the store must not switch the guards off where the standard says what is right.
#[tokio::test(start_paused = true)]
async fn what_bootstrap_made_is_repaired_without_memory() {
    let (scene, data) = (scene(), bucket(DATA_BUCKET));
    scene.world.set(&data, Facet::BucketPolicy, public());
    scene.recorder.garble(&data, Facet::BucketPolicy);
    let report = scene.look(ENFORCED, &data, Facet::BucketPolicy).await;
    assert_eq!((report.outcome.name(), report.actions.len(), report.retry), ("Remediated", 1, false));
    assert!(report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Memory"));
}

/// That it cannot be read is told, and no licence to write, whatever the standard says of it.
#[tokio::test(start_paused = true)]
async fn a_memory_that_cannot_be_read_takes_nothing_even_where_that_is_enforced() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.recorder.garble(&inline, Facet::InlineDocument);
    let report = scene.look("controls: {Parapet.Memory: enforce}", &inline, Facet::InlineDocument).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Undetermined", 0));
}

/// What a memory could excuse stays until it can be read, and so does plain HTTP.
#[tokio::test(start_paused = true)]
async fn what_a_memory_may_excuse_stays_without_one() {
    let (scene, images) = (scene(), bucket("images"));
    scene.world.set(&images, Facet::BucketPolicy, public());
    scene.recorder.garble(&images, Facet::BucketPolicy);
    let report = scene.look(ENFORCED, &images, Facet::BucketPolicy).await;
    assert_eq!(report.outcome.name(), "Undetermined", "{report:?}");
    let Some(State::BucketPolicy(Some(document))) = scene.world.state(&images, Facet::BucketPolicy) else {
        unreachable!()
    };
    assert_eq!(document.statements().len(), 1, "what may be from before stays: {document:?}");
}

/// A moment's fault takes nothing from anybody, of bootstrap's own things either.
#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_nothing_that_may_be_old_is_taken() {
    let (scene, data) = (scene(), bucket(DATA_BUCKET));
    let scene = Scene { recorder: MemoryRecorder::broken(&scene.journal), ..scene };
    scene.world.set(&data, Facet::BucketPolicy, public());
    let report = scene.look(ENFORCED, &data, Facet::BucketPolicy).await;
    let Some(State::BucketPolicy(Some(document))) = scene.world.state(&data, Facet::BucketPolicy) else {
        unreachable!()
    };
    assert!(document.statements().len() == 2 && report.retry, "{report:?}");
}

/// A missing boundary shows by the memory alone: it has to be asked for again.
#[tokio::test(start_paused = true)]
async fn what_shows_by_memory_alone_is_looked_at_again() {
    let (scene, app) = (scene(), principal("app"));
    let scene = Scene { recorder: MemoryRecorder::broken(&scene.journal), ..scene };
    scene.world.set(&app, Facet::PermissionsBoundary, bounded_by(None));
    let report = scene.look(ENFORCED, &app, Facet::PermissionsBoundary).await;
    assert_eq!((report.outcome.name(), report.retry), ("Undetermined", true));
}

/// What somebody gave to the ML service role is not bootstrap's: nothing brings it back, and nothing is excused by it.
#[tokio::test(start_paused = true)]
async fn what_others_gave_to_the_service_role_ends_as_elsewhere() {
    let (scene, inline) = (scene(), inline_of(ML_ROLE));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.look(OBSERVED, &inline, Facet::InlineDocument).await;
    scene.world.set(&inline, Facet::InlineDocument, State::InlineDocument(None));
    scene.event("DeleteRolePolicy", json!({"roleName": ML_ROLE, "policyName": "power"})).await;
    scene.world.set(&inline, Facet::InlineDocument, administers());
    assert_eq!(scene.look(ENFORCED, &inline, Facet::InlineDocument).await.outcome.name(), "Remediated");
}

/// What is gone ends, whatever could be read of it; where that cannot be kept, it is tried again.
#[tokio::test(start_paused = true)]
async fn what_is_gone_ends_even_where_it_cannot_be_read() {
    let (scene, inline) = (scene(), inline_of("app"));
    let deleted = json!({"roleName": "app", "policyName": "power"});
    scene.world.set(&inline, Facet::InlineDocument, State::InlineDocument(None));
    scene.recorder.garble(&inline, Facet::InlineDocument);
    assert!(!scene.event("DeleteRolePolicy", deleted.clone()).await.retry);
    assert!(scene.recorder.memory(&inline, Facet::InlineDocument).unwrap().state().is_none());

    let away = Scene { recorder: MemoryRecorder::broken(&scene.journal), ..scene };
    assert!(away.event("DeleteRolePolicy", deleted).await.retry);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_is_deleted_under_an_exemption_is_not_remembered_on() {
    let exempt = "exemptions: [{resource: 'arn:aws:s3:::images', controls: [S3.TlsOnly], reason: r, who: w, until: 2027-01-31T00:00:00Z}]";
    let (scene, images) = (scene(), bucket("images"));
    scene.recorder.learn(&images, Facet::BucketPolicy, public().kept());
    scene.world.set(&images, Facet::BucketPolicy, State::BucketPolicy(None));
    scene.look(exempt, &images, Facet::BucketPolicy).await;
    assert!(scene.recorder.memory(&images, Facet::BucketPolicy).unwrap().state().is_none());
}

/// Each memory is asked for once in a repair, and so is whose it is.
#[tokio::test(start_paused = true)]
async fn a_repair_asks_once() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.recorder.learn(&inline, Facet::InlineDocument, State::InlineDocument(None).kept());
    let report = scene.look(ENFORCED, &inline, Facet::InlineDocument).await;
    let count = |what: &str| scene.journal.lines().iter().filter(|line| *line == what).count();
    assert_eq!((report.outcome.name(), report.aws_calls), ("Remediated", 4));
    assert_eq!((count("recall inline policy"), count("ask for the identity")), (2, 1), "{:?}", scene.journal.lines());
}

#[tokio::test(start_paused = true)]
async fn whose_a_memory_is_has_to_be_told() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.recorder.learn(&inline, Facet::InlineDocument, State::InlineDocument(None).kept());
    for (kind, retry) in [(ErrorKind::Denied, true), (ErrorKind::Unsupported, false)] {
        let faulty = FaultyWorld::new(&scene.world, Fault::Identity, kind);
        let report = scene.look_through(&faulty, ENFORCED, &inline, Facet::InlineDocument).await;
        assert_eq!((report.outcome.name(), report.retry, scene.journal.writes()), ("Undetermined", retry, 0));
    }
}

/// A memory as whoever may put objects into the evidence bucket makes it up: all that this version writes, but its seal.
fn forged(resource: &Resource, state: &State) -> Value {
    json!({"version": 2, "resource": resource, "arn": resource.arn(&home()), "identity": {}, "accepted_at": NOW - 5, "standard": "",
        "facet": state.facet().id(), "state": state.kept()})
}

/// Nobody but Parapet says what was there before: what is wrong stays, for it may be old, is told as critical, and is not remembered.
#[tokio::test(start_paused = true)]
async fn a_memory_that_somebody_made_up_excuses_nothing() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    let object = forged(&inline, &administers());
    let mut guessed = object.clone();
    guessed["seal"] = "0".repeat(64).into();
    // Of another role, sealed by Parapet itself.
    let other = inline_of("other");
    scene.recorder.learn(&other, Facet::InlineDocument, administers().kept());
    let mut moved = scene.recorder.object(&other, Facet::InlineDocument).unwrap();
    moved["resource"] = object["resource"].clone();
    for object in [object, guessed, moved, json!({"facet": "inline", "state": null}), json!("text")] {
        scene.recorder.overwrite(&inline, Facet::InlineDocument, &object);
        let report = scene.look(ENFORCED, &inline, Facet::InlineDocument).await;
        assert_eq!(
            (report.outcome.name(), report.retry, scene.journal.writes()),
            ("Undetermined", false, 0),
            "{object}"
        );
        let last = report.findings.last().unwrap();
        assert_eq!(
            (last.control.as_str(), last.severity),
            ("Parapet.Memory", parapet_core::Severity::Critical),
            "{object}"
        );
        assert!(scene.recorder.memory(&inline, Facet::InlineDocument).is_none());
    }
}

/// A boundary, a trust policy, a version: what memory alone would bring back is Parapet's own word, or nothing.
#[tokio::test(start_paused = true)]
async fn a_memory_that_somebody_made_up_brings_nothing_back() {
    let (scene, app) = (scene(), principal("app"));
    scene.world.set(&app, Facet::PermissionsBoundary, bounded_by(None));
    scene.recorder.overwrite(&app, Facet::PermissionsBoundary, &forged(&app, &bounded_by(Some("theirs"))));
    let report = scene.look(ENFORCED, &app, Facet::PermissionsBoundary).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Undetermined", 0));
    // What Parapet itself sealed comes back.
    scene.recorder.learn(&app, Facet::PermissionsBoundary, bounded_by(Some("limits")).kept());
    let object = scene.recorder.object(&app, Facet::PermissionsBoundary).unwrap();
    scene.recorder.overwrite(&app, Facet::PermissionsBoundary, &object);
    assert_eq!(scene.look(ENFORCED, &app, Facet::PermissionsBoundary).await.outcome.name(), "Remediated");
}

/// What is healthy by itself needs no memory, and takes the place of a forged one.
#[tokio::test(start_paused = true)]
async fn what_is_healthy_is_remembered_over_what_somebody_made_up() {
    let (scene, images) = (scene(), bucket("images"));
    let put = json!({"bucketName": "images"});
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::images", "arn:aws:s3:::images/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let healthy = Document::from_value(json!({"Version": "2012-10-17", "Statement": tls})).unwrap();
    scene.world.set(&images, Facet::BucketPolicy, State::BucketPolicy(Some(healthy)));
    scene.recorder.overwrite(&images, Facet::BucketPolicy, &forged(&images, &public()));
    assert_eq!(scene.event("PutBucketPolicy", put.clone()).await.outcome.name(), "Compliant");
    scene.world.set(&images, Facet::BucketPolicy, public());
    assert_eq!(scene.event("PutBucketPolicy", put).await.outcome.name(), "Remediated");
}

/// A policy that denied something may be the one that was put over: what is healthy by itself does not show it.
#[tokio::test(start_paused = true)]
async fn where_a_deny_may_be_gone_nothing_is_taken_for_healthy() {
    let (scene, inline) = (scene(), inline_of("app"));
    let reads = json!({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"});
    let healthy = Document::from_value(json!({"Version": "2012-10-17", "Statement": reads})).unwrap();
    scene.world.set(&inline, Facet::InlineDocument, State::InlineDocument(Some(healthy)));
    scene.recorder.overwrite(&inline, Facet::InlineDocument, &forged(&inline, &administers()));
    assert_eq!(scene.look(ENFORCED, &inline, Facet::InlineDocument).await.outcome.name(), "Undetermined");
    assert_eq!(scene.journal.writes(), 0);
}

/// An earlier version's memory is no excuse, and not nothing either.
#[tokio::test(start_paused = true)]
async fn a_memory_from_before_seals_is_undetermined() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, administers());
    scene.recorder.learn_unsealed(&inline, Facet::InlineDocument, &forged(&inline, &administers()));
    let report = scene.look(ENFORCED, &inline, Facet::InlineDocument).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Undetermined", 0));
    assert!(report.outcome.why().unwrap().contains("run bootstrap"), "{:?}", report.outcome);
}

/// A violation and the original in one breath: nothing is written, and it is told. An event that is delivered once more tells nothing new.
#[tokio::test(start_paused = true)]
async fn what_was_open_for_a_moment_is_told() {
    let (scene, images) = (scene(), bucket("images"));
    let State::BucketPolicy(Some(open)) = public() else { unreachable!() };
    let request = json!({"bucketName": "images", "bucketPolicy": open.as_value()});
    let put = async || scene.event("PutBucketPolicy", request.clone()).await;
    scene.world.set(&images, Facet::BucketPolicy, public());
    assert_eq!(put().await.outcome.name(), "Remediated");
    let right = scene.world.state(&images, Facet::BucketPolicy);
    // The same event again: what it brought is on record.
    assert_eq!(put().await.outcome.name(), "Compliant");

    let fresh = Scene { recorder: MemoryRecorder::new(&scene.journal), ..scene };
    let report = fresh.event("PutBucketPolicy", request).await;
    assert_eq!((report.outcome.name(), report.actions.len(), fresh.journal.writes()), ("Observed", 0, 0), "{report:?}");
    assert_eq!(fresh.world.state(&images, Facet::BucketPolicy), right);
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.control.as_str()).collect();
    assert_eq!(told, ["S3.PublicPolicy"], "{report:?}");
    assert!(report.findings[0].detail.contains("it is right now, and was not from"), "{report:?}");

    // What is a document at all, and what a document that lets nobody in, is told by what is there.
    for (event, parameters) in [
        ("PutBucketPolicy", json!({"bucketName": "images", "bucketPolicy": "{"})),
        ("PutBucketPolicy", json!({"bucketName": "images"})),
        ("DeleteBucketPolicy", json!({"bucketName": "images"})),
    ] {
        assert_eq!(fresh.event(event, parameters).await.outcome.name(), "Compliant");
    }
}

/// An inline policy that was given and taken back.
#[tokio::test(start_paused = true)]
async fn what_somebody_held_for_a_moment_is_told() {
    let (scene, inline) = (scene(), inline_of("app"));
    scene.world.set(&inline, Facet::InlineDocument, State::InlineDocument(None));
    let State::InlineDocument(Some(document)) = administers() else { unreachable!() };
    let text = document.to_json();
    let report =
        scene.event("PutRolePolicy", json!({"roleName": "app", "policyName": "power", "policyDocument": text})).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Observed", 0), "{report:?}");
    assert_eq!(report.findings[0].control.as_str(), "IAM.AdminPolicy", "{report:?}");
}
