//! All guards on one bucket that refuses what S3 refuses: from any state, in any order of events, they come to rest, and none goes on
//! trying what the other keeps from being possible.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;
#[path = "../../guards/tests/generators/mod.rs"]
#[expect(dead_code, reason = "the laws of the guards use the rest")]
mod generators;

use account::Account;
use parapet_guards::{
    Acl, AclGrant, Facet, Grantee, GuardName, ObjectLock, ObjectOwnership, Ownership, PublicAccess, Report, Resource,
    State, Versioning, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::MemoryRecorder;
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, LOG_BUCKET, NOW, bucket, home, standard};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;
use serde_json::json;

/// Calls whose events the guards react to on a bucket.
const EVENTS: [&str; 6] = [
    "CreateBucket",
    "PutBucketAcl",
    "PutBucketOwnershipControls",
    "DeleteBucketOwnershipControls",
    "PutBucketVersioning",
    "PutBucketObjectLockConfiguration",
];

/// Lambda delivers an event that failed twice more.
const DELIVERIES: usize = 3;

struct Scene {
    account: Account,
    recorder: MemoryRecorder,
    changes: String,
}

/// A bucket in some state.
#[derive(Clone, Debug)]
struct Bucket {
    setting: Option<ObjectOwnership>,
    acl: Acl,
    versioning: Versioning,
    public_access: PublicAccess,
    lock: ObjectLock,
}

impl Scene {
    fn of(resource: &Resource, seen: Bucket, changes: &str) -> Self {
        let account = Account::empty();
        let set = |facet, state| account.world.set(resource, facet, state);
        set(Facet::BucketExistence, State::BucketExistence(true));
        set(Facet::BucketOwnership, State::BucketOwnership(Ownership { setting: seen.setting, list: None }));
        set(Facet::BucketVersioning, State::BucketVersioning(seen.versioning));
        set(Facet::BucketPublicAccess, State::BucketPublicAccess(seen.public_access));
        set(Facet::BucketObjectLock, State::BucketObjectLock(seen.lock));
        set(Facet::BucketAcl, State::BucketAcl(seen.acl));
        Self { recorder: MemoryRecorder::new(&account.journal), account, changes: changes.to_owned() }
    }

    /// One event reaches both guards, as often as Lambda delivers it to each. The reports of the last deliveries.
    async fn event(&self, name: &str, number: usize, resource: &Resource, is_policy_first: bool) -> Vec<Report> {
        let (standard, home) = (standard(&self.changes), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let Resource::Bucket(on::Bucket { name: bucket }) = resource else { unreachable!() };
        let record = json!({"eventID": format!("e-{number}"), "eventName": name, "eventSource": "s3.amazonaws.com",
            "recipientAccountId": home.account, "awsRegion": home.region, "requestParameters": {"bucketName": bucket}});
        let (mut encryption, mut policy) = (None, None);
        for _ in 0..DELIVERIES {
            for is_policy in [is_policy_first, !is_policy_first] {
                let last = if is_policy { &mut policy } else { &mut encryption };
                if last.as_ref().is_some_and(|report: &Report| !report.retry) {
                    continue;
                }
                let guard = if is_policy { GuardName::PolicyGuard } else { GuardName::EncryptionGuard };
                let run = Run { guard, clock: Clock { now: NOW }, dry: false };
                *last = Some(handle(&place, run, &record).await);
            }
        }
        [encryption, policy].into_iter().flatten().collect()
    }
}

fn log_delivery() -> Acl {
    let writes = AclGrant {
        grantee: Grantee::Group("http://acs.amazonaws.com/groups/s3/LogDelivery".to_owned()),
        permission: "WRITE".to_owned(),
    };
    Acl { owner: "owner".to_owned(), grants: vec![writes] }
}

fn usual(setting: ObjectOwnership, acl: Acl) -> Bucket {
    let setting = Some(setting);
    let (public_access, lock) = (PublicAccess::BLOCKED, ObjectLock::default());
    Bucket { setting, acl, versioning: Versioning::Enabled, public_access, lock }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// What CDK, CloudFormation's samples and AWS's own remediations make for access logs: nothing is refused, nothing is tried again.
#[test]
fn a_bucket_that_takes_logs_by_its_list_is_left_in_peace() {
    for event in EVENTS {
        let seen = usual(ObjectOwnership::ObjectWriter, log_delivery());
        let logs = bucket("access-logs");
        let scene = Scene::of(&logs, seen, "");
        let reports = block_on(scene.event(event, 1, &logs, false));
        assert_eq!(scene.account.journal.writes(), 0, "{event}");
        assert!(reports.iter().all(|report| !report.retry), "{event}: {reports:?}");
        assert_eq!(scene.account.world.state(&logs, Facet::BucketAcl), Some(State::BucketAcl(log_delivery())));
    }
}

/// Of its own bucket the group is not needed: the list goes first, then lists altogether, whoever is told first.
#[test]
fn a_list_that_has_to_go_goes_before_lists_do() {
    for (name, is_policy_first) in [(ACCESS_LOG_BUCKET, true), (ACCESS_LOG_BUCKET, false), (DATA_BUCKET, false)] {
        let seen = usual(ObjectOwnership::ObjectWriter, log_delivery());
        let scene = Scene::of(&bucket(name), seen, "");
        let reports = block_on(scene.event("PutBucketOwnershipControls", 1, &bucket(name), is_policy_first));
        assert!(reports.iter().all(|report| !report.retry), "{reports:?}");
        let setting = scene.account.world.state(&bucket(name), Facet::BucketOwnership);
        assert_eq!(setting, Some(State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into())));
    }
}

fn buckets() -> impl Strategy<Value = Bucket> {
    let setting = select(vec![
        None,
        Some(ObjectOwnership::BucketOwnerEnforced),
        Some(ObjectOwnership::BucketOwnerPreferred),
        Some(ObjectOwnership::ObjectWriter),
    ]);
    let versioning = select(vec![Versioning::Off, Versioning::Suspended, Versioning::Enabled]);
    let acl = prop_oneof![generators::buckets::acl(), Just(log_delivery())];
    (setting, acl, versioning, generators::settings::public_access()).prop_map(
        |(setting, acl, versioning, public_access)| Bucket {
            setting,
            acl,
            versioning,
            public_access,
            lock: ObjectLock::default(),
        },
    )
}

fn standards() -> impl Strategy<Value = String> {
    let modes = select(vec!["enforce", "observe", "off"]);
    (modes.clone(), modes.clone(), modes).prop_map(|(public, foreign, ownership)| {
        format!("controls: {{S3.PublicAcl: {public}, S3.ForeignAcl: {foreign}, S3.Ownership: {ownership}}}")
    })
}

async fn come_to_rest(name: &str, seen: Bucket, changes: String, events: Vec<(&'static str, bool)>) -> TestCaseResult {
    let resource = bucket(name);
    let scene = Scene::of(&resource, seen, &changes);
    let mut number = 0;
    for (event, is_policy_first) in events {
        number += 1;
        for report in scene.event(event, number, &resource, is_policy_first).await {
            prop_assert!(!report.retry, "a dead letter: {report:?}");
        }
    }
    // What is right is left alone from then on, and what cannot be made right is not tried.
    for event in EVENTS {
        number += 1;
        scene.event(event, number, &resource, false).await;
    }
    scene.account.journal.clear();
    for event in EVENTS {
        number += 1;
        scene.event(event, number, &resource, true).await;
    }
    prop_assert_eq!(scene.account.journal.writes(), 0, "{:?}", scene.account.journal.lines());
    Ok(())
}

proptest! {
    #[test]
    fn the_guards_come_to_rest(
        name in select(vec![DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, "access-logs"]),
        seen in buckets(),
        changes in standards(),
        events in proptest::collection::vec((select(EVENTS.to_vec()), any::<bool>()), 1..4),
    ) {
        block_on(come_to_rest(name, seen, changes, events))?;
    }
}
