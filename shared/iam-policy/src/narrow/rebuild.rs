//! From pieces back to a document.

use super::added::operator_name;
use super::element::{Element, join};
use super::pieces::{Denial, Piece};
use super::split;
use crate::document::{Document, Edits};
use crate::glob::Glob;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement, StatementAt,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The name of a Deny that is added, where all statements have names.
const SID_OF_DENY: &str = "ExceptThese";

/// How briefly a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brevity {
    /// Every action that goes has its name.
    Named,
    /// Patterns for those of which nothing else begins so.
    Patterns,
    /// Likewise, and no statement twice, nor for other principals.
    Once,
}

impl Brevity {
    /// One after the other, until the document is short enough.
    pub(super) const ALL: [Self; 3] = [Self::Named, Self::Patterns, Self::Once];

    /// Actions, so briefly; those that were named before stay as they are.
    fn brief(self, actions: &[String], before: &[String]) -> Vec<String> {
        match self {
            Self::Named => actions.to_vec(),
            Self::Patterns | Self::Once => {
                let (old, new): (Vec<String>, Vec<String>) = actions.iter().cloned().partition(|a| before.contains(a));
                old.into_iter().chain(split::shortest(&new)).collect()
            }
        }
    }
}

/// A document that was written again.
pub(super) struct Rebuilt {
    pub(super) document: Document,
    /// Of each of its statements but the Denies at its end, which one it was.
    pub(super) origins: Vec<usize>,
}

/// The document with its broken statements replaced by what is kept of them, and these Denies at its end;
/// `Some(None)` if no statement is left.
pub(super) fn rebuild(
    number: usize,
    document: &Document,
    broken: &BTreeSet<StatementAt>,
    kept: &[Piece],
    denials: &[Denial],
    brevity: Brevity,
) -> Option<Option<Rebuilt>> {
    let values = document.statement_values();
    let mut names = Names::of(&values);
    let mut all: Vec<(usize, Vec<Statement>)> = Vec::new();
    for at in broken.iter().filter(|at| at.document == number) {
        let original = document.statements().get(at.statement)?;
        let mine = kept.iter().filter(|piece| piece.at == *at).map(|piece| piece.statement.as_ref().clone()).collect();
        let mut merged = merged(mine);
        merged.iter_mut().for_each(|statement| in_order_of(original, statement));
        if brevity == Brevity::Once {
            merged
                .retain(|statement| !all.iter_mut().flat_map(|(_, said)| said).any(|other| is_said(other, statement)));
        }
        all.push((at.statement, merged));
    }
    let mut edits = Edits::new();
    for (index, merged) in all {
        let (original, value) = (document.statements().get(index)?, values.get(index)?);
        let written = merged.into_iter().enumerate().map(|(i, s)| write(value, original, &s, i, &mut names, brevity));
        edits.insert(index, written.collect::<Option<Vec<Value>>>()?);
    }
    let times = |index: &usize| edits.get(index).map_or(1, Vec::len);
    let origins = (0..values.len()).flat_map(|index| std::iter::repeat_n(index, times(&index))).collect();
    if edits.is_empty() {
        return Some(Some(Rebuilt { document: document.clone(), origins }));
    }
    let is_empty = values.len() == edits.len() && edits.values().all(Vec::is_empty);
    if is_empty {
        return Some(None);
    }
    let document = document.with_edits(&edits)?;
    let with = |document: Document, denial| document.with_statement(deny(&mut names, denial, brevity)).ok();
    let document = denials.iter().try_fold(document, with)?;
    Some(Some(Rebuilt { document, origins }))
}

/// The Sids of a document, which have to be unique (IAM User Guide, JSON policy elements, Sid).
struct Names {
    used: BTreeSet<String>,
    /// Every statement has one.
    are_given: bool,
}

impl Names {
    fn of(statements: &[Value]) -> Self {
        let sids = || statements.iter().map(|value| value.get("Sid").and_then(Value::as_str));
        Self { used: sids().flatten().map(str::to_owned).collect(), are_given: sids().all(|sid| sid.is_some()) }
    }

    /// The first of these that is not used yet; it is from now on.
    fn free(&mut self, mut names: impl Iterator<Item = String>) -> Option<String> {
        let free = names.find(|name| !self.used.contains(name))?;
        self.used.insert(free.clone());
        Some(free)
    }
}

/// A Deny, named if all the others are.
fn deny(names: &mut Names, denial: &Denial, brevity: Brevity) -> Value {
    let mut fields = Map::new();
    if names.are_given {
        let numbered = (2..).map(|number| format!("{SID_OF_DENY}{number}"));
        let free = names.free([SID_OF_DENY.to_owned()].into_iter().chain(numbered));
        fields.insert("Sid".to_owned(), free.unwrap_or_default().into());
    }
    fields.insert("Effect".to_owned(), "Deny".into());
    fields.insert("Action".to_owned(), brevity.brief(&denial.actions, &[]).into_iter().collect());
    let (on, spared) = (&denial.resources.on, &denial.resources.spared);
    match (on.is_empty(), spared.is_empty()) {
        (false, _) => fields.insert("Resource".to_owned(), one_or_all(on)),
        (true, true) => fields.insert("Resource".to_owned(), "*".into()),
        (true, false) => fields.insert("NotResource".to_owned(), spared.iter().cloned().collect()),
    };
    fields.into()
}

/// Whether a statement says what another does, or can be made to: about more principals of the same types.
fn is_said(one: &mut Statement, other: &Statement) -> bool {
    let types = |statement: &Statement| -> BTreeSet<PrincipalType> {
        match &statement.principals {
            PrincipalElement::Principal(Principals::Listed(entries)) => entries.iter().map(|e| e.kind).collect(),
            _ => BTreeSet::new(),
        }
    };
    let is_same = one.effect == other.effect
        && one.actions == other.actions
        && one.resources == other.resources
        && one.conditions == other.conditions;
    is_same
        && (one.principals == other.principals || types(one) == types(other) && join(one, other, Element::Principal))
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

/// The entries in the order in which they were written, without new ones that another matches.
fn in_order_of(original: &Statement, statement: &mut Statement) {
    if let ActionElement::Action(list) = &mut statement.actions {
        let all = list.clone();
        let globs: Vec<(&String, Glob)> = all.iter().map(|entry| (entry, Glob::lower(entry))).collect();
        let is_matched = |entry: &String| {
            let lower = entry.to_ascii_lowercase();
            globs.iter().any(|(other, glob)| !other.eq_ignore_ascii_case(entry) && glob.matches(&lower))
        };
        list.retain(|entry| original.actions.patterns().contains(entry) || !is_matched(entry));
    }
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
fn write(
    original: &Value,
    before: &Statement,
    after: &Statement,
    number: usize,
    names: &mut Names,
    brevity: Brevity,
) -> Option<Value> {
    let mut value = original.clone();
    let fields = value.as_object_mut()?;
    if let (true, Some(sid)) = (number > 0, before.sid.as_ref().filter(|sid| !sid.is_empty())) {
        let free = names.free((number + 1..).map(|number| format!("{sid}{number}")))?;
        fields.insert("Sid".to_owned(), free.into());
    }
    if before.actions != after.actions {
        let [from, to] = [&before.actions, &after.actions].map(|element| match element {
            ActionElement::Action(_) => "Action",
            ActionElement::NotAction(_) => "NotAction",
        });
        rename(fields, from, to);
        match &after.actions {
            ActionElement::Action(list) => replace_list(fields, to, list),
            ActionElement::NotAction(list) => replace_list(fields, to, &brevity.brief(list, before.actions.patterns())),
        }
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
        let name = operator_name(added);
        let written = block.keys().find(|written| written.eq_ignore_ascii_case(name)).cloned();
        let tests =
            block.entry(written.unwrap_or_else(|| name.to_owned())).or_insert_with(|| json!({})).as_object_mut()?;
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
