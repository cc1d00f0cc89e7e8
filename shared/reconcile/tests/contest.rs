//! Who undoes a repair each day: told once in the window, with who he is and what would end it.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_guards::{Facet, GuardName, Report, State, Versioning};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

/// 2026-11-26T02:00:00Z, with which a span of seven days begins.
const FIRST_NIGHT: i64 = 1_795_658_400;
const DAY: i64 = 86_400;
const DEPLOYER: &str = "arn:aws:sts::111122223333:assumed-role/deployer/cloudformation";

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
    changes: &'static str,
}

fn scene(changes: &'static str) -> Scene {
    let journal = Journal::default();
    Scene { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), changes }
}

impl Scene {
    /// Somebody suspends versioning of a bucket at a moment.
    async fn suspended(&self, name: &str, at: i64) -> Report {
        self.world.set(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended));
        let (standard, home) = (standard(self.changes), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let clock = Clock { now: at };
        let run = Run { guard: GuardName::EncryptionGuard, clock, dry: false };
        let record = json!({"eventID": format!("e-{at}"), "eventSource": "s3.amazonaws.com", "eventName": "PutBucketVersioning",
            "awsRegion": "us-east-1", "eventTime": clock.timestamp(), "recipientAccountId": ACCOUNT,
            "sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com",
            "userIdentity": {"type": "AssumedRole", "arn": DEPLOYER, "invokedBy": "cloudformation.amazonaws.com"},
            "requestParameters": {"bucketName": name, "tags": [{"key": "aws:cloudformation:stack-name", "value": "shop"}]}});
        handle(&place, run, &record).await
    }
}

fn told(report: &Report) -> (&str, bool, Option<u32>) {
    (report.outcome.name(), report.told_before, report.contest.as_ref().map(|contest| contest.days))
}

/// Twenty in an hour is never reached by one that comes each night.
#[tokio::test(start_paused = true)]
async fn each_night_is_a_contest() {
    let scene = scene("");
    let night = async |number: i64| scene.suspended("b", FIRST_NIGHT + number * DAY).await;
    assert_eq!(told(&night(0).await), ("Remediated", false, None));
    assert_eq!(told(&night(1).await), ("Remediated", false, None));
    let report = night(2).await;
    assert_eq!(told(&report), ("Contested", false, Some(3)));
    let contest = report.contest.unwrap();
    assert_eq!((contest.actor.as_str(), contest.stack.as_deref()), (DEPLOYER, Some("shop")));
    assert_eq!(
        (contest.source.as_str(), contest.user_agent.as_str()),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com")
    );
    assert_eq!(contest.to_end_it, [r#"versioning: "suspended" -> "enabled""#]);
    assert_eq!(report.actions, ["PutBucketVersioning Enabled"], "nothing is excused by it");
}

/// Once in seven days it is an alarm, of each resource.
#[tokio::test(start_paused = true)]
async fn a_slow_contest_is_told_once_in_its_window() {
    let scene = scene("");
    let mut alarms = Vec::new();
    for number in 0..16 {
        let report = scene.suspended("b", FIRST_NIGHT + number * DAY).await;
        if report.outcome.is_alarming() && !report.told_before {
            alarms.push(number);
        }
        assert_eq!(
            (report.outcome.name() == "Contested", report.actions.len()),
            (number >= 2, 1),
            "{number}: {report:?}"
        );
    }
    assert_eq!(alarms, [2, 7, 14]);
    for number in 13..15 {
        assert!(!scene.suspended("other", FIRST_NIGHT + number * DAY).await.told_before);
    }
    assert_eq!(told(&scene.suspended("other", FIRST_NIGHT + 15 * DAY).await), ("Contested", false, Some(3)));
}

/// Several in a day are one day, and what is longer ago than the window is none.
#[tokio::test(start_paused = true)]
async fn days_are_counted_and_not_repairs() {
    let one_day = scene("");
    for minute in 0..6 {
        assert_eq!(told(&one_day.suspended("b", FIRST_NIGHT + minute * 60).await), ("Remediated", false, None));
    }
    let seldom = scene("");
    for week in 0..4 {
        assert_eq!(
            told(&seldom.suspended("b", FIRST_NIGHT + week * 4 * DAY).await),
            ("Remediated", false, None),
            "{week}"
        );
    }
}

/// What comes fast is told each time, whatever was told of it slowly.
#[tokio::test(start_paused = true)]
async fn a_fast_contest_is_told_each_time() {
    let scene = scene("contest: {repairs: 4, window_minutes: 60, slow: {repairs: 2, days: 2}}");
    let mut reports = Vec::new();
    for at in [0, DAY, DAY + 60, DAY + 120, DAY + 180, DAY + 240] {
        reports.push(scene.suspended("b", FIRST_NIGHT + at).await);
    }
    let told: Vec<_> = reports.iter().map(|report| (report.outcome.name(), report.told_before)).collect();
    let slow_again = ("Contested", true);
    assert_eq!(
        told,
        [
            ("Remediated", false),
            ("Contested", false),
            slow_again,
            slow_again,
            ("Contested", false),
            ("Contested", false)
        ]
    );
    assert_eq!(serde_json::to_value(reports.last().unwrap()).unwrap()["contest"]["stack"], Value::from("shop"));
}
