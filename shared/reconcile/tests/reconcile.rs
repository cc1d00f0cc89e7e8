//! The loop: what it looks at, writes, and records, in which order, and how it ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use parapet_core::{ErrorKind, Trigger};
use parapet_guards::{
    Algorithm, BucketEncryption, CloudWatchLink, Facet, PublicAccess, Report, Resource, State, TrailConfiguration,
    TrailLogging, Versioning, World,
};
use parapet_reconcile::{Clock, Place, Run, reconcile};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, TRAIL, bucket, home, standard, trail};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder, Situation};

const NAME: &str = "training-images";
const FACETS: &[Facet] = &[Facet::BucketPublicAccess, Facet::BucketEncryption, Facet::BucketVersioning];

/// A bucket on which versioning is off, in its account.
struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    changes: &'static str,
    dry: bool,
}

fn scene(versioning: Versioning) -> Scene {
    let journal = Journal::default();
    let encryption =
        BucketEncryption { algorithm: Algorithm::Aes256, key: None, bucket_key: false, sse_c_blocked: true };
    let world = FakeWorld::new(&journal)
        .with(&bucket(NAME), Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::BLOCKED))
        .with(&bucket(NAME), Facet::BucketEncryption, State::BucketEncryption(encryption))
        .with(&bucket(NAME), Facet::BucketVersioning, State::BucketVersioning(versioning));
    Scene { recorder: MemoryRecorder::new(&journal), journal, world, changes: "", dry: false }
}

async fn run<W: World>(scene: &Scene, world: &W, resource: &Resource, facets: &[Facet], event: &str) -> Report {
    let (standard, home) = (standard(scene.changes), home());
    let place = Place { home: &home, standard: &standard, world, recorder: &scene.recorder };
    let run = Run { guard: facets[0].owner(), clock: Clock { now: NOW }, dry: scene.dry };
    reconcile(&place, run, &Trigger::by_hand("Test", event, &home), resource, facets).await
}

impl Scene {
    fn lagging(self, looks: u32) -> Self {
        Self { world: self.world.lagging(looks), ..self }
    }

    fn under(self, changes: &'static str) -> Self {
        Self { changes, ..self }
    }

    async fn versioning(&self) -> Report {
        self.versioning_in(&self.world).await
    }

    async fn versioning_in<W: World>(&self, world: &W) -> Report {
        run(self, world, &bucket(NAME), &[Facet::BucketVersioning], "e-1").await
    }

    async fn all_in<W: World>(&self, world: &W) -> Report {
        run(self, world, &bucket(NAME), FACETS, "e-1").await
    }

    fn open_everything(&self) {
        self.world.set(&bucket(NAME), Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::default()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_healthy_facet_is_read_once() {
    let scene = scene(Versioning::Enabled);
    let report = scene.versioning().await;
    assert_eq!(scene.journal.lines(), ["look at versioning"]);
    assert_eq!((report.outcome.name(), report.aws_calls, report.evidence, report.retry), ("Compliant", 1, None, false));
}

#[tokio::test(start_paused = true)]
async fn a_violated_one_is_read_recorded_written_and_read() {
    let scene = scene(Versioning::Suspended);
    let report = scene.versioning().await;
    assert_eq!(
        scene.journal.lines(),
        [
            "look at versioning",
            "recall versioning",
            "open evidence",
            "PutBucketVersioning Enabled",
            "look at versioning",
            "close evidence: Remediated"
        ]
    );
    assert_eq!((report.outcome.name(), report.aws_calls, report.retry), ("Remediated", 3, false));
    let evidence = scene.recorder.evidence().remove(&report.evidence.unwrap()).unwrap();
    insta::assert_yaml_snapshot!("evidence", evidence);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_plans_and_leaves_no_trace() {
    let scene = Scene { dry: true, ..scene(Versioning::Suspended) };
    let report = scene.versioning().await;
    assert_eq!(scene.journal.lines(), ["look at versioning", "recall versioning"]);
    assert_eq!((report.outcome.name(), report.actions), ("Planned", vec!["PutBucketVersioning Enabled".to_owned()]));
}

const OF_ALL_BUCKETS: &str = "modes: [{buckets: ['*'], mode: observe}]";

#[tokio::test(start_paused = true)]
async fn observe_observes() {
    for text in ["controls: {S3.Versioning: observe}", "controls: {'S3.*': observe}", "mode: observe", OF_ALL_BUCKETS] {
        let scene = scene(Versioning::Suspended).under(text);
        let report = scene.versioning().await;
        assert_eq!(scene.journal.lines(), ["look at versioning"]);
        assert_eq!((report.outcome.name(), report.findings.len(), report.actions.len()), ("Observed", 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_facet_holds_no_other_back() {
    for (kind, retry) in [
        (ErrorKind::Denied, true),
        (ErrorKind::Transient, true),
        (ErrorKind::Unsupported, false),
        (ErrorKind::Unreadable, false),
    ] {
        let scene = scene(Versioning::Suspended);
        scene.open_everything();
        let report = scene.all_in(&FaultyWorld::new(&scene.world, Fault::Look(Facet::BucketPublicAccess), kind)).await;
        assert_eq!(
            (report.outcome.name(), report.retry, report.actions.as_slice()),
            ("Undetermined", retry, ["PutBucketVersioning Enabled".to_owned()].as_slice()),
            "{kind:?}"
        );
        assert!(
            report.outcome.why().unwrap().contains("cannot read the public access block of bucket `training-images`")
        );
        let evidence = scene.recorder.evidence().remove(&report.evidence.unwrap()).unwrap();
        assert_eq!(
            evidence.pre_image.iter().map(|image| image.facet).collect::<Vec<_>>(),
            [Facet::BucketVersioning],
            "what is not written is not undone"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_recorder_stops_no_repair() {
    let mut scene = scene(Versioning::Suspended);
    scene.recorder = MemoryRecorder::broken(&scene.journal);
    let report = scene.versioning().await;
    assert_eq!((report.outcome.name(), report.evidence.as_deref()), ("Remediated", Some("log-only")));
}

#[tokio::test(start_paused = true)]
async fn a_failed_action_holds_no_other_back() {
    let scene = scene(Versioning::Suspended);
    scene.open_everything();
    let report =
        scene.all_in(&FaultyWorld::new(&scene.world, Fault::Write("PutPublicAccessBlock"), ErrorKind::Denied)).await;
    assert_eq!(
        (report.outcome.name(), report.retry, report.actions),
        ("Failed", true, vec!["PutBucketVersioning Enabled".to_owned()])
    );
    assert_eq!(scene.journal.lines().last().unwrap(), "close evidence: Failed");
}

#[tokio::test(start_paused = true)]
async fn a_refused_action_is_not_retried() {
    let scene = scene(Versioning::Suspended);
    let report = scene.versioning_in(&FaultyWorld::new(&scene.world, Fault::Write("Put"), ErrorKind::Invalid)).await;
    assert_eq!((report.outcome.name(), report.retry), ("Failed", false));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again() {
    let scene = scene(Versioning::Suspended);
    let report = scene.versioning_in(&FaultyWorld::new(&scene.world, Fault::Call(2), ErrorKind::Conflict)).await;
    assert_eq!((report.outcome.name(), report.aws_calls), ("Remediated", 5));
    let report = scene_that_conflicts_for_ever().await;
    assert_eq!((report.outcome.name(), report.aws_calls, report.retry), ("Failed", 9, true));
}

/// What follows a conflict in a plan was planned without what somebody else did: nothing of it is written before it is planned anew.
#[tokio::test(start_paused = true)]
async fn nothing_is_written_after_a_conflict_that_was_planned_before_it() {
    let scene = scene(Versioning::Suspended);
    scene.open_everything();
    // The first write, after a look at each facet.
    let report = scene.all_in(&FaultyWorld::new(&scene.world, Fault::Call(4), ErrorKind::Conflict)).await;
    assert_eq!(report.outcome.name(), "Remediated");
    let lines = scene.journal.lines();
    let writes: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].starts_with("Put")).collect();
    let looks: Vec<usize> = (0..lines.len()).filter(|&line| lines[line] == "look at versioning").collect();
    assert_eq!((writes.len(), looks.len()), (2, 3), "{lines:?}");
    assert!(writes.iter().all(|write| looks[1] < *write), "{lines:?}");
}

async fn scene_that_conflicts_for_ever() -> Report {
    let scene = scene(Versioning::Suspended);
    scene.versioning_in(&FaultyWorld::new(&scene.world, Fault::Write("Put"), ErrorKind::Conflict)).await
}

#[tokio::test(start_paused = true)]
async fn what_shows_late_is_waited_for() {
    let scene = scene(Versioning::Suspended).lagging(2);
    let report = scene.versioning().await;
    assert_eq!((report.outcome.name(), report.aws_calls, report.duration_ms), ("Remediated", 5, 500));
}

#[tokio::test(start_paused = true)]
async fn what_never_shows_is_unresolved() {
    let scene = scene(Versioning::Suspended).lagging(u32::MAX);
    let report = scene.versioning().await;
    assert_eq!((report.outcome.name(), report.aws_calls, report.duration_ms), ("Unresolved", 7, 6_000));
    assert_eq!(scene.journal.lines().last().unwrap(), "close evidence: Unresolved");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_after_the_repair_is_undetermined_and_tried_again() {
    let scene = scene(Versioning::Suspended);
    let report = scene.versioning_in(&FaultyWorld::new(&scene.world, Fault::FromCall(3), ErrorKind::Transient)).await;
    assert_eq!((report.outcome.name(), report.retry, report.actions.len()), ("Undetermined", true, 1));
}

#[tokio::test(start_paused = true)]
async fn who_keeps_undoing_is_noticed() {
    let scene = scene(Versioning::Suspended).under("contest: {repairs: 3, window_minutes: 15}");
    for (event, expected) in [("e-1", "Remediated"), ("e-2", "Remediated"), ("e-3", "Contested"), ("e-4", "Contested")]
    {
        scene.world.set(&bucket(NAME), Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended));
        let report = run(&scene, &scene.world, &bucket(NAME), &[Facet::BucketVersioning], event).await;
        assert_eq!((report.outcome.name(), report.actions.len()), (expected, 1), "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_writes_nothing() {
    let scene = scene(Versioning::Suspended);
    scene.versioning().await;
    scene.journal.clear();
    assert_eq!(scene.versioning().await.outcome.name(), "Compliant");
    assert_eq!(scene.journal.lines(), ["look at versioning"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_ignored() {
    let scene = scene(Versioning::Suspended);
    let report = run(&scene, &scene.world, &bucket("deleted-meanwhile"), FACETS, "e-1").await;
    assert_eq!(
        (report.outcome.name(), report.outcome.why().as_deref(), report.retry),
        ("Ignored", Some("the resource is gone"), false)
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_nobody_may_use_fails_with_the_remedy() {
    let scene = scene(Versioning::Suspended);
    let encryption =
        BucketEncryption { algorithm: Algorithm::Aes256, key: None, bucket_key: false, sse_c_blocked: true };
    scene.world.set(&bucket(DATA_BUCKET), Facet::BucketEncryption, State::BucketEncryption(encryption));
    let world = FaultyWorld::new(&scene.world, Fault::Write("Put"), ErrorKind::KeyUnusable);
    let report = run(&scene, &world, &bucket(DATA_BUCKET), &[Facet::BucketEncryption], "e-1").await;
    assert_eq!((report.outcome.name(), report.retry), ("Failed", true));
    assert!(report.outcome.why().unwrap().contains("enable the KMS key"));
}

#[tokio::test(start_paused = true)]
async fn memory_is_kept_of_what_is_compliant_and_read_when_it_is_needed() {
    let journal = Journal::default();
    let scene =
        Scene { recorder: MemoryRecorder::new(&journal), journal: journal.clone(), ..scene(Versioning::Suspended) };
    let world = FakeWorld::new(&journal).with(&trail(TRAIL), Facet::TrailSelectors, State::TrailSelectors(None)).with(
        &trail(TRAIL),
        Facet::TrailLogging,
        State::TrailLogging(TrailLogging::On),
    );
    run(&scene, &world, &trail(TRAIL), &[Facet::TrailSelectors, Facet::TrailLogging], "e-1").await;
    let expected = [
        "look at event selectors",
        "recall event selectors",
        "look at trail logging",
        "open evidence",
        "PutEventSelectors 1 basic",
        "look at event selectors",
        "remember event selectors",
        "close evidence: Remediated",
    ];
    assert_eq!(journal.lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn what_has_to_stay_as_it_was_is_compared_with_its_memory() {
    let scene = scene(Versioning::Suspended);
    let link = CloudWatchLink {
        log_group_arn: "arn:aws:logs:::log-group:t:*".into(),
        role_arn: "arn:aws:iam:::role/t".into(),
    };
    let configuration = |link: Option<CloudWatchLink>| {
        let made = State::TrailConfiguration(None).comply(&Situation::new(&trail(TRAIL), "").subject(), None);
        let State::TrailConfiguration(Some(trail)) = made else { unreachable!() };
        State::TrailConfiguration(Some(TrailConfiguration { cloud_watch: link, ..trail }))
    };
    let world = FakeWorld::new(&scene.journal).with(
        &trail(TRAIL),
        Facet::TrailConfiguration,
        configuration(Some(link.clone())),
    );
    let look = async || {
        scene.journal.clear();
        run(&scene, &world, &trail(TRAIL), &[Facet::TrailConfiguration], "e-1").await.outcome.name()
    };
    assert_eq!(look().await, "Compliant");
    assert_eq!(
        scene.journal.lines(),
        ["look at trail configuration", "recall trail configuration", "remember trail configuration"]
    );
    world.set(&trail(TRAIL), Facet::TrailConfiguration, configuration(None));
    assert_eq!(look().await, "Remediated");
    assert_eq!(world.state(&trail(TRAIL), Facet::TrailConfiguration), Some(configuration(Some(link))));
    assert_eq!(look().await, "Compliant");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_compliant_is_not_remembered() {
    let scene = scene(Versioning::Suspended).under("controls: {CloudTrail.Selectors: observe}");
    let world = FakeWorld::new(&scene.journal).with(&trail(TRAIL), Facet::TrailSelectors, State::TrailSelectors(None));
    let report = run(&scene, &world, &trail(TRAIL), &[Facet::TrailSelectors], "e-1").await;
    assert_eq!(
        (report.outcome.name(), scene.journal.lines()),
        ("Observed", vec!["look at event selectors".to_owned()])
    );
}
