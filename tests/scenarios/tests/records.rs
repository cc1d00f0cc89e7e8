//! Real records, published by other projects, and what each guard makes of them in the account they come from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;

use parapet_core::Home;
use parapet_guards::{Decision, Led, decide};
use parapet_testkit::fixtures::{home, standard};
use serde_json::Value;

const RECORDS: &str = include_str!("../data/records.jsonl");

/// The events that weaken encryption, access or logging directly, as (source, name).
const REQUIRED: &str = include_str!("../data/required_events.tsv");

/// A record; some came in EventBridge's envelope.
fn read(line: &str) -> Value {
    let mut read: Value = serde_json::from_str(line).unwrap();
    match read.get_mut("detail") {
        Some(record) => record.take(),
        None => read,
    }
}

fn required() -> BTreeSet<(&'static str, &'static str)> {
    let rows = REQUIRED.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0].ends_with(".amazonaws.com")).map(|row| (row[0], row[1])).collect()
}

/// The account that a record is about. Names in some samples are masked; those are read as if they were ours.
fn home_of(record: &Value) -> Home {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let account = text(&record["recipientAccountId"]).or_else(|| text(&record["userIdentity"]["accountId"]));
    let region = text(&record["awsRegion"]).unwrap_or_else(|| home().region);
    Home {
        partition: Home::partition_of(&region).to_owned(),
        account: account.unwrap_or_else(|| home().account),
        region,
    }
}

/// In one line.
fn decision(record: &Value) -> String {
    let home = home_of(record);
    let Decision { why, looks } = decide(record.clone(), &standard(""), &home);
    let look = |led: &Led| {
        let facets: Vec<&str> = led.facets.iter().map(|facet| facet.name()).collect();
        format!("{} looks at {}: {}", led.guard, led.resource, facets.join(", "))
    };
    match looks.as_slice() {
        [] => format!("ignored: {why}"),
        looks => looks.iter().map(look).collect::<Vec<_>>().join("; "),
    }
}

#[test]
fn decisions() {
    let line = |(number, record): (usize, Value)| {
        let name = record["eventName"].as_str().unwrap_or("?");
        format!("{:>3} {name}: {}", number + 1, decision(&record))
    };
    let records = RECORDS.lines().map(read);
    insta::assert_snapshot!(records.enumerate().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_required_write_is_dropped() {
    let required = required();
    assert_eq!(required.len(), 70);
    for record in RECORDS.lines().map(read) {
        let event =
            (record["eventSource"].as_str().unwrap_or_default(), record["eventName"].as_str().unwrap_or_default());
        let failed = !record["errorCode"].is_null();
        if required.contains(&event) {
            let decision = decision(&record);
            assert_eq!(decision.starts_with("ignored"), failed, "{event:?}: {decision}");
        }
    }
}

#[test]
fn every_required_event_leads_somewhere() {
    let missing: Vec<_> =
        required().into_iter().filter(|(source, name)| !parapet_guards::is_known_event(source, name)).collect();
    assert_eq!(missing, []);
}
