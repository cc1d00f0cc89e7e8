//! What a policy denies a guard for good: named, not tried again, and from outside of the account told once a day.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_core::ErrorKind;
use parapet_guards::{Facet, GuardName, PublicAccess, Report, State, Versioning};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::json;

const SCP: &str = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/parapet-encryption-guard/x is not authorized to perform: s3:X on resource: \
    \"arn:aws:s3:::b\" with an explicit deny in a service control policy: arn:aws:organizations::987654321098:policy/o-1/service_control_policy/p-1";
const RCP: &str = "AccessDenied: not authorized to perform: s3:X with an explicit deny in a resource control policy";
const BUCKET_POLICY: &str =
    "AccessDenied: not authorized to perform: s3:X with an explicit deny in a resource-based policy";
const BOUNDARY: &str = "AccessDenied: not authorized to perform: s3:X with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/b";
const OWN_POLICY: &str =
    "AccessDenied: not authorized to perform: s3:X with an explicit deny in an identity-based policy";
const LACKS: &str =
    "AccessDenied: not authorized to perform: s3:X because no identity-based policy allows the s3:X action";

/// The moment of the events.
const HAPPENED: &str = "2026-11-23T14:00:00Z";

struct Scene {
    journal: Journal,
    recorder: MemoryRecorder,
    versioning: Versioning,
}

impl Scene {
    fn new() -> Self {
        let journal = Journal::default();
        Self { recorder: MemoryRecorder::new(&journal), journal, versioning: Versioning::Off }
    }

    /// What the encryption guard says, so long after an event, where AWS says this of calls.
    async fn said(&self, event: &str, fault: Fault, message: &str, age: i64) -> Report {
        let world = FakeWorld::new(&self.journal)
            .with(&bucket("b"), Facet::BucketVersioning, State::BucketVersioning(self.versioning))
            .with(&bucket("b"), Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::default()));
        let world = FaultyWorld::new(&world, fault, ErrorKind::Denied).saying(message);
        let (standard, home) = (standard("buckets: {versioning: all}"), home());
        let place = Place { home: &home, standard: &standard, world: &world, recorder: &self.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW + age }, dry: false };
        let record = json!({"eventID": format!("e-{age}"), "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "eventTime": HAPPENED, "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": "b"}});
        handle(&place, run, &record).await
    }

    async fn look(&self, message: &str, age: i64) -> Report {
        self.said("PutBucketVersioning", Fault::LookAt(bucket("b")), message, age).await
    }

    async fn write(&self, message: &str, age: i64) -> Report {
        self.said("PutBucketVersioning", Fault::Write("Put"), message, age).await
    }
}

fn tells_of_access(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Access")
}

/// Nobody of the account can give it back: the first time it is an alarm, then it is known.
#[tokio::test(start_paused = true)]
async fn the_organization_is_told_once_a_day() {
    for (message, who) in [(SCP, "a service control policy"), (RCP, "a resource control policy")] {
        for is_write in [false, true] {
            let scene = Scene::new();
            let say = async |age: i64| {
                if is_write { scene.write(message, age).await } else { scene.look(message, age).await }
            };
            let first = say(1).await;
            assert_eq!((first.outcome.name(), first.retry, first.told_before), ("Blocked", false, false), "{first:?}");
            let why = first.outcome.why().unwrap();
            assert!(why.starts_with(who) && why.contains("management account"), "{why}");
            assert!(tells_of_access(&first), "{first:?}");
            let again = say(600).await;
            assert_eq!((again.outcome.name(), again.retry, again.told_before), ("Blocked", false, true), "{again:?}");
            assert!(!tells_of_access(&again), "{again:?}");
            // The next day.
            let later = say(24 * 3_600).await;
            assert!(!later.told_before && tells_of_access(&later), "{later:?}");
        }
    }
}

/// Another violation that the same policy keeps from being mended is news.
#[tokio::test(start_paused = true)]
async fn another_damage_is_told_again() {
    let scene = Scene::new();
    assert!(!scene.write(SCP, 1).await.told_before);
    assert!(scene.write(SCP, 2).await.told_before);
    let suspended = Scene { versioning: Versioning::Suspended, ..scene };
    assert!(!suspended.write(SCP, 3).await.told_before);
    let access = suspended.said("PutBucketPublicAccessBlock", Fault::Write("Put"), SCP, 4).await;
    assert_eq!((access.outcome.name(), access.told_before), ("Blocked", false));
}

/// Somebody of the account did that, maybe for what he did there: loud each time. Another guard may take it out, so that it is tried again at first, and
/// the last try leaves no dead letter.
#[tokio::test(start_paused = true)]
async fn the_accounts_own_policies_are_told_each_time() {
    for message in [BUCKET_POLICY, BOUNDARY, OWN_POLICY] {
        let scene = Scene::new();
        for (age, is_last) in [(1, false), (62, false), (185, true), (400, true)] {
            let (look, write) = (scene.look(message, age).await, scene.write(message, age).await);
            for (report, name) in [(&look, "Undetermined"), (&write, "Failed")] {
                let name = if is_last { "Blocked" } else { name };
                let told = (report.outcome.name(), report.retry, report.told_before);
                assert_eq!(told, (name, !is_last, false), "{message} after {age} s: {report:?}");
                assert!(tells_of_access(report), "{report:?}");
            }
        }
    }
}

/// A permission that the role lacks may come with the next deployment, or have been taken: as before.
#[tokio::test(start_paused = true)]
async fn what_the_role_lacks_is_tried_again() {
    for message in [LACKS, "AccessDenied: Access Denied"] {
        for age in [1, 400] {
            let (look, write) = (Scene::new().look(message, age).await, Scene::new().write(message, age).await);
            assert_eq!((look.outcome.name(), look.retry), ("Undetermined", true), "{message}");
            assert_eq!((write.outcome.name(), write.retry), ("Failed", true), "{message}");
        }
    }
}

/// A name that its owner chose to read like a phrase of AWS's makes nothing quiet.
#[tokio::test(start_paused = true)]
async fn a_name_does_not_speak_for_the_organization() {
    let scene = Scene::new();
    let named = format!("with an explicit deny in a service control policy {BUCKET_POLICY}");
    for _ in 0..2 {
        let report = scene.look(&named, 400).await;
        assert_eq!((report.outcome.name(), report.told_before), ("Blocked", false), "{report:?}");
    }
}

/// Of a look at every bucket, because the record names none, too: those that nobody is known to have changed are only looked at.
#[tokio::test(start_paused = true)]
async fn what_is_only_looked_at_is_told_once_too() {
    let scene = Scene::new();
    let mut told = Vec::new();
    for age in [1, 2] {
        let world = FakeWorld::new(&scene.journal)
            .with(&bucket("b"), Facet::BucketVersioning, State::BucketVersioning(Versioning::Off))
            .with(&bucket("c"), Facet::BucketVersioning, State::BucketVersioning(Versioning::Enabled));
        let world = FaultyWorld::new(&world, Fault::LookAt(bucket("b")), ErrorKind::Denied).saying(SCP);
        let (standard, home) = (standard("buckets: {versioning: all}"), home());
        let place = Place { home: &home, standard: &standard, world: &world, recorder: &scene.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: NOW + age }, dry: false };
        let record = json!({"eventID": "e", "eventSource": "s3.amazonaws.com", "eventName": "PutBucketVersioning", "awsRegion": "us-east-1",
            "eventTime": HAPPENED, "recipientAccountId": ACCOUNT, "requestParameters": null});
        let report = handle(&place, run, &record).await;
        told.push((report.outcome.name().to_owned(), report.told_before, tells_of_access(&report)));
    }
    assert_eq!(told, [("Blocked".to_owned(), false, true), ("Blocked".to_owned(), true, false)]);
}

/// Where nothing can be kept, it is told once too often.
#[tokio::test(start_paused = true)]
async fn without_a_store_it_is_told_each_time() {
    let journal = Journal::default();
    let scene = Scene { recorder: MemoryRecorder::read_only(&journal), journal, versioning: Versioning::Off };
    for _ in 0..2 {
        assert!(!scene.look(SCP, 1).await.told_before);
    }
}
