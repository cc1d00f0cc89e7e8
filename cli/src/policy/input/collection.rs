//! Reads a data access policy of OpenSearch Serverless, which is no policy of IAM's: a list of rules, each for some principals.
//!
//! "Data access policies [..] define how users access the data within your collections" (Amazon OpenSearch Service Developer Guide, "Data access
//! control for Amazon OpenSearch Serverless"). Nothing in it denies, and nothing is conditional; it has to be asked only whom it lets in. What a
//! rule is about is no ARN, and is taken as everything.

use serde_json::{Map, Value, json};

use super::found::Text;
use super::unresolved::Parts;

/// What such a list is.
#[derive(Debug, PartialEq)]
pub(super) enum Listed {
    /// Somebody is let in: as a policy of IAM's would say it.
    Policy(Value),
    /// A policy of the network or of encryption, which lets in nobody by itself.
    Other,
}

impl Listed {
    /// What is judged of it. It is no policy of IAM's, and none is proposed in its place.
    pub(super) fn text(self) -> Option<Text> {
        match self {
            Self::Policy(value) => Some(Text::Policy {
                value,
                statements: Vec::new(),
                parts: Parts::default(),
                is_filled: true,
                has_account: false,
            }),
            Self::Other => None,
        }
    }
}

/// What a text is, if it is such a list.
pub(super) fn in_text(text: &str) -> Option<Listed> {
    text.trim_start().starts_with('[').then(|| iam_policy::parse_json(text).ok()).flatten().and_then(|value| of(&value))
}

/// What a value is, if it is such a list.
pub(super) fn of(value: &Value) -> Option<Listed> {
    let entries = value.as_array().filter(|entries| !entries.is_empty())?;
    let entries: Vec<&Map<String, Value>> = entries.iter().map(Value::as_object).collect::<Option<_>>()?;
    if !entries.iter().all(|entry| entry.contains_key("Rules")) {
        return None;
    }
    let mut statements = Vec::new();
    for entry in entries {
        let principals = entry.get("Principal").map(principals).unwrap_or_default();
        if principals.as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        for rule in entry.get("Rules").and_then(Value::as_array).into_iter().flatten() {
            let action = rule.get("Permission").cloned().unwrap_or_default();
            statements
                .push(json!({"Effect": "Allow", "Principal": {"AWS": principals}, "Action": action, "Resource": "*"}));
        }
    }
    if statements.is_empty() {
        return Some(Listed::Other);
    }
    Some(Listed::Policy(json!({"Version": "2012-10-17", "Statement": statements})))
}

/// Of federated users the account is what counts: `saml/<account>/<provider>/..`. Those of Identity Center are the account's own, and nobody else's.
fn principals(value: &Value) -> Value {
    let one = |value: &Value| match value.as_str().map(|text| text.split('/').collect::<Vec<_>>()).as_deref() {
        Some(["saml" | "iamfederation", account, ..]) => Some(json!(account)),
        Some(["iamidentitycenter", ..]) => None,
        _ => Some(value.clone()),
    };
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    all.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(of: &Value) -> Option<Value> {
        let rule = json!({"ResourceType": "index", "Resource": ["index/c/*"], "Permission": ["aoss:ReadDocument"]});
        match in_text(&json!([{"Rules": [rule], "Principal": of}]).to_string())? {
            Listed::Policy(value) => value.pointer("/Statement/0/Principal/AWS").cloned(),
            Listed::Other => None,
        }
    }

    #[test]
    fn whom_it_lets_in() {
        let role = "arn:aws:iam::111122223333:role/r";
        for (of, expected) in [
            (json!([role]), Some(json!([role]))),
            (json!(role), Some(json!([role]))),
            (json!(["saml/444455556666/idp/user/u", role]), Some(json!(["444455556666", role]))),
            (json!(["iamidentitycenter/app/user/u", role]), Some(json!([role]))),
            (json!(["iamidentitycenter/app/user/u"]), None),
        ] {
            assert_eq!(principal(&of), expected, "{of}");
        }
    }

    #[test]
    fn what_else_is_a_list() {
        for (text, expected) in [
            (
                r#"[{"Rules": [{"ResourceType": "collection", "Resource": ["collection/c"]}], "AllowFromPublic": true}]"#,
                Some(Listed::Other),
            ),
            (r#"[{"Rules": [], "Principal": []}, {"Statement": []}]"#, None),
            (r#"[{"Statement": []}]"#, None),
            ("[]", None),
            ("[1]", None),
            ("{}", None),
        ] {
            assert_eq!(in_text(text), expected, "{text}");
        }
    }
}
