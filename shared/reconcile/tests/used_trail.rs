//! A trail that is there already, beside bootstrap and in its place.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;

use account::Account;
use parapet_core::{ErrorKind, Trigger};
use parapet_guards::{
    BasicSelector, DataResource, Facet, GuardName, KmsKey, Resource, Selectors, State, TrailConfiguration,
    TrailLogging, World,
};
use parapet_reconcile::{BootstrapReport, Clock, FoundTrail, Place, Run, bootstrap, plan};
use parapet_testkit::fixtures::{NOW, home, standard, trail};
use parapet_testkit::{Fault, FaultyWorld, Journal, MemoryRecorder};

const ORGANIZATIONS: &str = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/org";
const USE_OURS: &str = "trail: {use: {trail: audit, bucket: audit-logs}}";
const USE_THEIRS: &str =
    "trail: {use: {trail: 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/org', bucket: audit-logs}}";
const OBJECTS: &str = "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/";

async fn run_with<W: World>(
    recorder: &MemoryRecorder,
    changes: &str,
    world: &W,
    dry: bool,
) -> Result<BootstrapReport, String> {
    let (home, standard) = (home(), standard(changes));
    let place = Place { home: &home, standard: &standard, world, recorder };
    let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW }, dry };
    let cause = Trigger::by_hand("Bootstrap", "b-1", &home);
    bootstrap(&place, run, &cause, async || None).await.map_err(|stopped| stopped.to_string())
}

async fn run<W: World>(changes: &str, world: &W) -> Result<BootstrapReport, String> {
    run_with(&MemoryRecorder::new(&Journal::default()), changes, world, false).await
}

fn configuration(change: impl FnOnce(&mut TrailConfiguration)) -> State {
    let mut trail = TrailConfiguration {
        bucket: "audit-logs".into(),
        prefix: None,
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key: Some(KmsKey::Arn("arn:aws:kms:us-east-1:111122223333:key/audit".into())),
        cloud_watch: None,
        organization: false,
    };
    change(&mut trail);
    State::TrailConfiguration(Some(trail))
}

fn selectors(read_write: &str, excluded: &[&str], objects: &[&str]) -> State {
    let data = DataResource { kind: "AWS::S3::Object".into(), arns: objects.iter().map(|&arn| arn.into()).collect() };
    State::TrailSelectors(Some(Selectors::Basic(vec![BasicSelector {
        read_write: read_write.into(),
        management: true,
        excluded_sources: excluded.iter().map(|&source| source.into()).collect(),
        data: if objects.is_empty() { Vec::new() } else { vec![data] },
    }])))
}

/// An account in which a trail of this name records all.
fn with(name: &str) -> (Account, Resource) {
    let (account, resource) = (Account::empty(), trail(name));
    for state in [configuration(|_| ()), State::TrailLogging(TrailLogging::On), selectors("All", &[], &[])] {
        account.world.set(&resource, state.facet(), state);
    }
    (account, resource)
}

fn trails(report: &BootstrapReport) -> Vec<&FoundTrail> {
    report.trails.iter().collect()
}

fn makes_a_trail(report: &BootstrapReport) -> bool {
    report.actions.iter().any(|action| action.contains("CreateTrail"))
}

#[tokio::test(start_paused = true)]
async fn one_that_is_named_and_records_all_is_used() {
    for (name, changes, arn) in [
        ("audit", USE_OURS, "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit"),
        (ORGANIZATIONS, USE_THEIRS, ORGANIZATIONS),
    ] {
        let (account, resource) = with(name);
        if name == ORGANIZATIONS {
            let theirs = configuration(|trail| {
                trail.key = Some(KmsKey::Arn("arn:aws:kms:eu-west-1:444455556666:key/org".into()));
            });
            account.world.set(&resource, Facet::TrailConfiguration, theirs);
        }
        let report = run(changes, &account).await.unwrap();
        assert!(!report.actions.iter().any(|action| action.starts_with("trail ")), "{:?}", report.actions);
        assert_eq!(report.trail_arn, arn);
        let [found] = trails(&report)[..] else { unreachable!("{:?}", report.trails) };
        assert!(found.is_used && found.is_sufficient && found.lacks.is_empty(), "{found:?}");
        account.journal.clear();
        assert!(run(changes, &account).await.unwrap().actions.is_empty());
        assert_eq!(account.journal.writes(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_lacks_is_named_and_stops_bootstrap() {
    let lacking = [
        (
            configuration(|trail| trail.multi_region = false),
            "CloudTrail.MultiRegion: the trail records one region alone",
        ),
        (
            configuration(|trail| trail.global_services = false),
            "CloudTrail.MultiRegion: the trail leaves global services out",
        ),
        (configuration(|trail| trail.validation = false), "CloudTrail.Validation: log file validation is off"),
        (configuration(|trail| trail.key = None), "CloudTrail.Encryption: log files are not encrypted with a KMS key"),
        (
            configuration(|trail| trail.bucket = "mallorys".into()),
            "CloudTrail.Delivery: the trail delivers to `mallorys`, and not to `audit-logs`",
        ),
        (State::TrailConfiguration(None), "CloudTrail.Exists: "),
        (State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging: the trail is not logging"),
        (
            selectors("WriteOnly", &[], &[]),
            "CloudTrail.Selectors: of management events the trail records `WriteOnly` alone",
        ),
        (
            selectors("All", &["kms.amazonaws.com"], &[]),
            "CloudTrail.Selectors: the trail leaves the management events of `kms.amazonaws.com` out",
        ),
    ];
    for (state, expected) in lacking {
        for (name, changes) in [("audit", USE_OURS), (ORGANIZATIONS, USE_THEIRS)] {
            let (account, resource) = with(name);
            account.world.set(&resource, state.facet(), state.clone());
            let why = run(changes, &account).await.unwrap_err();
            assert!(why.contains("not sufficient") && why.contains(expected), "{why}");
            // Everything else was made, and nothing of the trail was.
            assert!(
                why.contains("CreateRole") && !why.contains("CreateTrail") && !why.contains("StartLogging"),
                "{why}"
            );
        }
    }
    // All of it is said at once.
    let (account, resource) = with("audit");
    let weak = configuration(|trail| (trail.multi_region, trail.validation) = (false, false));
    account.world.set(&resource, Facet::TrailConfiguration, weak);
    account.world.set(&resource, Facet::TrailLogging, State::TrailLogging(TrailLogging::Off));
    let why = run(USE_OURS, &account).await.unwrap_err();
    for control in ["CloudTrail.MultiRegion", "CloudTrail.Validation", "CloudTrail.Logging", "take `trail.use` out"] {
        assert!(why.contains(control), "{why}");
    }
    // What the standard does not enforce, is not lacking, and told.
    let report = run(&format!("controls: {{CloudTrail.MultiRegion: observe, CloudTrail.Validation: observe, CloudTrail.Logging: off}}\n{USE_OURS}"), &account)
        .await
        .unwrap();
    assert!(report.trails[0].is_sufficient && report.observed.len() == 2, "{:?}", report.observed);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_sufficient() {
    for facet in [Facet::TrailConfiguration, Facet::TrailLogging, Facet::TrailSelectors] {
        let (account, _) = with("audit");
        let blind = FaultyWorld::new(&account, Fault::Look(facet), ErrorKind::Denied);
        let why = run(USE_OURS, &blind).await.unwrap_err();
        assert!(why.contains(&format!("not sufficient: {facet}: ")), "{why}");
        // Beside bootstrap's own it is told, and nothing is proposed.
        let blind = FaultyWorld::new(&account, Fault::LookAt(trail("audit")), ErrorKind::Denied);
        let report = run("", &blind).await.unwrap();
        let [found] = trails(&report)[..] else { unreachable!("{:?}", report.trails) };
        assert!(!found.is_sufficient && found.advice.is_none() && found.lacks.len() == 3, "{found:?}");
    }
}

/// Whoever may make a trail may have it record all, into a bucket of his own.
#[tokio::test(start_paused = true)]
async fn none_is_used_because_it_is_there() {
    for name in ["audit", ORGANIZATIONS] {
        let (account, resource) = with(name);
        let report = run("controls: {CloudTrail.Encryption: off}", &account).await.unwrap();
        assert!(makes_a_trail(&report));
        let [found] = trails(&report)[..] else { unreachable!("{:?}", report.trails) };
        assert!(!found.is_used && found.is_sufficient, "{found:?}");
        let advice = found.advice.as_deref().unwrap();
        assert!(advice.contains("costs 2 USD per 100,000") && advice.contains("bucket: 'audit-logs'"), "{advice}");
        account.world.set(&resource, Facet::TrailLogging, State::TrailLogging(TrailLogging::Off));
        let report = run("", &account).await.unwrap();
        assert!(report.trails[0].lacks.contains(&"CloudTrail.Logging: the trail is not logging".to_owned()));
        assert_eq!(report.trails[0].advice, None);
    }
}

#[tokio::test(start_paused = true)]
async fn bootstraps_own_beside_one_that_is_used_is_told_with_its_price() {
    let (account, _) = with("audit");
    assert!(makes_a_trail(&run("", &account).await.unwrap()));
    let report = run(USE_OURS, &account).await.unwrap();
    let [used, own] = trails(&report)[..] else { unreachable!("{:?}", report.trails) };
    assert!(used.is_used && !own.is_used, "{:?}", report.trails);
    assert!(own.advice.as_deref().unwrap().contains("bootstrap made it"), "{own:?}");
}

/// What a trail recorded of the data, its guard puts back. Bootstrap has no right to write it, and says so.
#[tokio::test(start_paused = true)]
async fn what_it_was_is_remembered() {
    let (account, resource) = with("audit");
    let recorder = MemoryRecorder::new(&Journal::default());
    account.world.set(&resource, Facet::TrailSelectors, selectors("All", &[], &[OBJECTS]));
    run_with(&recorder, USE_OURS, &account, false).await.unwrap();
    account.world.set(&resource, Facet::TrailSelectors, selectors("All", &[], &[]));
    let why = run_with(&recorder, USE_OURS, &account, false).await.unwrap_err();
    assert!(why.contains("not what it was") && why.contains("data events"), "{why}");
    assert_eq!(account.world.state(&resource, Facet::TrailSelectors), Some(selectors("All", &[], &[])));
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_finds_them_too() {
    let (account, _) = with("audit");
    let recorder = MemoryRecorder::new(&Journal::default());
    let report = run_with(&recorder, USE_OURS, &account, true).await.unwrap();
    assert_eq!((account.journal.writes(), report.trails.len()), (0, 1));
    assert!(!report.actions.iter().any(|action| action.starts_with("trail ")), "{:?}", report.actions);
}

#[tokio::test(start_paused = true)]
async fn a_plan_proposes_what_records_all_with_the_price_of_the_other_choice() {
    let (home, journal) = (home(), Journal::default());
    let recorder = MemoryRecorder::without_store(&journal);
    let proposed = async |account: &Account, changes: &str| {
        let standard = standard(changes);
        let place = Place { home: &home, standard: &standard, world: account, recorder: &recorder };
        plan(&place, Clock { now: NOW }, |_| ()).await.proposal.to_yaml()
    };
    let (account, resource) = with(ORGANIZATIONS);
    let theirs =
        configuration(|trail| trail.key = Some(KmsKey::Arn("arn:aws:kms:eu-west-1:444455556666:key/org".into())));
    account.world.set(&resource, Facet::TrailConfiguration, theirs);
    let yaml = proposed(&account, "").await;
    assert!(yaml.contains("#trail: {use: {trail: 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/org'"), "{yaml}");
    assert!(yaml.contains("costs 2 USD per 100,000"), "{yaml}");
    // It is used already, or it lacks something.
    assert!(!proposed(&account, USE_THEIRS).await.contains("trail:"));
    account.world.set(&resource, Facet::TrailSelectors, selectors("ReadOnly", &[], &[]));
    assert!(!proposed(&account, "").await.contains("trail:"));
}
