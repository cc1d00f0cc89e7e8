//! Every way to read a document in which keys stand twice.
//!
//! What AWS takes such a document for is said nowhere, so none of its readings is left out: a statement stands once for each of them, and
//! what only some of them deny is not denied. A statement is [sure](Readings) where all readings are the same.

use super::json::parse_json;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// Readings of one statement that are told apart.
const MAX_READINGS: usize = 64;

/// A document as one value.
pub(super) struct Readings {
    /// With all readings of its statements, one after the other.
    pub(super) value: Value,
    /// The indices of those that are read in one way.
    pub(super) sure: BTreeSet<usize>,
}

/// All readings of a text in which a key stands twice; none: no key does, it is no JSON, or there are more than can be told.
pub(super) fn of_duplicates(text: &str) -> Option<Readings> {
    if parse_json(text).is_ok() {
        return None;
    }
    let Node::Object(fields) = serde_json::from_str(text).ok()? else { return None };
    let all = |name: &str| fields.iter().filter(|(key, _)| key == name).map(|(_, node)| node).collect::<Vec<_>>();
    let mut document = Map::new();
    for (key, node) in &fields {
        document.insert(key.clone(), one(node)?);
    }
    let versions: Vec<Value> = all("Version").into_iter().filter_map(one).collect();
    let lists = all("Statement");
    // A `Version` decides what every statement says.
    let is_sure = lists.len() == 1 && versions.iter().all(|version| Some(version) == versions.first());
    // Only the newest has variables, which stand for more than their letters.
    if let Some(newest) = versions.iter().max_by_key(|version| version.as_str().map(str::to_owned)) {
        document.insert("Version".to_owned(), newest.clone());
    }
    let (mut statements, mut sure) = (Vec::new(), BTreeSet::new());
    for node in lists.into_iter().flat_map(Node::members) {
        let read = alike(readings(node)?);
        let is_sure = is_sure && read.len() == 1;
        for statement in read {
            if is_sure {
                sure.insert(statements.len());
            }
            if is_sure || statement.get("Effect") != Some(&json!("Deny")) {
                statements.push(statement);
            }
        }
    }
    document.insert("Statement".to_owned(), Value::Array(statements));
    Some(Readings { value: Value::Object(document), sure })
}

/// Those that say something else. A `Sid` says nothing.
fn alike(readings: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<(Value, Value)> = Vec::new();
    for statement in readings {
        let mut said = statement.clone();
        said.as_object_mut().and_then(|fields| fields.remove("Sid"));
        if !kept.iter().any(|(other, _)| *other == said) {
            kept.push((said, statement));
        }
    }
    kept.into_iter().map(|(_, statement)| statement).collect()
}

/// JSON with every key that stands in it.
enum Node {
    Scalar(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The entries of a list, or the one value.
    fn members(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => std::slice::from_ref(self),
        }
    }
}

/// One reading: the last key counts.
fn one(node: &Node) -> Option<Value> {
    readings(node)?.pop()
}

/// All readings; none: there are too many.
fn readings(node: &Node) -> Option<Vec<Value>> {
    match node {
        Node::Scalar(value) => Some(vec![value.clone()]),
        Node::List(list) => {
            let mut all = vec![Vec::new()];
            for node in list {
                all = each_with(&all, &readings(node)?, |list, value| list.push(value.clone()))?;
            }
            Some(all.into_iter().map(Value::Array).collect())
        }
        Node::Object(fields) => {
            let mut all = vec![Map::new()];
            let mut seen = BTreeSet::new();
            for (key, _) in fields {
                if !seen.insert(key) {
                    continue;
                }
                let mut of_key = Vec::new();
                for (_, node) in fields.iter().filter(|(other, _)| other == key) {
                    of_key.extend(readings(node)?);
                }
                of_key.dedup();
                all = each_with(&all, &of_key, |object, value| drop(object.insert(key.clone(), value.clone())))?;
            }
            Some(all.into_iter().map(Value::Object).collect())
        }
    }
}

/// Each of the first with each of the values.
fn each_with<T: Clone>(all: &[T], values: &[Value], add: impl Fn(&mut T, &Value)) -> Option<Vec<T>> {
    if all.len() * values.len() > MAX_READINGS {
        return None;
    }
    let with = |one: &T, value: &Value| {
        let mut one = one.clone();
        add(&mut one, value);
        one
    };
    Some(all.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = object.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Object(fields))
    }
}
