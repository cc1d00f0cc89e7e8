//! JSON in which no key of an object stands twice.
//!
//! "Individual elements must not contain multiple instances of the same key. For example, you cannot include the Effect block
//! twice in the same statement" (IAM User Guide, Grammar of the IAM JSON policy language). Which one AWS goes by, where it takes such a
//! document at all, is said nowhere; whoever reads the other one judges another policy.

use crate::error::ParseError;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Reads JSON. Of a key that stands twice in an object, at any depth, the error names both places; `"Act\u0069on"` is `Action`.
///
/// # Errors
/// The text is not JSON, or a key stands twice.
pub fn parse_json(text: &str) -> Result<Value, ParseError> {
    serde_json::from_str(text).map(|Unique(value)| value).map_err(|error| {
        // What `Unique` finds is the only thing that is wrong with data: the rest is syntax.
        let duplicate = if error.is_data() { first_duplicate(text) } else { None };
        duplicate.unwrap_or_else(|| {
            let place = (error.line(), error.column());
            ParseError::new("", error.to_string(), "a JSON object").at([place])
        })
    })
}

/// A JSON value in which no key of an object stands twice.
pub(super) struct Unique(pub(super) Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((key, Unique(value))) = object.next_entry::<String, Unique>()? {
            if fields.contains_key(&key) {
                return Err(Error::custom(format_args!("the key `{key}` twice")));
            }
            fields.insert(key, value);
        }
        Ok(fields.into())
    }
}

/// A bracket that is open.
enum Open {
    Object {
        /// Where each key began.
        keys: BTreeMap<String, usize>,
        /// The last one.
        key: String,
        /// Whether the next string is one.
        is_key_next: bool,
    },
    List {
        index: usize,
    },
}

/// The first key that stands a second time in its object. Up to there the text has to be JSON.
fn first_duplicate(text: &str) -> Option<ParseError> {
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let end = if *byte == b'"' { end_of_string(text, at) } else { at + 1 };
        match (byte, open.last_mut()) {
            (b'{', _) => open.push(Open::Object { keys: BTreeMap::new(), key: String::new(), is_key_next: true }),
            (b'[', _) => open.push(Open::List { index: 0 }),
            (b'}' | b']', _) => drop(open.pop()),
            (b',', Some(Open::List { index })) => *index += 1,
            (b',', Some(Open::Object { is_key_next, .. })) => *is_key_next = true,
            (b'"', Some(Open::Object { keys, key, is_key_next })) if *is_key_next => {
                *key = serde_json::from_str(text.get(at..end)?).ok()?;
                *is_key_next = false;
                if let Some(first) = keys.insert(key.clone(), at) {
                    return Some(twice(&open, position(text, first), position(text, at)));
                }
            }
            _ => {}
        }
        at = end;
    }
    None
}

/// Levels of a path that are told. No policy has more.
const MAX_LEVELS: usize = 8;

fn twice(open: &[Open], first: (usize, usize), second: (usize, usize)) -> ParseError {
    let mut path = String::new();
    for level in open.iter().take(MAX_LEVELS) {
        match level {
            Open::Object { key, .. } => path = super::path::join(&path, key),
            Open::List { index } => path = format!("{path}[{index}]"),
        }
    }
    let found =
        format!("the key twice, at line {} column {} and line {} column {}", first.0, first.1, second.0, second.1);
    ParseError::new(path, found, "it once").at([first, second])
}

/// Where the string ends that begins here.
fn end_of_string(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let inside = text.as_bytes().iter().skip(start + 1);
    let length = inside.take_while(|byte| {
        let ends = **byte == b'"' && !is_escaped;
        is_escaped = **byte == b'\\' && !is_escaped;
        !ends
    });
    start + length.count() + 2
}

/// The line and column of a byte, both from 1; a column is a byte, as in the errors of `serde_json`.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, at - line_start + 1)
}
