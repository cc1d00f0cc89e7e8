//! What a guard is denied: told as Critical, with who can still act; and whether it is worth another delivery.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::ErrorKind;
use parapet_guards::{Facet, GuardName, Report, Resource, State, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, STRANGER, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const KEY: &str = "1234abcd";

fn key() -> Resource {
    Resource::Key(on::Key { name: KEY.to_owned() })
}

/// The account may manage the key, and a stranger may use it.
fn open() -> Vec<Value> {
    let allow = |who: &str, action: &str| json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{who}:root")}, "Action": action, "Resource": "*"});
    vec![allow(ACCOUNT, "kms:*"), allow(STRANGER, "kms:Decrypt")]
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The same, and nobody else may manage it.
fn shut() -> Value {
    let out = json!({"Sid": "Out", "Effect": "Deny", "Principal": "*", "Action": ["kms:Get*", "kms:Put*"], "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": format!("arn:aws:iam::{ACCOUNT}:user/intruder")}}});
    policy(&[open(), vec![out]].concat())
}

/// What the policy guard says of `event` on the key, by `actor`, where its calls fail so.
async fn said(fault: Fault, event: &str, request: Value, actor: &str) -> Report {
    let journal = Journal::default();
    let state = State::KeyPolicy(Document::from_value(policy(&open())).unwrap());
    let world = FakeWorld::new(&journal).with(&key(), Facet::KeyPolicy, state);
    let world = FaultyWorld::new(&world, fault, ErrorKind::Denied);
    let (standard, home, recorder) = (standard(""), home(), MemoryRecorder::new(&journal));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let record = json!({"eventID": "e-1", "eventSource": "kms.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": request, "userIdentity": {"type": "AssumedRole", "arn": actor}});
    handle(&place, run, &record).await
}

fn put(document: &Value) -> Value {
    json!({"keyId": KEY, "policyName": "default", "policy": document.to_string()})
}

fn intruder() -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/intruder/x")
}

fn told(report: &Report) -> Vec<&str> {
    let of_access = report.findings.iter().filter(|finding| finding.control.as_str() == "Parapet.Access");
    of_access.map(|finding| finding.detail.as_str()).collect()
}

/// No delivery of the same event fares better, and whoever lets the guard in makes another one.
#[tokio::test(start_paused = true)]
async fn whom_the_policy_shuts_out_says_so_once() {
    for fault in [Fault::Look(Facet::KeyPolicy), Fault::Write("PutKeyPolicy")] {
        let report = said(fault.clone(), "PutKeyPolicy", put(&shut()), &intruder()).await;
        assert_eq!((report.outcome.name(), report.retry, told(&report).len()), ("Blocked", false, 1), "{report:?}");
        let detail = told(&report).concat();
        for words in ["statement 3, `Out`", "user/intruder` may still write the policy", "AWS Support"] {
            assert!(detail.contains(words), "{detail}");
        }
    }
}

/// AWS may not go by it yet, or some other call of the guard's was denied.
#[tokio::test(start_paused = true)]
async fn what_may_pass_later_is_tried_again() {
    let own = format!("arn:aws:sts::{ACCOUNT}:assumed-role/parapet-encryption-guard/parapet-encryption-guard");
    for (event, request, actor, retry) in [
        ("PutKeyPolicy", put(&shut()), intruder(), false),
        ("PutKeyPolicy", put(&shut()), own, true),
        // By its own record the guard is let in: it is denied elsewhere.
        ("PutKeyPolicy", put(&policy(&open())), intruder(), true),
        ("PutKeyPolicy", json!({"keyId": KEY}), intruder(), true),
    ] {
        let report = said(Fault::Look(Facet::KeyPolicy), event, request.clone(), &actor).await;
        assert_eq!(
            (report.outcome.name(), report.retry, told(&report).len()),
            (if retry { "Undetermined" } else { "Blocked" }, retry, 1),
            "{request} by {actor}"
        );
    }
    // Of its grants no event tells that the guard was let in.
    let request = json!({"keyId": KEY, "granteePrincipal": intruder()});
    let report = said(Fault::Look(Facet::KeyGrants), "CreateGrant", request, &intruder()).await;
    assert_eq!((report.outcome.name(), report.retry, told(&report).len()), ("Undetermined", true, 1));
}
