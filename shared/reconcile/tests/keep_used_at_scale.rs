//! What many principals use is read once for all repairs of an order, side by side, and no more of it than a function holds.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;

use std::collections::BTreeSet;

use account::Account;
use iam_policy::Document;
use parapet_core::Outcome;
use parapet_guards::used::{Call, Gathered, Summary, UsedBy};
use parapet_guards::{
    Facet, GuardName, IamEntity, ORDER_VERSION, Order, Orders, Report, Resource, State, Uses, mend_key, on,
};
use parapet_reconcile::{Clock, Place, Run, mend};
use parapet_testkit::MemoryRecorder;
use parapet_testkit::fixtures::{NOW, home, standard};
use serde_json::json;

/// As many as tell that the next repair reads nothing again.
const BUCKETS: usize = 8;

fn bucket(number: usize) -> Resource {
    on::Bucket { name: format!("b-{number}") }.into()
}

/// A role of the account may read, without TLS as well.
fn policy(number: usize) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/r-1"},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b-{number}/*")});
    State::BucketPolicy(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()))
}

/// What a role was seen to read: so many objects of a bucket, over TLS.
fn used_by(number: usize, objects: usize) -> UsedBy {
    let mut summary = Summary::default();
    for object in 0..objects {
        let record = json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventTime": "2026-11-23T12:00:00Z",
            "awsRegion": "us-east-1", "tlsDetails": {"tlsVersion": "TLSv1.3"},
            "requestParameters": {"bucketName": "b-1", "key": format!("{object:0>200}")},
            "userIdentity": {"type": "AssumedRole", "accountId": "111122223333",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/r-{number}/s"), "sessionContext": {"sessionIssuer":
            {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/r-{number}"), "userName": format!("r-{number}")}}}});
        summary.note(&Call::of(&record, &home()).unwrap());
    }
    UsedBy { principal: IamEntity::Role(format!("r-{number}")), summary }
}

/// What becomes of an order about some buckets, and how often it was asked what is used.
async fn ordered(used: impl Iterator<Item = UsedBy>) -> (Vec<Report>, MemoryRecorder) {
    let account = Account::empty();
    let recorder = MemoryRecorder::new(&account.journal);
    let gathered = Gathered { objects: 1, complete_at: Some(NOW), ..Gathered::begin(NOW - 8 * 24 * 3_600) };
    recorder.keep_gathered(&gathered, None).await.unwrap();
    for used in used {
        assert!(recorder.keep_used(&used).await);
    }
    for number in 0..BUCKETS {
        account.world.set(&bucket(number), Facet::BucketPolicy, policy(number));
    }
    let key = mend_key(&home(), "2026-11-23T14:00:00Z", "r-1", 0);
    let order = Order {
        version: ORDER_VERSION,
        ordered_at: NOW,
        operator: "arn:aws:iam::111122223333:user/jane".to_owned(),
        guard: GuardName::PolicyGuard,
        resources: (0..BUCKETS).map(bucket).collect(),
        controls: BTreeSet::new(),
        keep_used: true,
    };
    assert!(recorder.keep_order(&key, &order).await);
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &account, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let mut reports = mend(&place, run, &key).await;
    reports.truncate(BUCKETS);
    (reports, recorder)
}

#[tokio::test(start_paused = true)]
async fn five_thousand_principals_are_read_once_for_all_repairs_of_an_order() {
    const PRINCIPALS: usize = 5_000;
    let (reports, recorder) = ordered((0..PRINCIPALS).map(|number| used_by(number, 1))).await;
    // All of them were asked about each repair: those who read objects, of the one bucket in which they do.
    let seen: Vec<u64> = reports.iter().map(|report| report.loses.as_ref().unwrap().seen).collect();
    assert_eq!(seen, (0..BUCKETS).map(|bucket| if bucket == 1 { 5_000 } else { 0 }).collect::<Vec<_>>());
    let asked = recorder.asked_for_uses();
    assert_eq!((reports.len(), asked.listings(), asked.reads()), (BUCKETS, 5, PRINCIPALS));
    assert_eq!(asked.side_by_side(), 32);
}

/// Before any of it is read.
#[tokio::test(start_paused = true)]
async fn what_is_more_than_a_function_holds_is_told_with_the_way_out() {
    let full = used_by(1, 256);
    let many = (0..700).map(|number| UsedBy { principal: IamEntity::Role(format!("r-{number}")), ..full.clone() });
    let (reports, recorder) = ordered(many).await;
    for report in &reports {
        assert_eq!(report.outcome, Outcome::Observed);
        let detail = &report.findings[0].detail;
        assert!(detail.contains("what 700 of them use has more than 33554432 bytes"), "{detail}");
        assert!(detail.contains("--cut-used"), "{detail}");
    }
    let asked = recorder.asked_for_uses();
    assert_eq!((reports.len(), asked.listings(), asked.reads()), (BUCKETS, 1, 0));
}
