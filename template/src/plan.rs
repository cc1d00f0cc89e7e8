//! The policy that `parapet plan` needs: reads alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use parapet_aws::permissions::{Permission, Scope};
use parapet_aws::roles;

/// The evidence buckets of the built-in standard, whatever the account and region.
const EVIDENCE: &str = "arn:*:s3:::parapet-evidence-*";

/// As JSON, for any account.
#[must_use]
pub fn plan_policy() -> String {
    let evidence = format!("{EVIDENCE}/*");
    let mut text = String::from("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n");
    text.push_str(&statement("Look", &plan_actions(), "*"));
    text.push_str(",\n");
    text.push_str(&statement("Remembered", &BTreeSet::from(["s3:GetObject"]), &evidence));
    text.push_str("\n  ]\n}\n");
    text
}

/// The actions that look at the account, wherever they do. What is remembered lies in one bucket.
#[must_use]
pub fn plan_actions() -> BTreeSet<&'static str> {
    let is_of_account = |permission: &Permission| {
        !matches!(permission.scope, Scope::EvidenceObject | Scope::EvidenceBucket | Scope::EvidenceKey)
    };
    roles::of_plan().iter().filter(|permission| is_of_account(permission)).map(|permission| permission.action).collect()
}

fn statement(sid: &str, actions: &BTreeSet<&str>, resource: &str) -> String {
    let actions: Vec<String> = actions.iter().map(|action| format!("        \"{action}\"")).collect();
    let mut text = String::new();
    // Writing to memory does not fail.
    let _ = write!(
        text,
        "    {{\n      \"Sid\": \"{sid}\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{}\n      ],\n      \"Resource\": \"{resource}\"\n    }}",
        actions.join(",\n")
    );
    text
}
