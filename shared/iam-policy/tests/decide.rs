//! One request against one document.

mod common;

use common::document;
use iam_policy::{Decision, PolicyKind, Request, decide};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/app";

fn request(principal: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> Request {
    Request {
        principal: principal.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: context.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect(),
    }
}

fn check(kind: PolicyKind, statements: Value, request: &Request, expected: Decision) {
    let document = document(json!({"Version": "2012-10-17", "Statement": statements}));
    assert_eq!(decide(&document, kind, request), expected, "{request:?} of {}", document.to_json());
}

#[test]
fn a_deny_wins() {
    let read = request(ROLE, "S3:getobject", "arn:aws:s3:::b/x", &[]);
    let allow = json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"});
    let deny = json!({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::c"});
    check(PolicyKind::Identity, json!([]), &read, Decision::ImplicitDeny);
    check(PolicyKind::Identity, json!([allow]), &read, Decision::Allow);
    check(PolicyKind::Identity, json!([allow, deny]), &read, Decision::ExplicitDeny);
}

#[test]
fn principals() {
    let read = request(ROLE, "s3:GetObject", "arn:aws:s3:::b/x", &[]);
    let allow = |element: &str, principal: Value| json!({"Effect": "Allow", element: principal, "Action": "s3:*", "Resource": "*"});
    for (element, principal, expected) in [
        ("Principal", json!("*"), Decision::Allow),
        ("Principal", json!({"AWS": ROLE}), Decision::Allow),
        ("Principal", json!({"AWS": ["999999999999", "123456789012"]}), Decision::Allow),
        ("Principal", json!({"AWS": "999999999999"}), Decision::ImplicitDeny),
        ("NotPrincipal", json!({"AWS": ROLE}), Decision::ImplicitDeny),
        ("NotPrincipal", json!({"AWS": "999999999999"}), Decision::Allow),
    ] {
        check(PolicyKind::Resource, json!([allow(element, principal)]), &read, expected);
    }
}

#[test]
fn conditions_are_all_required() {
    let allow = json!({
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-a", "o-b"]}, "Bool": {"aws:SecureTransport": true}}
    });
    for (context, expected) in [
        (vec![("AWS:PRINCIPALORGID", "o-b"), ("aws:SecureTransport", "true")], Decision::Allow),
        (vec![("aws:PrincipalOrgID", "o-b")], Decision::ImplicitDeny),
        (vec![("aws:PrincipalOrgID", "o-c"), ("aws:SecureTransport", "true")], Decision::ImplicitDeny),
    ] {
        check(PolicyKind::Identity, json!([allow]), &request(ROLE, "s3:GetObject", "*", &context), expected);
    }
}

#[test]
fn variables_take_the_values_of_the_request() {
    let own = json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}"}]);
    let on = |user: &str, context: &[(&str, &str)]| {
        request("", "iam:GetUser", &format!("arn:aws:iam::1:user/{user}"), context)
    };
    check(PolicyKind::Identity, own.clone(), &on("ann", &[("aws:username", "ann")]), Decision::Allow);
    check(PolicyKind::Identity, own.clone(), &on("bob", &[("aws:username", "ann")]), Decision::ImplicitDeny);
    check(PolicyKind::Identity, own.clone(), &on("bob", &[("aws:username", "*")]), Decision::ImplicitDeny);
    check(PolicyKind::Identity, own, &on("bob", &[]), Decision::ImplicitDeny);
}
