//! Every witness of every finding, confirmed by an independent simulator.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

#[path = "common/cases.rs"]
#[allow(dead_code, reason = "the tests of laws use the rest")]
mod cases;

#[path = "common/confirm.rs"]
mod confirm;

#[path = "common/elsewhere.rs"]
mod elsewhere;

#[path = "common/handmade.rs"]
mod handmade;

#[path = "common/simulator.rs"]
mod process;

#[path = "common/transform.rs"]
#[allow(dead_code, reason = "the tests of laws use the rest")]
mod transform;

#[path = "common/ways.rs"]
#[allow(dead_code, reason = "the test of the rows uses the rest")]
mod ways;

use cases::{labelled, managed as managed_in_part};
use common::{document, judged, policy, rows, zone};
use confirm::{Case, confirm};
use iam_policy::{
    Arn, Document, PolicyKind, PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust, Rules, Search, new_access,
};
use serde_json::{Value, json};
use transform::{Rename, new_partitions, other_accounts, other_partitions, other_regions, renamed};

/// Witnesses that are not confirmed: the kind of the finding, the policy, and why. At most one in a hundred.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    (
        "privilege-escalation",
        "AWSSSOServiceRolePolicy",
        "a negated condition on a key that the simulator does not know, with a variable",
    ),
    ("trust-wildcard", "a role for every root", "a pattern for the ARN of a principal, which IAM matches with nobody"),
];

/// The same of [`new_access`].
const EXCEPTIONS_OF_NEW: [(&str, &str, &str); 1] = [(
    "new",
    "resource-policies/role-trust-policies/allowlist-federated-access-saml.md#206",
    "the simulator reads `\"Federated\": \"*\"` as a name",
)];

fn managed() -> impl Iterator<Item = Value> {
    rows(include_str!("data/managed_policies.jsonl")).chain(rows(include_str!("data/more_managed_policies.jsonl")))
}

fn of_findings(name: &str, kind: PolicyKind, document: &Document) -> Vec<Case> {
    let found = judged(&[document], kind, &Rules::all(zone()));
    found.iter().map(|v| Case::of(v.kind.name(), name, kind, &[document], &v.witness)).collect()
}

fn of_case(case: &cases::Case) -> Vec<Case> {
    let Some(document) = case.document() else { return Vec::new() };
    let found = judged(&[&document], case.kind, &case.rules);
    found.iter().map(|v| Case::of(v.kind.name(), &case.name, case.kind, &[&document], &v.witness)).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Those that are not confirmed are exactly the exceptions, and few.
fn check(cases: Vec<Case>, exceptions: &[(&str, &str, &str)]) {
    let total = cases.len();
    let Some(open) = confirm(cases) else { return };
    for (case, verdict) in &open {
        println!("{} of {}: {verdict:?}: {:?}", case.what, case.name, case.row.request());
    }
    println!("{} of {total} not confirmed", open.len());
    let named: Vec<(&str, &str)> = open.iter().map(|(case, _)| (case.what, case.name.as_str())).collect();
    let excused: Vec<(&str, &str)> = exceptions.iter().map(|(what, name, _)| (*what, *name)).collect();
    assert_eq!(named, excused, "not confirmed, and excused");
    assert!(open.len() * 100 <= total, "{} of {total} not confirmed", open.len());
}

/// The witness of each way: the role that is passed, or what the way turns on.
#[test]
fn every_way_has_a_witness_that_is_allowed() {
    let ways = ways::Ways::derived();
    let mut cases = Vec::new();
    for way in ways.runs.iter().chain(&ways.moves) {
        let path = policy(json!({"Effect": "Allow", "Action": way.actions, "Resource": "*"}));
        cases.extend(of_findings(&way.id, Identity, &path));
    }
    check(cases, &[]);
}

#[test]
fn every_finding_has_a_witness_that_is_allowed() {
    let mut cases = Vec::new();
    for row in managed() {
        cases.extend(of_findings(text(&row["name"]), Identity, &document(row["document"].clone())));
    }
    for row in rows(include_str!("data/iam_vulnerable.jsonl")) {
        let kind = if row["kind"] == "trust" { Trust } else { Identity };
        cases.extend(of_findings(text(&row["id"]), kind, &document(row["policy"].clone())));
    }
    for row in rows(include_str!("data/privesc_pathfinding.jsonl")) {
        let actions: Value = row["required"].as_array().expect("a list").iter().map(|r| r["action"].clone()).collect();
        let path = policy(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}));
        cases.extend(of_findings(text(&row["id"]), Identity, &path));
    }
    for (name, kind, statements) in handmade::statements() {
        let found = of_findings(name, kind, &policy(statements));
        assert!(!found.is_empty(), "{name}");
        cases.extend(found);
    }
    check(cases, &EXCEPTIONS);
}

/// Those of regions, partitions and accounts that are not the usual ones.
#[test]
fn every_finding_elsewhere_has_a_witness_that_is_allowed_there() {
    let mut cases = Vec::new();
    for (name, kind, statements, place) in elsewhere::statements() {
        let found = of_findings(name, kind, &policy(statements));
        assert!(!found.is_empty(), "{name}");
        let is_there = |case: &Case| case.row.resource.contains(place) || case.row.resource == "*";
        assert!(found.iter().all(is_there), "{name}: {:?}", found.iter().map(|c| &c.row.resource).collect::<Vec<_>>());
        cases.extend(found);
    }
    let renames: [(&str, Rename); 4] = [
        ("in other regions", other_regions),
        ("in another partition", other_partitions),
        ("in a new partition", new_partitions),
        ("in other accounts", other_accounts),
    ];
    for case in managed_in_part().into_iter().chain(labelled()) {
        for (what, rename) in renames {
            let other = renamed(&case, rename);
            // What is not there has no other name.
            if other.policy != case.policy {
                cases.extend(of_case(&cases::Case { name: format!("{}, {what}", case.name), ..other }));
            }
        }
        cases.extend(of_case(&case.without_account()));
    }
    for case in &cases {
        let [caller, asked] =
            [&case.row.principal, &case.row.resource].map(|arn| Arn::parse(arn).map(|arn| arn.partition));
        let is_one = caller.zip(asked).is_none_or(|(caller, asked)| caller == asked);
        assert!(is_one, "{}: no request leaves its partition: {:?}", case.name, case.row.request());
    }
    // What is not confirmed in one place is not in another.
    let exceptions: Vec<&str> = EXCEPTIONS.iter().chain(&EXCEPTIONS_OF_NEW).map(|(_, name, _)| *name).collect();
    cases.retain(|case| !exceptions.iter().any(|name| case.name.starts_with(name)));
    check(cases, &[]);
}

/// AWS's samples of policies that allow more than they should: the new one does, the existing one does not.
#[test]
fn new_access_is_allowed_by_the_new_and_not_by_the_existing() {
    let samples = include_str!("data/check_no_new_access.jsonl").replace("<ACCOUNT ID>", "111111111111");
    let mut cases = Vec::new();
    for row in rows(&samples) {
        let kind = if row["policyType"] == "RESOURCE_POLICY" { Resource } else { Identity };
        let (existing, new) = (document(row["existing"].clone()), document(row["new"].clone()));
        if let Search::Found(witness) = new_access(&[&existing], &[&new], kind) {
            cases.push(Case::of("new", text(&row["id"]), kind, &[&new], &witness));
            let case = Case::of("existing", text(&row["id"]), kind, &[&existing], &witness);
            cases.push(Case { allowed: false, ..case });
        }
    }
    assert_eq!(cases.len(), 124, "62 samples fail");
    check(cases, &EXCEPTIONS_OF_NEW);
}
