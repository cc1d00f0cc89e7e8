//! What the calls of AWS IAM in `events/logging-guard` leave of the policy guard's own role.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::{Facet, ManagedPolicy, PolicyVersion, Resource, State, WholeRole, on};
use serde_json::{Value, json};

use super::Account;

fn role() -> Resource {
    Resource::OwnRole(on::OwnRole::of_policy_guard())
}

fn document(statement: &Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
}

fn of_stack() -> Document {
    document(&json!({"Effect": "Allow", "Action": "iam:DetachUserPolicy", "Resource": "*"}))
}

fn every(effect: &str) -> Document {
    document(&json!({"Effect": effect, "Action": "*", "Resource": "*"}))
}

fn trusts(whom: &Value) -> Document {
    document(&json!({"Effect": "Allow", "Principal": whom, "Action": "sts:AssumeRole"}))
}

fn says(id: &str, document: Document, before: Option<Document>) -> ManagedPolicy {
    let versions =
        before.into_iter().map(|before| ("v1".to_owned(), PolicyVersion { made_at: None, document: Some(before) }));
    let versions: BTreeMap<String, PolicyVersion> = versions.collect();
    ManagedPolicy {
        document,
        default_version: id.to_owned(),
        other_versions: versions.keys().cloned().collect(),
        attached_to: Vec::new(),
        bounded: Vec::new(),
        boundary_of: Vec::new(),
        versions,
    }
}

/// As the stack makes it.
fn deployed() -> WholeRole {
    WholeRole {
        trust: trusts(&json!({"Service": "lambda.amazonaws.com"})),
        attached: BTreeSet::new(),
        inline: BTreeMap::from([("policy-guard".to_owned(), of_stack())]),
        boundary_arn: Some("arn:aws:iam::111122223333:policy/parapet-policy-guard-boundary".to_owned()),
        boundary: Some(says("v1", of_stack(), None)),
    }
}

pub(crate) fn exists(account: &Account) {
    let state = State::OwnRole(Some(deployed()));
    account.recorder.learn(&role(), Facet::OwnRole, state.kept());
    account.world.set(&role(), Facet::OwnRole, state);
}

/// What a call leaves behind. False: it is about something else.
pub(crate) fn happens(file: &str, account: &Account) -> bool {
    let mut left = deployed();
    let intruder = trusts(&json!({"AWS": "arn:aws:iam::111122223333:user/intruder"}));
    match file {
        "CreateRole" => left = WholeRole { trust: intruder, inline: BTreeMap::new(), boundary_arn: None, ..left },
        "UpdateAssumeRolePolicy" => left.trust = intruder,
        "AttachRolePolicy" => left.attached = ["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()].into(),
        "PutRolePolicy" => drop(left.inline.insert("policy-guard".to_owned(), every("Deny"))),
        "DeleteRolePolicy" => left.inline.clear(),
        "PutRolePermissionsBoundary" => {
            left.boundary_arn = Some("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
        }
        "DeleteRolePermissionsBoundary" => left.boundary_arn = None,
        "CreatePolicyVersion" | "SetDefaultPolicyVersion" => {
            left.boundary = Some(says("v2", every("Allow"), Some(of_stack())));
        }
        // He took it from the role first.
        "CreatePolicy" => {
            (left.boundary_arn, left.boundary) = (None, Some(says("v1", every("Allow"), None)));
        }
        "DeletePolicy" => (left.boundary_arn, left.boundary) = (None, None),
        "DeleteRole" => {
            account.world.set(&role(), Facet::OwnRole, State::OwnRole(None));
            return true;
        }
        _ => return false,
    }
    account.world.set(&role(), Facet::OwnRole, State::OwnRole(Some(left)));
    true
}
