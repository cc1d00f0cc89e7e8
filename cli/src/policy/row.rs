//! Reads a row of a batch.

use std::sync::Arc;

use iam_policy::{Document, DocumentKind, parse_json};
use serde_json::{Map, Value};

use super::analysis::{Policies, Question};
use super::kind::PolicyType;
use super::options::{ACCOUNT, ARN, ORGANIZATION, Settings, is_account, is_arn, is_organization};
use super::report::Refusal;
use super::roles::Roles;

/// A row of JSON. Fields that have no meaning here are left alone.
pub(super) type Row = Map<String, Value>;

const POLICY: &str = "a policy: an object, or a string of JSON";
const TYPES: &str = "`identity`, `resource`, `trust`, `boundary`, `scp` or `rcp`";

/// What a row of `check` asks.
pub(super) fn check(mut row: Row, settings: &Settings) -> Result<Question, Refusal> {
    let policies = match (take(&mut row, "policy"), take(&mut row, "policies")) {
        (Some(policy), None) => Policies::one(document("policy", policy)?),
        (None, Some(list)) => match decoded("policies", list)? {
            Value::Array(list) => documents("policies", list)?,
            _ => return Err(Refusal::new("policies", "something else", "a list of policies")),
        },
        (Some(_), Some(_)) => return Err(Refusal::new("policies", "both `policy` and `policies`", "one of them")),
        (None, None) => return Err(Refusal::new("policy", "nothing", POLICY)),
    };
    if policies.documents.is_empty() {
        return Err(Refusal::new("policies", "an empty list", "at least one policy"));
    }
    let mut limits = Vec::new();
    if let Some(boundary) = take(&mut row, "boundary") {
        limits.push(limit("boundary", boundary, DocumentKind::Boundary)?);
    }
    for (i, scp) in list(take(&mut row, "scps")).into_iter().enumerate() {
        limits.push(limit(&format!("scps[{i}]"), scp, DocumentKind::Scp)?);
    }
    let settings = overridden(&mut row, settings)?;
    let has_limits = !limits.is_empty();
    let question = Question::check(policies, limits, settings)?;
    if let Question::Check { policies, kind, .. } = &question {
        fits("policy", policies, *kind)?;
        if has_limits && *kind != PolicyType::Identity {
            return Err(Refusal::new("boundary", "a limit", "none: only identity policies have limits"));
        }
    }
    Ok(question)
}

/// What a row of `new-access` asks.
pub(super) fn new_access(mut row: Row, kind: Option<PolicyType>) -> Result<Question, Refusal> {
    let kind = row_type(&mut row)?.or(kind);
    let mut side = |name: &'static str| match take(&mut row, name) {
        None => Err(Refusal::new(name, "nothing", POLICY)),
        Some(value) => match decoded(name, value)? {
            Value::Array(list) => documents(name, list),
            single => Ok(Policies::one(document(name, single)?)),
        },
    };
    let (existing, new) = (side("existing")?, side("new")?);
    let question = Question::new_access(existing, new, kind);
    if let Question::NewAccess { existing, new, kind } = &question {
        fits("existing", existing, *kind)?;
        fits("new", new, *kind)?;
    }
    Ok(question)
}

/// Whether the policies have the elements of their kind.
pub(super) fn fits(name: &str, policies: &Policies, kind: PolicyType) -> Result<(), Refusal> {
    policies.documents.iter().enumerate().try_for_each(|(i, document)| {
        let path = policies.list.map_or_else(|| name.to_owned(), |list| format!("{list}[{i}]"));
        document.check(kind.document_kind()).map_err(|error| Refusal::at(&path, &error))
    })
}

fn overridden(row: &mut Row, settings: &Settings) -> Result<Settings, Refusal> {
    let mut settings = settings.clone();
    settings.kind = row_type(row)?.or(settings.kind);
    if let Some(account) = take(row, "account") {
        settings.account = Some(text("account", &account, is_account, ACCOUNT)?);
    }
    if let Some(accounts) = take(row, "trusted_accounts") {
        settings.trusted_accounts = texts("trusted_accounts", accounts, is_account, ACCOUNT)?.into_iter().collect();
    }
    if let Some(ids) = take(row, "organizations") {
        settings.organizations = texts("organizations", ids, is_organization, ORGANIZATION)?.into_iter().collect();
    }
    if let Some(patterns) = take(row, "protected") {
        settings.protected = texts("protected", patterns, is_arn, ARN)?;
    }
    if let Some(roles) = take(row, "roles") {
        let roles = Roles::of(decoded("roles", roles)?, "roles")?;
        if let Some(account) = settings.account.as_ref().filter(|account| **account != roles.account) {
            return Err(Refusal::new("roles", format!("roles of {}", roles.account), format!("roles of {account}")));
        }
        settings.roles = Some(Arc::new(roles));
    }
    if let Some(envelope) = take(row, "envelope") {
        settings.envelope = documents("envelope", list(Some(envelope)))?.documents;
    }
    Ok(settings)
}

fn row_type(row: &mut Row) -> Result<Option<PolicyType>, Refusal> {
    for name in ["type", "policyType"] {
        if let Some(value) = take(row, name) {
            let kind = value.as_str().and_then(PolicyType::named);
            return kind.map(Some).ok_or_else(|| Refusal::new(name, shown(&value), TYPES));
        }
    }
    Ok(None)
}

/// A field, if it is there. Null is not.
fn take(row: &mut Row, name: &str) -> Option<Value> {
    row.remove(name).filter(|value| !value.is_null())
}

/// A list, or one thing in place of a list.
fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn texts(name: &str, value: Value, is_one: fn(&str) -> bool, allowed: &str) -> Result<Vec<String>, Refusal> {
    let list = list(Some(value)).into_iter().enumerate();
    list.map(|(i, value)| text(&format!("{name}[{i}]"), &value, is_one, allowed)).collect()
}

fn text(path: &str, value: &Value, is_one: fn(&str) -> bool, allowed: &str) -> Result<String, Refusal> {
    let text = value.as_str().filter(|text| is_one(text));
    text.map(str::to_owned).ok_or_else(|| Refusal::new(path, shown(value), allowed))
}

fn documents(name: &'static str, values: Vec<Value>) -> Result<Policies, Refusal> {
    let values = values.into_iter().enumerate();
    let documents = values.map(|(i, value)| document(&format!("{name}[{i}]"), value)).collect::<Result<_, _>>()?;
    Ok(Policies { documents, list: Some(name) })
}

fn document(path: &str, value: Value) -> Result<Document, Refusal> {
    let value = decoded(path, value)?;
    if !value.is_object() {
        return Err(Refusal::new(path, shown(&value), POLICY));
    }
    Document::from_value(value).map_err(|error| Refusal::at(path, &error))
}

fn limit(path: &str, value: Value, kind: DocumentKind) -> Result<Document, Refusal> {
    let document = document(path, value)?;
    document.check(kind).map_err(|error| Refusal::at(path, &error))?;
    Ok(document)
}

/// What a string of JSON says; anything else as it is.
fn decoded(path: &str, value: Value) -> Result<Value, Refusal> {
    match value {
        Value::String(text) => parse_json(&text).map_err(|error| match error.path() {
            "" => Refusal::new(path, error.found(), POLICY),
            _ => Refusal::at(path, &error),
        }),
        value => Ok(value),
    }
}

/// What an error says of a value.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => format!("the boolean `{truth}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) if text.chars().nth(LONGEST).is_none() => format!("the string `{text}`"),
        Value::String(text) => format!("the string `{}..`", text.chars().take(LONGEST).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statement() -> Value {
        json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    }

    fn policy() -> Value {
        json!({"Version": "2012-10-17", "Statement": [statement()]})
    }

    fn row(value: Value) -> Row {
        match value {
            Value::Object(row) => row,
            other => panic!("{other}"),
        }
    }

    #[track_caller]
    fn refused(value: Value, expected: &str) {
        assert_eq!(check(row(value), &Settings::default()).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_policy_comes_in_many_forms() {
        for value in [
            json!({"policy": policy()}),
            json!({"policy": policy().to_string(), "type": null}),
            json!({"policies": [policy(), policy().to_string()], "policyType": "IDENTITY_POLICY", "account": "123456789012"}),
            json!({"policy": policy(), "boundary": policy(), "scps": [policy().to_string()]}),
            json!({"policy": policy(), "type": "scp", "title": "a field that has no meaning"}),
        ] {
            check(row(value), &Settings::default()).unwrap();
        }
        for value in [
            json!({"existing": [], "new": policy(), "policyType": "identity_policy"}),
            json!({"existing": policy().to_string(), "new": [policy()]}),
            json!({"existing": json!([policy()]).to_string(), "new": policy()}),
        ] {
            new_access(row(value), None).unwrap();
        }
    }

    #[test]
    fn a_refusal_names_path_found_and_allowed() {
        refused(json!({}), "policy: nothing, expected a policy: an object, or a string of JSON");
        refused(json!({"policy": 5}), "policy: the number `5`, expected a policy: an object, or a string of JSON");
        refused(
            json!({"policy": "{"}),
            "policy: EOF while parsing an object at line 1 column 1, expected a policy: an object, or a string of JSON",
        );
        refused(
            json!({"policy": r#"{"Statement": {"Effect": "Deny", "Effect": "Allow"}}"#}),
            "policy.Statement.Effect: the key twice, at line 1 column 16 and line 1 column 34, expected it once",
        );
        refused(json!({"policies": []}), "policies: an empty list, expected at least one policy");
        refused(
            json!({"policies": [policy(), {"Statement": {"Effect": "Maybe", "Action": "*", "Resource": "*"}}]}),
            "policies[1].Statement.Effect: `Maybe`, expected `Allow`, `Deny`",
        );
        refused(
            json!({"policy": policy(), "type": "user"}),
            "type: the string `user`, expected `identity`, `resource`, `trust`, `boundary`, `scp` or `rcp`",
        );
        refused(
            json!({"policy": policy(), "type": "trust"}),
            "policy.Statement[0].Principal: nothing, expected a principal: whom the statement is about",
        );
        refused(
            json!({"policy": policy(), "account": 123456789012_u64}),
            "account: the number `123456789012`, expected an account ID: a string of twelve digits",
        );
        refused(
            json!({"policy": policy(), "boundary": {"Statement": {"Effect": "Allow", "Action": "*"}}}),
            "boundary.Statement.Resource: nothing, expected `Resource` or `NotResource`",
        );
    }
}
