//! Policies that are to be judged alike: renamed, reordered, split, joined, written out.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use crate::cases::{Case, renamed_document};
use iam_policy::{catalogue, matches};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Texts with other names in them.
pub(crate) type Rename = fn(&str) -> String;

/// A case, its zone and its rules with other names.
pub(crate) fn renamed(case: &Case, rename: Rename) -> Case {
    let all = |value: &Value| texts_mapped(value, &|text| rename(text));
    let mut renamed = case.with(all(&case.policy));
    let rules = &mut renamed.rules;
    let zone = &mut rules.zone;
    zone.account = rename(&zone.account);
    zone.partition = rename(&format!("arn:{}:", zone.partition)).split(':').nth(1).unwrap_or_default().to_owned();
    zone.accounts = zone.accounts.iter().map(|account| rename(account)).collect();
    zone.organizations = zone.organizations.iter().map(|id| rename(id)).collect();
    for list in [&mut rules.protected, &mut rules.sealed.resources, &mut rules.sealed.keepers] {
        list.iter_mut().for_each(|arn| *arn = rename(arn));
    }
    rules.envelope = rules.envelope.iter().map(|document| renamed_document(document, all)).collect();
    renamed
}

/// Every text of a value but keys, and what is no name: the effect, the version, Sids and ids.
fn texts_mapped(value: &Value, map: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => map(text).into(),
        Value::Array(list) => list.iter().map(|entry| texts_mapped(entry, map)).collect(),
        Value::Object(fields) => {
            let kept = ["Effect", "Version", "Sid", "Id", "Action", "NotAction"];
            let mapped = |(key, value): (&String, &Value)| {
                let value = if kept.contains(&key.as_str()) { value.clone() } else { texts_mapped(value, map) };
                (key.clone(), value)
            };
            fields.iter().map(mapped).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Every text of the policy.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The words of a text, and what stands between them, in order.
fn words(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        all.push(&rest[..end]);
        rest = &rest[end..];
    }
    all
}

/// Every account with other digits. An example that the judge makes up stays one that nobody names.
pub(crate) fn other_accounts(text: &str) -> String {
    let digit = |c: char| char::from_digit((c.to_digit(10).unwrap_or_default() + 3) % 10, 10).unwrap_or(c);
    let is_account = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    let word = |word: &str| if is_account(word) { word.chars().map(digit).collect() } else { word.to_owned() };
    words(text).into_iter().map(word).collect()
}

/// Regions that are no global service's.
pub(crate) const REGIONS: [&str; 14] = [
    "eu-west-1",
    "ap-southeast-2",
    "sa-east-1",
    "eu-central-1",
    "us-east-2",
    "us-west-1",
    "ca-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "eu-west-2",
    "eu-west-3",
    "ap-south-1",
    "me-south-1",
    "af-south-1",
];

/// Every such region another one.
pub(crate) fn other_regions(text: &str) -> String {
    let word = |word: &str| match REGIONS.iter().position(|region| *region == word) {
        Some(at) => REGIONS[(at + 1) % REGIONS.len()].to_owned(),
        None => word.to_owned(),
    };
    words(text).into_iter().map(word).collect()
}

/// A partition for another: what is of `aws` is of `aws-us-gov`, and what was of that is of `aws`.
pub(crate) fn other_partitions(text: &str) -> String {
    partitions_swapped(text, "aws-us-gov")
}

/// The same with a partition that nobody has heard of.
pub(crate) fn new_partitions(text: &str) -> String {
    partitions_swapped(text, "aws-moon")
}

fn partitions_swapped(text: &str, other: &str) -> String {
    let (ours, theirs, between) = ("arn:aws:", format!("arn:{other}:"), "arn:between:");
    text.replace(ours, between).replace(&theirs, ours).replace(between, &theirs)
}

/// Every organization with other letters.
pub(crate) fn other_organizations(text: &str) -> String {
    match text.strip_prefix("o-") {
        Some(rest) => format!("o-{}", turned(rest)),
        None => text.to_owned(),
    }
}

/// Buckets, keys, roles, users, groups and policies with other letters, and nothing else of their ARNs.
pub(crate) fn other_names(text: &str) -> String {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else { return text.to_owned() };
    let kinds = ["role", "user", "group", "policy", "instance-profile", "saml-provider", "server-certificate"];
    let resource = match (*service, resource.split_once('/')) {
        _ if resource.contains("${") => (*resource).to_owned(),
        // What has a region or an account there is no bucket: `accesspoint/name`.
        ("s3", _) if region.is_empty() && account.is_empty() => turned(resource),
        ("iam", Some((kind, name))) if kinds.contains(&kind) => format!("{kind}/{}", turned(name)),
        ("sts", Some(("assumed-role", names))) => format!("assumed-role/{}", turned(names)),
        _ => (*resource).to_owned(),
    };
    [*arn, *partition, *service, *region, *account, resource.as_str()].join(":")
}

/// The letters, each thirteen places further.
fn turned(text: &str) -> String {
    let turn = |c: char| {
        let base = if c.is_ascii_lowercase() { b'a' } else { b'A' };
        if c.is_ascii_alphabetic() { char::from((c as u8 - base + 13) % 26 + base) } else { c }
    };
    text.chars().map(turn).collect()
}

/// The statements, in a list.
pub(crate) fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    }
}

/// The same policy with other statements.
pub(crate) fn with_statements(policy: &Value, statements: Vec<Value>) -> Value {
    let mut with = policy.clone();
    with["Statement"] = statements.into();
    with
}

/// Everything the other way round: statements, lists, and what has no order anyhow.
pub(crate) fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().rev().map(reversed).collect(),
        Value::Object(fields) => {
            fields.iter().rev().map(|(k, v)| (k.clone(), reversed(v))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A statement for each entry of an element that lists several.
pub(crate) fn split(policy: &Value, element: &str) -> Value {
    let one_each = |statement: Value| match &statement[element] {
        Value::Array(list) if list.len() > 1 => list.iter().map(|entry| with(&statement, element, entry)).collect(),
        Value::Object(kinds) => {
            let entries = kinds.iter().flat_map(|(kind, list)| match list {
                Value::Array(list) => list.iter().map(|entry| json!({kind: entry})).collect::<Vec<_>>(),
                one => vec![json!({kind: one})],
            });
            entries.map(|entry| with(&statement, element, &entry)).collect()
        }
        _ => vec![statement],
    };
    with_statements(policy, statements(policy).into_iter().flat_map(one_each).collect())
}

fn with(statement: &Value, element: &str, value: &Value) -> Value {
    let mut with = statement.clone();
    with[element] = value.clone();
    with
}

/// Statements that differ in one element alone as one.
pub(crate) fn joined(policy: &Value, element: &str) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for statement in statements(policy) {
        let rest = |one: &Value| {
            let mut rest = one.clone();
            if let Some(fields) = rest.as_object_mut() {
                fields.remove("Sid");
                fields.remove(element);
            }
            rest
        };
        let entries = |one: &Value| match &one[element] {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        let is_text = |one: &Value| entries(one).iter().all(Value::is_string);
        let other =
            all.iter_mut().find(|other| is_text(&statement) && is_text(other) && rest(other) == rest(&statement));
        match other {
            Some(other) => {
                let both: Vec<Value> = entries(other).into_iter().chain(entries(&statement)).collect();
                other[element] = both.into();
            }
            None => all.push(statement),
        }
    }
    with_statements(policy, all)
}

/// The actions in other letters.
pub(crate) fn recased(policy: &Value, case: fn(&str) -> String) -> Value {
    let recase = |mut statement: Value| {
        for element in ["Action", "NotAction"] {
            if let Some(actions) = statement.get_mut(element) {
                *actions = texts_mapped(actions, &|action| case(action));
            }
        }
        statement
    };
    with_statements(policy, statements(policy).into_iter().map(recase).collect())
}

/// Letters large and small in turn.
pub(crate) fn mixed(text: &str) -> String {
    let mix = |(i, c): (usize, char)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().enumerate().map(mix).collect()
}

/// Patterns of actions of one service written out, but for a service's whole `*`: that is also what is to come.
pub(crate) fn written_out(policy: &Value) -> Value {
    /// More would be no policy that somebody wrote.
    const MOST: usize = 400;
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut names = |pattern: &str| -> Vec<String> {
        let Some((service, rest)) = pattern.split_once(':') else { return vec![pattern.to_owned()] };
        let is_pattern = rest.contains(['*', '?']) && rest != "*" && !service.contains(['*', '?']);
        if !is_pattern {
            return vec![pattern.to_owned()];
        }
        let all = known.entry(service.to_ascii_lowercase()).or_insert_with(|| {
            catalogue::actions_of(service).into_iter().map(|id| format!("{}:{}", id.name().0, id.name().1)).collect()
        });
        let lower = pattern.to_ascii_lowercase();
        let found: Vec<String> =
            all.iter().filter(|name| matches(&lower, &name.to_ascii_lowercase())).cloned().collect();
        if found.is_empty() || found.len() > MOST { vec![pattern.to_owned()] } else { found }
    };
    let mut write_out = |mut statement: Value| {
        let patterns: Vec<String> = match &statement["Action"] {
            Value::String(one) => vec![one.clone()],
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => return statement,
        };
        statement["Action"] = patterns.iter().flat_map(|pattern| names(pattern)).collect::<Vec<_>>().into();
        statement
    };
    with_statements(policy, statements(policy).into_iter().map(&mut write_out).collect())
}
