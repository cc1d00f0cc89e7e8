//! A container repository of an ML pipeline.

use iam_policy::Document;
use parapet_guards::{Facet, Resource, Scanning, State, TagFilter, TagMutability, on};
use serde_json::Value;

use super::Account;

fn repository() -> Resource {
    Resource::Repository(on::Repository { name: "ml/training".to_owned() })
}

/// Its settings are right.
pub(crate) fn account() -> Account {
    let account = Account::empty();
    let mutable = State::RepositoryTagMutability(TagMutability::Mutable);
    account.bootstrapped(&repository(), Facet::RepositoryTagMutability, &mutable);
    let unscanned = State::RepositoryScanning(Scanning { on_push: false });
    account.bootstrapped(&repository(), Facet::RepositoryScanning, &unscanned);
    account.bootstrapped(&repository(), Facet::RepositoryGuardAccess, &State::RepositoryGuardAccess(None));
    account
}

/// It has no policy.
pub(crate) fn without_policy(account: &Account) {
    account.bootstrapped(&repository(), Facet::RepositoryPolicy, &State::RepositoryPolicy(None));
}

/// What a call to the settings leaves behind, by its own parameters.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) {
    let set = |facet, state| account.world.set(&repository(), facet, state);
    let tags = |setting| set(Facet::RepositoryTagMutability, State::RepositoryTagMutability(setting));
    let scanned = |on_push| set(Facet::RepositoryScanning, State::RepositoryScanning(Scanning { on_push }));
    let request = &record["requestParameters"];
    match record["eventName"].as_str().unwrap() {
        _ if file.starts_with("failed-") || file.starts_with("elsewhere-") => {}
        "CreateRepository" => {
            tags(TagMutability::Mutable);
            scanned(false);
        }
        "PutImageTagMutability" => tags(asked_for(request).unwrap()),
        "PutImageScanningConfiguration" => scanned(false),
        "SetRepositoryPolicy" => {
            let policy = Document::parse(request["policyText"].as_str().unwrap()).ok();
            set(Facet::RepositoryGuardAccess, State::RepositoryGuardAccess(policy));
        }
        _ => assert!(file.is_empty(), "{file}: what does it do?"),
    }
}

/// None: it is not known here.
fn asked_for(request: &Value) -> Option<TagMutability> {
    match request["imageTagMutability"].as_str()? {
        "MUTABLE" => Some(TagMutability::Mutable),
        "IMMUTABLE" => Some(TagMutability::Immutable),
        "IMMUTABLE_WITH_EXCLUSION" => Some(TagMutability::ImmutableExcept(filters(request))),
        _ => None,
    }
}

fn filters(request: &Value) -> Vec<TagFilter> {
    let text = |filter: &Value, name: &str| filter[name].as_str().unwrap().to_owned();
    let filters = request["imageTagMutabilityExclusionFilters"].as_array().unwrap().iter();
    filters.map(|filter| TagFilter { kind: text(filter, "filterType"), pattern: text(filter, "filter") }).collect()
}

/// What a call leaves of the policy, by its own parameters; false: it is about something else.
pub(crate) fn happens_to_policy(record: &Value, account: &Account) -> bool {
    let set = |policy| account.world.set(&repository(), Facet::RepositoryPolicy, State::RepositoryPolicy(policy));
    match record["eventName"].as_str().unwrap() {
        "SetRepositoryPolicy" => {
            set(Some(Document::parse(record["requestParameters"]["policyText"].as_str().unwrap()).unwrap()));
        }
        "CreateRepository" | "DeleteRepositoryPolicy" => set(None),
        "DeleteRepository" => account.world.remove(&repository(), Facet::RepositoryPolicy),
        _ => return false,
    }
    true
}
