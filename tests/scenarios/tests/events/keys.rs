//! KMS keys: the pipeline's, and another one.

use iam_policy::Document;
use parapet_guards::foundation::documents::key_of_account;
use parapet_guards::{Facet, KeyGrant, KeyRotation, KeyState, KeyStatus, Resource, State, on};
use parapet_testkit::Situation;
use parapet_testkit::fixtures::{ACCOUNT, ML_ROLE, key};
use serde_json::{Value, json};

use super::Account;

const OURS: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
/// What memory is sealed with.
pub(crate) const MEMORY: &str = "4567cdef-45cd-67ef-89ab-4567cdef4567";
const ANOTHER: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

fn by_id(id: &str) -> Resource {
    Resource::Key(on::Key { name: id.to_owned() })
}

fn named(account: &Account) {
    account.world.name(&by_id(OURS), &key());
}

pub(crate) fn state_and_rotation(account: &Account) {
    named(account);
    for (resource, rotation) in [(key(), KeyRotation::Off), (by_id(ANOTHER), KeyRotation::On)] {
        let enabled = State::KeyState(KeyState::Here(KeyStatus::Enabled));
        account.bootstrapped(&resource, Facet::KeyState, &enabled);
        account.bootstrapped(&resource, Facet::KeyRotation, &State::KeyRotation(rotation));
        let owner = key_of_account(&Situation::new(&resource, "").subject());
        account.bootstrapped(&resource, Facet::KeyGuardAccess, &State::KeyGuardAccess(owner));
    }
}

pub(crate) fn policy_and_grants(account: &Account) {
    named(account);
    let owner = key_of_account(&Situation::new(&key(), "").subject());
    account.bootstrapped(&key(), Facet::KeyPolicy, &State::KeyPolicy(owner));
    account.bootstrapped(&key(), Facet::KeyGrants, &State::KeyGrants(vec![of_the_service()]));
}

/// What a call about a key leaves behind; false: it is about none.
pub(crate) fn happens_to_state(file: &str, record: &Value, account: &Account) -> bool {
    let status = |resource: &Resource, status| {
        account.world.set(resource, Facet::KeyState, State::KeyState(KeyState::Here(status)));
    };
    let ours = |state| account.world.set(&key(), Facet::KeyState, State::KeyState(state));
    let rotation = |resource: &Resource| {
        account.world.set(resource, Facet::KeyRotation, State::KeyRotation(KeyRotation::Off));
    };
    match file {
        "PutKeyPolicy" => {
            let policy = Document::parse(record["requestParameters"]["policy"].as_str().unwrap()).unwrap();
            account.world.set(&key(), Facet::KeyGuardAccess, State::KeyGuardAccess(policy));
        }
        // CancelKeyDeletion leaves the key disabled.
        "DisableKey" | "by-arn-DisableKey" | "null-parameters-DisableKey" | "CancelKeyDeletion" => {
            status(&key(), KeyStatus::Disabled);
        }
        "ScheduleKeyDeletion" => status(&key(), KeyStatus::PendingDeletion),
        "DeleteKey" => account.world.set(&by_id(MEMORY), Facet::KeyState, State::KeyState(KeyState::Absent)),
        "DeleteImportedKeyMaterial" | "DeleteExpiredKeyMaterial" => {
            status(&key(), KeyStatus::Other("PendingImport".to_owned()))
        }
        "other-key-DisableKey" => status(&by_id(ANOTHER), KeyStatus::Disabled),
        "other-key-ScheduleKeyDeletion" => status(&by_id(ANOTHER), KeyStatus::PendingDeletion),
        "DeleteAlias" => ours(KeyState::Unnamed { id: OURS.to_owned(), status: KeyStatus::Enabled }),
        // The alias was free, or was moved.
        "CreateAlias" | "UpdateAlias" => {
            ours(KeyState::Replaced { made: OURS.to_owned(), by: ANOTHER.to_owned(), status: KeyStatus::Enabled })
        }
        "DisableKeyRotation" => rotation(&key()),
        // A new key does not rotate.
        "CreateKey" => rotation(&by_id(ANOTHER)),
        "EnableKey" | "EnableKeyRotation" => {}
        _ => return false,
    }
    true
}

/// Likewise of its policy and its grants.
pub(crate) fn happens_to_policy(record: &Value, account: &Account) -> bool {
    let request = &record["requestParameters"];
    match record["eventName"].as_str().unwrap() {
        "PutKeyPolicy" => {
            let document = request["policy"].as_str().map_or_else(public, |json| Document::parse(json).unwrap());
            let key = if request["keyId"] == MEMORY { by_id(MEMORY) } else { key() };
            account.world.set(&key, Facet::KeyPolicy, State::KeyPolicy(document));
        }
        "CreateGrant" => {
            let text = |name: &str| request[name].as_str().map(str::to_owned);
            let texts = |values: &Value| {
                values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
            };
            let new = KeyGrant {
                id: record["responseElements"]["grantId"].as_str().unwrap().to_owned(),
                name: None,
                grantee: text("granteePrincipal").unwrap(),
                retiring: text("retiringPrincipal"),
                issuer: Some(ACCOUNT.to_owned()),
                operations: texts(&request["operations"]),
                constraints: vec![],
            };
            account.world.set(&key(), Facet::KeyGrants, State::KeyGrants(vec![of_the_service(), new]));
        }
        "RevokeGrant" | "RetireGrant" => {}
        _ => return false,
    }
    true
}

/// What a policy that was left out of the record said.
fn public() -> Document {
    let open = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [open]})).unwrap()
}

fn of_the_service() -> KeyGrant {
    KeyGrant {
        id: "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60".to_owned(),
        name: None,
        grantee: format!("arn:aws:iam::{ACCOUNT}:role/{ML_ROLE}"),
        retiring: Some("sagemaker.us-east-1.amazonaws.com".to_owned()),
        issuer: Some(ACCOUNT.to_owned()),
        operations: vec!["Decrypt".to_owned(), "GenerateDataKey".to_owned()],
        constraints: vec![],
    }
}
