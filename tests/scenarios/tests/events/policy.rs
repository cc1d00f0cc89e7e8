mod buckets;
mod recorded;

use iam_policy::Document;
use parapet_guards::{Facet, RootSession, State, on};
use parapet_testkit::fixtures::{DATA_BUCKET, LOG_BUCKET, bucket};
use serde_json::Value;

use super::{Account, iam, keys, repositories};

pub(crate) fn account() -> Account {
    let account = Account::empty();
    for name in [DATA_BUCKET, LOG_BUCKET] {
        account.bootstrapped(&bucket(name), Facet::BucketPolicy, &State::BucketPolicy(None));
    }
    buckets::bootstrapped(&account);
    iam::bootstrapped(&account);
    keys::policy_and_grants(&account);
    repositories::without_policy(&account);
    account
}

/// What a call leaves behind, by its own parameters.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) {
    let request = &record["requestParameters"];
    let set = |resource, facet, state| account.world.set(&resource, facet, state);
    match record["eventName"].as_str().unwrap() {
        _ if record["eventSource"] == "iam.amazonaws.com" => iam::happens(file, record, account),
        // That it was taken is all there is.
        "AssumeRoot" => {
            let session = on::RootSession { account: request["targetPrincipal"].as_str().unwrap().to_owned() };
            set(session.into(), Facet::RootSession, State::RootSession(RootSession::Unseen));
        }
        _ if recorded::happens(record, account) => {}
        _ if file.starts_with("failed-") || request.is_null() => {}
        _ if repositories::happens_to_policy(record, account) => {}
        _ if buckets::happens(file, record, account) => {}
        "PutBucketPolicy" | "DeleteBucketPolicy" => set(
            bucket(request["bucketName"].as_str().unwrap_or(DATA_BUCKET)),
            Facet::BucketPolicy,
            State::BucketPolicy(Document::from_value(request["bucketPolicy"].clone()).ok()),
        ),
        _ if keys::happens_to_policy(record, account) => {}
        _ => assert!(file.starts_with("harmless-"), "{file}: what does it do?"),
    }
}
