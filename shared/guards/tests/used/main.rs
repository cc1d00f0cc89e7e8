//! What is used, and what a repair would end of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod accessed;
mod calls;
mod histories;
mod losses;
mod summaries;

use parapet_core::Home;
use parapet_guards::IamEntity;
use parapet_guards::used::Call;
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
const NOW: &str = "2026-11-23T14:00:00Z";
/// The same in seconds since 1970.
const NOW_SECONDS: i64 = 1_795_442_400;

fn home() -> Home {
    Home { partition: "aws".into(), account: ACCOUNT.into(), region: "eu-central-1".into() }
}

fn app() -> IamEntity {
    IamEntity::Role("app".to_owned())
}

/// A session of the role.
fn session() -> Value {
    json!({
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:one",
        "arn": "arn:aws:sts::111122223333:assumed-role/app/one",
        "accountId": ACCOUNT,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE", "arn": ROLE, "accountId": ACCOUNT, "userName": "app"},
            "attributes": {"mfaAuthenticated": "false", "creationDate": NOW}
        }
    })
}

/// A user with his own keys.
fn user() -> Value {
    json!({
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": "arn:aws:iam::111122223333:user/people/jane",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAEXAMPLE",
        "userName": "jane"
    })
}

/// A call that the role made, by the first word of the source.
fn record(service: &str, event: &str, parameters: Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "eventTime": NOW,
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": event,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "203.0.113.9",
        "userIdentity": session(),
        "requestParameters": parameters,
        "eventID": "e",
        "eventCategory": "Management",
        "managementEvent": true,
        "readOnly": false,
        "recipientAccountId": ACCOUNT
    })
}

/// With other members. `null` takes one.
fn with(mut record: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => drop(record.as_object_mut().unwrap().remove(name)),
            value => record[name] = value.clone(),
        }
    }
    record
}

fn call(record: &Value) -> Call {
    Call::of(record, &home()).unwrap()
}
