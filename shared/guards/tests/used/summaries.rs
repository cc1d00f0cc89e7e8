//! What is kept of one principal.

use std::collections::BTreeSet;

use parapet_guards::used::{KEPT_SECONDS, MAX_ACTIONS, MAX_USES_A_PRINCIPAL, MAX_USES_AN_ACTION, Summary, What};
use serde_json::{Value, json};

use super::{NOW_SECONDS, call, record, with};

fn read(key: &str) -> Value {
    record("s3", "GetObject", json!({"bucketName": "b", "key": key}))
}

fn summary(records: &[Value]) -> Summary {
    let mut summary = Summary::default();
    records.iter().for_each(|record| summary.note(&call(record)));
    summary
}

fn uses(summary: &Summary) -> usize {
    summary.used.values().map(|used| used.uses.len()).sum()
}

#[test]
fn what_is_alike_is_one_use() {
    let later = with(read("x"), json!({"eventTime": "2026-11-24T00:00:00Z", "eventID": "f"}));
    let elsewhere = with(read("x"), json!({"sourceIPAddress": "203.0.113.10"}));
    let found = summary(&[read("x"), later, read("x"), elsewhere, read("y")]);
    assert_eq!((uses(&found), found.seen()), (3, 5));
    let first = found.used.values().next().unwrap().uses.values().next().unwrap();
    assert_eq!((first.count, first.last), (3, NOW_SECONDS + 10 * 60 * 60));
}

/// As it lies in the store: later versions read it.
#[test]
fn it_is_kept_as_a_document() {
    let unknown = record("dynamodb", "ExecuteStatement", json!({}));
    let found = summary(&[read("x"), unknown]);
    let expected = json!({
        "version": 1,
        "arn": "arn:aws:iam::111122223333:role/team/app",
        "used": {
            "dynamodb.amazonaws.com:ExecuteStatement": {"uses": [{
                "from": {"ip": "203.0.113.9", "region": "eu-central-1", "mfa": "not-shown", "direct": true},
                "count": 1, "last": NOW_SECONDS
            }]},
            "s3:GetObject": {"uses": [{
                "resource": "arn:aws:s3:::b/x",
                "from": {"ip": "203.0.113.9", "region": "eu-central-1", "mfa": "not-shown", "direct": true},
                "count": 1, "last": NOW_SECONDS
            }]}
        }
    });
    assert_eq!(serde_json::to_value(&found).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Summary>(expected.clone()).unwrap(), found);
    let newer = with(expected.clone(), json!({"version": 2}));
    let why = serde_json::from_value::<Summary>(newer).unwrap_err().to_string();
    assert!(why.contains("install the newer one"), "{why}");
    assert!(serde_json::from_value::<Summary>(with(expected, json!({"used": {"x": {}}}))).is_err());
}

#[test]
fn two_are_merged() {
    let mut found = summary(&[read("x"), read("y")]);
    found.merge(&summary(&[read("x"), read("z")]));
    assert_eq!((uses(&found), found.seen()), (3, 4));
    let mut nothing = Summary::default();
    nothing.merge(&found);
    assert_eq!(nothing, found);
    found.merge(&Summary::default());
    assert_eq!(nothing, found);
}

#[test]
fn what_is_old_is_forgotten() {
    let old = with(read("old"), json!({"eventTime": "2026-08-01T00:00:00Z"}));
    let mut found = summary(&[old, read("x")]);
    found.expire(NOW_SECONDS + KEPT_SECONDS);
    assert_eq!((uses(&found), found.seen()), (1, 1), "what is as old as that is kept");
    found.expire(NOW_SECONDS + KEPT_SECONDS + 1);
    assert!(found.used.is_empty() && found.seen() == 0);
    // Nothing is kept for ever by a date.
    let mut odd = summary(&[with(read("x"), json!({"eventTime": "2999-01-01T00:00:00Z"}))]);
    odd.expire(NOW_SECONDS);
    odd.expire(NOW_SECONDS + KEPT_SECONDS + 1);
    assert_eq!(odd.seen(), 0);
}

/// Whatever an intruder sends, what was there stays, and what finds no room is known to be there.
#[test]
fn a_flood_takes_no_room_and_pushes_nothing_out() {
    let mut found = summary(&[read("used"), record("iam", "ListRoles", json!({}))]);
    let before = found.clone();
    for number in 0..20_000 {
        found.note(&call(&read(&format!("flood/{number}"))));
    }
    assert_eq!(found.seen(), 20_002);
    assert!(uses(&found) <= 2 * MAX_USES_AN_ACTION + 1, "{}", uses(&found));
    for (what, used) in &before.used {
        assert!(used.uses.iter().all(|(place, seen)| found.used[what].uses.get(place) == Some(seen)), "{what}");
    }
    let of = |found: &Summary| found.used[&What::Action("s3:GetObject".to_owned())].rest.count;
    assert!(of(&found) > 19_000, "it is told how many are not told apart");
    // Other actions have room still.
    found.note(&call(&record("s3", "PutObject", json!({"bucketName": "b", "key": "x"}))));
    assert_eq!(found.used[&What::Action("s3:PutObject".to_owned())].uses.len(), 1);
}

/// From anywhere: then at least on what.
#[test]
fn origins_are_told_apart_before_resources_are_not() {
    let mut found = Summary::default();
    for number in 0..3_000_u32 {
        let ip = format!("198.51.{}.{}", number / 250, number % 250);
        found.note(&call(&with(read("x"), json!({"sourceIPAddress": ip}))));
    }
    let used = &found.used[&What::Action("s3:GetObject".to_owned())];
    assert_eq!((used.uses.len(), used.rest.count), (MAX_USES_AN_ACTION + 1, 0));
}

#[test]
fn made_up_names_take_no_room() {
    let mut found = Summary::default();
    for number in 0..5_000 {
        found.note(&call(&record("s3", &format!("Event{number}"), json!({}))));
    }
    assert_eq!((found.used.len(), found.rest.count), (MAX_ACTIONS, 5_000 - MAX_ACTIONS as u64));
    let actions: BTreeSet<String> = iam_policy::catalogue::all().into_iter().map(|id| id.full_name()).collect();
    let mut all = Summary::default();
    for action in actions.iter().step_by(30) {
        let (service, name) = action.split_once(':').unwrap();
        for number in 0..40 {
            let ip = format!("198.51.100.{number}");
            all.note(&call(&with(record(service, name, json!({})), json!({"sourceIPAddress": ip}))));
        }
    }
    assert!(uses(&all) <= MAX_USES_A_PRINCIPAL && all.used.len() <= MAX_ACTIONS);
    assert_eq!(read_back(&all), all);
}

fn read_back(summary: &Summary) -> Summary {
    serde_json::from_value(serde_json::to_value(summary).unwrap()).unwrap()
}

/// What is kept and read again has told apart what it had, however full it is.
#[test]
fn a_full_one_is_read_as_it_was() {
    let mut found = summary(&[read("z")]);
    for number in 0..3_000 {
        found.note(&call(&read(&format!("{number}"))));
    }
    assert_eq!((read_back(&found), uses(&found)), (found.clone(), 2 * MAX_USES_AN_ACTION));
    // More than fits is not read, and known to be there.
    let place = json!({"count": 1, "last": NOW_SECONDS});
    let many: Vec<Value> = (0..2_000).map(|n| with(place.clone(), json!({"resource": n.to_string()}))).collect();
    let kept = json!({"version": 1, "arn": "x", "used": {"s3:GetObject": {"uses": many}}});
    let read: Summary = serde_json::from_value(kept).unwrap();
    assert_eq!((uses(&read), read.seen()), (2 * MAX_USES_AN_ACTION, 2_000));
}
