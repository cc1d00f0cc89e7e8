//! Bootstrap: from nothing, again, interrupted anywhere, and where it has to stop.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;

use account::Account;
use parapet_core::{ErrorKind, Trigger};
use parapet_guards::{
    Facet, GuardName, KeyRotation, KeyState, KeyStatus, ObjectLock, Retention, RetentionMode, Standard, State, World,
};
use parapet_reconcile::{BootstrapReport, Clock, Place, Run, bootstrap};
use parapet_testkit::fixtures::{DATA_BUCKET, LOG_BUCKET, NOW, bucket, home, key, standard};
use parapet_testkit::{Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::Value;

async fn run_under<W: World>(standard: &Standard, world: &W, dry: bool) -> Result<BootstrapReport, String> {
    run_with(&MemoryRecorder::new(&Journal::default()), standard, world, dry).await
}

async fn run_with<W: World>(
    recorder: &MemoryRecorder,
    standard: &Standard,
    world: &W,
    dry: bool,
) -> Result<BootstrapReport, String> {
    let home = home();
    let place = Place { home: &home, standard, world, recorder };
    let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW }, dry };
    let cause = Trigger::by_hand("Bootstrap", "b-1", &home);
    bootstrap(&place, run, &cause, async || Some("arn:aws:kms:us-east-1:111122223333:key/1".to_owned()))
        .await
        .map_err(|stopped| stopped.to_string())
}

async fn run<W: World>(world: &W) -> Result<BootstrapReport, String> {
    run_under(&standard(""), world, false).await
}

/// Runs bootstrap on an account that is done, and holds it to writing nothing.
async fn finds_nothing_to_do(account: &Account) {
    account.journal.clear();
    assert_eq!(run(account).await.unwrap().actions, Vec::<String>::new());
    assert_eq!(account.journal.writes(), 0);
}

/// `dry_run` of a file of `events/bootstrap`.
fn is_dry(file: &str) -> bool {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/bootstrap").join(file);
    let input: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    input["dry_run"].as_bool().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn from_nothing_everything_and_then_nothing_more() {
    let account = Account::empty();
    let report = run_under(&standard(""), &account, is_dry("create.json")).await.unwrap();
    insta::assert_yaml_snapshot!("create", report);
    finds_nothing_to_do(&account).await;
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_and_does_not() {
    let account = Account::empty();
    let report = run_under(&standard(""), &account, is_dry("dry-run.json")).await.unwrap();
    assert_eq!(account.journal.writes(), 0);
    insta::assert_yaml_snapshot!("dry-run", report.actions);
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_call_it_completes_when_run_again() {
    let account = Account::empty();
    let whole = FaultyWorld::new(&account, Fault::FromCall(u32::MAX), ErrorKind::Transient);
    run(&whole).await.unwrap();
    let calls = whole.calls();
    assert!(calls > 60, "{calls}");
    for nth in 1..=calls {
        let account = Account::empty();
        run(&FaultyWorld::new(&account, Fault::FromCall(nth), ErrorKind::Transient)).await.unwrap_err();
        run(&account).await.unwrap();
        finds_nothing_to_do(&account).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_failed_call_never_harms() {
    for nth in 1..100 {
        let account = Account::empty();
        let _ = run(&FaultyWorld::new(&account, Fault::Call(nth), ErrorKind::Conflict)).await;
        run(&account).await.unwrap();
        finds_nothing_to_do(&account).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_stricter_stays_and_what_is_weaker_is_mended() {
    let account = Account::empty();
    run(&account).await.unwrap();
    let strict = State::BucketObjectLock(ObjectLock {
        retention: Some(Retention { mode: RetentionMode::Compliance, days: 3650 }),
        event_hold_days: None,
    });
    account.world.set(&bucket(LOG_BUCKET), Facet::BucketObjectLock, strict.clone());
    account.world.set(&key(), Facet::KeyRotation, State::KeyRotation(KeyRotation::Off));
    assert_eq!(run(&account).await.unwrap().actions, ["key `alias/parapet-ml`: EnableKeyRotation"]);
    assert_eq!(account.world.state(&bucket(LOG_BUCKET), Facet::BucketObjectLock), Some(strict));
    finds_nothing_to_do(&account).await;
}

#[tokio::test(start_paused = true)]
async fn a_violation_that_is_only_observed_is_told() {
    let account = Account::empty();
    for _ in 0..2 {
        let standard = standard("controls: {S3.Tags: observe, KMS.Rotation: off}");
        let report = run_under(&standard, &account, false).await.unwrap();
        assert_eq!(report.observed.len(), 4, "{:?}", report.observed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_it_is_invoked_for_it_makes_whatever_the_mode() {
    let made = run(&Account::empty()).await.unwrap();
    for text in ["mode: observe", "modes: [{resources: ['arn:*'], principals: ['role/*'], mode: observe}]"] {
        let report = run_under(&standard(text), &Account::empty(), false).await.unwrap();
        assert_eq!(report.actions, made.actions, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_evidence_overwrites_another() {
    let (account, recorder) = (Account::empty(), MemoryRecorder::new(&Journal::default()));
    let report = run_with(&recorder, &standard(""), &account, false).await.unwrap();
    let recorded: usize = recorder.evidence().values().map(|evidence| evidence.plan.len()).sum();
    assert_eq!(recorded, report.actions.len());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_cannot_be_used_is_left_to_who_runs_it() {
    for (state, named) in [
        (KeyState::Here(KeyStatus::Disabled), "aws kms enable-key"),
        (KeyState::Here(KeyStatus::PendingDeletion), "aws kms cancel-key-deletion"),
        (KeyState::Here(KeyStatus::Other("PendingImport".into())), "aws kms import-key-material"),
        (KeyState::Unnamed { id: "1234abcd".into(), status: KeyStatus::Disabled }, "aws kms enable-key"),
    ] {
        let account = Account::empty();
        run(&account).await.unwrap();
        account.world.set(&key(), Facet::KeyState, State::KeyState(state));
        let stopped = run(&account).await.unwrap_err().to_string();
        assert!(stopped.starts_with("bootstrap stopped at key state of key `alias/parapet-ml`: "), "{stopped}");
        assert!(stopped.contains(named), "{stopped}");
    }
    let account = Account::empty();
    run(&account).await.unwrap();
    account.world.set(&key(), Facet::KeyState, State::KeyState(KeyState::Here(KeyStatus::PendingDeletion)));
    let decided = standard("controls: {KMS.KeyEnabled: enforce, KMS.KeyDeletion: enforce}");
    let report = run_under(&decided, &account, false).await.unwrap();
    assert_eq!(report.actions, ["key `alias/parapet-ml`: CancelKeyDeletion", "key `alias/parapet-ml`: EnableKey"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_without_its_alias_gets_it_back_and_no_second_key_is_made() {
    let account = Account::empty();
    run(&account).await.unwrap();
    let lost = KeyState::Unnamed { id: "1234abcd".into(), status: KeyStatus::Enabled };
    account.world.set(&key(), Facet::KeyState, State::KeyState(lost));
    assert_eq!(run(&account).await.unwrap().actions, ["key `alias/parapet-ml`: CreateAlias of key 1234abcd"]);
    finds_nothing_to_do(&account).await;
}

#[tokio::test(start_paused = true)]
async fn it_stops_with_one_clear_error() {
    let account = Account::empty();
    run(&account).await.unwrap();
    account.world.set(&key(), Facet::KeyState, State::KeyState(KeyState::Here(KeyStatus::Disabled)));
    insta::assert_snapshot!("disabled-key", run(&account).await.unwrap_err());
    insta::assert_snapshot!("taken-name", run(&Account::empty().with_taken(DATA_BUCKET)).await.unwrap_err());
    let denied = Account::empty();
    insta::assert_snapshot!(
        "denied",
        run(&FaultyWorld::new(&denied, Fault::Write("CreateBucket"), ErrorKind::Denied)).await.unwrap_err()
    );
}
