//! A policy kept from what guards the account, so that its holder loses nothing else.
//!
//! What a statement allows on everything it allows on everything else (`NotResource`), and what only shows what guards it allows still. What it
//! allows on a part of Parapet by name goes. What it allows on a pattern in which parts of Parapet lie stays, beside a Deny: no other form says
//! just that.

use std::collections::BTreeSet;

use iam_policy::{Document, matches};
use serde_json::{Map, Value, json};

/// A statement as it is written.
type Written = Map<String, Value>;

/// The calls that only show what guards, as patterns of actions: what somebody who had all actions of a service keeps.
const SHOWING: [(&str, &[&str]); 10] = [
    ("cloudformation", &["Describe*", "Get*", "List*"]),
    ("cloudwatch", &["Describe*", "Get*", "List*"]),
    ("events", &["Describe*", "List*"]),
    ("iam", &["Get*", "List*"]),
    ("kms", &["List*"]),
    ("lambda", &["Get*", "List*"]),
    ("logs", &["Describe*", "Filter*", "Get*", "List*", "StartQuery"]),
    ("s3", &["Get*", "List*"]),
    ("sns", &["Get*", "List*"]),
    ("sqs", &["Get*", "List*"]),
];

/// A document, and what of it reaches what guards.
pub(super) struct Kept<'a> {
    /// What guards, as patterns of ARNs.
    pub(super) parts: &'a [String],
    /// The actions with which it is reached.
    pub(super) by: &'a BTreeSet<String>,
    /// Whether there is room to say that what only shows them is allowed still.
    pub(super) shows: bool,
}

impl Kept<'_> {
    /// The document in which this statement names no part of Parapet any more, and not everything. None: nothing is left of it.
    pub(super) fn without_named(&self, document: &Document, index: usize) -> Option<Document> {
        let Some(statement) = value(document, index) else { return Some(document.clone()) };
        let (about, others) = self.divided(&statement);
        let Some(about) = about else { return Some(document.clone()) };
        let parts = self.parts_of(&about);
        let (confined, showing) = match (about.get("Resource"), about.get("NotResource")) {
            (Some(resource), _) if texts(resource).contains(&"*") => {
                (on_all_but(&about, &[], &parts), self.showing(&about, &parts))
            }
            (Some(resource), _) => {
                let is_part = |name: &&str| parts.iter().any(|part| matches(part, name));
                let left: Vec<&str> = texts(resource).into_iter().filter(|name| !is_part(name)).collect();
                if left.len() == texts(resource).len() {
                    return Some(document.clone());
                }
                ((!left.is_empty()).then(|| with(&about, "Resource", one_or_many(&left))), None)
            }
            (None, Some(left_out)) => (on_all_but(&about, &texts(left_out), &parts), self.showing(&about, &parts)),
            (None, None) => return Some(document.clone()),
        };
        let mut statements = [confined, others, showing].into_iter().flatten();
        let Some(first) = statements.next() else { return document.without_statements(&[index].into()) };
        let replaced = document.replacing_statement(index, Value::Object(first)).ok()?;
        statements.try_fold(replaced, |document, statement| document.with_statement(without_sid(statement)).ok())
    }

    /// A Deny of the actions on what guards: on keys by their aliases, and by their ids where these are known.
    pub(super) fn deny(&self, aliases: &[String]) -> Vec<Value> {
        let (of_keys, others): (Vec<&str>, Vec<&str>) =
            self.by.iter().map(String::as_str).partition(|action| OF_KEYS.contains(action));
        let parts: Vec<&str> = self
            .parts
            .iter()
            .map(String::as_str)
            .filter(|part| others.iter().any(|action| is_of(action, part)))
            .collect();
        let deny = |actions: &[&str], resources: Value| json!({"Sid": "KeepParapet", "Effect": "Deny", "Action": one_or_many(actions), "Resource": resources});
        let of_parts = (!others.is_empty()).then(|| deny(&others, one_or_many(&parts)));
        let ids: Vec<&str> = self.parts.iter().map(String::as_str).filter(|part| part.contains(KEY)).collect();
        let by_id = (!of_keys.is_empty() && !ids.is_empty()).then(|| {
            let mut statement = deny(&of_keys, one_or_many(&ids));
            if let Some(fields) = statement.as_object_mut() {
                fields.insert("Sid".to_owned(), json!("KeepKeysOfParapetById"));
            }
            statement
        });
        let of_keys = (!of_keys.is_empty()).then(|| {
            let mut statement = deny(&of_keys, json!("*"));
            if let Some(fields) = statement.as_object_mut() {
                fields.insert("Sid".to_owned(), json!("KeepKeysOfParapet"));
                fields.insert(
                    "Condition".to_owned(),
                    json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}),
                );
            }
            statement
        });
        of_parts.into_iter().chain(of_keys).chain(by_id).collect()
    }

    /// A statement as it is about these actions, and as it is about others.
    fn divided(&self, statement: &Map<String, Value>) -> (Option<Written>, Option<Written>) {
        let Some(actions) = statement.get("Action") else { return (Some(statement.clone()), None) };
        let named = statement.get("Resource").map(texts).unwrap_or_default();
        let keys: Vec<&String> = self.parts.iter().filter(|part| part.contains(KEY)).collect();
        let names_keys = named.iter().any(|name| keys.iter().any(|key| matches(key, name)));
        let is_left = |action: &str| !names_keys && OF_KEYS.contains(&action);
        let is_about = |entry: &&str| {
            let entry = entry.to_ascii_lowercase();
            self.by.iter().any(|action| !is_left(action) && matches(&entry, &action.to_ascii_lowercase()))
        };
        let (about, others): (Vec<&str>, Vec<&str>) = texts(actions).into_iter().partition(is_about);
        let part = |entries: &[&str]| (!entries.is_empty()).then(|| with(statement, "Action", one_or_many(entries)));
        (part(&about), part(&others))
    }

    /// The parts of the services of the actions.
    fn parts_of(&self, about: &Map<String, Value>) -> Vec<&str> {
        let entries: Vec<String> =
            about.get("Action").map(texts).into_iter().flatten().map(str::to_ascii_lowercase).collect();
        let is_meant = |action: &str| {
            entries.is_empty() || entries.iter().any(|entry| matches(entry, &action.to_ascii_lowercase()))
        };
        let by: Vec<&String> = self.by.iter().filter(|action| is_meant(action)).collect();
        self.parts.iter().map(String::as_str).filter(|part| by.iter().any(|action| is_of(action, part))).collect()
    }

    /// What of all actions of a service only shows what guards.
    fn showing(&self, about: &Map<String, Value>, parts: &[&str]) -> Option<Map<String, Value>> {
        let entries: Vec<String> =
            about.get("Action").map(texts).into_iter().flatten().map(str::to_ascii_lowercase).collect();
        let left_out: Vec<&str> = about.get("NotAction").map(texts).unwrap_or_default();
        let is_left_out = |service: &str| {
            let of =
                |entry: &&&str| entry.split(':').next().is_some_and(|own| matches(&own.to_ascii_lowercase(), service));
            left_out.iter().any(|entry| of(&entry))
        };
        let has_all = |service: &str| match about.contains_key("NotAction") {
            true => !is_left_out(service),
            false => entries.iter().any(|entry| entry == "*" || *entry == format!("{service}:*")),
        };
        let of_service = |(service, verbs): &(&str, &[&str])| {
            let is_asked = has_all(service) && parts.iter().any(|part| service_of(part) == *service);
            verbs.iter().filter(|_| is_asked).map(|verb| format!("{service}:{verb}")).collect::<Vec<_>>()
        };
        let actions: Vec<String> = SHOWING.iter().flat_map(of_service).collect();
        let of_actions = |part: &&&str| actions.iter().any(|action| is_of(action, part));
        let shown: Vec<&str> = parts.iter().filter(of_actions).copied().collect();
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let mut about = about.clone();
        about.remove("NotAction");
        (!actions.is_empty() && self.shows)
            .then(|| with(&with(&about, "Action", one_or_many(&actions)), "Resource", one_or_many(&shown)))
    }
}

/// Actions on keys, which are known by their aliases, and by their ids where these are known.
const OF_KEYS: [&str; 5] =
    ["kms:CreateGrant", "kms:DisableKey", "kms:GenerateMac", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];

/// What stands before the id of a key in its ARN.
const KEY: &str = ":key/";

fn on_all_but(about: &Map<String, Value>, left_out: &[&str], parts: &[&str]) -> Option<Map<String, Value>> {
    let mut all = left_out.to_vec();
    all.extend(parts.iter().filter(|part| !left_out.contains(part)));
    let mut statement = about.clone();
    statement.remove("Resource");
    statement.insert("NotResource".to_owned(), one_or_many(&all));
    Some(statement)
}

fn with(statement: &Map<String, Value>, element: &str, value: Value) -> Map<String, Value> {
    let mut statement = statement.clone();
    if element == "Resource" {
        statement.remove("NotResource");
    }
    statement.insert(element.to_owned(), value);
    statement
}

/// Two statements of a document share no Sid.
fn without_sid(mut statement: Map<String, Value>) -> Value {
    statement.remove("Sid");
    Value::Object(statement)
}

/// A statement as it is written.
fn value(document: &Document, index: usize) -> Option<Map<String, Value>> {
    let statements = document.as_value().get("Statement")?;
    let statement = match statements {
        Value::Array(all) => all.get(index)?,
        single => Some(single).filter(|_| index == 0)?,
    };
    statement.as_object().cloned()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        single => single.as_str().into_iter().collect(),
    }
}

fn one_or_many(texts: &[&str]) -> Value {
    match texts {
        [one] => json!(one),
        many => json!(many),
    }
}

/// Whether a part is of the service of an action.
fn is_of(action: &str, part: &str) -> bool {
    action.split(':').next() == Some(service_of(part))
}

fn service_of(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}
