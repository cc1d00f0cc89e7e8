//! Which elements each kind of policy may have.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by them")]

use iam_policy::{Document, DocumentKind, PolicyKind};
use serde_json::{Value, json};

const HOLDERS: [DocumentKind; 4] =
    [DocumentKind::Identity, DocumentKind::Boundary, DocumentKind::Session, DocumentKind::Scp];

/// `expected`: the path of the refused element and what was found there, or nothing.
#[track_caller]
fn check(kind: DocumentKind, fields: &[(&str, Value)], expected: Option<(&str, &str)>) {
    let mut statement = json!({"Effect": "Deny", "Action": "s3:*"});
    for (name, value) in fields {
        if *name == "NotAction" {
            statement.as_object_mut().expect("an object").remove("Action");
        }
        statement[*name] = value.clone();
    }
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).expect("a policy");
    let found = document.check(kind);
    let found = found.as_ref().err().map(|e| (e.path(), e.found()));
    assert_eq!(found, expected, "{kind:?}: {}", document.to_json());
}

fn everyone() -> (&'static str, Value) {
    ("Principal", json!("*"))
}

fn anything() -> (&'static str, Value) {
    ("Resource", json!("*"))
}

#[test]
fn policies_of_a_principal() {
    for kind in HOLDERS {
        check(kind, &[anything()], None);
        check(kind, &[("NotResource", json!("*"))], None);
        check(kind, &[], Some(("Statement[0].Resource", "nothing")));
        check(kind, &[anything(), everyone()], Some(("Statement[0].Principal", "a principal")));
        let others = ("NotPrincipal", json!({"AWS": "111122223333"}));
        check(kind, &[anything(), others], Some(("Statement[0].NotPrincipal", "a principal")));
    }
}

#[test]
fn policies_of_a_resource() {
    let kind = DocumentKind::Resource;
    check(kind, &[anything(), everyone()], None);
    check(kind, &[everyone()], None);
    check(kind, &[("NotPrincipal", json!({"AWS": "111122223333"})), anything()], None);
    check(kind, &[anything()], Some(("Statement[0].Principal", "nothing")));
}

#[test]
fn trust_policies() {
    let kind = DocumentKind::Trust;
    check(kind, &[everyone()], None);
    check(kind, &[], Some(("Statement[0].Principal", "nothing")));
    let others = ("NotPrincipal", json!({"AWS": "111122223333"}));
    check(kind, &[others], Some(("Statement[0].NotPrincipal", "a principal")));
    check(kind, &[everyone(), anything()], Some(("Statement[0].Resource", "a resource")));
    check(kind, &[everyone(), ("NotResource", json!("*"))], Some(("Statement[0].NotResource", "a resource")));
}

#[test]
fn resource_control_policies() {
    let kind = DocumentKind::Rcp;
    check(kind, &[everyone(), anything()], None);
    check(kind, &[("Principal", json!({"AWS": ["*"]})), ("NotResource", json!("*"))], None);
    check(kind, &[anything()], Some(("Statement[0].Principal", "nothing")));
    check(kind, &[everyone()], Some(("Statement[0].Resource", "nothing")));
    let one = ("Principal", json!({"AWS": "111122223333"}));
    check(kind, &[one, anything()], Some(("Statement[0].Principal", "some principals")));
    let others = ("NotPrincipal", json!({"AWS": "111122223333"}));
    check(kind, &[others, anything()], Some(("Statement[0].NotPrincipal", "some principals")));
    let not_action = ("NotAction", json!("s3:*"));
    check(kind, &[not_action, everyone(), anything()], Some(("Statement[0].NotAction", "actions")));
    let all = ("Action", json!(["s3:Get*", "*"]));
    check(kind, &[all, everyone(), anything()], Some(("Statement[0].Action", "`*`")));
    let allow = || ("Effect", json!("Allow"));
    check(kind, &[allow(), everyone(), anything()], Some(("Statement[0].Effect", "`Allow`")));
    check(kind, &[allow(), everyone(), anything(), ("Action", json!("*"))], None);
}

#[test]
fn a_statement_alone_and_the_words_of_an_error() {
    let alone = json!({"Statement": {"Effect": "Allow", "Action": "s3:*"}});
    let error =
        Document::from_value(alone).expect("a policy").check(PolicyKind::Identity.into()).expect_err("no resource");
    assert_eq!(error.to_string(), "Statement.Resource: nothing, expected `Resource` or `NotResource`");
    for (kind, document) in [
        (PolicyKind::Identity, DocumentKind::Identity),
        (PolicyKind::Resource, DocumentKind::Resource),
        (PolicyKind::Trust, DocumentKind::Trust),
    ] {
        assert_eq!(DocumentKind::from(kind), document);
    }
}
