//! Policies with parts that are filled in when they are deployed.
//!
//! What a part will be is not known here, so a policy is judged twice: as narrow as it can become, and as wide. What the narrow one violates,
//! it violates whatever is filled in. What only the wide one violates is not decided: `Undetermined`, never a pass. Who is let in and what is
//! allowed are never left to that alone: a principal or an action that is filled in as a whole could be anybody and anything.
//!
//! Inside of a value, a part is marked by characters that no policy has; [`Parts`] knows what each of them is.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::tree::At;
use crate::policy::options::is_account;

/// Where a mark begins and ends: private use characters, between them the number of the part.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The key of an object that stands for either of two values.
const EITHER: &str = "\u{e000}either";

/// An account that is nobody's here: whoever of it is let in is foreign.
const STRANGER: &str = "arn:aws:iam::999999999999:root";

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Part {
    /// As it is called where it stands: "parameter `Bucket`".
    pub(in crate::policy) what: String,
    pub(in crate::policy) at: At,
}

/// The parts of one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) struct Parts(Vec<Part>);

/// A place in a policy that rests on a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct Open {
    /// The path in the document: `Statement[0].Principal`.
    pub(in crate::policy) path: String,
    pub(in crate::policy) what: String,
    pub(in crate::policy) at: At,
    /// Whether it says who is let in, or what is allowed: then nothing without it is decided.
    pub(in crate::policy) decides: bool,
}

/// A policy as narrow and as wide as it can become.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct Bounds {
    pub(in crate::policy) narrow: Bound,
    pub(in crate::policy) wide: Bound,
    pub(in crate::policy) open: Vec<Open>,
}

/// One of the two.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::policy) struct Bound {
    pub(in crate::policy) value: Value,
    /// Which statement of the policy each of its statements is.
    pub(in crate::policy) from: Vec<usize>,
}

impl Parts {
    /// The mark of a new part.
    pub(super) fn mark(&mut self, what: impl Into<String>, at: At) -> String {
        self.0.push(Part { what: what.into(), at });
        format!("{OPEN}{}{CLOSE}", self.0.len() - 1)
    }

    pub(super) fn either(first: Value, second: Value) -> Value {
        json!({EITHER: [first, second]})
    }

    /// The parts in a value.
    fn of<'p>(&'p self, value: &Value, into: &mut Vec<&'p Part>) {
        match value {
            Value::String(text) => {
                let marks = text.split(OPEN).skip(1).filter_map(|rest| rest.split_once(CLOSE));
                into.extend(marks.filter_map(|(number, _)| self.0.get(number.parse::<usize>().ok()?)));
            }
            Value::Array(items) => items.iter().for_each(|item| self.of(item, into)),
            Value::Object(map) => {
                for (key, item) in map {
                    self.of(&Value::String(key.clone()), into);
                    self.of(item, into);
                }
            }
            _ => {}
        }
    }

    pub(super) fn first_of(&self, value: &Value) -> Option<&Part> {
        let mut parts = Vec::new();
        self.of(value, &mut parts);
        parts.first().copied()
    }
}

pub(super) fn has_mark(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

/// Whether anything in a value is not known.
pub(in crate::policy) fn is_open(value: &Value) -> bool {
    match value {
        Value::String(text) => has_mark(text),
        Value::Array(items) => items.iter().any(is_open),
        Value::Object(map) => map.iter().any(|(key, item)| has_mark(key) || is_open(item)),
        _ => false,
    }
}

/// A text with each part by its name, for a reader.
pub(in crate::policy) fn readable(value: &Value, parts: &Parts) -> Value {
    match value {
        Value::String(text) => named(text, parts).into(),
        Value::Array(items) => items.iter().map(|item| readable(item, parts)).collect(),
        Value::Object(map) => match map.get(EITHER) {
            Some(both) => json!({"Fn::If": readable(both, parts)}),
            None => map.iter().map(|(key, item)| (named(key, parts), readable(item, parts))).collect(),
        },
        other => other.clone(),
    }
}

fn named(text: &str, parts: &Parts) -> String {
    let mut pieces = text.split(OPEN);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let Some((number, rest)) = piece.split_once(CLOSE) else { continue };
        let part = number.parse::<usize>().ok().and_then(|number| parts.0.get(number));
        result.push_str(&format!("<{}>", part.map_or("not known", |part| part.what.as_str())));
        result.push_str(rest);
    }
    result
}

/// The bounds of a policy; `None`: nothing of it is known, or of what its statements are.
pub(in crate::policy) fn bounds(value: &Value, parts: &Parts) -> Option<Bounds> {
    let document = value.as_object()?;
    let outer: Map<String, Value> = document
        .iter()
        .filter(|(key, item)| *key != "Statement" && !is_open(item))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let mut open = Vec::new();
    let mut sides = Sides::default();
    let is_list = document.get("Statement")?.is_array();
    for (index, statement) in entries(document.get("Statement")?).into_iter().enumerate() {
        let path = if is_list { format!("Statement[{index}]") } else { "Statement".to_owned() };
        for (alternative, is_sure) in alternatives(&statement) {
            let fields = alternative.as_object().filter(|_| alternative.get(EITHER).is_none());
            let Some(fields) = fields else {
                note(&mut open, parts, &alternative, &path, true);
                sides.hidden = true;
                continue;
            };
            if !is_sure {
                note(&mut open, parts, &statement, &path, false);
            }
            sides.add(fields, index, is_sure);
            for (key, item) in fields.iter().filter(|(key, item)| has_mark(key) || is_open(item)) {
                let is_deny = fields.get("Effect") == Some(&json!("Deny"));
                let decides = !is_deny && is_deciding(key, item);
                note(&mut open, parts, item, &format!("{path}.{key}"), decides);
            }
        }
    }
    let hidden = sides.hidden;
    let document = |list: Vec<(usize, Value)>| {
        let (from, statements): (Vec<usize>, Vec<Value>) = list.into_iter().unzip();
        let mut value = outer.clone();
        value.insert("Statement".to_owned(), statements.into());
        Bound { value: value.into(), from }
    };
    let bounds = Bounds { narrow: document(sides.narrow), wide: document(sides.wide), open };
    (!hidden || !bounds.open.is_empty()).then_some(bounds)
}

/// Whether a whole entry of it says who is let in, or what is allowed.
fn is_deciding(key: &str, item: &Value) -> bool {
    match key {
        // Whoever it is of an account, the account itself is more.
        "Principal" => match item.as_object().filter(|kinds| !kinds.keys().any(|key| has_mark(key))) {
            Some(kinds) => kinds.iter().any(|(kind, who)| {
                let is_open = |entry: &Value| is_open(entry) && (kind != "AWS" || account_of(entry).is_none());
                flat(who).iter().any(is_open) || alternatives(who).iter().any(|(_, is_sure)| !is_sure)
            }),
            None => true,
        },
        "NotPrincipal" | "NotAction" | "NotResource" | "Effect" => true,
        "Action" => flat(item).iter().any(|entry| {
            entry.as_str().is_none_or(|text| text.split_once(':').is_none_or(|(service, _)| has_mark(service)))
        }),
        _ => false,
    }
}

fn note(open: &mut Vec<Open>, parts: &Parts, value: &Value, path: &str, decides: bool) {
    let mut found = Vec::new();
    parts.of(value, &mut found);
    let path = path.to_owned();
    if found.is_empty() {
        let what = "a condition of the template".to_owned();
        open.push(Open { path, what, at: At::default(), decides });
        return;
    }
    let mut told = BTreeSet::new();
    for part in found {
        if told.insert(&part.what) {
            open.push(Open { path: path.clone(), what: part.what.clone(), at: part.at, decides });
        }
    }
}

/// The statements of both bounds, each with its number.
#[derive(Default)]
struct Sides {
    narrow: Vec<(usize, Value)>,
    wide: Vec<(usize, Value)>,
    /// Whether there is a statement of which nothing is known.
    hidden: bool,
}

impl Sides {
    fn add(&mut self, statement: &Map<String, Value>, index: usize, is_sure: bool) {
        // Of a statement whose effect is not known the narrow policy has the Deny, and the wide one the Allow.
        let effects: &[&str] = match statement.get("Effect") {
            Some(Value::String(text)) if text == "Allow" => &["Allow"],
            Some(Value::String(text)) if text == "Deny" => &["Deny"],
            Some(effect) if is_open(effect) => &["Allow", "Deny"],
            // What is wrong is refused where both are read.
            _ => &["Allow"],
        };
        for effect in effects {
            let mut statement = statement.clone();
            if effects.len() > 1 {
                statement.insert("Effect".to_owned(), json!(effect));
            }
            let is_known = is_sure && effects.len() == 1;
            // The widest Allow belongs to the wide policy, the widest Deny to the narrow one.
            let (most, least) =
                if *effect == "Deny" { (&mut self.narrow, &mut self.wide) } else { (&mut self.wide, &mut self.narrow) };
            most.push((index, widest(&statement)));
            if is_known && let Some(least_of_all) = narrowest(&statement) {
                least.push((index, least_of_all));
            }
        }
    }
}

/// The statement as much as it can ever match.
fn widest(statement: &Map<String, Value>) -> Value {
    let mut wide = Map::new();
    for (key, item) in statement {
        if !has_mark(key) && !is_open(item) {
            wide.insert(key.clone(), item.clone());
            continue;
        }
        match key.as_str() {
            "Action" | "Resource" => {
                wide.insert(key.clone(), flat(item).iter().map(anything).collect());
            }
            "Principal" => {
                wide.insert(key.clone(), widest_principal(item));
            }
            // What is excepted for certain is; the rest is not.
            "NotAction" | "NotResource" => {
                let sure: Vec<Value> = sure_entries(item);
                let (key, value) = if sure.is_empty() {
                    (key.trim_start_matches("Not").to_owned(), json!("*"))
                } else {
                    (key.clone(), sure.into())
                };
                wide.insert(key, value);
            }
            "NotPrincipal" => {
                wide.insert("Principal".to_owned(), json!("*"));
            }
            "Condition" => {
                let sure = sure_conditions(item);
                if !sure.is_empty() {
                    wide.insert(key.clone(), sure.into());
                }
            }
            // A Sid or what is no element: no part of what is matched.
            _ => {}
        }
    }
    wide.into()
}

/// The statement as little as it can ever match; `None`: it can match nothing.
fn narrowest(statement: &Map<String, Value>) -> Option<Value> {
    let mut narrow = Map::new();
    for (key, item) in statement {
        if !has_mark(key) && !is_open(item) {
            narrow.insert(key.clone(), item.clone());
            continue;
        }
        match key.as_str() {
            "Action" | "Resource" => {
                let sure = sure_entries(item);
                if sure.is_empty() {
                    return None;
                }
                narrow.insert(key.clone(), sure.into());
            }
            "Principal" => {
                let sure: Map<String, Value> = item
                    .as_object()?
                    .iter()
                    .filter(|(kind, _)| !has_mark(kind) && kind.as_str() != EITHER)
                    .map(|(kind, who)| (kind.clone(), sure_entries(who)))
                    .filter(|(_, who)| !who.is_empty())
                    .map(|(kind, who)| (kind, who.into()))
                    .collect();
                if sure.is_empty() {
                    return None;
                }
                narrow.insert(key.clone(), sure.into());
            }
            "NotAction" | "NotResource" | "NotPrincipal" | "Condition" => return None,
            _ => {}
        }
    }
    Some(narrow.into())
}

fn widest_principal(principal: &Value) -> Value {
    let anybody = || json!({"AWS": ["*", STRANGER]});
    let Some(kinds) = principal.as_object().filter(|kinds| !kinds.keys().any(|key| has_mark(key))) else {
        return anybody();
    };
    let mut wide = Map::new();
    for (kind, who) in kinds {
        let mut all = Vec::new();
        for entry in flat(who) {
            if !is_open(&entry) {
                all.push(entry);
            } else if let Some(account) = account_of(&entry).filter(|_| kind == "AWS") {
                all.push(format!("{account}root").into());
            } else if kind == "AWS" {
                all.extend([json!("*"), json!(STRANGER)]);
            } else {
                return anybody();
            }
        }
        wide.insert(kind.clone(), all.into());
    }
    wide.into()
}

/// The account that a principal is of, with what stands before it, where only its name is not known: `arn:aws:iam::111122223333:`.
fn account_of(principal: &Value) -> Option<&str> {
    let (known, _) = principal.as_str()?.split_once(OPEN)?;
    let end = known.match_indices(':').nth(4)?.0 + 1;
    let account = known.get(..end)?;
    let mut fields = account.split(':');
    let is_iam = fields.next() == Some("arn") && fields.nth(1) == Some("iam") && fields.next() == Some("");
    (is_iam && fields.next().is_some_and(is_account)).then_some(account)
}

/// The conditions of which everything is known: without the others more is matched.
fn sure_conditions(conditions: &Value) -> Map<String, Value> {
    let Some(operators) = conditions.as_object() else { return Map::new() };
    let known = operators.iter().filter(|(operator, _)| !has_mark(operator) && operator.as_str() != EITHER);
    known
        .filter_map(|(operator, keys)| {
            let keys = keys.as_object()?.iter().filter(|(key, values)| !has_mark(key) && !is_open(values));
            let keys: Map<String, Value> = keys.map(|(key, values)| (key.clone(), values.clone())).collect();
            (!keys.is_empty()).then(|| (operator.clone(), keys.into()))
        })
        .collect()
}

fn sure_entries(item: &Value) -> Vec<Value> {
    entries(item).into_iter().filter(|entry| !is_open(entry)).collect()
}

/// A list, or one value in place of a list.
fn entries(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    }
}

/// The same, with both of what is one or the other.
fn flat(value: &Value) -> Vec<Value> {
    alternatives(value).into_iter().map(|(value, _)| value).collect()
}

/// What can stand in place of a value, and whether it does for certain.
fn alternatives(value: &Value) -> Vec<(Value, bool)> {
    match value {
        Value::Array(items) => items.iter().flat_map(alternatives).collect(),
        Value::Object(map) => match map.get(EITHER) {
            Some(Value::Array(both)) => both.iter().flat_map(alternatives).map(|(value, _)| (value, false)).collect(),
            _ => vec![(value.clone(), true)],
        },
        _ => vec![(value.clone(), true)],
    }
}

/// A text in which anything can stand in place of each part: the wildcard of actions and resources matches all of that.
fn anything(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return json!("*") };
    let mut pieces = text.split(OPEN);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        result.push('*');
        result.push_str(piece.split_once(CLOSE).map_or("", |(_, rest)| rest));
    }
    // Less than an ARN can be told of it: it could be one of any form.
    if result.starts_with('*') { json!("*") } else { result.into() }
}
