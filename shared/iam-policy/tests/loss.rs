//! What a change of documents takes from one request that was made.

mod common;

use common::document;
use iam_policy::{Context, Document, Loss, PolicyKind, Seen, SeenAction, loss, loss_beside};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/team/app";

fn documents(statements: Value) -> Vec<Document> {
    match statements {
        Value::Null => Vec::new(),
        statements => vec![document(json!({"Version": "2012-10-17", "Statement": statements}))],
    }
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

#[expect(clippy::indexing_slicing, reason = "a helper of tests fails the test")]
fn with(mut statement: Value, name: &str, value: Value) -> Value {
    statement[name] = value;
    statement
}

/// The addresses and keys of every request here: from one address, of no user.
fn context() -> Context {
    [("aws:sourceip", vec!["203.0.113.9"]), ("aws:username", vec![])]
        .map(|(key, values)| (key.to_owned(), values.into_iter().map(str::to_owned).collect()))
        .into()
}

fn check_of(kind: PolicyKind, action: SeenAction<'_>, resource: Option<&str>, change: (Value, Value), expected: Loss) {
    let (before, after) = (documents(change.0), documents(change.1));
    let all = |side: &[Document]| side.iter().map(Document::to_json).collect::<Vec<_>>();
    let told = format!("{action:?} on {resource:?}: {:?} -> {:?}", all(&before), all(&after));
    let seen = Seen { principal: ROLE, action, resource, context: &context() };
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
    assert_eq!(loss(&before, &after, kind, &seen), expected, "{told}");
}

/// Reading one object, by what somebody holds.
fn check(before: Value, after: Value, expected: Loss) {
    let read = SeenAction::Named("s3:GetObject");
    check_of(PolicyKind::Identity, read, Some("arn:aws:s3:::b/x"), (before, after), expected);
}

#[test]
fn of_a_request_of_which_all_is_known() {
    let all = || allow("s3:*", "*");
    check(json!([all()]), json!([all()]), Loss::Kept);
    check(json!([all()]), json!([allow("s3:Get*", "arn:aws:s3:::b/*")]), Loss::Kept);
    check(json!([all()]), json!([allow("s3:Put*", "*")]), Loss::Lost);
    check(json!([all()]), json!([all(), deny("s3:*", "arn:aws:s3:::b/*")]), Loss::Lost);
    check(json!([all()]), Value::Null, Loss::Lost);
    check(Value::Null, json!([all()]), Loss::Never);
    check(json!([allow("iam:*", "*")]), Value::Null, Loss::Never);
    check(json!([all(), deny("s3:*", "*")]), Value::Null, Loss::Never);
    // It was made, so something else allows it.
    check(Value::Null, json!([deny("s3:*", "*")]), Loss::Lost);
    check(json!([allow("*", "*")]), json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]), Loss::Kept);
}

#[test]
fn of_a_resource_that_is_not_known() {
    let check = |before: Value, after: Value, expected: Loss| {
        let put = SeenAction::Named("iam:PutRolePolicy");
        check_of(PolicyKind::Identity, put, None, (before, after), expected);
    };
    let some = || allow("iam:Put*", "arn:aws:iam::*:role/a*");
    check(json!([allow("iam:*", "*")]), json!([allow("iam:Put*", "*")]), Loss::Kept);
    check(json!([allow("iam:*", "*")]), Value::Null, Loss::Lost);
    check(json!([allow("iam:*", "*")]), json!([some()]), Loss::Unknown);
    check(json!([some()]), Value::Null, Loss::Unknown);
    // What decides stays, and what goes is about something else.
    check(json!([some(), allow("s3:*", "*")]), json!([some()]), Loss::Kept);
    // The same of it stays, however else the statement is written.
    check(json!([some()]), json!([with(some(), "Action", json!(["iam:PutRolePolicy"]))]), Loss::Kept);
    check(
        json!([allow("iam:*", "*")]),
        json!([allow("iam:*", "*"), deny("iam:*", "arn:aws:iam::*:role/a")]),
        Loss::Unknown,
    );
    check(json!([{"Effect": "Allow", "Action": "iam:*", "NotResource": "*"}]), Value::Null, Loss::Never);
}

#[test]
fn of_an_action_that_is_not_known() {
    let check = |action: SeenAction<'_>, before: Value, after: Value, expected: Loss| {
        check_of(PolicyKind::Identity, action, None, (before, after), expected);
    };
    let of_s3 = SeenAction::OfService("s3");
    check(of_s3, json!([allow("s3:*", "*")]), json!([allow("S3:*", "*")]), Loss::Kept);
    check(of_s3, json!([allow("*", "*")]), json!([allow("s3:*", "*")]), Loss::Kept);
    check(
        of_s3,
        json!([allow("*", "*")]),
        json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
        Loss::Kept,
    );
    check(of_s3, json!([allow("s3:*", "*")]), json!([allow("s3:Get*", "*")]), Loss::Unknown);
    check(of_s3, json!([allow("s3:*", "*")]), Value::Null, Loss::Lost);
    check(of_s3, json!([allow("iam:*", "*")]), Value::Null, Loss::Never);
    check(of_s3, json!([allow("s?:*", "*")]), Value::Null, Loss::Lost);
    check(of_s3, json!([allow("s3*", "*")]), Value::Null, Loss::Unknown);
    check(SeenAction::Some, json!([allow("*", "*")]), json!([allow("s3:*", "*")]), Loss::Unknown);
    check(
        SeenAction::Some,
        json!([allow("iam:*", "*"), allow("s3:*", "*")]),
        json!([allow("iam:*", "*"), allow("s3:*", "*")]),
        Loss::Kept,
    );
}

#[test]
fn of_keys_that_are_not_known() {
    let on = |condition: Value| with(allow("s3:*", "*"), "Condition", condition);
    let own = || on(json!({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}));
    let here = || on(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}));
    let there = || on(json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}));
    check(json!([allow("s3:*", "*")]), json!([here()]), Loss::Kept);
    check(json!([allow("s3:*", "*")]), json!([there()]), Loss::Lost);
    check(json!([allow("s3:*", "*")]), json!([own()]), Loss::Unknown);
    check(json!([own()]), json!([own()]), Loss::Kept);
    check(json!([own()]), Value::Null, Loss::Unknown);
    check(json!([there()]), Value::Null, Loss::Never);
    let of_user = |name: &str| allow("s3:*", &format!("arn:aws:s3:::b/{name}*"));
    check(json!([of_user("")]), json!([of_user("${aws:username}")]), Loss::Lost);
    check(json!([of_user("")]), json!([of_user("${aws:username, 'x'}")]), Loss::Kept);
    check(json!([of_user("")]), json!([of_user("${aws:userid}")]), Loss::Unknown);
    check(json!([of_user("y")]), json!([of_user("y${aws:userid}")]), Loss::Never);
    let tagged = || on(json!({"StringEquals": {"aws:SourceIp": "${aws:PrincipalTag/ip}"}}));
    check(json!([allow("s3:*", "*")]), json!([tagged()]), Loss::Unknown);
    let denies = with(deny("s3:*", "*"), "Condition", json!({"Bool": {"aws:SecureTransport": "false"}}));
    check(json!([allow("s3:*", "*")]), json!([allow("s3:*", "*"), denies.clone()]), Loss::Unknown);
    check(json!([allow("s3:*", "*"), denies.clone()]), json!([allow("s3:Get*", "*"), denies]), Loss::Kept);
}

#[test]
fn by_the_policy_of_a_resource() {
    let check = |before: Value, after: Value, expected: Loss| {
        let read = SeenAction::Named("s3:GetObject");
        check_of(PolicyKind::Resource, read, Some("arn:aws:s3:::b/x"), (before, after), expected);
    };
    let to = |principal: Value| with(allow("s3:*", "*"), "Principal", principal);
    let session = "arn:aws:sts::123456789012:assumed-role/app/one";
    check(json!([to(json!({"AWS": ROLE}))]), Value::Null, Loss::Lost);
    check(json!([to(json!("*"))]), json!([to(json!({"AWS": ROLE}))]), Loss::Kept);
    check(json!([to(json!("*"))]), json!([to(json!({"AWS": "999999999999"}))]), Loss::Lost);
    check(json!([to(json!({"AWS": "999999999999"}))]), Value::Null, Loss::Never);
    // Which of the role's sessions it was is not known.
    check(json!([to(json!({"AWS": session}))]), Value::Null, Loss::Unknown);
    check(json!([to(json!({"AWS": [session, ROLE]}))]), json!([to(json!({"AWS": session}))]), Loss::Unknown);
    check(json!([to(json!({"AWS": session.replace("/app/", "/apps/")}))]), Value::Null, Loss::Never);
    let but = |principal: Value| with(deny("s3:*", "*"), "NotPrincipal", principal);
    check(json!([but(json!({"AWS": [ROLE, session]}))]), Value::Null, Loss::Never);
    check(Value::Null, json!([but(json!({"AWS": ROLE}))]), Loss::Never);
    check(Value::Null, json!([but(json!({"AWS": session}))]), Loss::Unknown);
}

#[test]
fn by_a_trust_policy() {
    let trust = |principal: Value| json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]);
    let check = |before: Value, after: Value, expected: Loss| {
        check_of(PolicyKind::Trust, SeenAction::Named("sts:AssumeRole"), None, (before, after), expected);
    };
    check(trust(json!({"AWS": "123456789012"})), trust(json!({"AWS": ROLE})), Loss::Kept);
    check(trust(json!({"AWS": "123456789012"})), trust(json!({"Service": "ec2.amazonaws.com"})), Loss::Lost);
}

/// Within an account either is enough, and either denies.
#[test]
fn by_the_policy_of_a_resource_beside_what_is_held() {
    let check = |held: (Value, Value), of_resource: (Value, Value), expected: Loss| {
        let ((before, after), (was, is)) =
            ((documents(held.0), documents(held.1)), (documents(of_resource.0), documents(of_resource.1)));
        let (before, after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
        let read = SeenAction::Named("s3:GetObject");
        let seen = Seen { principal: ROLE, action: read, resource: Some("arn:aws:s3:::b/x"), context: &context() };
        let found = loss_beside((&before, &after), (was.first(), is.first()), &seen);
        assert_eq!(found, expected, "{before:?} {was:?} -> {after:?} {is:?}");
    };
    let held = || json!([allow("s3:Get*", "*")]);
    let to_all = || json!([with(allow("s3:*", "*"), "Principal", json!("*"))]);
    let denies = || json!([with(deny("s3:*", "*"), "Principal", json!("*"))]);
    check((held(), held()), (to_all(), Value::Null), Loss::Kept);
    check((Value::Null, Value::Null), (to_all(), Value::Null), Loss::Lost);
    check((held(), Value::Null), (to_all(), Value::Null), Loss::Lost);
    check((held(), held()), (Value::Null, denies()), Loss::Lost);
    check((json!([deny("s3:*", "*")]), json!([deny("s3:*", "*")])), (to_all(), Value::Null), Loss::Never);
}
