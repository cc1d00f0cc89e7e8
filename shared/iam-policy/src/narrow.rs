//! The nearest document without violations.

use crate::budget::Budget;
use crate::document::Document;
use crate::judge::{self, Exhausted, PolicyKind, Violation, admin};
use crate::principal;
use crate::statement::{PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};
use crate::zone::TrustZone;
use serde_json::Value;
use std::collections::BTreeMap;

/// What [`narrow`] made of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Narrowing {
    /// It violates nothing.
    Unchanged,
    /// The document without its violations.
    Changed(Document),
    /// Every statement would have to go.
    NothingLeft,
    /// It could not be decided, and why.
    Undetermined(String),
}

/// What becomes of a statement, by index: another statement, or nothing.
pub(crate) type Edits = BTreeMap<usize, Option<Value>>;

/// The nearest document without violations.
///
/// Guarantees: [`judge`](crate::judge) finds nothing in it, so narrowing it again changes nothing. It allows nothing
/// that the first did not: an offending statement is removed, or, where it also names acceptable principals, only the
/// entries that stand for everyone. Every other statement is kept as it was written, and no statement is removed that
/// could be kept.
pub fn narrow(document: &Document, kind: PolicyKind, zone: &TrustZone) -> Narrowing {
    narrow_within(document, kind, zone, &Budget::new())
        .unwrap_or_else(|exhausted: Exhausted| Narrowing::Undetermined(exhausted.to_string()))
}

fn narrow_within(
    document: &Document,
    kind: PolicyKind,
    zone: &TrustZone,
    budget: &Budget,
) -> Result<Narrowing, Exhausted> {
    let found = judge::violations(document, kind, zone, budget)?;
    if found.is_empty() {
        return Ok(Narrowing::Unchanged);
    }
    let edits = match kind {
        PolicyKind::Identity => {
            let dropped = admin::statements_to_drop(&admin::grants(document, zone, budget));
            dropped.into_iter().map(|i| (i, None)).collect()
        }
        PolicyKind::Resource | PolicyKind::Trust => without_everyone(document, &found),
    };
    let Some(narrowed) = document.with_edits(&edits) else {
        return Ok(Narrowing::NothingLeft);
    };
    // One round is enough, as nothing that denies was touched; this makes it a guarantee.
    let left = judge::violations(&narrowed, kind, zone, budget)?;
    let rest = left.into_iter().flat_map(|v| v.statements).map(|i| (i, None)).collect();
    Ok(narrowed.with_edits(&rest).map_or(Narrowing::NothingLeft, Narrowing::Changed))
}

fn without_everyone(document: &Document, found: &[Violation]) -> Edits {
    let offending = found.iter().flat_map(|v| v.statements.iter().copied());
    let values = document.statement_values();
    let edit = |i: usize| named_only(document.statements().get(i)?, values.get(i)?);
    offending.map(|i| (i, edit(i))).collect()
}

/// The statement with only those principals that are not everyone; `None` if there are none.
fn named_only(statement: &Statement, value: &Value) -> Option<Value> {
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else {
        return None;
    };
    if entries.iter().all(principal::is_everyone) {
        return None;
    }
    let mut value = value.clone();
    let listed = value.get_mut("Principal")?.as_object_mut()?;
    for (name, kind) in PrincipalType::NAMES {
        let is_named = |v: &Value| {
            let entry = v.as_str().map(|v| PrincipalEntry { kind, value: v.to_owned() });
            entry.is_some_and(|e| !principal::is_everyone(&e))
        };
        let is_empty = match listed.get_mut(name) {
            Some(Value::Array(list)) => {
                list.retain(is_named);
                list.is_empty()
            }
            Some(single) => !is_named(single),
            None => false,
        };
        if is_empty {
            listed.shift_remove(name);
        }
    }
    Some(value)
}
