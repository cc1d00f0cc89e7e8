//! `aws_iam_policy_document` of Terraform, of which something is not known yet: what is known of its statements.
//!
//! Each block `statement` has lists of what the elements of a policy are, and blocks for who is let in and for conditions (Terraform AWS
//! Provider, "aws_iam_policy_document").

use serde_json::{Map, Value, json};

use super::found::{Found, Text};
use super::plan::unknown_part;
use super::tree::{At, Node, Shape};
use super::unresolved::Parts;
use super::walk::Walk;

/// Finds what is known of a document.
pub(super) fn document(after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
    let walk = walk.member("statement");
    let is_merged =
        ["source_json", "override_json", "source_policy_documents", "override_policy_documents"].into_iter();
    let is_merged = is_merged
        .filter_map(|key| {
            after.get(key).filter(|node| !is_empty(node)).or_else(|| unknown.and_then(|all| all.get(key)))
        })
        .any(|node| !is_empty(node));
    let blocks = after.get("statement").map(Node::items).unwrap_or_default();
    let unknowns = unknown.and_then(|all| all.get("statement"));
    if is_merged || blocks.is_empty() || unknowns.is_some_and(Node::is_true) {
        let why = "it is made of documents that are known only after `terraform apply`".to_owned();
        found.push(Found::one(walk.piece(after, Text::Open(why)), None));
        return;
    }
    let unknowns = unknowns.map(Node::items).unwrap_or_default();
    let mut parts = Parts::default();
    let statements: Vec<Value> =
        blocks.iter().enumerate().map(|(i, block)| statement(block, unknowns.get(i), &mut parts)).collect();
    let text = Text::Policy {
        value: json!({"Version": "2012-10-17", "Statement": statements}),
        statements: blocks.iter().map(|block| block.at).collect(),
        parts,
        is_filled: true,
        has_account: false,
    };
    found.push(Found::one(walk.piece(after, text), None));
}

fn is_empty(node: &Node) -> bool {
    match &node.shape {
        Shape::Object(members) => members.is_empty(),
        Shape::List(items) => items.iter().all(is_empty),
        Shape::String(text) => text.is_empty(),
        Shape::Other(value) => value.is_null() || *value == json!(false),
    }
}

fn statement(block: &Node, unknown: Option<&Node>, parts: &mut Parts) -> Value {
    if unknown.is_some_and(Node::is_true) {
        return unknown_part(parts, "statement", block.at).into();
    }
    let mut statement = Map::new();
    let of = |key: &str| (block.get(key), unknown.and_then(|all| all.get(key)));
    let (effect, not_known) = of("effect");
    let effect = match effect.and_then(Node::text) {
        Some(effect) => effect.to_owned(),
        None if not_known.is_some_and(Node::is_true) => unknown_part(parts, "effect", block.at),
        // Without one it allows.
        None => "Allow".to_owned(),
    };
    statement.insert("Effect".to_owned(), effect.into());
    for (key, element) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let (known, not_known) = of(key);
        let all = texts(known, not_known, key, block.at, parts);
        if !all.is_empty() {
            statement.insert(element.to_owned(), all.into());
        }
    }
    for (key, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let (known, not_known) = of(key);
        if let Some(who) = principals(known, not_known, key, block.at, parts) {
            statement.insert(element.to_owned(), who);
        }
    }
    let (known, not_known) = of("condition");
    if let Some(conditions) = conditions(known, not_known, block.at, parts) {
        statement.insert("Condition".to_owned(), conditions);
    }
    statement.into()
}

/// The entries of a list, a mark for each that is not known.
fn texts(known: Option<&Node>, unknown: Option<&Node>, what: &str, at: At, parts: &mut Parts) -> Vec<Value> {
    if unknown.is_some_and(Node::is_true) {
        return vec![unknown_part(parts, what, at).into()];
    }
    let known = known.map(Node::items).unwrap_or_default();
    let unknown = unknown.map(Node::items).unwrap_or_default();
    let length = known.len().max(unknown.len());
    let entries = (0..length).map(|i| match known.get(i).and_then(Node::text) {
        Some(text) if !super::unresolved::has_mark(text) => text.to_owned(),
        _ => unknown_part(parts, &format!("{what}[{i}]"), known.get(i).map_or(at, |node| node.at)),
    });
    entries.map(Value::String).collect()
}

fn principals(known: Option<&Node>, unknown: Option<&Node>, what: &str, at: At, parts: &mut Parts) -> Option<Value> {
    if unknown.is_some_and(Node::is_true) {
        return Some(unknown_part(parts, what, at).into());
    }
    let blocks = known.map(Node::items).unwrap_or_default();
    let unknown = unknown.map(Node::items).unwrap_or_default();
    if unknown.len() > blocks.len() {
        return Some(unknown_part(parts, what, at).into());
    }
    let mut who: Map<String, Value> = Map::new();
    for (i, block) in blocks.iter().enumerate() {
        let inner = unknown.get(i);
        let ids = inner.and_then(|all| all.get("identifiers"));
        let ids = texts(block.get("identifiers"), ids, &format!("{what}[{i}].identifiers"), block.at, parts);
        let Some(kind) = block.get("type").and_then(Node::text) else {
            return Some(unknown_part(parts, &format!("{what}[{i}].type"), block.at).into());
        };
        if kind == "*" {
            return Some(json!("*"));
        }
        match who.get_mut(kind) {
            Some(Value::Array(all)) => all.extend(ids),
            _ => drop(who.insert(kind.to_owned(), ids.into())),
        }
    }
    (!who.is_empty()).then(|| who.into())
}

fn conditions(known: Option<&Node>, unknown: Option<&Node>, at: At, parts: &mut Parts) -> Option<Value> {
    if unknown.is_some_and(Node::is_true) {
        return Some(unknown_part(parts, "condition", at).into());
    }
    let blocks = known.map(Node::items).unwrap_or_default();
    let unknown = unknown.map(Node::items).unwrap_or_default();
    let mut all: Map<String, Value> = Map::new();
    for (i, block) in blocks.iter().enumerate() {
        let inner = unknown.get(i).and_then(|all| all.get("values"));
        let values = texts(block.get("values"), inner, &format!("condition[{i}].values"), block.at, parts);
        let mut text = |key: &str| match block.get(key).and_then(Node::text) {
            Some(text) => text.to_owned(),
            None => unknown_part(parts, &format!("condition[{i}].{key}"), block.at),
        };
        let (operator, key) = (text("test"), text("variable"));
        if let Value::Object(keys) = all.entry(operator).or_insert_with(|| json!({})) {
            match keys.get_mut(&key) {
                Some(Value::Array(all)) => all.extend(values),
                _ => drop(keys.insert(key, values.into())),
            }
        }
    }
    (!all.is_empty()).then(|| all.into())
}
