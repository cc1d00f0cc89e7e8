//! All guards on one bucket that refuses what S3 refuses: from any state, in any order of events, they come to rest, and none goes on
//! trying what the other keeps from being possible.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;
#[path = "../../guards/tests/generators/mod.rs"]
#[expect(dead_code, reason = "the laws of the guards use the rest")]
mod generators;

use account::Account;
use iam_policy::Document;
use parapet_guards::foundation::documents::tls_only_statement;
use parapet_guards::{
    Acl, AclGrant, Arns, Facet, Grantee, GuardName, LogTarget, ObjectLock, ObjectOwnership, Ownership, PublicAccess,
    Report, Resource, Retention, RetentionMode, State, Versioning, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::MemoryRecorder;
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, LOG_BUCKET, NOW, bucket, home, standard};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

/// Calls whose events the guards react to on a bucket.
const EVENTS: [&str; 10] = [
    "CreateBucket",
    "PutBucketAcl",
    "PutBucketOwnershipControls",
    "DeleteBucketOwnershipControls",
    "PutBucketVersioning",
    "PutBucketObjectLockConfiguration",
    "PutBucketPublicAccessBlock",
    "PutAccountPublicAccessBlock",
    "PutBucketPolicy",
    "PutBucketLogging",
];

/// The facets that AWS ties together.
const FACETS: [Facet; 9] = [
    Facet::BucketExistence,
    Facet::BucketOwnership,
    Facet::BucketAcl,
    Facet::BucketVersioning,
    Facet::BucketObjectLock,
    Facet::BucketLogging,
    Facet::BucketPublicAccess,
    Facet::AccountPublicAccess,
    Facet::BucketPolicy,
];

/// Lambda delivers an event that failed twice more.
const DELIVERIES: usize = 3;

struct Scene {
    account: Account,
    recorder: MemoryRecorder,
    changes: String,
}

/// A bucket in some state, and what else of the account counts for it.
#[derive(Clone, Debug)]
struct Bucket {
    setting: Option<ObjectOwnership>,
    acl: Acl,
    versioning: Versioning,
    public_access: PublicAccess,
    of_account: PublicAccess,
    lock: ObjectLock,
    /// That of the bucket that takes access logs.
    lock_of_logs: ObjectLock,
    logging: Option<LogTarget>,
    policy: Option<Document>,
}

impl Scene {
    fn of(resource: &Resource, seen: Bucket, changes: &str) -> Self {
        let account = Account::empty();
        let (logs, whole) = (bucket(ACCESS_LOG_BUCKET), Resource::Account(on::Account {}));
        account.world.set(&logs, Facet::BucketExistence, State::BucketExistence(true));
        account.world.set(&logs, Facet::BucketObjectLock, State::BucketObjectLock(seen.lock_of_logs));
        account.world.set(&whole, Facet::AccountPublicAccess, State::AccountPublicAccess(seen.of_account));
        let set = |facet, state| account.world.set(resource, facet, state);
        set(Facet::BucketExistence, State::BucketExistence(true));
        set(Facet::BucketOwnership, State::BucketOwnership(Ownership { setting: seen.setting, list: None }));
        set(Facet::BucketVersioning, State::BucketVersioning(seen.versioning));
        set(Facet::BucketPublicAccess, State::BucketPublicAccess(seen.public_access));
        set(Facet::BucketObjectLock, State::BucketObjectLock(seen.lock));
        set(Facet::BucketAcl, State::BucketAcl(seen.acl));
        set(Facet::BucketLogging, State::BucketLogging(seen.logging));
        set(Facet::BucketPolicy, State::BucketPolicy(seen.policy));
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

/// Everything as it has to be, but for what takes no statement of the standard's.
fn usual() -> Bucket {
    Bucket {
        setting: Some(ObjectOwnership::BucketOwnerEnforced),
        acl: Acl { owner: "owner".to_owned(), grants: Vec::new() },
        versioning: Versioning::Enabled,
        public_access: PublicAccess::BLOCKED,
        of_account: PublicAccess::BLOCKED,
        lock: ObjectLock::default(),
        lock_of_logs: ObjectLock::default(),
        logging: None,
        policy: None,
    }
}

fn writer_owns(acl: Acl) -> Bucket {
    Bucket { setting: Some(ObjectOwnership::ObjectWriter), acl, ..usual() }
}

fn locked() -> ObjectLock {
    let retention = Some(Retention { mode: RetentionMode::Governance, days: 1 });
    ObjectLock { retention, event_hold_days: None }
}

fn everyone() -> AclGrant {
    let grantee = Grantee::Group("http://acs.amazonaws.com/groups/global/AllUsers".to_owned());
    AclGrant { grantee, permission: "READ".to_owned() }
}

fn stranger() -> AclGrant {
    AclGrant { grantee: Grantee::Account("c0ffee".to_owned()), permission: "READ".to_owned() }
}

fn listing(grants: Vec<AclGrant>) -> Acl {
    Acl { owner: "owner".to_owned(), grants }
}

fn allows(principal: Value, action: &str) -> Value {
    let resource = home().bucket_arn("images");
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": [resource, format!("{resource}/*")]})
}

fn policy(statements: Vec<Value>) -> Option<Document> {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    (!statements.is_empty()).then(|| Document::from_value(document).unwrap())
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// What CDK, CloudFormation's samples and AWS's own remediations make for access logs: nothing is refused, nothing is tried again.
#[test]
fn a_bucket_that_takes_logs_by_its_list_is_left_in_peace() {
    for event in EVENTS {
        let seen = writer_owns(log_delivery());
        let logs = bucket("access-logs");
        let scene = Scene::of(&logs, seen, "");
        let reports = block_on(scene.event(event, 1, &logs, false));
        assert_eq!(scene.account.journal.refusals(), 0, "{event}");
        assert!(reports.iter().all(|report| !report.retry), "{event}: {reports:?}");
        let setting = scene.account.world.state(&logs, Facet::BucketOwnership);
        assert_eq!(setting, Some(State::BucketOwnership(ObjectOwnership::ObjectWriter.into())));
        assert_eq!(scene.account.world.state(&logs, Facet::BucketAcl), Some(State::BucketAcl(log_delivery())));
    }
}

/// Of its own bucket the group is not needed: the list goes first, then lists altogether, whoever is told first.
#[test]
fn a_list_that_has_to_go_goes_before_lists_do() {
    for (name, is_policy_first) in [(ACCESS_LOG_BUCKET, true), (ACCESS_LOG_BUCKET, false), (DATA_BUCKET, false)] {
        let scene = Scene::of(&bucket(name), writer_owns(log_delivery()), "");
        let reports = block_on(scene.event("PutBucketOwnershipControls", 1, &bucket(name), is_policy_first));
        assert!(reports.iter().all(|report| !report.retry), "{reports:?}");
        let setting = scene.account.world.state(&bucket(name), Facet::BucketOwnership);
        assert_eq!(setting, Some(State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into())));
    }
}

/// What the list was in the way of follows as soon as that is empty.
#[test]
fn lists_go_once_the_list_lets_nobody_in() {
    let logs = bucket("access-logs");
    let scene = Scene::of(&logs, writer_owns(log_delivery()), "");
    block_on(scene.event("PutBucketOwnershipControls", 1, &logs, false));
    scene.account.world.set(&logs, Facet::BucketAcl, State::BucketAcl(listing(Vec::new())));
    block_on(scene.event("PutBucketAcl", 2, &logs, false));
    let setting = scene.account.world.state(&logs, Facet::BucketOwnership);
    assert_eq!(setting, Some(State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into())));
}

/// A policy that was accepted while the standard observed, on an event that lets in a stranger, too, after it enforces.
fn rewritten(block: PublicAccess, changes: &str) -> (Scene, Report) {
    rewritten_with(allows(json!("*"), "s3:GetObject"), block, changes)
}

fn rewritten_with(open: Value, block: PublicAccess, changes: &str) -> (Scene, Report) {
    let images = bucket("images");
    let own = || allows(json!({"AWS": OWN}), "s3:PutObject");
    let stranger = allows(json!({"AWS": "arn:aws:iam::999988887777:root"}), "s3:DeleteObject");
    let with_stranger = policy(vec![open.clone(), own(), stranger]);
    let open = policy(vec![open, own()]);
    let seen = Bucket { public_access: block, of_account: PublicAccess::default(), policy: open, ..usual() };
    let observing = "controls: {S3.PublicPolicy: observe, S3.ForeignPolicy: observe, S3.TlsOnly: observe}";
    let mut scene = Scene::of(&images, seen, observing);
    block_on(scene.event("PutBucketPolicy", 1, &images, true));
    assert!(scene.recorder.memory(&images, Facet::BucketPolicy).is_some(), "it is accepted");
    changes.clone_into(&mut scene.changes);
    scene.account.world.set(&images, Facet::BucketPolicy, State::BucketPolicy(with_stranger));
    let report = block_on(scene.event("PutBucketPolicy", 2, &images, true)).pop().unwrap();
    (scene, report)
}

const OWN: &str = "arn:aws:iam::111122223333:role/app";

fn written(scene: &Scene) -> String {
    match scene.account.world.state(&bucket("images"), Facet::BucketPolicy) {
        Some(State::BucketPolicy(Some(document))) => document.to_json(),
        other => format!("{other:?}"),
    }
}

/// Nobody from elsewhere comes in by it while public access is blocked: it goes with the policy that has to be written anyway.
#[test]
fn an_old_open_statement_goes_where_s3_takes_no_policy_with_it() {
    let (scene, report) = rewritten(PublicAccess::BLOCKED, "");
    assert_eq!(report.outcome.name(), "Remediated", "{report:?}");
    assert_eq!(scene.account.journal.refusals(), 0);
    let policy = written(&scene);
    assert!(policy.contains(OWN), "{policy}");
    assert!(!policy.contains("s3:GetObject") && !policy.contains("s3:DeleteObject"), "{policy}");
    let told = report.findings.iter().any(|finding| finding.detail.contains("S3 takes no policy"));
    assert!(told, "{:?}", report.findings);
}

/// What has a condition may be public to S3 or not. A partner by its organization is not, and stays.
#[test]
fn an_old_statement_for_a_partner_stays() {
    let mut partner = allows(json!("*"), "s3:GetObject");
    partner["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-partner"}});
    let (scene, report) = rewritten_with(partner, PublicAccess::BLOCKED, "");
    let policy = written(&scene);
    assert!(policy.contains("o-partner"), "{policy} {report:?}");
}

/// It works, and is accepted: nothing is written that S3 refuses, and nothing is taken.
#[test]
fn an_old_open_statement_that_works_stays_and_is_told() {
    let block = PublicAccess { restrict_public_buckets: false, ..PublicAccess::BLOCKED };
    let (scene, report) =
        rewritten(block, "controls: {S3.PublicAccessBlock: observe, S3.AccountPublicAccessBlock: observe}");
    assert_eq!(report.outcome.name(), "Unresolved", "{report:?}");
    assert!(!report.retry && scene.account.journal.refusals() == 0, "{:?}", scene.account.journal.lines());
    assert!(written(&scene).contains("s3:GetObject"));
}

#[test]
fn an_old_open_statement_stays_where_nothing_blocks_it() {
    let (scene, report) = rewritten(
        PublicAccess::default(),
        "controls: {S3.PublicAccessBlock: observe, S3.AccountPublicAccessBlock: observe}",
    );
    assert_eq!(report.outcome.name(), "Remediated", "{report:?}");
    let policy = written(&scene);
    assert!(!policy.contains("s3:DeleteObject") && policy.contains("s3:GetObject"), "{policy}");
}

/// It goes where S3 takes no list with it and ignores it; where it counts, nothing is written that S3 refuses.
#[test]
fn an_observed_grant_to_everyone_is_in_nobodys_way() {
    let ignored = PublicAccess::BLOCKED;
    let counted = PublicAccess { ignore_public_acls: false, ..ignored };
    for (block, left, outcome) in [
        (ignored, vec![], "Remediated"),
        (counted, vec![everyone(), stranger()], "Unresolved"),
        (PublicAccess::default(), vec![everyone()], "Remediated"),
    ] {
        let images = bucket("images");
        let of_account = PublicAccess::default();
        let seen = Bucket { public_access: block, of_account, ..writer_owns(listing(vec![everyone(), stranger()])) };
        let scene = Scene::of(&images, seen, "controls: {S3.PublicAcl: observe, S3.PublicAccessBlock: observe}");
        let reports = block_on(scene.event("PutBucketAcl", 1, &images, true));
        let report = reports.last().unwrap();
        assert_eq!((report.outcome.name(), report.retry), (outcome, false), "{report:?}");
        assert_eq!(scene.account.journal.refusals(), 0);
        assert_eq!(scene.account.world.state(&images, Facet::BucketAcl), Some(State::BucketAcl(listing(left))));
    }
}

/// Without versioning there is no lock; once somebody turns that on, there is.
#[test]
fn a_lock_waits_for_versioning() {
    let logs = bucket(LOG_BUCKET);
    let seen = Bucket { versioning: Versioning::Off, ..usual() };
    let scene = Scene::of(&logs, seen, "controls: {S3.Versioning: observe}");
    for event in ["PutBucketObjectLockConfiguration", "CreateBucket", "PutBucketVersioning"] {
        let reports = block_on(scene.event(event, 1, &logs, false));
        assert_eq!((reports[0].outcome.name(), reports[0].retry), ("Unresolved", false), "{event}: {reports:?}");
        assert_eq!(scene.account.journal.refusals(), 0);
    }
    scene.account.world.set(&logs, Facet::BucketVersioning, State::BucketVersioning(Versioning::Enabled));
    block_on(scene.event("PutBucketVersioning", 2, &logs, false));
    let lock = scene.account.world.state(&logs, Facet::BucketObjectLock);
    assert_ne!(lock, Some(State::BucketObjectLock(ObjectLock::default())));
}

/// Both are of one guard: what one event shows is enough.
#[test]
fn a_lock_follows_versioning() {
    let logs = bucket(LOG_BUCKET);
    let scene = Scene::of(&logs, Bucket { versioning: Versioning::Off, ..usual() }, "");
    block_on(scene.event("PutBucketObjectLockConfiguration", 1, &logs, false));
    block_on(scene.event("PutBucketVersioning", 2, &logs, false));
    assert_eq!(scene.account.journal.refusals(), 0);
    let lock = scene.account.world.state(&logs, Facet::BucketObjectLock);
    assert_ne!(lock, Some(State::BucketObjectLock(ObjectLock::default())));
}

#[test]
fn logs_are_not_sent_to_a_bucket_that_takes_none() {
    let data = bucket(DATA_BUCKET);
    let scene = Scene::of(&data, Bucket { lock_of_logs: locked(), ..usual() }, "");
    let reports = block_on(scene.event("PutBucketLogging", 1, &data, false));
    assert_eq!((reports[0].outcome.name(), reports[0].retry), ("Unresolved", false), "{reports:?}");
    assert_eq!(scene.account.journal.writes(), 0);
}

fn buckets() -> impl Strategy<Value = Bucket> {
    let setting = select(vec![
        None,
        Some(ObjectOwnership::BucketOwnerEnforced),
        Some(ObjectOwnership::BucketOwnerPreferred),
        Some(ObjectOwnership::ObjectWriter),
    ]);
    let acl = prop_oneof![generators::buckets::acl(), Just(log_delivery())];
    let lock = || prop_oneof![Just(ObjectLock::default()), generators::settings::object_lock()];
    let block = || prop_oneof![Just(PublicAccess::BLOCKED), generators::settings::public_access()];
    let statements = vec![
        allows(json!("*"), "s3:GetObject"),
        allows(json!({"AWS": "*"}), "s3:ListBucket"),
        allows(json!({"AWS": "arn:aws:iam::444455556666:root"}), "s3:GetObject"),
        allows(json!({"AWS": OWN}), "s3:PutObject"),
        tls_only_statement(&home().bucket_arn("images")),
    ];
    let policy = subsequence(statements, 0..=5).prop_map(policy);
    let logging = option::of(generators::settings::log_target());
    ((setting, acl, generators::settings::versioning()), (block(), block()), (lock(), lock()), (logging, policy))
        .prop_map(
            |((setting, acl, versioning), (public_access, of_account), (lock, lock_of_logs), (logging, policy))| {
                // Object Lock turns versioning on for good.
                let versioning = if lock == ObjectLock::default() { versioning } else { Versioning::Enabled };
                Bucket { setting, acl, versioning, public_access, of_account, lock, lock_of_logs, logging, policy }
            },
        )
}

/// Each control of these facets in any mode.
fn standards() -> impl Strategy<Value = String> {
    let controls: Vec<&str> =
        FACETS.iter().flat_map(|facet| facet.controls()).map(|control| control.as_str()).collect();
    let modes = vec(prop_oneof![2 => Just("enforce"), 1 => Just("observe"), 1 => Just("off")], controls.len());
    modes.prop_map(move |modes| {
        let rows: Vec<String> =
            controls.iter().zip(modes).map(|(control, mode)| format!("{control}: {mode}")).collect();
        format!("controls: {{{}}}", rows.join(", "))
    })
}

/// `before`: the standard by which the bucket was looked at first.
async fn come_to_rest(
    name: &str,
    seen: Bucket,
    before: String,
    changes: String,
    events: Vec<(&'static str, bool)>,
) -> TestCaseResult {
    let resource = bucket(name);
    let mut scene = Scene::of(&resource, seen, &before);
    let mut number = 0;
    for (event, is_policy_first) in [("CreateBucket", false)].into_iter().chain(events) {
        number += 1;
        for report in scene.event(event, number, &resource, is_policy_first).await {
            prop_assert!(!report.retry, "a dead letter: {report:?}");
        }
        scene.changes.clone_from(&changes);
    }
    // What is right is left alone from then on, and what cannot be made right is not tried.
    // Twice, because what the last event mends can decide about what the first one led to: a list that S3 refuses is taken once the
    // account ignores it.
    for event in EVENTS.into_iter().chain(EVENTS) {
        number += 1;
        scene.event(event, number, &resource, false).await;
    }
    scene.account.journal.clear();
    for event in EVENTS {
        number += 1;
        for report in scene.event(event, number, &resource, true).await {
            prop_assert!(!report.retry && report.outcome.name() != "Failed", "{report:?}");
        }
    }
    let tried = (scene.account.journal.writes(), scene.account.journal.refusals());
    prop_assert_eq!(tried, (0, 0), "{:?}", scene.account.journal.lines());
    Ok(())
}

proptest! {
    #[test]
    fn the_guards_come_to_rest(
        name in select(vec![DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, "images"]),
        seen in buckets(),
        before in standards(),
        changes in standards(),
        events in vec((select(EVENTS.to_vec()), any::<bool>()), 1..4),
    ) {
        block_on(come_to_rest(name, seen, before, changes, events))?;
    }
}
