//! Policies from public reports, with what is wrong with them and what is not.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails the test")]

use iam_policy::{Document, Holding, Judgement, PolicyKind, Rules, TrustZone, judge};
use serde_json::Value;
use std::collections::BTreeSet;

/// The kinds of what is found in a case.
fn found(case: &Value) -> BTreeSet<&'static str> {
    let document = Document::from_value(case["policy"].clone()).expect("a policy");
    let kind = match case["type"].as_str() {
        Some("identity") => PolicyKind::Identity,
        Some("resource") => PolicyKind::Resource,
        _ => PolicyKind::Trust,
    };
    let mut zone = TrustZone::new(case["account"].as_str().unwrap_or_default());
    let organizations = case["organizations"].as_array().into_iter().flatten();
    zone.organizations = organizations.filter_map(Value::as_str).map(str::to_owned).collect();
    match judge(&Holding::of(&[&document], kind), &Rules::all(zone)) {
        Judgement::Decided(found) => found.into_iter().map(|violation| violation.kind.name()).collect(),
        Judgement::Undetermined(why) => panic!("{}: {why}", case["id"]),
    }
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn what_is_expected_is_found_and_nothing_that_must_not_be() {
    let mut wrong = Vec::new();
    for line in include_str!("data/field_cases.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let found = found(&case);
        let missed: Vec<&str> = names(&case["expected"]).into_iter().filter(|kind| !found.contains(kind)).collect();
        let forbidden: Vec<&str> = names(&case["must_not"]).into_iter().filter(|kind| found.contains(kind)).collect();
        if !missed.is_empty() || !forbidden.is_empty() {
            wrong.push(format!("{}: misses {missed:?}, must not find {forbidden:?}, finds {found:?}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
