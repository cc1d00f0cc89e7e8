use iam_policy::Document;
use parapet_guards::{Acl, AclGrant, Facet, Grantee, Resource, State, on};
use parapet_testkit::fixtures::{DATA_BUCKET, bucket};
use serde_json::Value;

use crate::Account;

const OWNER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// The canonical id of an account that nobody trusts.
const STRANGER: &str = "e9f6d1b2c3a4958677869504a3b2c1d0e9f6d1b2c3a4958677869504a3b2c1d0";

fn access_point() -> Resource {
    Resource::AccessPoint(on::AccessPoint { name: "side-door".to_owned() })
}

fn group(name: &str) -> Grantee {
    Grantee::Group(format!("http://acs.amazonaws.com/groups/global/{name}"))
}

fn acl(others: &[(Grantee, &str)]) -> State {
    let owner = AclGrant { grantee: Grantee::Account(OWNER.into()), permission: "FULL_CONTROL".into() };
    let granted = |(grantee, permission): &(Grantee, &str)| AclGrant {
        grantee: grantee.clone(),
        permission: (*permission).to_owned(),
    };
    State::BucketAcl(Acl {
        owner: OWNER.into(),
        grants: [owner].into_iter().chain(others.iter().map(granted)).collect(),
    })
}

pub(crate) fn bootstrapped(account: &Account) {
    account.bootstrapped(&bucket(DATA_BUCKET), Facet::BucketAcl, &acl(&[]));
    account.bootstrapped(&access_point(), Facet::AccessPointPolicy, &State::AccessPointPolicy(None));
}

/// What a call leaves behind, by its own parameters where they say so; false: it is not known here.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) -> bool {
    let list = |others| account.world.set(&bucket(DATA_BUCKET), Facet::BucketAcl, acl(others));
    let door = |policy| account.world.set(&access_point(), Facet::AccessPointPolicy, State::AccessPointPolicy(policy));
    match file {
        "PutBucketAcl" => list(&[(group("AllUsers"), "READ")]),
        "foreign-PutBucketAcl" => list(&[(Grantee::Account(STRANGER.into()), "READ")]),
        "by-header-PutBucketAcl" => list(&[(group("AuthenticatedUsers"), "WRITE_ACP")]),
        "PutAccessPointPolicy" | "foreign-PutAccessPointPolicy" | "shut-out-PutAccessPointPolicy" => {
            let text = record["requestParameters"]["PutAccessPointPolicyRequest"]["Policy"].as_str().unwrap();
            door(Some(Document::parse(text).unwrap()));
        }
        "DeleteAccessPoint" => account.world.remove(&access_point(), Facet::AccessPointPolicy),
        // No bucket of this name is there (any more).
        "DeleteBucket" => {}
        "CreateAccessPoint" | "DeleteAccessPointPolicy" | "harmless-PutBucketAcl" => {}
        _ => return false,
    }
    true
}
