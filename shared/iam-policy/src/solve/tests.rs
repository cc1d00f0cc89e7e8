//! The search by itself: what is found of policies, and what is proved not to be.

use super::search::Found;
use super::*;
use crate::budget::Budget;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::request::{Context, Request};
use crate::statement::Statement;
use serde_json::{Value, json};
use std::rc::Rc;

fn document(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

/// Solves what a document of these statements allows an IAM principal, with the names of actions.
fn solved(statements: Value, kind: PolicyKind, budget: &Budget) -> Option<(Found, String)> {
    let document = document(statements);
    let patterns = document.statements().iter().flat_map(|s| s.actions.patterns());
    let universe = Rc::new(Universe::new(patterns, budget));
    let frame = Frame { caller: Caller::Aws, resource: None, context: Context::new() };
    let mut compiler = Compiler::new(Facts::new(&universe), frame, budget);
    let formula = compiler.allowed(&[&document], kind);
    let exists = compiler.caller_exists();
    let formula = Formula::all([formula, exists]);
    let found = compiler.find(&formula)?.clone();
    let action = universe.name(found.action.unwrap_or_default());
    Some((found, action))
}

fn found(statements: Value) -> Option<(Found, String)> {
    solved(statements, PolicyKind::Identity, &Budget::new())
}

/// What a request carries of the key `k`, if there is one that the conditions let through.
fn carried(conditions: Value) -> Option<Vec<String>> {
    let (found, _) = found(json!([when(allow("*", "*"), conditions)]))?;
    Some(found.context.get("k").cloned().unwrap_or_default())
}

#[track_caller]
fn carries(conditions: Value, expected: Option<&[&str]>) {
    let found = carried(conditions.clone());
    let found = found.as_ref().map(|values| values.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.as_deref(), expected, "{conditions}");
}

#[test]
fn a_deny_is_gone_around() {
    let (found, action) =
        found(json!([allow("s3:*", "arn:aws:s3:::data/*"), deny("s3:Get*", "*"), deny("*", "arn:aws:s3:::data/a*"),]))
            .unwrap();
    assert!(action.starts_with("s3:") && !action.starts_with("s3:Get"), "{action}");
    let resource = found.resource.unwrap();
    assert!(resource.starts_with("arn:aws:s3:::data/") && !resource.starts_with("arn:aws:s3:::data/a"), "{resource}");
}

#[test]
fn what_is_denied_altogether_is_not_found() {
    assert!(found(json!([allow("s3:GetObject", "arn:aws:s3:::a/*"), deny("s3:*", "arn:aws:s3:::*")])).is_none());
    assert!(found(json!([allow("s3:Get*", "*"), deny("s3:*", "*")])).is_none());
    assert!(found(json!([deny("*", "*")])).is_none());
    assert!(found(json!([])).is_none());
}

#[test]
fn several_denies_together_leave_nothing() {
    let denies = ["a*", "b*", "?", "", "[!]*"].map(|end| deny("*", &format!("arn:aws:s3:::{end}")));
    let of =
        |resource: &str| found(json!([allow("s3:*", resource)].into_iter().chain(denies.clone()).collect::<Vec<_>>()));
    assert!(of("arn:aws:s3:::a1").is_none());
    assert!(of("arn:aws:s3:::c").is_none());
    assert_eq!(of("arn:aws:s3:::c1").unwrap().0.resource.as_deref(), Some("arn:aws:s3:::c1"));
}

#[test]
fn an_action_that_does_not_exist_yet() {
    let known: Vec<String> =
        crate::catalogue::actions_of("sts").into_iter().map(|id| format!("sts:{}", id.name().1)).collect();
    let all_known = json!({"Effect": "Deny", "Action": known, "Resource": "*"});
    let (_, action) = found(json!([allow("sts:*", "*"), all_known.clone()])).unwrap();
    assert_eq!(action, "sts:NewAction");
    assert!(found(json!([allow("sts:*", "*"), deny("sts:*", "*")])).is_none());
    // A pattern that says more of a name is not taken for it.
    assert!(found(json!([allow("sts:A*", "*"), all_known])).is_none());
}

#[test]
fn an_action_that_only_a_policy_names() {
    let (_, action) = found(json!([allow("s3:NoSuchAction", "*")])).unwrap();
    assert_eq!(action, "s3:nosuchaction");
    let but = json!({"Effect": "Allow", "NotAction": "s3:NoSuchAction", "Resource": "*"});
    assert!(found(json!([but, deny("*", "*")])).is_none());
}

#[test]
fn values_of_a_key() {
    carries(json!({"StringEquals": {"k": "a"}}), Some(&["a"]));
    carries(json!({"StringEquals": {"k": ["a", "b"]}, "StringNotEquals": {"k": "a"}}), Some(&["b"]));
    carries(json!({"StringEquals": {"k": "a"}, "StringLike": {"k": "b*"}}), None);
    carries(json!({"StringEqualsIfExists": {"k": "a"}, "StringLike": {"k": "*"}}), Some(&["a"]));
    carries(json!({"StringEqualsIfExists": {"k": "a"}}), Some(&[]));
    carries(json!({"StringEquals": {"k": "a"}, "Null": {"k": "true"}}), None);
    carries(json!({"ForAllValues:StringEquals": {"k": ["a"]}}), Some(&[]));
    carries(json!({"ForAllValues:StringEquals": {"k": ["a"]}, "Null": {"k": "false"}}), Some(&["a"]));
    carries(json!({"ForAnyValue:StringEquals": {"k": "a"}, "ForAllValues:StringNotEquals": {"k": "a"}}), None);
    carries(json!({"NumericLessThan": {"k": "10"}, "NumericGreaterThan": {"k": "8"}}), Some(&["9"]));
    carries(json!({"NumericLessThan": {"k": "8"}, "NumericGreaterThan": {"k": "10"}}), None);
    carries(
        json!({"IpAddress": {"k": "203.0.113.0/24"}, "NotIpAddress": {"k": "203.0.113.0/25"}}),
        Some(&["203.0.113.128"]),
    );
    carries(json!({"IpAddress": {"k": "203.0.113.0/24"}, "NotIpAddress": {"k": "203.0.112.0/23"}}), None);
    carries(json!({"DateGreaterThan": {"k": "2026-02-31"}}), None);
    carries(json!({"DateGreaterThan": {"k": "2026-02-28"}}), Some(&["2026-02-28T00:00:01Z"]));
    carries(json!({"Bool": {"k": "true"}}), Some(&["true"]));
    carries(json!({"Bool": {"k": ["true", "false"]}, "StringNotEquals": {"k": "true"}}), Some(&["false"]));
}

#[test]
fn one_key_can_carry_several_values() {
    let tests = json!({"ForAnyValue:StringEquals": {"k": "a"}, "ForAnyValue:StringLike": {"k": "b*"}});
    let values = carried(tests).unwrap();
    assert!(values.contains(&"a".to_owned()) && values.iter().any(|v| v.starts_with('b')), "{values:?}");
    let single = json!({"ForAnyValue:StringEquals": {"k": "a"}, "StringLike": {"k": "b*"}});
    assert_eq!(carried(single), None);
}

#[test]
fn a_choice_in_one_dimension_is_taken_back() {
    // The first Allow that fits an action has no resource left, the second no value of the key.
    let statements = json!([
        allow("ec2:StartInstances", "arn:aws:ec2:*:*:instance/a"),
        when(allow("ec2:StopInstances", "*"), json!({"StringEquals": {"k": "a"}})),
        when(allow("ec2:RunInstances", "*"), json!({"StringEquals": {"k": "b"}})),
        deny("*", "arn:aws:ec2:*:*:instance/a"),
        when(deny("*", "*"), json!({"StringNotEquals": {"k": "b"}})),
    ]);
    let (found, action) = found(statements).unwrap();
    assert_eq!((action.as_str(), found.context.get("k")), ("ec2:RunInstances", Some(&vec!["b".to_owned()])));
}

#[test]
fn a_caller_is_one_person_by_all_its_keys() {
    let statement = |conditions: Value| {
        let mut statement = when(allow("s3:*", "*"), conditions);
        statement["Principal"] = json!({"AWS": "111111111111"});
        solved(json!([statement]), PolicyKind::Resource, &Budget::new())
    };
    let (found, _) = statement(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}})).unwrap();
    assert_eq!(found.principal.as_deref(), Some("arn:aws:iam::111111111111:role/app"));
    assert!(statement(json!({"StringEquals": {"aws:PrincipalAccount": "222222222222"}})).is_none());
    assert!(statement(json!({"Null": {"aws:PrincipalArn": "true"}})).is_none());
}

#[test]
fn without_a_budget_nothing_is_found() {
    let budget = Budget::of(20);
    let statements = json!([allow("s3:Get*", "arn:aws:s3:::data/*"), deny("s3:GetObject*", "*")]);
    assert!(solved(statements, PolicyKind::Identity, &budget).is_none());
    assert!(budget.is_exhausted());
}

/// The request that somebody is shown.
fn shown(statements: Value, kind: PolicyKind, telling_actions: &[&str]) -> Option<Request> {
    let budget = Budget::new();
    let document = document(statements);
    let statements: Vec<&Statement> = document.statements().iter().collect();
    let universe = Rc::new(Universe::new(statements.iter().flat_map(|s| s.actions.patterns()), &budget));
    let frame = Frame { caller: Caller::Aws, resource: None, context: Context::new() };
    let mut compiler = Compiler::new(Facts::new(&universe), frame, &budget);
    let formula = compiler.allowed(&[&document], kind);
    let exists = compiler.caller_exists();
    let taste = Taste {
        partition: "aws",
        region: "us-east-1",
        account: EXAMPLE_ACCOUNT,
        principals: &[],
        telling_actions,
        action: None,
        resource: None,
        is_shown: true,
    };
    witness(&Formula::all([formula, exists]), |action| asked_about(&statements, action), &mut compiler, &taste)
}

#[test]
fn an_example_is_a_request_that_could_be_made() {
    let request = shown(json!([allow("*", "*")]), PolicyKind::Identity, &["s3:GetObject"]).unwrap();
    assert_eq!(request.action, "s3:GetObject");
    assert!(request.resource.starts_with("arn:aws:s3:::") && request.resource.contains('/'), "{}", request.resource);
    assert_eq!(request.principal, "arn:aws:iam::123456789012:role/holder");

    let request = shown(json!([allow("SQS:send*", "*")]), PolicyKind::Identity, &["s3:GetObject"]).unwrap();
    assert_eq!(request.action, "sqs:SendMessage");
    assert_eq!(request.resource, "arn:aws:sqs:us-east-1:123456789012:example");

    let mut open = allow("s3:GetObject", "arn:aws:s3:::b/*");
    open["Principal"] = json!({"AWS": "arn:aws:iam::555555555555:root"});
    let request = shown(json!([open]), PolicyKind::Resource, &[]).unwrap();
    assert_eq!(request.principal, "arn:aws:iam::555555555555:role/example");
    assert_eq!(shown(json!([deny("*", "*")]), PolicyKind::Identity, &[]), None);
}
