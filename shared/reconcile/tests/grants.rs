//! An event about one grant looks at that one, however many the key has.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_guards::{Facet, GuardName, KeyGrant, Report, Resource, State, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, STRANGER, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const KEY: &str = "1234abcd";

fn grant(id: &str, account: &str) -> KeyGrant {
    KeyGrant {
        id: id.to_owned(),
        name: None,
        grantee: format!("arn:aws:iam::{account}:role/app"),
        retiring: None,
        issuer: None,
        operations: vec!["Decrypt".to_owned()],
        constraints: Vec::new(),
    }
}

/// What the policy guard says of an event, and which grants are left of two strangers' and one of the account's.
async fn said(event: &str, request: Value, response: Value) -> (Report, Vec<String>) {
    let journal = Journal::default();
    let key = Resource::Key(on::Key { name: KEY.to_owned() });
    let grants = vec![grant("old", STRANGER), grant("own", ACCOUNT), grant("new", STRANGER)];
    let world = FakeWorld::new(&journal).with(&key, Facet::KeyGrants, State::KeyGrants(grants));
    let (standard, home, recorder) = (standard(""), home(), MemoryRecorder::new(&journal));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let record = json!({"eventID": "e-1", "eventSource": "kms.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": request, "responseElements": response});
    let report = handle(&place, run, &record).await;
    let Some(State::KeyGrants(left)) = world.state(&key, Facet::KeyGrants) else { unreachable!() };
    (report, left.into_iter().map(|grant| grant.id).collect())
}

#[tokio::test(start_paused = true)]
async fn an_event_looks_at_its_own_grant() {
    let request = json!({"keyId": KEY, "granteePrincipal": "x"});
    let (report, left) = said("CreateGrant", request.clone(), json!({"grantId": "new"})).await;
    assert_eq!((report.outcome.name(), report.actions.as_slice()), ("Remediated", &["RevokeGrant new".to_owned()][..]));
    assert_eq!(left, ["old", "own"], "what the event is not about is the sweep's");
    let (report, left) = said("CreateGrant", request, json!({"grantId": "own"})).await;
    assert_eq!((report.outcome.name(), left.len()), ("Compliant", 3));
    // Gone by now, or never there.
    let (report, left) = said("RevokeGrant", json!({"keyId": KEY, "grantId": "gone"}), Value::Null).await;
    assert_eq!((report.outcome.name(), left.len()), ("Compliant", 3));
}

/// A record that names none leads to all.
#[tokio::test(start_paused = true)]
async fn an_event_without_a_grant_looks_at_all() {
    for response in [Value::Null, json!("null"), json!({"grantId": ""}), json!({"grantId": 7})] {
        let (report, left) = said("CreateGrant", json!({"keyId": KEY}), response.clone()).await;
        assert_eq!((report.outcome.name(), left), ("Remediated", vec!["own".to_owned()]), "{response}");
    }
}
