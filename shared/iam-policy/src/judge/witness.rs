//! Making a witness: a request with a context in which the offending statement applies and no Deny does.

use super::{PolicyKind, Witness};
use crate::budget::Budget;
use crate::condition::{self, Base, Operator};
use crate::decide::{Decision, Request, applies, decide_within};
use crate::document::Document;
use crate::principal;
use crate::statement::{Condition, ResourceElement, Statement};
use crate::variables::{self, Context, Variables};
use std::collections::BTreeMap;

/// A request without a context.
pub(super) struct Candidate {
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) resource: String,
}

/// The first candidate that the document allows because of the statement, or the first of all if that is too hard to find.
pub(super) fn first_allowed(
    document: &Document,
    kind: PolicyKind,
    statement: &Statement,
    candidates: Vec<Candidate>,
    budget: &Budget,
) -> Witness {
    let allowed = |w: &Witness| decide_within(document, kind, &Request::from(w), budget) == Decision::Allow;
    let mut first = None;
    for candidate in candidates {
        let witness = witness(statement, candidate);
        let witness = escape_denies(document, kind, statement, witness, budget);
        if allowed(&witness) {
            return witness;
        }
        first = first.or(Some(witness));
    }
    first.unwrap_or_default()
}

fn witness(statement: &Statement, candidate: Candidate) -> Witness {
    let Candidate { principal, action, resource } = candidate;
    let principal = principal::example(statement).unwrap_or(principal);
    let natural = natural(&principal, &resource, statement);
    let variables = if statement.variables { Variables::Of(&natural) } else { Variables::Literal };
    let mut context = BTreeMap::new();
    for condition in &statement.conditions {
        if let Some(value) = condition::satisfying(condition, variables) {
            context.insert(condition.key.clone(), value);
        }
    }
    for name in used_variables(statement) {
        if let Some(value) = variables::lookup(&natural, name).and_then(<[String]>::first) {
            context.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
    Witness { principal, action, resource, context }
}

/// Adds keys that let the request escape Denies, as long as the statement still applies.
fn escape_denies(
    document: &Document,
    kind: PolicyKind,
    statement: &Statement,
    mut witness: Witness,
    budget: &Budget,
) -> Witness {
    let is_met_by = |s: &Statement, w: &Witness| applies(s, kind, &Request::from(w), budget);
    for deny in document.statements().iter().filter(|s| !s.is_allow()) {
        if !is_met_by(deny, &witness) {
            continue;
        }
        let attempt = |condition: &Condition| {
            let mut attempt = witness.clone();
            attempt.context.insert(condition.key.clone(), escaping(condition)?);
            (!is_met_by(deny, &attempt) && is_met_by(statement, &attempt)).then_some(attempt)
        };
        if let Some(escaped) = deny.conditions.iter().find_map(attempt) {
            witness = escaped;
        }
    }
    witness
}

/// What requests say of their principal anyway, and for any other variable of the resources the name in the resource.
fn natural(principal: &str, resource: &str, statement: &Statement) -> Context {
    let name = resource.rsplit('/').next().unwrap_or(resource).to_owned();
    let account = principal.split(':').nth(4).unwrap_or_default().to_owned();
    let mut values: Context = used_variables(statement).map(|v| (v.to_ascii_lowercase(), vec![name.clone()])).collect();
    for (key, value) in [
        ("aws:principalaccount", account.clone()),
        ("aws:principalarn", principal.to_owned()),
        ("aws:resourceaccount", account),
    ] {
        values.insert(key.to_owned(), vec![value]);
    }
    values
}

fn used_variables(statement: &Statement) -> impl Iterator<Item = &str> {
    let resources = match &statement.resources {
        ResourceElement::Resource(patterns) => patterns.as_slice(),
        _ => &[],
    };
    let values = statement.conditions.iter().flat_map(|c| &c.values);
    resources.iter().chain(values).filter(|_| statement.variables).flat_map(|text| variables::names(text))
}

/// A value with which a condition fails that holds without its key.
fn escaping(condition: &Condition) -> Option<String> {
    let Condition { operator, values, .. } = condition;
    let says = |text: &str| values.iter().any(|v| v.eq_ignore_ascii_case(text));
    match operator.base {
        Base::Null => says("true").then(|| "example".to_owned()),
        _ if !operator.accepts_absent() => None,
        Base::Bool => Some(if says("true") { "false" } else { "true" }.to_owned()),
        _ if !operator.negated => Some("something-else".to_owned()),
        _ => {
            let matched = Operator { negated: false, quantifier: None, if_exists: false, ..*operator };
            condition::satisfying(&Condition { operator: matched, ..condition.clone() }, Variables::Refused)
        }
    }
}
