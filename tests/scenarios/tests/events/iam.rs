//! What the calls of AWS IAM in `events/` leave behind.

use std::collections::BTreeMap;

use iam_policy::Document;
use parapet_guards::{
    AccessKeys, Attachment, Boundary, Credentials, Facet, IamEntity, InstanceProfile, Login, ManagedPolicy, Membership,
    Policies, Provider, Resource, State, Trust, on,
};
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, NOW, managed_policy, role};
use serde_json::{Value, json};

use super::Account;

/// The users and the group that the events are about.
const INTRUDER: &str = "intruder";
const MAINTENANCE: &str = "maintenance";
const ENGINEERS: &str = "ml-engineers";

pub(crate) fn bootstrapped(account: &Account) {
    account.bootstrapped(&role(ML_ROLE), Facet::RoleTrust, &State::RoleTrust(None));
    account.bootstrapped(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, &State::ManagedDocument(None));
    let detached = State::PolicyAttachment(Attachment::of(false, None));
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
            let attachment = Attachment::of(true, Some(admin()));
            set(&attached(request), Facet::PolicyAttachment, State::PolicyAttachment(attachment));
        }
        // Others made a way to more meanwhile, of which no event told.
        "DetachUserPolicy" => {
            set(&attached(request), Facet::PolicyAttachment, nothing_attached());
            let after = State::PrincipalPolicies(parts(&[], &[]));
            set(&of(&user(INTRUDER)), Facet::PrincipalPolicies, after);
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
                    bounded: Vec::new(),
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
            let of = |document| State::RoleTrust(Some(Trust::of(document)));
            let account = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"});
            becomes(role(&text(request, "roleName")), Facet::RoleTrust, of(of_one(&account)), of(document(request)));
        }
        // Who could become one that is strong by what it holds, too.
        "UpdateAssumeRolePolicy" if file.starts_with("strong-") => {
            let ci = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole"});
            let name = text(request, "roleName");
            let of = |document| State::RoleTrust(Some(Trust::of(document)));
            becomes(role(&name), Facet::RoleTrust, of(of_one(&ci)), of(document(request)));
            holds(account, &IamEntity::Role(name), "arn:aws:iam::111122223333:policy/deploy", admin());
        }
        "CreateRole" | "UpdateAssumeRolePolicy" => {
            let trust = Trust::of(document(request));
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
        "TagUser" | "TagRole" | "UntagUser" | "UntagRole" => {
            let if_tagged = |effect: &str, tag: &str| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": {"StringEquals": {format!("aws:PrincipalTag/{tag}"): "true"}}});
            let (says, with, without) = match record["eventName"].as_str().unwrap().starts_with("Un") {
                true => (
                    vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), if_tagged("Deny", "restricted")],
                    None,
                    Some("restricted"),
                ),
                false => (vec![if_tagged("Allow", "admin")], Some("admin"), None),
            };
            let says = Document::from_value(json!({"Version": "2012-10-17", "Statement": says})).unwrap();
            let state = |tag: Option<&str>| {
                let tags = tag.map(|tag| (tag.to_owned(), "true".to_owned())).into_iter().collect();
                State::PrincipalPolicies(Policies { tags: Some(tags), ..parts(&[("by-tag", says.clone())], &[]) })
            };
            becomes(of(&entity(request)), Facet::PrincipalPolicies, state(without), state(with));
        }
        "RemoveUserFromGroup" => {
            let (user, group) = (text(request, "userName"), text(request, "groupName"));
            let state = |member| State::GroupMembership(Membership { member, ..Membership::default() });
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
                State::GroupMembership(Membership { member, attached: attached.clone(), ..Membership::default() })
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
        "CreateAccessKey" if file.starts_with("strong-") => {
            let key = &record["responseElements"]["accessKey"];
            let (id, alice) = (text(key, "accessKeyId"), user(&text(key, "userName")));
            let keys = AccessKeys {
                made_at: [(id.clone(), JUST_NOW)].into(),
                ..AccessKeys::of([("AKIAIOSFODNN7EXAMPLE".to_owned(), true), (id, true)].into())
            };
            let before = AccessKeys::of([("AKIAIOSFODNN7EXAMPLE".to_owned(), true)].into());
            becomes(of(&alice), Facet::AccessKeys, State::AccessKeys(before), State::AccessKeys(keys));
            holds(account, &alice, "arn:aws:iam::aws:policy/AdministratorAccess", admin());
        }
        "CreateInstanceProfile" => set(&profile(request), Facet::InstanceProfile, in_profile(None)),
        "AddRoleToInstanceProfile" => {
            let name = text(request, "roleName");
            becomes(profile(request), Facet::InstanceProfile, in_profile(None), in_profile(Some(&name)));
            match file.starts_with("broad-") {
                true => {
                    holds(account, &IamEntity::Role(name), "arn:aws:iam::aws:policy/AWSLambda_FullAccess", lambda())
                }
                false => holds(account, &IamEntity::Role(name), "arn:aws:iam::111122223333:policy/deploy", admin()),
            }
        }
        "RemoveRoleFromInstanceProfile" => {
            let name = text(request, "roleName");
            becomes(profile(request), Facet::InstanceProfile, in_profile(Some(&name)), in_profile(None));
        }
        // It is gone, and what is remembered of it ends.
        "DeleteInstanceProfile" => {
            account.recorder.learn(&profile(request), Facet::InstanceProfile, in_profile(Some("deploy")).kept());
        }
        "CreateServiceSpecificCredential" => {
            let credential = &record["responseElements"]["serviceSpecificCredential"];
            credentials(account, &[(&text(credential, "serviceSpecificCredentialId"), true)], &[], &[]);
        }
        "UpdateServiceSpecificCredential" => {
            let id = text(request, "serviceSpecificCredentialId");
            let off = Credentials { services: [(id.clone(), false)].into(), ..Credentials::default() };
            credentials(account, &[(&id, true)], &[], &[]);
            account.recorder.learn(&of(&user(MAINTENANCE)), Facet::UserCredentials, State::UserCredentials(off).kept());
        }
        "UploadSigningCertificate" => {
            let certificate = &record["responseElements"]["certificate"];
            credentials(account, &[], &[(&text(certificate, "certificateId"), true)], &[]);
        }
        "UpdateSigningCertificate" => {
            let id = text(request, "certificateId");
            let off = Credentials { certificates: [(id.clone(), false)].into(), ..Credentials::default() };
            credentials(account, &[], &[(&id, true)], &[]);
            account.recorder.learn(&of(&user(MAINTENANCE)), Facet::UserCredentials, State::UserCredentials(off).kept());
        }
        "ResetServiceSpecificCredential" => {
            let id = text(request, "serviceSpecificCredentialId");
            credentials(account, &[(&id, true)], &[], &[]);
            let before = Credentials { services: [(id, true)].into(), ..Credentials::default() };
            account.recorder.learn(
                &of(&user(MAINTENANCE)),
                Facet::UserCredentials,
                State::UserCredentials(before).kept(),
            );
        }
        "UploadSSHPublicKey" => {
            ssh_key(account, &text(&record["responseElements"]["sSHPublicKey"], "sSHPublicKeyId"), None)
        }
        "UpdateSSHPublicKey" => ssh_key(account, &text(request, "sSHPublicKeyId"), Some(false)),
        "EnableMFADevice" => credentials(account, &[], &[], &[&text(request, "serialNumber")]),
        "DeactivateMFADevice" | "DeleteVirtualMFADevice" => {
            let before = Credentials { devices: [text(request, "serialNumber")].into(), ..Credentials::default() };
            credentials(account, &[], &[], &[]);
            let before = State::UserCredentials(before).kept();
            account.recorder.learn(&of(&user(MAINTENANCE)), Facet::UserCredentials, before);
        }
        "CreateAccessKey" => {
            let key = &record["responseElements"]["accessKey"];
            let after = BTreeMap::from([(text(key, "accessKeyId"), true)]);
            let principal = of(&user(&text(key, "userName")));
            becomes(
                principal,
                Facet::AccessKeys,
                State::AccessKeys(AccessKeys::default()),
                State::AccessKeys(AccessKeys::of(after)),
            );
        }
        "UpdateAccessKey" => {
            let keys =
                |active| State::AccessKeys(AccessKeys::of(BTreeMap::from([(text(request, "accessKeyId"), active)])));
            becomes(of(&entity(request)), Facet::AccessKeys, keys(false), keys(true));
        }
        "CreateLoginProfile" => becomes(of(&entity(request)), Facet::LoginProfile, State::LoginProfile(None), login()),
        "UpdateLoginProfile" => becomes(of(&entity(request)), Facet::LoginProfile, login(), login()),
        call => unreachable!("{file}: what does {call} do?"),
    }
}

/// When what is made by an event was made.
const JUST_NOW: i64 = NOW - 60;

/// What somebody holds.
fn holds(account: &Account, entity: &IamEntity, arn: &str, document: Document) {
    let policies = Policies { attached: named(&[(arn, document)]), ..Policies::default() };
    account.world.set(&of(entity), Facet::PrincipalPolicies, State::PrincipalPolicies(policies));
}

fn profile(request: &Value) -> Resource {
    Resource::InstanceProfile(on::InstanceProfile { name: text(request, "instanceProfileName") })
}

fn in_profile(role: Option<&str>) -> State {
    State::InstanceProfile(InstanceProfile { role: role.map(str::to_owned), ..InstanceProfile::default() })
}

/// The further credentials of the watched user now, where there were none before.
fn credentials(account: &Account, services: &[(&str, bool)], certificates: &[(&str, bool)], devices: &[&str]) {
    let named = |all: &[(&str, bool)]| all.iter().map(|(id, active)| ((*id).to_owned(), *active)).collect();
    let made_at = services.iter().chain(certificates).map(|(id, _)| ((*id).to_owned(), JUST_NOW)).collect();
    let devices = devices.iter().map(|serial| (*serial).to_owned()).collect();
    let (services, certificates) = (named(services), named(certificates));
    let now = Credentials { services, certificates, devices, made_at, ..Credentials::default() };
    let resource = of(&user(MAINTENANCE));
    let none = State::UserCredentials(Credentials::default());
    account.recorder.learn(&resource, Facet::UserCredentials, none.kept());
    account.world.set(&resource, Facet::UserCredentials, State::UserCredentials(now));
}

/// An SSH key of the watched user is active, and was so before, or was not there.
fn ssh_key(account: &Account, id: &str, before: Option<bool>) {
    let keys = |active: Option<bool>| Credentials {
        ssh_keys: Some(active.map(|active| (id.to_owned(), active)).into_iter().collect()),
        made_at: BTreeMap::from([(id.to_owned(), JUST_NOW)]),
        ..Credentials::default()
    };
    let resource = of(&user(MAINTENANCE));
    account.recorder.learn(&resource, Facet::UserCredentials, State::UserCredentials(keys(before)).kept());
    account.world.set(&resource, Facet::UserCredentials, State::UserCredentials(keys(Some(true))));
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
    State::PolicyAttachment(Attachment::of(false, None))
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
    State::LoginProfile(Some(Login { created: "2026-11-20T15:05:07Z".to_owned(), ..Login::default() }))
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
        bounded: Vec::new(),
        boundary_of: Vec::new(),
    }))
}
