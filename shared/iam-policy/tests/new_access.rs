//! AWS's own published CheckNoNewAccess verdicts, and a table of relations.

mod common;

use common::{document, judged, policy, rows, zone};
use iam_policy::{Decision, PolicyKind, Rules, Search, common_access, decide, new_access};
use serde_json::{Value, json};

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

/// What a relation finds is allowed by the one policy and, if asked for, not by the other.
fn is_as_it_says(kind: PolicyKind, existing: Value, new: Value) {
    let (existing, new) = (policy(existing), policy(new));
    if let Search::Found(witness) = new_access(&[&existing], &[&new], kind) {
        assert_eq!(decide(&new, kind, &witness), Decision::Allow, "{witness:?}");
        assert_ne!(decide(&existing, kind, &witness), Decision::Allow, "{witness:?}");
    }
    if let Search::Found(witness) = common_access(&[&existing], &[&new], kind) {
        assert_eq!(decide(&new, kind, &witness), Decision::Allow, "{witness:?}");
        assert_eq!(decide(&existing, kind, &witness), Decision::Allow, "{witness:?}");
    }
}

/// Found by fuzzing.
#[test]
fn principals_of_every_kind() {
    let assume = |principal: Value| json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}]);
    let cognito = assume(json!({"Federated": "cognito-identity.amazonaws.com"}));
    is_as_it_says(PolicyKind::Trust, cognito, assume(json!({"Federated": "*"})));
    let exists = json!({"DateLessThanEqualsIfExists": {"aws:PrincipalIsAWSService": "2020-01-01"}});
    let except = json!([{"Effect": "Allow", "NotPrincipal": {"Federated": "*"}, "Action": "y", "Resource": "*", "Condition": exists}]);
    is_as_it_says(PolicyKind::Resource, json!([]), except);
}

/// Found by fuzzing.
#[test]
fn a_deny_that_an_absent_key_meets() {
    for key in ["kms:CallerAccount", "aws:PrincipalAccount", "aws:ResourceAccount", "aws:TagKeys"] {
        let condition = json!({"ForAllValues:StringEquals": {key: ["x"]}});
        let document = policy(json!([
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": condition},
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ]));
        for violation in judged(&[&document], PolicyKind::Identity, &Rules::all(zone())) {
            let decision = decide(&document, PolicyKind::Identity, &violation.witness);
            assert_eq!(decision, Decision::Allow, "{violation:?}");
        }
    }
}
