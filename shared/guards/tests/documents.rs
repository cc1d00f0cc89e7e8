//! What of a document is ours, and how a statement comes to it, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::foundation::documents::{statements_shared_with, with_statement, with_statement_again};
use serde_json::{Value, json};

fn policy(statements: &Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn deny(sid: &str, resource: &Value, condition: Option<Value>) -> Value {
    let mut statement = json!({"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn allow(sid: &str, action: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "arn:aws:s3:::b"})
}

/// The Sids after ours was added.
fn added(there: &Value, ours: Value, expected: &[&str]) {
    let after = with_statement(Some(&policy(&json!([there]))), ours);
    let sids: Vec<&str> = after.statements().iter().filter_map(|statement| statement.sid.as_deref()).collect();
    assert_eq!(sids, expected, "{there}");
}

#[test]
fn what_was_ours_once_is_replaced() {
    let tls = || Some(json!({"Bool": {"aws:SecureTransport": "false"}}));
    let both = json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]);
    let ours = || deny("Tls", &both, tls());
    added(&deny("Tls", &json!("arn:aws:s3:::b"), tls()), ours(), &["Tls"]);
    added(&deny("Tls", &json!(["arn:aws:s3:::b/*"]), tls()), ours(), &["Tls"]);
    // It denies more than ours, or says something else.
    added(&deny("Tls", &json!("arn:aws:s3:::b"), None), ours(), &["Tls", "Tls2"]);
    added(&deny("Tls", &json!("arn:aws:s3:::other"), tls()), ours(), &["Tls", "Tls2"]);
    added(&deny("Tls", &json!(["arn:aws:s3:::b", "arn:aws:s3:::other"]), tls()), ours(), &["Tls", "Tls2"]);
    added(&allow("Tls", "s3:*"), ours(), &["Tls", "Tls2"]);
    added(&allow("Write", "s3:GetObject"), allow("Write", "s3:PutObject"), &["Write", "Write2"]);
    added(&allow("Write", "s3:PutObject"), allow("Write", "s3:PutObject"), &["Write"]);
    let mut of_one = allow("Write", "s3:PutObject");
    of_one["Condition"] = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
    added(&of_one, allow("Write", "s3:PutObject"), &["Write", "Write2"]);
    let mut of_role = allow("Write", "s3:PutObject");
    of_role["Principal"] = json!({"AWS": "arn:aws:iam::111122223333:role/x"});
    added(&of_role, allow("Write", "s3:PutObject"), &["Write", "Write2"]);
    added(&allow("Other", "s3:PutObject"), allow("Write", "s3:PutObject"), &["Other", "Write"]);
}

#[test]
fn a_statement_comes_back_under_its_name_where_that_is_free() {
    let earlier = policy(&json!([allow("A", "s3:GetObject"), allow("B", "s3:PutObject")]));
    let again = |there: &str| {
        let now = with_statement_again(Some(&policy(&json!([allow(there, "s3:ListBucket")]))), &earlier, 1).unwrap();
        now.statements().iter().map(|statement| statement.sid.clone()).collect::<Vec<_>>()
    };
    assert_eq!(again("A"), [Some("A".to_owned()), Some("B".to_owned())]);
    assert_eq!(again("B"), [Some("B".to_owned()), None]);
    assert_eq!(with_statement_again(None, &earlier, 1), Some(policy(&json!([allow("B", "s3:PutObject")]))));
}

#[test]
fn statements_are_shared_whatever_their_name() {
    let one = policy(&json!([allow("A", "s3:GetObject"), allow("B", "s3:PutObject")]));
    let other = policy(&json!([allow("C", "s3:PutObject")]));
    assert_eq!(statements_shared_with(&one, &other), [1].into());
    assert_eq!(statements_shared_with(&other, &policy(&json!([allow("A", "s3:GetObject")]))), [].into());
}
