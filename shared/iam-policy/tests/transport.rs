//! Bucket policies that refuse requests without TLS, or with an old version of it.
#![allow(clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::policy;
use iam_policy::{denies_insecure_transport, denies_tls_below};
use serde_json::{Value, json};

fn check(statements: Value, expected: bool) {
    let document = policy(statements);
    assert_eq!(denies_insecure_transport(&document, "arn:aws:s3:::b"), expected, "{}", document.to_json());
}

fn deny() -> Value {
    json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut statement = deny();
    statement[key] = value;
    statement
}

#[test]
fn one_statement() {
    check(json!(deny()), true);
    check(json!([with("Effect", json!("Allow"))]), false);
    for (key, value, expected) in [
        ("Principal", json!({"AWS": "*"}), true),
        ("Principal", json!({"AWS": ["*"]}), true),
        ("Principal", json!({"AWS": "123456789012"}), false),
        ("Principal", json!({"Service": "*"}), false),
        ("Action", json!("*"), true),
        ("Action", json!(["s3:Get*", "S3:*"]), true),
        ("Action", json!(["s3:Get*", "s3:Put*"]), false),
        ("Action", json!("s3:?*"), false),
        ("Resource", json!("*"), true),
        ("Resource", json!("arn:aws:s3:::b*"), true),
        ("Resource", json!("arn:aws:s3:::b/*"), false),
        ("Resource", json!("arn:aws:s3:::b"), false),
        ("Resource", json!(["arn:aws:s3:::b", "arn:aws:s3:::b/?*"]), false),
        ("Resource", json!(["arn:aws:s3:::c", "arn:aws:s3:::c/*"]), false),
        ("Condition", json!({"Bool": {"aws:SecureTransport": false}}), true),
        ("Condition", json!({"BoolIfExists": {"AWS:securetransport": ["false"]}}), true),
        ("Condition", json!({"Bool": {"aws:SecureTransport": "true"}}), false),
        ("Condition", json!({"Bool": {"aws:SecureTransport": ["false", "true"]}}), false),
        ("Condition", json!({"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}), false),
        ("Condition", json!({"StringEquals": {"aws:SecureTransport": "false"}}), false),
        ("Condition", json!({}), false),
    ] {
        check(json!([with(key, value)]), expected);
    }
}

#[test]
fn two_statements() {
    let on = |resource: &str| with("Resource", json!(resource));
    check(json!([on("arn:aws:s3:::b"), on("arn:aws:s3:::b/*")]), true);
    check(json!([on("arn:aws:s3:::b"), on("arn:aws:s3:::c/*")]), false);
    let mut objects = on("arn:aws:s3:::b/*");
    objects["Action"] = json!("s3:GetObject");
    check(json!([on("arn:aws:s3:::b"), objects]), false);
    check(json!([]), false);
}

#[test]
fn old_versions() {
    let check = |key: &str, value: Value, version: &str, expected: bool| {
        let mut statement = with("Condition", json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}));
        statement[key] = value;
        let document = policy(json!([statement]));
        assert_eq!(
            denies_tls_below(&document, "arn:aws:s3:::b", version),
            expected,
            "{} {version}",
            document.to_json()
        );
    };
    let on = |condition: Value, version: &str, expected: bool| check("Condition", condition, version, expected);
    on(json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), "1.2", true);
    on(json!({"NumericLessThan": {"s3:TlsVersion": 1.2}}), "1.2", true);
    on(json!({"NumericLessThan": {"S3:tlsversion": "1.3"}}), "1.2", true);
    on(json!({"NumericLessThan": {"s3:TlsVersion": ["1.1", "1.3"]}}), "1.2", true);
    on(json!({"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}}), "1.2", true);
    on(json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), "1.3", false);
    on(json!({"NumericLessThan": {"s3:TlsVersion": "new"}}), "1.2", false);
    on(json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), "new", false);
    on(json!({"NumericLessThanEquals": {"s3:TlsVersion": "1.2"}}), "1.2", false);
    on(json!({"NumericGreaterThan": {"s3:TlsVersion": "1.2"}}), "1.2", false);
    on(json!({"NumericNotEquals": {"s3:TlsVersion": "1.2"}}), "1.2", false);
    on(json!({"NumericLessThan": {"s3:signatureAge": "1.2"}}), "1.2", false);
    on(json!({"NumericLessThan": {"s3:TlsVersion": "1.2", "s3:max-keys": "5"}}), "1.2", false);
    on(json!({"Bool": {"aws:SecureTransport": "false"}}), "1.2", false);
    check("Effect", json!("Allow"), "1.2", false);
    check("Principal", json!({"AWS": "123456789012"}), "1.2", false);
    check("Resource", json!("arn:aws:s3:::b/*"), "1.2", false);
    check("Action", json!("s3:GetObject"), "1.2", false);
}
