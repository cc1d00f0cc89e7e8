//! A policy document: a JSON value that is known to be a policy.

use super::json::{Unique, parse_json};
use super::parse;
use super::readings::{self, Readings};
use crate::error::ParseError;
use crate::statement::Statement;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The largest document that is read, in bytes of compact JSON. AWS's own limits are 6,144 characters for a managed
/// policy, 10,240 for the inline policies of a role, 20 KB for a bucket policy and 32 KB for a key policy; its own managed policies
/// reach 76 KB.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// A policy document of any kind: identity, resource or trust.
///
/// Guarantees: it is well-formed (every element is known and has a type that AWS accepts), and what was not changed is
/// written as it was read: key order, Sids, and a string where a string stood instead of a list. Two documents are
/// equal if their JSON values are.
#[derive(Clone, Debug)]
pub struct Document {
    value: Value,
    statements: Vec<Statement>,
    /// None: it can be read in one way only.
    unsure: Option<Unsure>,
}

/// A text in which keys stand twice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unsure {
    text: String,
    /// The indices of the statements that every reading has.
    sure: BTreeSet<usize>,
}

/// What becomes of a statement, by index: other statements, or none.
pub(crate) type Edits = BTreeMap<usize, Vec<Value>>;

impl Document {
    /// Reads a document from JSON text (not URL-encoded).
    ///
    /// # Errors
    /// The text is not JSON, is larger than [`MAX_DOCUMENT_BYTES`], has a key twice in one object, or is not a policy: an unknown
    /// element, a wrong type, a missing `Statement`, `Effect` or `Action`, an element together with its `Not` form, an unknown
    /// operator, or an operator or a context key in two spellings.
    pub fn parse(json: &str) -> Result<Self, ParseError> {
        check_size(json.len())?;
        Self::from_value(parse_json(json)?)
    }

    /// Reads a document as AWS hands it out. If a key stands twice in one object, nobody knows which one AWS goes by: then its statements
    /// are those of all readings, but for what only some of them deny. It is [written](Self::to_json) as it was read, and
    /// [`Document::sure_part`] is without what is not sure.
    ///
    /// # Errors
    /// As [`Document::parse`], but for keys that stand twice, unless there are more readings than can be told.
    pub fn parse_as_found(json: &str) -> Result<Self, ParseError> {
        Self::parse(json).or_else(|error| {
            check_size(json.len())?;
            let Some(Readings { value, sure }) = readings::of_duplicates(json) else { return Err(error) };
            let unsure = Some(Unsure { text: json.to_owned(), sure });
            Ok(Self { unsure, ..Self::from_value(value)? })
        })
    }

    /// Reads a document from a JSON value. Whoever made it of text has to see to it that no key stood twice ([`parse_json`]).
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn from_value(value: Value) -> Result<Self, ParseError> {
        let statements = parse::statements(&value)?;
        let document = Self { value, statements, unsure: None };
        check_size(document.to_json().len())?;
        Ok(document)
    }

    /// The document as compact JSON; one that can be read in several ways as it was read.
    pub fn to_json(&self) -> String {
        self.unsure.as_ref().map_or_else(|| self.value.to_string(), |unsure| unsure.text.clone())
    }

    /// Whether it can be read in one way only.
    pub fn is_sure(&self) -> bool {
        self.unsure.is_none()
    }

    /// The document with the statements alone that are the same in every reading; `None`: there are none.
    pub fn sure_part(&self) -> Option<Self> {
        let Some(unsure) = &self.unsure else { return Some(self.clone()) };
        let all: BTreeSet<usize> = (0..self.statements.len()).collect();
        self.without_statements(&all.difference(&unsure.sure).copied().collect())
    }

    /// The document as a JSON value; of one that can be read in several ways, all of them.
    pub fn as_value(&self) -> &Value {
        &self.value
    }

    /// The statements, in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The document without the statements of these indices, everything else as it was; `None` when no statement is left.
    pub fn without_statements(&self, drop: &BTreeSet<usize>) -> Option<Self> {
        self.with_edits(&drop.iter().map(|i| (*i, Vec::new())).collect())
    }

    /// The document with one more statement at its end.
    ///
    /// # Errors
    /// The statement is not one, or the document becomes too large.
    pub fn with_statement(&self, statement: Value) -> Result<Self, ParseError> {
        let mut list = self.statement_values();
        list.push(statement);
        self.with_statements(Value::Array(list))
    }

    /// The document with another statement at `index`, written as the one it replaces was: in a list or alone.
    ///
    /// # Errors
    /// There is no statement at `index`, the new one is not a statement, or the document becomes too large.
    pub fn replacing_statement(&self, index: usize, statement: Value) -> Result<Self, ParseError> {
        let mut list = self.statement_values();
        let Some(place) = list.get_mut(index) else {
            let allowed = format!("an index below {}", list.len());
            return Err(ParseError::new(format!("Statement[{index}]"), "no statement", allowed));
        };
        *place = statement;
        match (self.value.get("Statement"), list.pop()) {
            (Some(Value::Object(_)), Some(only)) => self.with_statements(only),
            (_, last) => self.with_statements(list.into_iter().chain(last).collect()),
        }
    }

    /// Whether both say the same in the same words: a string is as good as a list of it alone, key order does not
    /// matter, the order of statements and of list entries does.
    pub fn equivalent_text(&self, other: &Self) -> bool {
        self.unsure == other.unsure && normal(&self.value) == normal(&other.value)
    }

    /// The document with some statements edited, everything else as it was; `None` when no statement is left.
    pub(crate) fn with_edits(&self, edits: &Edits) -> Option<Self> {
        let edited = self.statement_values().into_iter().enumerate();
        let mut list: Vec<Value> =
            edited.flat_map(|(i, value)| edits.get(&i).cloned().unwrap_or_else(|| vec![value])).collect();
        let statements = match self.value.get("Statement") {
            _ if list.is_empty() => return None,
            Some(Value::Object(_)) if list.len() == 1 => list.pop()?,
            _ => Value::Array(list),
        };
        self.with_statements(statements).ok()
    }

    /// Statements to be judged; they cannot be written.
    pub(crate) fn of_statements(statements: Vec<Statement>) -> Self {
        Self { value: Value::Null, statements, unsure: None }
    }

    /// The JSON values of the statements, one for each of [`Document::statements`].
    pub(crate) fn statement_values(&self) -> Vec<Value> {
        match self.value.get("Statement") {
            Some(Value::Array(list)) => list.clone(),
            Some(single) => vec![single.clone()],
            None => Vec::new(),
        }
    }

    fn with_statements(&self, statements: Value) -> Result<Self, ParseError> {
        let mut value = self.value.clone();
        if let Some(place) = value.get_mut("Statement") {
            *place = statements;
        }
        Self::from_value(value)
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.unsure == other.unsure && self.value == other.value
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.unsure {
            Some(unsure) => unsure.text.serialize(serializer),
            None => self.value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unique(value) = Unique::deserialize(deserializer)?;
        // What can be read in several ways is kept as it was read.
        let document = match value {
            Value::String(text) => Self::parse_as_found(&text),
            value => Self::from_value(value),
        };
        document.map_err(serde::de::Error::custom)
    }
}

fn check_size(bytes: usize) -> Result<(), ParseError> {
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    Err(ParseError::new("", format!("{bytes} bytes"), format!("at most {MAX_DOCUMENT_BYTES}")))
}

/// Lists of one entry become that entry, numbers and booleans become text.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(list) => match list.as_slice() {
            [only] => normal(only),
            list => list.iter().map(normal).collect(),
        },
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), normal(v))).collect(),
        Value::Bool(b) => b.to_string().into(),
        Value::Number(n) => n.to_string().into(),
        other => other.clone(),
    }
}
