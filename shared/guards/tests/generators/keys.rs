//! States of KMS keys: the standard's and another one.

use parapet_guards::{KeyGrant, KeyRotation, KeyState, KeyStatus, Resource, on};
use parapet_testkit::fixtures::{ACCOUNT, ML_ROLE, STRANGER, key};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn keys() -> impl Strategy<Value = Resource> {
    select(vec![key(), Resource::Key(on::Key { name: "another".to_owned() })])
}

pub(crate) fn key_state() -> impl Strategy<Value = KeyState> {
    prop_oneof![
        1 => Just(KeyState::Absent),
        3 => status().prop_map(KeyState::Here),
        2 => (id(), status()).prop_map(|(id, status)| KeyState::Unnamed { id, status }),
        1 => (id(), id(), status()).prop_map(|(made, by, status)| KeyState::Replaced { made, by, status }),
        1 => (id(), id(), status()).prop_map(|(made, by, status)| KeyState::Moved { made, by, status }),
    ]
}

fn id() -> impl Strategy<Value = String> {
    select(vec!["one", "two"]).prop_map(str::to_owned)
}

fn status() -> impl Strategy<Value = KeyStatus> {
    select(vec![
        KeyStatus::Enabled,
        KeyStatus::Disabled,
        KeyStatus::PendingDeletion,
        KeyStatus::Other("PendingImport".to_owned()),
    ])
}

pub(crate) fn key_rotation() -> impl Strategy<Value = KeyRotation> {
    select(vec![KeyRotation::On, KeyRotation::Off, KeyRotation::NotApplicable("the key is asymmetric".to_owned())])
}

/// Grants of different ids.
pub(crate) fn grants() -> impl Strategy<Value = Vec<KeyGrant>> {
    let number = |mut grants: Vec<KeyGrant>| {
        for (index, grant) in grants.iter_mut().enumerate() {
            grant.id = format!("{}{index}", grant.id);
        }
        grants
    };
    vec(grant(), 0..4).prop_map(number)
}

fn principal() -> impl Strategy<Value = String> {
    select(vec![
        format!("arn:aws:iam::{ACCOUNT}:role/{ML_ROLE}"),
        format!("arn:aws:iam::{STRANGER}:root"),
        format!("arn:aws:sts::{STRANGER}:assumed-role/r/s"),
        STRANGER.to_owned(),
        "*".to_owned(),
        "sagemaker.amazonaws.com".to_owned(),
        "AROAEXAMPLEEXAMPLE".to_owned(),
    ])
}

fn grant() -> impl Strategy<Value = KeyGrant> {
    let operations = vec(select(vec!["Decrypt", "CreateGrant"]).prop_map(str::to_owned), 1..3);
    (id(), principal(), option::of(principal()), operations).prop_map(|(id, grantee, retiring, operations)| KeyGrant {
        id,
        name: None,
        grantee,
        retiring,
        issuer: Some(ACCOUNT.to_owned()),
        operations,
        constraints: vec![],
    })
}
