//! Making a witness: a request with a context in which the offending statement applies and no Deny does.

use super::{PolicyKind, Witness};
use crate::condition::{self, Base, Operator};
use crate::decide::{Decision, Request, decide};
use crate::document::Document;
use crate::statement::{Condition, PrincipalElement, Principals, ResourceElement, Statement};
use crate::variables::{self, Variables};
use crate::zone::TrustZone;
use std::collections::BTreeMap;

/// A request without a context.
pub(super) struct Candidate {
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) resource: String,
}

/// The first candidate that the document allows, or the first of all if it is too hard to find one.
pub(super) fn first_allowed(
    document: &Document,
    kind: PolicyKind,
    zone: &TrustZone,
    statement: Option<&Statement>,
    candidates: Vec<Candidate>,
) -> Witness {
    let mut witnesses = candidates.into_iter().map(|c| witness(document, zone, statement, c)).collect::<Vec<_>>().into_iter();
    let first = witnesses.next().unwrap_or_default();
    let allowed = |w: &Witness| decide(document, kind, &Request::from(w)) == Decision::Allow;
    if allowed(&first) { first } else { witnesses.find(allowed).unwrap_or(first) }
}

fn witness(document: &Document, zone: &TrustZone, statement: Option<&Statement>, candidate: Candidate) -> Witness {
    let Candidate { principal, action, resource } = candidate;
    let mut context = BTreeMap::new();
    if let Some(statement) = statement {
        context.extend(variable_values(statement, zone, &resource));
        let literal = if statement.variables { Variables::Refused } else { Variables::Literal };
        let values = statement.conditions.iter().filter_map(|c| Some((c.key.clone(), condition::satisfying(c, literal)?)));
        context.extend(values);
    }
    // What a Deny without its key would catch is given a key that escapes it.
    for deny in document.statements().iter().filter(|s| !s.is_allow()) {
        let escape = deny.conditions.iter().find_map(|c| Some((c.key.clone(), escaping(c)?)));
        if let Some((key, value)) = escape {
            context.entry(key).or_insert(value);
        }
    }
    let principal = statement.and_then(named_wildcard).unwrap_or(principal);
    Witness { principal, action, resource, context }
}

/// A value with which a condition fails that holds without its key.
fn escaping(c: &Condition) -> Option<String> {
    if !c.operator.accepts_absent() {
        return None;
    }
    if c.operator.base == Base::Bool {
        return Some(if c.values.iter().any(|v| v == "true") { "false" } else { "true" }.to_owned());
    }
    let operator = Operator { negated: !c.operator.negated, quantifier: None, if_exists: false, ..c.operator };
    if operator.negated {
        return Some("something-else".to_owned());
    }
    condition::satisfying(&Condition { operator, ..c.clone() }, Variables::Refused)
}

/// Values for the variables of the resource patterns: a user's own name is the name in the resource.
fn variable_values(statement: &Statement, zone: &TrustZone, resource: &str) -> Vec<(String, String)> {
    let patterns = match &statement.resources {
        ResourceElement::Resource(patterns) if statement.variables => patterns.as_slice(),
        _ => &[],
    };
    let name = resource.rsplit('/').next().unwrap_or(resource);
    let value = |variable: &str| match variable.to_ascii_lowercase().as_str() {
        "aws:principalaccount" | "aws:resourceaccount" => zone.account.clone(),
        _ => name.to_owned(),
    };
    patterns.iter().flat_map(|p| variables::names(p)).map(|v| (v.to_owned(), value(v))).collect()
}

/// A principal that a wildcard within a listed name matches, where `*` itself is not listed.
fn named_wildcard(statement: &Statement) -> Option<String> {
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else { return None };
    if entries.iter().any(|e| e.value == "*") {
        return None;
    }
    let wildcard = entries.iter().find(|e| crate::principal::is_everyone(e))?;
    Some(crate::glob::Glob::new(&wildcard.value).example("example"))
}
