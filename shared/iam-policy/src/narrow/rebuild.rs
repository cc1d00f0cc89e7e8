//! From pieces back to a document.

use super::pieces::Piece;
use crate::document::{Document, Edits};
use crate::glob::Glob;
use crate::statement::{
    ActionElement, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement, StatementAt,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The document with its broken statements replaced by what is kept of them; `Some(None)` if no statement is left.
pub(super) fn rebuild(
    number: usize,
    document: &Document,
    broken: &BTreeSet<StatementAt>,
    kept: &[Piece],
) -> Option<Option<Document>> {
    let values = document.statement_values();
    let mut edits = Edits::new();
    for at in broken.iter().filter(|at| at.document == number) {
        let original = document.statements().get(at.statement)?;
        let value = values.get(at.statement)?;
        let mine = kept.iter().filter(|piece| piece.at == *at).map(|piece| piece.statement.as_ref().clone()).collect();
        let mut merged = merged(mine);
        merged.iter_mut().for_each(|statement| in_order_of(original, statement));
        let written = merged.into_iter().enumerate().map(|(i, s)| write(value, original, &s, i));
        edits.insert(at.statement, written.collect::<Option<Vec<Value>>>()?);
    }
    if edits.is_empty() {
        return Some(Some(document.clone()));
    }
    let is_empty = values.len() == edits.len() && edits.values().all(Vec::is_empty);
    if is_empty {
        return Some(None);
    }
    document.with_edits(&edits).map(Some)
}

/// The fewest statements that say the same: pieces that differ in one element only are one.
fn merged(mut pieces: Vec<Statement>) -> Vec<Statement> {
    for element in [join_resources, join_actions, join_resources, join_principals] {
        let mut joined: Vec<Statement> = Vec::new();
        for piece in pieces {
            if !joined.iter_mut().any(|other| element(other, &piece)) {
                joined.push(piece);
            }
        }
        pieces = joined;
    }
    pieces
}

/// The entries in the order in which they were written.
fn in_order_of(original: &Statement, statement: &mut Statement) {
    if let (ActionElement::Action(before), ActionElement::Action(after)) = (&original.actions, &mut statement.actions) {
        // What replaces a wildcard stands in its place.
        let place = |action: &String| {
            let wildcard = || before.iter().position(|b| Glob::lower(b).matches(&action.to_ascii_lowercase()));
            before.iter().position(|b| b == action).or_else(wildcard)
        };
        after.sort_by_cached_key(|action| (place(action), action.clone()));
    }
    if let (ResourceElement::Resource(before), ResourceElement::Resource(after)) =
        (&original.resources, &mut statement.resources)
    {
        after.sort_by_key(|resource| before.iter().position(|b| b == resource).unwrap_or(before.len()));
    }
}

fn join_actions(into: &mut Statement, piece: &Statement) -> bool {
    if into.resources != piece.resources || into.principals != piece.principals {
        return false;
    }
    match (&mut into.actions, &piece.actions) {
        (ActionElement::Action(into), ActionElement::Action(more)) => add(into, more),
        _ => return false,
    }
    true
}

fn join_resources(into: &mut Statement, piece: &Statement) -> bool {
    if into.actions != piece.actions || into.principals != piece.principals {
        return false;
    }
    match (&mut into.resources, &piece.resources) {
        (ResourceElement::Resource(into), ResourceElement::Resource(more)) => add(into, more),
        _ => return false,
    }
    true
}

fn join_principals(into: &mut Statement, piece: &Statement) -> bool {
    if into.actions != piece.actions || into.resources != piece.resources {
        return false;
    }
    match (&mut into.principals, &piece.principals) {
        (
            PrincipalElement::Principal(Principals::Listed(into)),
            PrincipalElement::Principal(Principals::Listed(more)),
        ) => add(into, more),
        _ => return false,
    }
    true
}

fn add<T: Clone + PartialEq>(into: &mut Vec<T>, more: &[T]) {
    for entry in more {
        if !into.contains(entry) {
            into.push(entry.clone());
        }
    }
}

/// The statement as JSON: the original, with the elements that differ replaced. Each but the first has a Sid of its own.
fn write(original: &Value, before: &Statement, after: &Statement, number: usize) -> Option<Value> {
    let mut value = original.clone();
    let fields = value.as_object_mut()?;
    if let (true, Some(sid)) = (number > 0, &before.sid) {
        fields.insert("Sid".to_owned(), format!("{sid}{}", number + 1).into());
    }
    match (&before.actions, &after.actions) {
        (before, after) if before == after => {}
        (_, ActionElement::NotAction(actions)) => replace_list(fields, "NotAction", actions),
        (ActionElement::Action(_), ActionElement::Action(actions)) => replace_list(fields, "Action", actions),
        (ActionElement::NotAction(_), ActionElement::Action(actions)) => {
            fields.shift_remove("NotAction");
            fields.insert("Action".to_owned(), actions.iter().cloned().collect());
        }
    }
    if let (ResourceElement::Resource(resources), true) = (&after.resources, after.resources != before.resources) {
        replace_list(fields, "Resource", resources);
    }
    if let (PrincipalElement::Principal(Principals::Listed(entries)), true) =
        (&after.principals, after.principals != before.principals)
    {
        let listed = fields.get_mut("Principal")?.as_object_mut()?;
        for (name, kind) in PrincipalType::NAMES {
            let left: Vec<String> = entries.iter().filter(|e| e.kind == kind).map(|e| e.value.clone()).collect();
            if left.is_empty() {
                listed.shift_remove(name);
            } else if listed.contains_key(name) {
                replace_list(listed, name, &left);
            }
        }
    }
    Some(value)
}

/// A list stays a list, a string stays one while one entry is left.
fn replace_list(fields: &mut Map<String, Value>, name: &str, values: &[String]) {
    let was_list = fields.get(name).is_some_and(Value::is_array);
    let value = match values {
        [only] if !was_list => Value::from(only.clone()),
        list => list.iter().cloned().collect(),
    };
    if let Some(place) = fields.get_mut(name) {
        *place = value;
    }
}
