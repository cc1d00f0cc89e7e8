mod buckets;

use iam_policy::Document;
use parapet_core::{Facet, IamEntity, Resource};
use parapet_guards::{Attachment, ManagedPolicy, PolicyGuard, PolicyState as State, Trust};
use parapet_testkit::fixtures::{DATA_BUCKET, ML_POLICY_ARN, ML_ROLE, bucket, managed_policy, role};
use serde_json::{Value, json};

use super::{Account, keys};

pub(crate) fn account() -> Account<PolicyGuard> {
    let account = Account::empty();
    account.bootstrapped(&bucket(DATA_BUCKET), Facet::BucketPolicy, &State::BucketPolicy(None));
    buckets::bootstrapped(&account);
    account.bootstrapped(&role(ML_ROLE), Facet::RoleTrust, &State::Trust(None));
    account.bootstrapped(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, &State::Managed(None));
    keys::policy_and_grants(&account);
    account
}

/// What a call leaves behind, by its own parameters.
pub(crate) fn happens(file: &str, record: &Value, account: &Account<PolicyGuard>) {
    let call = record["eventName"].as_str().unwrap();
    let request = &record["requestParameters"];
    let set = |resource, facet, state| account.world.set(&resource, facet, state);
    match call {
        _ if file.starts_with("failed-") || request.is_null() => {}
        _ if buckets::happens(file, record, account) => {}
        "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy" => {
            let resource = Resource::InlinePolicy { entity: entity(request), name: text(request, "policyName") };
            set(resource, Facet::InlineDocument, State::Inline(Some(document(request))));
        }
        "AttachRolePolicy" | "AttachUserPolicy" | "AttachGroupPolicy"
            if text(request, "policyArn").contains("::aws:") =>
        {
            let resource = Resource::Attachment { entity: entity(request), policy_arn: text(request, "policyArn") };
            set(
                resource,
                Facet::PolicyAttachment,
                State::Attachment(Attachment { attached: true, document: Some(admin()) }),
            );
        }
        "CreatePolicy" => set(
            managed_policy("arn:aws:iam::111122223333:policy/debug-access"),
            Facet::ManagedDocument,
            managed(document(request), "v1", &[]),
        ),
        "CreatePolicyVersion" => {
            set(managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, managed(document(request), "v2", &["v1"]))
        }
        "SetDefaultPolicyVersion" => set(
            managed_policy(ML_POLICY_ARN),
            Facet::ManagedDocument,
            managed(admin(), "v1", &["v2", "v3", "v4", "v5"]),
        ),
        "CreateRole" | "UpdateAssumeRolePolicy" => {
            let trust = Trust { document: document(request), service_linked: false };
            set(role(&text(request, "roleName")), Facet::RoleTrust, State::Trust(Some(trust)));
        }
        "PutBucketPolicy" | "DeleteBucketPolicy" => set(
            bucket(DATA_BUCKET),
            Facet::BucketPolicy,
            State::BucketPolicy(Document::from_value(request["bucketPolicy"].clone()).ok()),
        ),
        _ if keys::happens_to_policy(record, account) => {}
        _ => assert!(file.starts_with("harmless-"), "{file}: what does it do?"),
    }
}

fn text(request: &Value, name: &str) -> String {
    request[name].as_str().unwrap().to_owned()
}

fn entity(request: &Value) -> IamEntity {
    let named = |name: &str| request[name].as_str().map(str::to_owned);
    named("userName")
        .map(IamEntity::User)
        .or_else(|| named("roleName").map(IamEntity::Role))
        .or_else(|| named("groupName").map(IamEntity::Group))
        .unwrap()
}

/// The document that the call names; one that was left out of the record made an administrator.
fn document(request: &Value) -> Document {
    let named = ["policyDocument", "assumeRolePolicyDocument"].iter().find_map(|name| request[name].as_str());
    named.map_or_else(admin, |json| Document::parse(json).unwrap())
}

fn admin() -> Document {
    Document::from_value(
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
    )
    .unwrap()
}

fn managed(document: Document, version: &str, others: &[&str]) -> State {
    let other_versions = others.iter().map(|&id| id.to_owned()).collect();
    State::Managed(Some(ManagedPolicy {
        document,
        default_version: version.to_owned(),
        other_versions,
        attached_to: vec![IamEntity::Role(ML_ROLE.to_owned())],
        boundary_of: Vec::new(),
    }))
}
