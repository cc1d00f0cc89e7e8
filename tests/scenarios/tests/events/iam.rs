//! What the calls of AWS IAM in `events/` leave behind.

use std::collections::BTreeMap;

use iam_policy::Document;
use parapet_guards::{
    Attachment, Boundary, Facet, IamEntity, Login, ManagedPolicy, Membership, Policies, Provider, Resource, State,
    Trust, on,
};
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, managed_policy, role};
use serde_json::{Value, json};

use super::Account;

/// The users and the group that the events are about.
const INTRUDER: &str = "intruder";
const MAINTENANCE: &str = "maintenance";
const ENGINEERS: &str = "ml-engineers";

pub(crate) fn bootstrapped(account: &Account) {
    account.bootstrapped(&role(ML_ROLE), Facet::RoleTrust, &State::RoleTrust(None));
    account.bootstrapped(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, &State::ManagedDocument(None));
    let detached = State::PolicyAttachment(Attachment { attached: false, document: None });
    account.bootstrapped(&ml_attachment(), Facet::PolicyAttachment, &detached);
    let nobody_bound = State::PermissionsBoundary(Boundary::default());
    for entity in [ml_role(), user(INTRUDER), user(MAINTENANCE), IamEntity::Group(ENGINEERS.to_owned())] {
        account.bootstrapped(&of(&entity), Facet::PrincipalPolicies, &State::PrincipalPolicies(Policies::default()));
        account.bootstrapped(&of(&entity), Facet::PermissionsBoundary, &nobody_bound);
    }
}

/// What a call leaves behind, by its own parameters.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) {
    let request = &record["requestParameters"];
    let set = |resource: &Resource, facet, state| account.world.set(resource, facet, state);
    let becomes = |resource: Resource, facet, before: State, after: State| {
        account.recorder.learn(&resource, facet, before.kept());
        account.world.set(&resource, facet, after);
    };
    match record["eventName"].as_str().unwrap() {
        _ if file.starts_with("failed-") => {}
        // Nothing tells which: every inline policy is looked at, and this one is.
        "PutUserPolicy" if request.is_null() => {
            let resource =
                Resource::InlinePolicy(on::InlinePolicy { entity: user(INTRUDER), name: "hidden".to_owned() });
            set(&resource, Facet::InlineDocument, State::InlineDocument(Some(admin())));
        }
        "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy" => {
            set(&inline(request), Facet::InlineDocument, State::InlineDocument(Some(document(request))));
        }
        // What it denied was all that kept the rest shut.
        "DeleteUserPolicy" => {
            set(&inline(request), Facet::InlineDocument, State::InlineDocument(None));
            let name = text(request, "policyName");
            let (before, after) = (parts(&[(name.as_str(), deny())], &[]), parts(&[], &[]));
            becomes(
                of(&user(INTRUDER)),
                Facet::PrincipalPolicies,
                State::PrincipalPolicies(before),
                State::PrincipalPolicies(after),
            );
        }
        "DeleteRolePolicy" | "DeleteGroupPolicy" => {
            set(&inline(request), Facet::InlineDocument, State::InlineDocument(None));
        }
        "AttachRolePolicy" | "AttachUserPolicy" | "AttachGroupPolicy" => {
            let attachment = Attachment { attached: true, document: Some(admin()) };
            set(&attached(request), Facet::PolicyAttachment, State::PolicyAttachment(attachment));
        }
        "DetachUserPolicy" => {
            set(&attached(request), Facet::PolicyAttachment, nothing_attached());
            let arn = text(request, "policyArn");
            let (before, after) = (parts(&[], &[(arn.as_str(), deny())]), parts(&[], &[]));
            becomes(
                of(&user(INTRUDER)),
                Facet::PrincipalPolicies,
                State::PrincipalPolicies(before),
                State::PrincipalPolicies(after),
            );
        }
        "DetachRolePolicy" | "DetachGroupPolicy" => {
            set(&attached(request), Facet::PolicyAttachment, nothing_attached());
        }
        "CreatePolicy" => {
            let debug = managed_policy("arn:aws:iam::111122223333:policy/debug-access");
            set(&debug, Facet::ManagedDocument, managed(document(request), "v1", &[]));
        }
        // Whom the policy bounds may do what it adds.
        "CreatePolicyVersion" if file.starts_with("boundary-") => {
            let policy = managed_policy(&text(request, "policyArn"));
            let of = |document, version: &str| {
                State::ManagedDocument(Some(ManagedPolicy {
                    document,
                    default_version: version.to_owned(),
                    other_versions: Vec::new(),
                    versions: std::collections::BTreeMap::new(),
                    attached_to: Vec::new(),
                    boundary_of: vec![ml_role()],
                }))
            };
            becomes(policy, Facet::ManagedDocument, of(reads(), "v1"), of(document(request), "v2"));
        }
        "CreatePolicyVersion" => {
            set(&ml_policy(), Facet::ManagedDocument, managed(document(request), "v2", &["v1"]));
        }
        "SetDefaultPolicyVersion" => {
            set(&ml_policy(), Facet::ManagedDocument, managed(admin(), "v1", &["v2", "v3", "v4", "v5"]));
        }
        "DeletePolicy" => {
            set(&ml_policy(), Facet::ManagedDocument, State::ManagedDocument(None));
            set(&ml_attachment(), Facet::PolicyAttachment, nothing_attached());
        }
        // Who could become a role that is never touched is remembered.
        "UpdateAssumeRolePolicy" if file.starts_with("protected-") => {
            let of = |document| State::RoleTrust(Some(Trust { document, service_linked: false }));
            let account = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"});
            becomes(role(&text(request, "roleName")), Facet::RoleTrust, of(of_one(&account)), of(document(request)));
        }
        "CreateRole" | "UpdateAssumeRolePolicy" => {
            let trust = Trust { document: document(request), service_linked: false };
            let name = text(request, "roleName");
            set(&role(&name), Facet::RoleTrust, State::RoleTrust(Some(trust)));
            set(
                &of(&IamEntity::Role(name)),
                Facet::PermissionsBoundary,
                State::PermissionsBoundary(Boundary::default()),
            );
        }
        "DeleteRole" => {
            set(&role(&text(request, "roleName")), Facet::RoleTrust, State::RoleTrust(None));
            set(&ml_attachment(), Facet::PolicyAttachment, nothing_attached());
        }
        // A session may be longer, a default version may be the only one, a user may be new: none of it opens anything.
        "UpdateRole" | "DeletePolicyVersion" | "CreateUser" => {}
        "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary" => {
            let now = Boundary { arn: Some(text(request, "permissionsBoundary")), document: Some(admin()) };
            let principal = of(&entity(request));
            becomes(
                principal,
                Facet::PermissionsBoundary,
                State::PermissionsBoundary(bounding()),
                State::PermissionsBoundary(now),
            );
        }
        "DeleteUserPermissionsBoundary" | "DeleteRolePermissionsBoundary" => {
            let none = State::PermissionsBoundary(Boundary::default());
            becomes(of(&entity(request)), Facet::PermissionsBoundary, State::PermissionsBoundary(bounding()), none);
            // The boundary is back when the policies are looked at.
            let bound = Policies { boundary: bounding().document, ..parts(&[], &[]) };
            set(&of(&entity(request)), Facet::PrincipalPolicies, State::PrincipalPolicies(bound));
        }
        "RemoveUserFromGroup" => {
            let (user, group) = (text(request, "userName"), text(request, "groupName"));
            let state = |member| {
                State::GroupMembership(Membership { member, inline: BTreeMap::new(), attached: BTreeMap::new() })
            };
            becomes(
                Resource::Membership(on::Membership { user, group }),
                Facet::GroupMembership,
                state(true),
                state(false),
            );
        }
        "AddUserToGroup" => {
            let (user, group) = (text(request, "userName"), text(request, "groupName"));
            let attached = match file.starts_with("broad-") {
                true => named(&[("arn:aws:iam::aws:policy/AWSLambda_FullAccess", lambda())]),
                false => named(&[("arn:aws:iam::aws:policy/AdministratorAccess", admin())]),
            };
            let state = |member| {
                State::GroupMembership(Membership { member, inline: BTreeMap::new(), attached: attached.clone() })
            };
            becomes(
                Resource::Membership(on::Membership { user, group }),
                Facet::GroupMembership,
                state(false),
                state(true),
            );
        }
        "CreateSAMLProvider" => set(&provider(&record["responseElements"]), Facet::IdentityProvider, saml(request)),
        "UpdateSAMLProvider" => {
            let before = State::IdentityProvider(Some(Provider::Saml { metadata: "<EntityDescriptor/>".to_owned() }));
            becomes(provider(request), Facet::IdentityProvider, before, saml(request));
        }
        "CreateOpenIDConnectProvider" => {
            set(&provider(&record["responseElements"]), Facet::IdentityProvider, oidc(&["sts.amazonaws.com"], &["1"]));
        }
        "AddClientIDToOpenIDConnectProvider" => {
            let after = oidc(&["sts.amazonaws.com", &text(request, "clientID")], &["1"]);
            becomes(provider(request), Facet::IdentityProvider, oidc(&["sts.amazonaws.com"], &["1"]), after);
        }
        "UpdateOpenIDConnectProviderThumbprint" => {
            let after = oidc(&["sts.amazonaws.com"], &[request["thumbprintList"][0].as_str().unwrap()]);
            becomes(provider(request), Facet::IdentityProvider, oidc(&["sts.amazonaws.com"], &["1"]), after);
        }
        "CreateAccessKey" => {
            let key = &record["responseElements"]["accessKey"];
            let after = BTreeMap::from([(text(key, "accessKeyId"), true)]);
            let principal = of(&user(&text(key, "userName")));
            becomes(principal, Facet::AccessKeys, State::AccessKeys(BTreeMap::new()), State::AccessKeys(after));
        }
        "UpdateAccessKey" => {
            let keys = |active| State::AccessKeys(BTreeMap::from([(text(request, "accessKeyId"), active)]));
            becomes(of(&entity(request)), Facet::AccessKeys, keys(false), keys(true));
        }
        "CreateLoginProfile" => becomes(of(&entity(request)), Facet::LoginProfile, State::LoginProfile(None), login()),
        "UpdateLoginProfile" => becomes(of(&entity(request)), Facet::LoginProfile, login(), login()),
        call => unreachable!("{file}: what does {call} do?"),
    }
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn ml_role() -> IamEntity {
    IamEntity::Role(ML_ROLE.to_owned())
}

fn ml_policy() -> Resource {
    managed_policy(ML_POLICY_ARN)
}

fn of(entity: &IamEntity) -> Resource {
    Resource::Principal(on::Principal { entity: entity.clone() })
}

fn ml_attachment() -> Resource {
    Resource::Attachment(on::Attachment { entity: ml_role(), policy_arn: ML_POLICY_ARN.to_owned() })
}

fn nothing_attached() -> State {
    State::PolicyAttachment(Attachment { attached: false, document: None })
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

fn inline(request: &Value) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: entity(request), name: text(request, "policyName") })
}

fn attached(request: &Value) -> Resource {
    Resource::Attachment(on::Attachment { entity: entity(request), policy_arn: text(request, "policyArn") })
}

fn provider(named: &Value) -> Resource {
    let names = ["sAMLProviderArn", "openIDConnectProviderArn"];
    let arn = names.iter().find_map(|name| named[name].as_str()).unwrap().to_owned();
    Resource::IdentityProvider(on::IdentityProvider { arn })
}

fn saml(request: &Value) -> State {
    State::IdentityProvider(Some(Provider::Saml { metadata: text(request, "sAMLMetadataDocument") }))
}

fn oidc(ids: &[&str], thumbprints: &[&str]) -> State {
    let set = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    State::IdentityProvider(Some(Provider::Oidc { client_ids: set(ids), thumbprints: set(thumbprints) }))
}

fn login() -> State {
    State::LoginProfile(Some(Login { created: "2026-11-20T15:05:07Z".to_owned() }))
}

/// The document that the call names; one that was left out of the record made an administrator.
fn document(request: &Value) -> Document {
    let named = ["policyDocument", "assumeRolePolicyDocument"].iter().find_map(|name| request[name].as_str());
    named.map_or_else(admin, |json| Document::parse(json).unwrap())
}

fn of_one(statement: &Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
}

fn admin() -> Document {
    of_one(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))
}

fn deny() -> Document {
    of_one(&json!({"Effect": "Deny", "Action": "*", "Resource": "*"}))
}

fn reads() -> Document {
    of_one(&json!({"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}))
}

/// A way to more, as AWS's own policies for a service have it.
fn lambda() -> Document {
    let actions = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"];
    of_one(&json!({"Effect": "Allow", "Action": actions, "Resource": "*"}))
}

fn bounding() -> Boundary {
    Boundary { arn: Some("arn:aws:iam::111122223333:policy/team-boundary".to_owned()), document: Some(reads()) }
}

fn named(documents: &[(&str, Document)]) -> BTreeMap<String, Document> {
    documents.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect()
}

/// Two policies that make a way to more together, and these.
fn parts(inline: &[(&str, Document)], attached: &[(&str, Document)]) -> Policies {
    let pass = of_one(&json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}));
    let run = json!({"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction", "logs:Get*"], "Resource": "*"});
    let mut policies = Policies { inline: named(inline), attached: named(attached), ..Policies::default() };
    policies.inline.extend(named(&[("passes", pass), ("runs", of_one(&run))]));
    policies
}

fn managed(document: Document, version: &str, others: &[&str]) -> State {
    let other_versions = others.iter().map(|&id| id.to_owned()).collect();
    State::ManagedDocument(Some(ManagedPolicy {
        document,
        default_version: version.to_owned(),
        other_versions,
        versions: std::collections::BTreeMap::new(),
        attached_to: vec![ml_role()],
        boundary_of: Vec::new(),
    }))
}
