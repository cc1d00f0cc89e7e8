//! From pieces back to a document.

use super::added::operator_name;
use super::element::{Element, join};
use super::pieces::Piece;
use crate::document::{Document, Edits};
use crate::glob::Glob;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement, StatementAt,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The name of a Deny that is added, where all statements have names.
const SID_OF_DENY: &str = "ExceptThese";

/// The document with its broken statements replaced by what is kept of them, and a Deny of these actions at its end;
/// `Some(None)` if no statement is left.
pub(super) fn rebuild(
    number: usize,
    document: &Document,
    broken: &BTreeSet<StatementAt>,
    kept: &[Piece],
    denied: &[String],
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
    let document = document.with_edits(&edits)?;
    if denied.is_empty() {
        return Some(Some(document));
    }
    document.with_statement(deny(&values, denied)).ok().map(Some)
}

/// A Deny, named if all the others are.
fn deny(others: &[Value], actions: &[String]) -> Value {
    let sids: Vec<&str> = others.iter().filter_map(|value| value.get("Sid").and_then(Value::as_str)).collect();
    let mut fields = Map::new();
    if sids.len() == others.len() {
        let numbered = (2..).map(|number| format!("{SID_OF_DENY}{number}"));
        let free = [SID_OF_DENY.to_owned()].into_iter().chain(numbered).find(|name| !sids.contains(&name.as_str()));
        fields.insert("Sid".to_owned(), free.unwrap_or_default().into());
    }
    fields.insert("Effect".to_owned(), "Deny".into());
    fields.insert("Action".to_owned(), actions.iter().cloned().collect());
    fields.insert("Resource".to_owned(), "*".into());
    fields.into()
}

/// The fewest statements that say the same: pieces that differ in one element only are one.
fn merged(mut pieces: Vec<Statement>) -> Vec<Statement> {
    use Element::{Action, Condition, Principal, Resource};
    for element in [Condition, Resource, Action, Condition, Resource, Principal, Condition] {
        let mut joined: Vec<Statement> = Vec::new();
        for piece in pieces {
            if !joined.iter_mut().any(|other| join(other, &piece, element)) {
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
    for (before, after) in original.conditions.iter().zip(&mut statement.conditions) {
        after.values.sort_by_key(|value| before.values.iter().position(|b| b == value));
    }
}

/// The statement as JSON: the original, with the elements that differ replaced. Each but the first has a Sid of its own.
fn write(original: &Value, before: &Statement, after: &Statement, number: usize) -> Option<Value> {
    let mut value = original.clone();
    let fields = value.as_object_mut()?;
    if let (true, Some(sid)) = (number > 0, &before.sid) {
        fields.insert("Sid".to_owned(), format!("{sid}{}", number + 1).into());
    }
    if before.actions != after.actions {
        let [from, to] = [&before.actions, &after.actions].map(|element| match element {
            ActionElement::Action(_) => "Action",
            ActionElement::NotAction(_) => "NotAction",
        });
        rename(fields, from, to);
        replace_list(fields, to, after.actions.patterns());
    }
    match (&before.resources, &after.resources) {
        (before, after) if before == after => {}
        (_, ResourceElement::Resource(resources)) => replace_list(fields, "Resource", resources),
        (_, ResourceElement::NotResource(resources)) => {
            rename(fields, "Resource", "NotResource");
            replace_list(fields, "NotResource", resources);
        }
        (_, ResourceElement::None) => return None,
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
    if after.conditions != before.conditions {
        write_conditions(fields, &before.conditions, &after.conditions)?;
    }
    Some(value)
}

/// The conditions with fewer values, and with those that are new.
fn write_conditions(fields: &mut Map<String, Value>, before: &[Condition], after: &[Condition]) -> Option<()> {
    let block = fields.entry("Condition").or_insert_with(|| json!({})).as_object_mut()?;
    let mut pairs = before.iter().zip(after);
    for tests in block.values_mut() {
        for values in tests.as_object_mut()?.values_mut() {
            let (before, after) = pairs.next()?;
            if after.values.iter().any(|value| !before.values.contains(value)) {
                *values = one_or_all(&after.values);
            } else if let (Value::Array(list), true) = (values, before.values != after.values) {
                let mut said = before.values.iter();
                list.retain(|_| said.next().is_some_and(|value| after.values.contains(value)));
            }
        }
    }
    for added in after.iter().skip(before.len()) {
        let tests = block.entry(operator_name(added)).or_insert_with(|| json!({})).as_object_mut()?;
        tests.insert(added.key.clone(), one_or_all(&added.values));
    }
    Some(())
}

/// One value as it is, several as a list.
fn one_or_all(values: &[String]) -> Value {
    match values {
        [only] => only.clone().into(),
        values => values.iter().cloned().collect(),
    }
}

/// The same field under another name, in its place.
fn rename(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if from == to {
        return;
    }
    let renamed = std::mem::take(fields).into_iter();
    *fields = renamed.map(|(name, value)| (if name == from { to.to_owned() } else { name }, value)).collect();
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
