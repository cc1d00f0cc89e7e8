//! All judgements on the policies that AWS manages and on the labelled ones.

mod common;

use common::{document, judged, rows, zone};
use iam_policy::{Decision, PolicyKind::Identity, Request, Rules, decide};
use serde_json::Value;
use std::collections::BTreeMap;

fn managed() -> impl Iterator<Item = Value> {
    rows(include_str!("data/managed_policies.jsonl")).chain(rows(include_str!("data/more_managed_policies.jsonl")))
}

#[test]
fn managed_policies() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unconfirmed = Vec::new();
    let rules = Rules::all(zone());
    for row in managed() {
        let document = document(row["document"].clone());
        for violation in judged(&[&document], Identity, &rules) {
            *counts.entry(violation.kind.name()).or_default() += 1;
            if decide(&document, Identity, &Request::from(&violation.witness)) != Decision::Allow {
                unconfirmed.push(format!("{} {}: {:?}", row["name"], violation.kind.name(), violation.witness));
            }
        }
    }
    assert_eq!(unconfirmed, Vec::<String>::new());
    insta::assert_json_snapshot!(counts);
}
