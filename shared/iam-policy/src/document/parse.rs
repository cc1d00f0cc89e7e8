//! From a JSON value to statements. The value is not kept: [`Document`](super::value::Document) holds it.

use super::path::{brief, join};
use crate::error::ParseError;
use crate::operator::Operator;
use crate::statement::{
    ActionElement, Condition, Effect, PrincipalElement, PrincipalEntry, PrincipalType, Principals, ResourceElement,
    Statement,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Object = Map<String, Value>;

/// The `Version` from which on `${..}` is a variable.
const VERSION_WITH_VARIABLES: &str = "2012-10-17";
pub(super) const VERSIONS: [&str; 2] = ["2008-10-17", VERSION_WITH_VARIABLES];
const DOCUMENT_KEYS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_KEYS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

pub(super) fn statements(value: &Value) -> Result<Vec<Statement>, ParseError> {
    let document = object("", value)?;
    known_keys("", document, &DOCUMENT_KEYS)?;
    if let Some(id) = document.get("Id") {
        text("Id", id)?;
    }
    let variables = match document.get("Version") {
        None => false,
        Some(version) => one_of("Version", text("Version", version)?, &VERSIONS)? == VERSION_WITH_VARIABLES,
    };
    match document.get("Statement") {
        None => Err(missing("Statement", "a statement or a list of statements")),
        Some(Value::Array(list)) => {
            list.iter().enumerate().map(|(i, s)| statement(&format!("Statement[{i}]"), s, variables)).collect()
        }
        Some(single) => Ok(vec![statement("Statement", single, variables)?]),
    }
}

fn statement(path: &str, value: &Value, variables: bool) -> Result<Statement, ParseError> {
    let fields = object(path, value)?;
    known_keys(path, fields, &STATEMENT_KEYS)?;
    let sid = fields.get("Sid").map(|v| text(&join(path, "Sid"), v).map(str::to_owned)).transpose()?;
    Ok(Statement {
        sid,
        effect: effect(path, fields)?,
        principals: principal_element(path, fields)?,
        actions: action_element(path, fields)?,
        resources: resource_element(path, fields)?,
        conditions: conditions(path, fields)?,
        variables,
    })
}

fn effect(path: &str, fields: &Object) -> Result<Effect, ParseError> {
    let path = join(path, "Effect");
    let value = fields.get("Effect").ok_or_else(|| missing(&path, "`Allow` or `Deny`"))?;
    match one_of(&path, text(&path, value)?, &["Allow", "Deny"])? {
        "Allow" => Ok(Effect::Allow),
        _ => Ok(Effect::Deny),
    }
}

fn action_element(path: &str, fields: &Object) -> Result<ActionElement, ParseError> {
    match either(path, fields, "Action", "NotAction")? {
        Some((false, path, value)) => Ok(ActionElement::Action(texts(&path, value)?)),
        Some((true, path, value)) => Ok(ActionElement::NotAction(texts(&path, value)?)),
        None => Err(missing(join(path, "Action"), "`Action` or `NotAction`")),
    }
}

fn resource_element(path: &str, fields: &Object) -> Result<ResourceElement, ParseError> {
    match either(path, fields, "Resource", "NotResource")? {
        Some((false, path, value)) => Ok(ResourceElement::Resource(texts(&path, value)?)),
        Some((true, path, value)) => Ok(ResourceElement::NotResource(texts(&path, value)?)),
        None => Ok(ResourceElement::None),
    }
}

fn principal_element(path: &str, fields: &Object) -> Result<PrincipalElement, ParseError> {
    match either(path, fields, "Principal", "NotPrincipal")? {
        Some((false, path, value)) => Ok(PrincipalElement::Principal(principals(&path, value)?)),
        Some((true, path, value)) => Ok(PrincipalElement::NotPrincipal(principals(&path, value)?)),
        None => Ok(PrincipalElement::None),
    }
}

fn principals(path: &str, value: &Value) -> Result<Principals, ParseError> {
    let map = match value {
        Value::String(all) if all == "*" => return Ok(Principals::Everyone),
        Value::Object(map) => map,
        other => {
            return Err(ParseError::new(path, shown(other), "`*` or an object of principals"));
        }
    };
    let mut entries = Vec::new();
    for (name, values) in map {
        let Some((_, kind)) = PrincipalType::NAMES.into_iter().find(|(n, _)| n == name) else {
            let names = PrincipalType::NAMES.map(|(n, _)| n);
            return Err(ParseError::new(path, format!("unknown key `{}`", brief(name)), alternatives(&names)));
        };
        let values = texts(&join(path, name), values)?;
        entries.extend(values.into_iter().map(|value| PrincipalEntry { kind, value }));
    }
    Ok(Principals::Listed(entries))
}

fn conditions(path: &str, fields: &Object) -> Result<Vec<Condition>, ParseError> {
    let path = join(path, "Condition");
    let Some(block) = fields.get("Condition") else {
        return Ok(Vec::new());
    };
    let block = object(&path, block)?;
    one_spelling(&path, block)?;
    let mut conditions = Vec::new();
    for (name, tests) in block {
        let Some(operator) = Operator::parse(name) else {
            return Err(ParseError::new(path, format!("unknown key `{}`", brief(name)), "a condition operator"));
        };
        let path = join(&path, name);
        let tests = object(&path, tests)?;
        one_spelling(&path, tests)?;
        for (key, values) in tests {
            let values = scalars(&join(&path, key), values)?;
            conditions.push(Condition { operator, key: key.clone(), values });
        }
    }
    Ok(conditions)
}

/// The one of two exclusive elements that is there, and whether it is the second.
fn either<'a>(
    path: &str,
    fields: &'a Object,
    plain: &str,
    negated: &str,
) -> Result<Option<(bool, String, &'a Value)>, ParseError> {
    match (fields.get(plain), fields.get(negated)) {
        (Some(_), Some(_)) => {
            let found = format!("both `{plain}` and `{negated}`");
            Err(ParseError::new(path, found, "one of them"))
        }
        (Some(value), None) => Ok(Some((false, join(path, plain), value))),
        (None, Some(value)) => Ok(Some((true, join(path, negated), value))),
        (None, None) => Ok(None),
    }
}

fn object<'a>(path: &str, value: &'a Value) -> Result<&'a Object, ParseError> {
    value.as_object().ok_or_else(|| ParseError::new(path, shown(value), "an object"))
}

fn text<'a>(path: &str, value: &'a Value) -> Result<&'a str, ParseError> {
    value.as_str().ok_or_else(|| ParseError::new(path, shown(value), "a string"))
}

fn texts(path: &str, value: &Value) -> Result<Vec<String>, ParseError> {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(i, v)| text(&format!("{path}[{i}]"), v).map(str::to_owned)).collect()
        }
        single => match single.as_str() {
            Some(only) => Ok(vec![only.to_owned()]),
            None => Err(ParseError::new(path, shown(single), "a string or a list of strings")),
        },
    }
}

/// Condition values: strings, and numbers and booleans, which AWS reads as if they were quoted.
fn scalars(path: &str, value: &Value) -> Result<Vec<String>, ParseError> {
    let scalar = |path: &str, value: &Value| match value {
        Value::String(s) => Ok(s.clone()),
        Value::Bool(b) => Ok(b.to_string()),
        Value::Number(n) => Ok(n.to_string()),
        other => Err(ParseError::new(path, shown(other), "a string, a number or a boolean")),
    };
    match value {
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| scalar(&format!("{path}[{i}]"), v)).collect(),
        single => Ok(vec![scalar(path, single)?]),
    }
}

fn known_keys(path: &str, fields: &Object, allowed: &[&str]) -> Result<(), ParseError> {
    match fields.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(ParseError::new(path, format!("unknown key `{}`", brief(key)), alternatives(allowed))),
    }
}

/// "Context key names are not case-sensitive. For example, including the aws:SourceIP context key is equivalent to testing for
/// AWS:SourceIp" (IAM User Guide, AWS JSON policy elements: Condition): two spellings are the same key twice, which an element must
/// not have. Of operators nothing is said; whether AWS takes one in another case or not, the second is no other operator.
fn one_spelling(path: &str, fields: &Object) -> Result<(), ParseError> {
    let mut spellings: BTreeMap<String, &str> = BTreeMap::new();
    for key in fields.keys() {
        if let Some(other) = spellings.insert(key.to_ascii_lowercase(), key) {
            let found = format!("both `{}` and `{}`", brief(other), brief(key));
            return Err(ParseError::new(path, found, "one of them: case does not tell them apart"));
        }
    }
    Ok(())
}

fn one_of<'a>(path: &str, found: &'a str, allowed: &[&str]) -> Result<&'a str, ParseError> {
    if allowed.contains(&found) {
        return Ok(found);
    }
    Err(ParseError::new(path, format!("`{}`", brief(found)), alternatives(allowed)))
}

fn missing(path: impl Into<String>, allowed: &str) -> ParseError {
    ParseError::new(path, "nothing", allowed)
}

fn alternatives(allowed: &[&str]) -> String {
    allowed.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ")
}

/// What an error says of a value: its type, and a scalar itself.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => format!("the boolean `{b}`"),
        Value::Number(n) => format!("the number `{n}`"),
        Value::String(s) => format!("the string `{}`", brief(s)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
