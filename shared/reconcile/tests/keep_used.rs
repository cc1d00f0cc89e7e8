//! What an operator has mended does not end what is used, unless he says so.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;

use std::collections::BTreeSet;

use account::Account;
use iam_policy::Document;
use parapet_core::{Identity, Outcome};
use parapet_guards::used::{Access, Call, Gathered, Summary, UsedBy};
use parapet_guards::{
    Facet, GuardName, IamEntity, MEMORY_VERSION, Memory, ORDER_VERSION, Order, Orders, Recorder, Remembered, Report,
    Resource, State, Trust, Uses, mend_key, on,
};
use parapet_reconcile::{Clock, Place, Run, mend};
use parapet_testkit::MemoryRecorder;
use parapet_testkit::fixtures::{NOW, home, role, standard};
use serde_json::{Value, json};

/// Who uses a role to make itself more powerful, and to read.
const ROLE: &str = "etl";

fn inline() -> Resource {
    on::InlinePolicy { entity: IamEntity::Role(ROLE.to_owned()), name: "work".to_owned() }.into()
}

fn document() -> State {
    let statement = json!([
        {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    ]);
    State::InlineDocument(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

/// A call of the role.
fn record(source: &str, name: &str, parameters: &Value) -> Value {
    json!({"eventSource": source, "eventName": name, "eventTime": "2026-11-23T12:00:00Z", "awsRegion": "us-east-1",
        "requestParameters": parameters, "userIdentity": {"type": "AssumedRole", "accountId": "111122223333",
        "arn": format!("arn:aws:sts::111122223333:assumed-role/{ROLE}/s"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{ROLE}"), "userName": ROLE}}}})
}

fn reads() -> Value {
    record("s3.amazonaws.com", "GetObject", &json!({"bucketName": "b", "key": "x"}))
}

fn writes_policies() -> Value {
    record("iam.amazonaws.com", "PutRolePolicy", &json!({"roleName": "other", "policyName": "p"}))
}

/// What becomes of an order, of the policy, and what the report says.
async fn ordered(seen: Option<&[Value]>, keep_used: bool) -> (Report, bool) {
    let account = Account::empty();
    let recorder = MemoryRecorder::new(&account.journal);
    account.world.set(&inline(), Facet::InlineDocument, document());
    // It was there before Parapet came.
    let before = Memory {
        version: MEMORY_VERSION,
        resource: inline(),
        arn: inline().arn(&home()),
        identity: Identity::default(),
        accepted_at: NOW - 1,
        standard: String::new(),
        was_compliant: false,
        facet: Facet::InlineDocument,
        remembered: Remembered::State(document().in_baseline().kept()),
    };
    assert!(recorder.remember(&before).await);
    if let Some(seen) = seen {
        let gathered = Gathered { objects: 1, complete_at: Some(NOW), ..Gathered::begin(NOW - 8 * 24 * 3_600) };
        recorder.keep_gathered(&gathered, None).await.unwrap();
        let mut summary = Summary::default();
        seen.iter().for_each(|record| summary.note(&Call::of(record, &home()).unwrap()));
        let principal = IamEntity::Role(ROLE.to_owned());
        assert!(recorder.keep_used(&UsedBy { principal, summary }).await);
    }
    let key = mend_key(&home(), "2026-11-23T14:00:00Z", "r-1", 0);
    let order = Order {
        version: ORDER_VERSION,
        ordered_at: NOW,
        operator: "arn:aws:iam::111122223333:user/jane".to_owned(),
        guard: GuardName::PolicyGuard,
        resources: vec![inline()],
        controls: BTreeSet::new(),
        keep_used,
    };
    assert!(recorder.keep_order(&key, &order).await);
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &account, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let report = mend(&place, run, &key).await.remove(0);
    let is_as_before = account.world.state(&inline(), Facet::InlineDocument) == Some(document());
    (report, is_as_before)
}

#[tokio::test(start_paused = true)]
async fn what_is_used_is_told_and_left() {
    let (report, is_as_before) = ordered(Some(&[reads(), writes_policies(), writes_policies()]), true).await;
    assert_eq!((report.outcome, is_as_before), (Outcome::Observed, true));
    let loses = report.loses.unwrap();
    assert_eq!((loses.seen, loses.lost, loses.unknown), (3, 2, 0), "{loses:?}");
    let detail = &report.findings[0].detail;
    let expected = "its repair would end 2 of 3 requests that were seen (iam:PutRolePolicy by role/etl, 2 times)";
    assert!(detail.contains(expected), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_used_is_cut_and_the_report_says_so() {
    let (report, is_as_before) = ordered(Some(&[reads()]), true).await;
    assert_eq!((report.outcome, is_as_before), (Outcome::Remediated, false));
    let loses = report.loses.unwrap();
    assert_eq!((loses.seen, loses.lost), (1, 0));
}

/// Who would keep nothing of what he uses is named.
#[tokio::test(start_paused = true)]
async fn a_principal_to_whom_nothing_is_left_is_named() {
    let (report, _) = ordered(Some(&[writes_policies()]), true).await;
    let detail = &report.findings[0].detail;
    assert!(detail.contains("nothing that was seen to be used would be left to role/etl"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn who_says_so_has_it_cut() {
    let (report, is_as_before) = ordered(Some(&[writes_policies()]), false).await;
    assert_eq!((report.outcome, is_as_before, report.loses.is_none()), (Outcome::Remediated, false, true));
}

/// Where nothing was read of what the trail delivers, nothing says that it is not used.
#[tokio::test(start_paused = true)]
async fn where_nothing_is_known_it_is_left() {
    let (report, is_as_before) = ordered(None, true).await;
    assert_eq!((report.outcome, is_as_before), (Outcome::Observed, true));
    let detail = &report.findings[0].detail;
    assert!(detail.contains("nothing of it was read yet"), "{detail}");
    let (report, is_as_before) = ordered(None, false).await;
    assert_eq!((report.outcome, is_as_before), (Outcome::Remediated, false));
}

/// Whoever comes from outside is counted for nobody: that nothing was seen of him says nothing.
#[tokio::test(start_paused = true)]
async fn what_lets_others_in_is_left() {
    let trust = |principal: &Value| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
        State::RoleTrust(Some(Trust::of(document)))
    };
    let outsiders = |principal: &Value| {
        let changed = Access::changed(&role(ROLE), &home(), &trust(principal), &State::RoleTrust(None));
        changed.iter().flat_map(|access| access.outsiders(&home())).collect::<Vec<_>>()
    };
    assert_eq!(outsiders(&json!({"AWS": "arn:aws:iam::444455556666:root"})), ["arn:aws:iam::444455556666:root"]);
    assert_eq!(outsiders(&json!({"Service": "ec2.amazonaws.com"})), ["ec2.amazonaws.com"]);
    assert_eq!(outsiders(&json!("*")), ["*"]);
    assert!(outsiders(&json!({"AWS": ["arn:aws:iam::111122223333:root", "111122223333"]})).is_empty());
}

/// An event of which no action is known may be the one that the repair ends.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_is_not_unused() {
    let odd = record("iam.amazonaws.com", "SomethingNew", &json!({}));
    let (report, is_as_before) = ordered(Some(&[odd]), true).await;
    assert_eq!((report.outcome, is_as_before), (Outcome::Observed, true));
    assert_eq!(report.loses.unwrap().unknown, 1);
}
