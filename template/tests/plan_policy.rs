//! `policies/plan.json` is what the adapters' looks need, and reads alone. `PARAPET_UPDATE=1` writes it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;
use std::{env, fs};

use iam_policy::{Context, Decision, Document, PolicyKind, Request, decide};
use parapet_contract::{read, root};
use parapet_template::{plan_actions, plan_policy};
use serde_json::Value;

const POLICY: &str = "policies/plan.json";

/// AWS IAM User Guide, "IAM and AWS STS quotas": a managed policy has at most 6,144 characters; white space is not counted.
const MOST_CHARACTERS: usize = 6_144;

#[test]
fn the_policy_of_the_plan_is_written_from_the_adapters() {
    let expected = plan_policy();
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join(POLICY), &expected).unwrap();
    }
    let found = read(POLICY).unwrap_or_default();
    assert_eq!(found, expected, "{POLICY} is old: run PARAPET_UPDATE=1 cargo test --workspace --test plan_policy");
    Document::parse(&expected).unwrap();
    let characters = expected.chars().filter(|c| !c.is_whitespace()).count();
    assert!(characters <= MOST_CHARACTERS, "{characters}");
}

/// By the first word of its name alone: the catalogue of AWS's access levels knows no more of most.
#[test]
fn a_plan_only_reads() {
    const READS: [&str; 6] = [
        "Get",
        "List",
        "Describe",
        "Lookup",
        "Head",
        // It makes a report. Service Authorization Reference, IAM: its access level is "Read".
        "GenerateServiceLastAccessedDetails",
    ];
    for action in plan_actions() {
        let (_, name) = action.split_once(':').unwrap();
        assert!(READS.iter().any(|read| name.starts_with(read)), "{action}");
    }
    assert!(!plan_actions().contains("s3:GetObject"), "what lies in buckets is nobody's to read for a plan");
}

fn managed(name: &str) -> Document {
    let of = |path: &str| read(path).unwrap();
    let data = ["managed_policies.jsonl", "more_managed_policies.jsonl"];
    let texts = data.map(|file| of(&format!("shared/iam-policy/tests/data/{file}"))).join("\n");
    let rows = texts.lines().filter(|line| line.contains(&format!("\"name\":\"{name}\"")));
    let row: Value = rows.map(|line| serde_json::from_str(line).unwrap()).next().unwrap();
    Document::from_value(row["document"].clone()).unwrap()
}

/// What AWS's own policies for auditors lack, by their text in the test data, stands in the document.
#[test]
fn what_an_auditor_lacks_is_written_down() {
    let allowed = |document: &Document, action: &str| {
        let request = Request {
            principal: String::new(),
            action: action.to_owned(),
            resource: "*".to_owned(),
            context: Context::new(),
        };
        decide(document, PolicyKind::Identity, &request) == Decision::Allow
    };
    let lacks = |names: &[&str]| -> BTreeSet<&str> {
        let documents: Vec<Document> = names.iter().map(|name| managed(name)).collect();
        plan_actions().into_iter().filter(|action| !documents.iter().any(|one| allowed(one, action))).collect()
    };
    let told =
        |what: BTreeSet<&str>| what.into_iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
    let document = read("docs/plan.md").unwrap();
    let row = |names: &str, lacking: BTreeSet<&str>| {
        let row = format!("| {names} | {} |", told(lacking));
        assert!(document.contains(&row), "docs/plan.md lacks the row\n{row}");
    };
    row("`SecurityAudit`", lacks(&["SecurityAudit"]));
    row("`SecurityAudit` and `ViewOnlyAccess`", lacks(&["SecurityAudit", "ViewOnlyAccess"]));
}
