//! AWS's own published CheckNoNewAccess verdicts, and a table of relations.

mod common;

use common::{document, rows};
use iam_policy::{PolicyKind, Search, new_access};

/// The account that the samples leave open is the one that their new policies name.
const ACCOUNT: &str = "111111111111";

#[test]
fn published_verdicts() {
    let text = include_str!("data/check_no_new_access.jsonl").replace("<ACCOUNT ID>", ACCOUNT);
    let mut wrong = Vec::new();
    let mut right = 0;
    for row in rows(&text) {
        let kind = if row["policyType"] == "RESOURCE_POLICY" { PolicyKind::Resource } else { PolicyKind::Identity };
        let (existing, new) = (document(row["existing"].clone()), document(row["new"].clone()));
        let found = new_access(&[&existing], &[&new], kind);
        let passes = row["expected"] == "PASS";
        if passes == found.is_none() && !matches!(found, Search::Undetermined(_)) {
            right += 1;
        } else {
            wrong.push(format!("{}: {} -> {found:?}", row["id"], row["expected"]));
        }
    }
    assert!(wrong.is_empty(), "{right} right; wrong: {wrong:#?}");
}
