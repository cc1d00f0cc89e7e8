//! What the policy guard decides of users, roles, groups and what they hold, one line a case, and the documents that it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod attachments;
mod boundaries;
mod credentials;
mod deployers;
mod groups;
mod guard_tampering;
mod inline;
mod managed;
mod own_roles;
mod presets;
mod providers;
mod service_role;
mod spellings;
mod standard_object;
mod strong;
mod tags;
mod together;
mod trust;

use iam_policy::Document;
use parapet_guards::foundation::documents::{keep_standard_statement, service_policy, service_trust, trust_nobody};
use parapet_guards::{Attachment, IamEntity, ManagedPolicy, PolicyVersion, Resource, State, Trust, on};
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, key, managed_policy, role};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

const GLASS: &str = "principals: {break_glass: [user/glass]}";

/// What is violated, and enforced, by whoever may do everything.
const ALL: &str = "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole, IAM.LogTampering";

/// The built-in standard with some values changed, and without what is only observed.
fn enforced(changes: &str) -> Situation {
    const OBSERVED: [&str; 10] = [
        // By itself in `guard_tampering`.
        "IAM.GuardTampering",
        "IAM.ProtectedData",
        "IAM.KmsDecrypt",
        "IAM.Exposure",
        "IAM.ConfusedService",
        "IAM.ServiceWildcard",
        "IAM.NotElement",
        "IAM.BroadAttachment",
        "IAM.BroadGroup",
        "IAM.TrustConfusedDeputy",
    ];
    let mut situation = Situation::new(&key(), changes);
    for control in OBSERVED {
        let control = serde_json::from_value(json!(control)).unwrap();
        situation.standard.controls.entry(control).or_insert(parapet_core::Mode::Off);
    }
    situation
}

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    check_change(standard, resource, None, observed, expected);
}

fn check_change(standard: &str, resource: &Resource, before: Option<State>, observed: State, expected: &str) {
    let situation = Situation { resource: resource.clone(), ..enforced(standard) };
    let verdict = verdict(&situation.subject(), before.as_ref(), &observed);
    assert_eq!(verdict, expected, "{resource} {observed:?}");
}

fn comply(standard: &str, resource: &Resource, observed: &State) -> State {
    comply_after(standard, resource, None, observed)
}

fn comply_after(standard: &str, resource: &Resource, before: Option<&State>, observed: &State) -> State {
    let situation = Situation { resource: resource.clone(), ..enforced(standard) };
    observed.comply(&situation.subject(), before)
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

/// A document that is built in, for the subject `resource`.
fn built<T>(resource: &Resource, build: impl Fn(&parapet_guards::Subject<'_>) -> T) -> T {
    build(&Situation::new(resource, "").subject())
}

fn allow(actions: impl Into<Value>, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions.into(), "Resource": resource})
}

fn deny(actions: impl Into<Value>, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": actions.into(), "Resource": resource})
}

fn trusts(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn principal(entity: IamEntity) -> Resource {
    Resource::Principal(on::Principal { entity })
}
