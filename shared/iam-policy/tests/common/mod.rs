//! Helpers of the integration tests.
#![allow(dead_code, reason = "each test binary uses some of them")]
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails the test")]

use iam_policy::{
    Document, Holding, Judgement, Narrowing, PolicyKind, Rules, TrustZone, Violation, ViolationKind, judge, narrow,
};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";

/// The account, one more account, one organization.
pub(crate) fn zone() -> TrustZone {
    let mut zone = TrustZone::new(ACCOUNT);
    zone.accounts.insert("210987654321".to_owned());
    zone.organizations.insert("o-ours".to_owned());
    zone
}

pub(crate) fn document(value: Value) -> Document {
    Document::from_value(value).expect("a policy")
}

/// A document of these statements.
pub(crate) fn policy(statements: Value) -> Document {
    document(json!({"Version": "2012-10-17", "Statement": statements}))
}

/// A statement that lets a principal do something.
pub(crate) fn admit(principal: Value, action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    let (action, resource) = (action.into(), resource.into());
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource})
}

/// One of a trust policy.
pub(crate) fn trust(principal: Value, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action})
}

/// The statement under a condition.
#[expect(clippy::indexing_slicing, reason = "a helper of tests fails the test")]
pub(crate) fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

/// The rules that the guards enforce.
pub(crate) fn rules() -> Rules {
    Rules::of(zone(), [ViolationKind::Admin, ViolationKind::PublicAccess, ViolationKind::TrustWildcard])
}

pub(crate) fn judged(documents: &[&Document], kind: PolicyKind, rules: &Rules) -> Vec<Violation> {
    match judge(&Holding::of(documents, kind), rules) {
        Judgement::Decided(violations) => violations,
        Judgement::Undetermined(why) => panic!("undetermined: {why}"),
    }
}

pub(crate) fn violations(document: &Document, kind: PolicyKind) -> Vec<Violation> {
    judged(&[document], kind, &rules())
}

/// The statements that cause violations.
pub(crate) fn offending(document: &Document, kind: PolicyKind) -> Vec<usize> {
    violations(document, kind).into_iter().flat_map(|v| v.statements).map(|at| at.statement).collect()
}

/// What narrowing leaves of one document by these rules: `None` if it changes nothing, an empty list of nothing is left.
pub(crate) fn narrowed_by(document: &Document, kind: PolicyKind, rules: &Rules) -> Option<Value> {
    match narrow(&Holding::of(&[document], kind), rules) {
        Narrowing::Unchanged => None,
        Narrowing::Changed(documents) => match documents.first() {
            Some(Some(narrowed)) => Some(narrowed.as_value()["Statement"].clone()),
            _ => Some(json!([])),
        },
        Narrowing::Undetermined(why) => panic!("undetermined: {why}"),
    }
}

/// The statements that narrowing leaves, as JSON; `None` if it changes nothing.
pub(crate) fn narrowed(document: &Document, kind: PolicyKind) -> Option<Value> {
    narrowed_by(document, kind, &rules())
}

/// The rows of a file of JSON lines.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines().map(|line| serde_json::from_str(line).expect("a row"))
}
