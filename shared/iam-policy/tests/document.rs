//! Reading and writing documents.
#![allow(clippy::expect_used, reason = "a helper of tests fails the test")]

mod common;

use common::{document, policy, rows};
use iam_policy::{Document, Effect, MAX_DOCUMENT_BYTES};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn refused(json: &str, message: &str) {
    let error = Document::parse(json).expect_err("refused");
    assert_eq!(error.to_string(), message, "{json}");
}

fn refused_statement(statement: Value, message: &str) {
    refused(&json!({"Statement": [statement]}).to_string(), message);
}

#[test]
fn errors_say_where_what_and_what_is_allowed() {
    refused("[]", "document: a list, expected an object");
    refused("{", "document: EOF while parsing an object at line 1 column 1, expected a JSON object");
    refused("{}", "Statement: nothing, expected a statement or a list of statements");
    refused(r#"{"Version":"2012","Statement":[]}"#, "Version: `2012`, expected `2008-10-17`, `2012-10-17`");
    refused(r#"{"version":"2012-10-17"}"#, "document: unknown key `version`, expected `Version`, `Id`, `Statement`");
    refused(r#"{"Statement":"x"}"#, "Statement: the string `x`, expected an object");
    refused(r#"{"Statement":{}}"#, "Statement.Effect: nothing, expected `Allow` or `Deny`");
    refused_statement(json!({"Effect": "allow"}), "Statement[0].Effect: `allow`, expected `Allow`, `Deny`");
    refused_statement(json!({"Effect": "Allow"}), "Statement[0].Action: nothing, expected `Action` or `NotAction`");
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "NotAction": "*"}),
        "Statement[0]: both `Action` and `NotAction`, expected one of them",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": ["*", 1]}),
        "Statement[0].Action[1]: the number `1`, expected a string",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Principal": "me"}),
        "Statement[0].Principal: the string `me`, expected `*` or an object of principals",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Principal": {"Aws": "*"}}),
        "Statement[0].Principal: unknown key `Aws`, expected `AWS`, `Service`, `Federated`, `CanonicalUser`",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Condition": {"StringLikes": {"a": "b"}}}),
        "Statement[0].Condition: unknown key `StringLikes`, expected a condition operator",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"a": [null]}}}),
        "Statement[0].Condition.Bool.a[0]: null, expected a string, a number or a boolean",
    );
}

#[test]
fn size_is_bounded() {
    let padding = " ".repeat(MAX_DOCUMENT_BYTES);
    let message = format!("document: {} bytes, expected at most {MAX_DOCUMENT_BYTES}", MAX_DOCUMENT_BYTES + 2);
    refused(&format!("[{padding}]"), &message);
    assert!(Document::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn every_managed_policy_is_read_and_written_unchanged() {
    for row in rows(include_str!("data/managed_policies.jsonl")) {
        let text = row["document"].to_string();
        let document = Document::parse(&text).expect("a policy");
        assert_eq!(document.to_json(), text, "{}", row["name"]);
    }
}

#[test]
fn spelling_survives() {
    let text = r#"{"Statement":{"Resource":["*"],"Action":"s3:*","Effect":"Deny","Sid":"","Principal":{"AWS":["*"]},"Condition":{"Bool":{"aws:SecureTransport":false}}},"Id":"x","Version":"2008-10-17"}"#;
    let read = Document::parse(text).expect("a policy");
    assert_eq!(read.to_json(), text);
    assert_eq!(serde_json::to_string(&read).expect("json"), text);
    assert_eq!(serde_json::from_str::<Document>(text).expect("a policy"), read);
    let [statement] = read.statements() else { panic!("one statement") };
    assert_eq!((statement.effect, statement.sid.as_deref()), (Effect::Deny, Some("")));
    assert_eq!(statement.conditions[0].values, ["false"]);
    assert!(!statement.variables);
}

fn statement(sid: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"})
}

fn sids(document: &Document) -> Vec<&str> {
    document.statements().iter().filter_map(|s| s.sid.as_deref()).collect()
}

#[test]
fn editing() {
    let one = document(json!({"Statement": statement("a"), "Id": "x"}));
    let two = one.with_statement(statement("b")).expect("a policy");
    assert_eq!(two.to_json(), json!({"Statement": [statement("a"), statement("b")], "Id": "x"}).to_string());
    assert_eq!(sids(&two.without_statements(&BTreeSet::from([0])).expect("one left")), ["b"]);
    assert_eq!(two.without_statements(&BTreeSet::from([0, 1])), None);
    assert_eq!(one.without_statements(&BTreeSet::from([0])), None);
    assert_eq!(one.without_statements(&BTreeSet::from([7])), Some(one.clone()));
    assert_eq!(sids(&two.replacing_statement(0, statement("c")).expect("a policy")), ["c", "b"]);
    assert_eq!(sids(&two.replacing_statement(1, statement("c")).expect("a policy")), ["a", "c"]);
    let replaced = one.replacing_statement(0, statement("c")).expect("a policy");
    assert!(replaced.as_value()["Statement"].is_object());
    let error = one.replacing_statement(1, statement("c")).expect_err("no such statement");
    assert_eq!(error.to_string(), "Statement[1]: no statement, expected an index below 1");
    assert!(two.with_statement(json!({})).is_err());
}

fn same_text(a: Value, b: Value, expected: bool) {
    assert_eq!(document(a.clone()).equivalent_text(&document(b.clone())), expected, "{a} and {b}");
}

#[test]
fn equivalent_text() {
    let with = |action: Value| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    same_text(with(json!("s3:*")), with(json!(["s3:*"])), true);
    same_text(
        with(json!("s3:*")),
        json!({"Statement": {"Resource": ["*"], "Action": "s3:*", "Effect": "Allow"}}),
        true,
    );
    same_text(with(json!("s3:*")), with(json!("s3:Get*")), false);
    same_text(with(json!(["a:b", "a:c"])), with(json!(["a:c", "a:b"])), false);
    let (a, b) = (statement("a"), statement("b"));
    same_text(json!({"Statement": [a, b]}), json!({"Statement": [b, a]}), false);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just("*".to_owned()), Just("Allow".to_owned()), "\\PC{0,8}"].prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Principal",
        "AWS",
        "Resource",
        "Condition",
        "StringLike",
        "Sid",
        "x",
    ]);
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Document::parse(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        if let Ok(document) = Document::from_value(value.clone()) {
            prop_assert_eq!(document.to_json(), value.to_string());
            prop_assert!(document.equivalent_text(&document));
        }
    }

    #[test]
    fn any_action_and_resource_is_read_back(action in any::<String>(), resource in any::<String>()) {
        let statements = json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
        let written = policy(statements).to_json();
        prop_assert_eq!(Document::parse(&written).expect("a policy").to_json(), written);
    }
}
