//! The policy guard: every policy document, and what is attached to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use iam_policy::{Document, could_complete_escalation};
use parapet_core::{Assessment, Facet, Guard, GuardName, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flaw::facet_states;
use crate::iam::{
    Attachment, Boundary, Login, ManagedPolicy, Membership, Policies, Provider, Trust, access_keys, attachment,
    boundary, inline, login, managed, membership, principal, provider, trust,
};
use crate::judge::rules;
use crate::kms::{KeyGrant, grants, key_policy};
use crate::s3::{Acl, access_point_policy, acl, bucket_policy};

/// Looks after every policy document, and what is attached to whom.
#[derive(Clone, Copy, Debug)]
pub struct PolicyGuard;

facet_states! {
    /// The state of one facet.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub enum PolicyState {
        /// A bucket's policy; none where there is none.
        BucketPolicy(Option<Document>) = bucket_policy of BucketPolicy,
        /// A bucket's access control list.
        Acl(Acl) = acl of BucketAcl,
        /// An access point's policy; none where there is none.
        AccessPoint(Option<Document>) = access_point_policy of AccessPointPolicy,
        /// A key's policy. Every key has one.
        KeyPolicy(Document) = key_policy of KeyPolicy,
        /// The grants on a key.
        Grants(Vec<KeyGrant>) = grants of KeyGrants,
        /// A role's trust policy; none where there is no such role.
        Trust(Option<Trust>) = trust of RoleTrust,
        /// An inline policy; none where there is none.
        Inline(Option<Document>) = inline of InlineDocument,
        /// A managed policy of this account; none where there is none.
        Managed(Option<ManagedPolicy>) = managed of ManagedDocument,
        /// An attachment.
        Attachment(Attachment) = attachment of PolicyAttachment,
        /// A permissions boundary.
        Boundary(Boundary) = boundary of PermissionsBoundary,
        /// All policies of a user, role or group.
        Policies(Policies) = principal of PrincipalPolicies,
        /// Whether a user is in a group.
        Membership(Membership) = membership of GroupMembership,
        /// An identity provider; none where there is none.
        Provider(Option<Provider>) = provider of IdentityProvider,
        /// The access keys of a user, by id, and whether each is active.
        AccessKeys(BTreeMap<String, bool>) = access_keys of AccessKeys,
        /// The console password of a user; none where there is none.
        Login(Option<Login>) = login of LoginProfile,
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum PolicyAction {
    /// Put the bucket policy.
    PutBucketPolicy(Document),
    /// Delete the bucket policy.
    DeleteBucketPolicy,
    /// Put the access control list.
    PutBucketAcl(Acl),
    /// Put the access point's policy.
    PutAccessPointPolicy(Document),
    /// Delete the access point's policy.
    DeleteAccessPointPolicy,
    /// Put the key policy.
    PutKeyPolicy(Document),
    /// Revoke the grant of this id.
    RevokeGrant(String),
    /// Create the role with this trust policy.
    CreateRole(Document),
    /// Put the trust policy.
    UpdateAssumeRolePolicy(Document),
    /// Put the inline policy.
    PutInlinePolicy(Document),
    /// Delete the inline policy.
    DeleteInlinePolicy,
    /// Create the managed policy.
    CreatePolicy(Document),
    /// Make room: a policy has at most five versions.
    DeletePolicyVersion(String),
    /// Make this the default version.
    CreatePolicyVersion(Document),
    /// Take the managed policy from somebody.
    DetachFrom(IamEntity),
    /// Give the managed policy to somebody.
    AttachTo(IamEntity),
    /// Delete the managed policy.
    DeletePolicy,
    /// Attach the policy that the attachment names.
    Attach,
    /// Detach it.
    Detach,
    /// Put the permissions boundary.
    PutPermissionsBoundary(Boundary),
    /// Put one of somebody's inline policies.
    PutPolicyOf {
        /// Its name.
        name: String,
        /// What it says.
        document: Document,
    },
    /// Delete one of somebody's inline policies.
    DeletePolicyOf(String),
    /// Attach a managed policy to somebody.
    AttachPolicy {
        /// Its ARN.
        arn: String,
        /// What it says: nothing that is written, but what the state is after.
        document: Document,
    },
    /// Detach a managed policy from somebody, by its ARN.
    DetachPolicy(String),
    /// Take the user out of the group.
    RemoveFromGroup,
    /// Put the user into the group.
    AddToGroup,
    /// Put a SAML provider's metadata.
    UpdateSamlProvider(String),
    /// Put an OpenID Connect provider's thumbprints.
    UpdateThumbprints(BTreeSet<String>),
    /// Take a client id from an OpenID Connect provider.
    RemoveClientId(String),
    /// Give an OpenID Connect provider a client id.
    AddClientId(String),
    /// Switch an access key on or off.
    UpdateAccessKey {
        /// Its id.
        id: String,
        /// Whether it is to be active.
        active: bool,
    },
    /// Delete the console password.
    DeleteLoginProfile,
}

impl Guard for PolicyGuard {
    const NAME: GuardName = GuardName::PolicyGuard;
    type State = PolicyState;
    type Action = PolicyAction;

    fn assess(subject: &Subject<'_>, last_known: Option<&PolicyState>, observed: &PolicyState) -> Assessment {
        observed.assessed(subject, last_known)
    }

    fn comply(subject: &Subject<'_>, last_known: Option<&PolicyState>, observed: &PolicyState) -> PolicyState {
        observed.complied(subject, last_known)
    }

    fn kept(state: &PolicyState) -> Value {
        state.kept()
    }

    fn recalled(facet: Facet, kept: &Value) -> Result<PolicyState, String> {
        PolicyState::recalled(facet, kept)
    }

    fn diff(from: &PolicyState, to: &PolicyState) -> Vec<PolicyAction> {
        match (from, to) {
            (same, other) if same == other => Vec::new(),
            (PolicyState::BucketPolicy(from), PolicyState::BucketPolicy(to)) => {
                bucket_policy::diff(from.as_ref(), to.as_ref())
            }
            (PolicyState::Acl(_), PolicyState::Acl(to)) => vec![PolicyAction::PutBucketAcl(to.clone())],
            (PolicyState::AccessPoint(_), PolicyState::AccessPoint(to)) => {
                vec![to.clone().map_or(PolicyAction::DeleteAccessPointPolicy, PolicyAction::PutAccessPointPolicy)]
            }
            (PolicyState::KeyPolicy(_), PolicyState::KeyPolicy(to)) => vec![PolicyAction::PutKeyPolicy(to.clone())],
            (PolicyState::Grants(from), PolicyState::Grants(to)) => grants::diff(from, to),
            (PolicyState::Trust(from), PolicyState::Trust(to)) => trust::diff(from.as_ref(), to.as_ref()),
            (PolicyState::Inline(_), PolicyState::Inline(to)) => {
                vec![to.clone().map_or(PolicyAction::DeleteInlinePolicy, PolicyAction::PutInlinePolicy)]
            }
            (PolicyState::Managed(from), PolicyState::Managed(to)) => managed::diff(from.as_ref(), to.as_ref()),
            (PolicyState::Attachment(from), PolicyState::Attachment(to)) => attachment::diff(from, to),
            (PolicyState::Boundary(from), PolicyState::Boundary(to)) => boundary::diff(from, to),
            (PolicyState::Policies(from), PolicyState::Policies(to)) => principal::diff(from, to),
            (PolicyState::Membership(from), PolicyState::Membership(to)) => membership::diff(from, to),
            (PolicyState::Provider(from), PolicyState::Provider(to)) => provider::diff(from.as_ref(), to.as_ref()),
            (PolicyState::AccessKeys(from), PolicyState::AccessKeys(to)) => access_keys::diff(from, to),
            (PolicyState::Login(from), PolicyState::Login(to)) => login::diff(from.as_ref(), to.as_ref()),
            // States of different facets have no way between them.
            _ => Vec::new(),
        }
    }

    fn step(state: &PolicyState, action: &PolicyAction) -> PolicyState {
        match (state, action) {
            (_, PolicyAction::PutBucketPolicy(document)) => PolicyState::BucketPolicy(Some(document.clone())),
            (_, PolicyAction::DeleteBucketPolicy) => PolicyState::BucketPolicy(None),
            (_, PolicyAction::PutBucketAcl(acl)) => PolicyState::Acl(acl.clone()),
            (_, PolicyAction::PutAccessPointPolicy(document)) => PolicyState::AccessPoint(Some(document.clone())),
            (_, PolicyAction::DeleteAccessPointPolicy) => PolicyState::AccessPoint(None),
            (_, PolicyAction::PutKeyPolicy(document)) => PolicyState::KeyPolicy(document.clone()),
            (_, PolicyAction::PutInlinePolicy(document)) => PolicyState::Inline(Some(document.clone())),
            (_, PolicyAction::DeleteInlinePolicy) => PolicyState::Inline(None),
            (PolicyState::Grants(seen), action) => PolicyState::Grants(grants::step(seen, action)),
            (PolicyState::Trust(trust), action) => PolicyState::Trust(trust::step(trust.as_ref(), action)),
            (PolicyState::Managed(policy), action) => PolicyState::Managed(managed::step(policy.as_ref(), action)),
            (PolicyState::Attachment(attachment), action) => {
                PolicyState::Attachment(attachment::step(attachment, action))
            }
            (_, PolicyAction::PutPermissionsBoundary(boundary)) => PolicyState::Boundary(boundary.clone()),
            (PolicyState::Policies(policies), action) => PolicyState::Policies(principal::step(policies, action)),
            (PolicyState::Membership(membership), action) => {
                PolicyState::Membership(membership::step(membership, action))
            }
            (PolicyState::Provider(provider), action) => {
                PolicyState::Provider(provider::step(provider.as_ref(), action))
            }
            (PolicyState::AccessKeys(keys), action) => PolicyState::AccessKeys(access_keys::step(keys, action)),
            (PolicyState::Login(_), PolicyAction::DeleteLoginProfile) => PolicyState::Login(None),
            (other, _) => other.clone(),
        }
    }

    fn is_absent(state: &PolicyState) -> bool {
        matches!(
            state,
            PolicyState::Trust(None)
                | PolicyState::Inline(None)
                | PolicyState::Managed(None)
                | PolicyState::Provider(None)
        )
    }

    /// The thing that a bucket's or an access point's policy belongs to is there without one.
    fn is_empty(state: &PolicyState) -> bool {
        Self::is_absent(state) || matches!(state, PolicyState::BucketPolicy(None) | PolicyState::AccessPoint(None))
    }

    fn remembers(facet: Facet) -> bool {
        matches!(
            facet,
            Facet::BucketPolicy
                | Facet::AccessPointPolicy
                | Facet::KeyPolicy
                | Facet::RoleTrust
                | Facet::ManagedDocument
                | Facet::InlineDocument
                | Facet::PolicyAttachment
                | Facet::PermissionsBoundary
                | Facet::PrincipalPolicies
                | Facet::GroupMembership
                | Facet::IdentityProvider
                | Facet::AccessKeys
                | Facet::LoginProfile
        )
    }

    /// What is taken away does not show: a boundary, or what it was, a provider's certificate, the keys that somebody had before.
    fn is_judged_by_memory(observed: &PolicyState) -> bool {
        match observed {
            PolicyState::Boundary(_) | PolicyState::Provider(Some(_)) | PolicyState::Login(Some(_)) => true,
            PolicyState::AccessKeys(keys) => keys.values().any(|active| *active),
            PolicyState::Managed(Some(policy)) => !policy.boundary_of.is_empty(),
            _ => false,
        }
    }

    /// The other policies of whoever holds one that could complete a way to more with them. Each is several reads, so only then.
    fn follow_ups(subject: &Subject<'_>, observed: &PolicyState) -> Vec<(Resource, Facet)> {
        let zone = rules::zone(subject);
        let could = |document: &Document| could_complete_escalation(document, &zone);
        let holders = match (observed, subject.resource) {
            (PolicyState::Inline(Some(document)), Resource::InlinePolicy { entity, .. }) if could(document) => {
                vec![entity.clone()]
            }
            (PolicyState::Managed(Some(policy)), _) if could(&policy.document) => policy.attached_to.clone(),
            (
                PolicyState::Attachment(Attachment { attached: true, document: Some(document) }),
                Resource::Attachment { entity, .. },
            ) if could(document) => vec![entity.clone()],
            (PolicyState::Membership(membership), Resource::Membership { user, .. })
                if membership.member && membership.inline.values().chain(membership.attached.values()).any(could) =>
            {
                vec![IamEntity::User(user.clone())]
            }
            _ => Vec::new(),
        };
        holders.into_iter().map(|entity| (Resource::Principal { entity }, Facet::PrincipalPolicies)).collect()
    }
}

impl fmt::Display for PolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutBucketPolicy(document) => write!(f, "PutBucketPolicy with {}", statements(document)),
            Self::DeleteBucketPolicy => f.write_str("DeleteBucketPolicy"),
            Self::PutBucketAcl(acl) => write!(f, "PutBucketAcl {acl}"),
            Self::PutAccessPointPolicy(document) => write!(f, "PutAccessPointPolicy with {}", statements(document)),
            Self::DeleteAccessPointPolicy => f.write_str("DeleteAccessPointPolicy"),
            Self::PutKeyPolicy(document) => write!(f, "PutKeyPolicy with {}", statements(document)),
            Self::RevokeGrant(id) => write!(f, "RevokeGrant {id}"),
            Self::CreateRole(_) => f.write_str("CreateRole"),
            Self::UpdateAssumeRolePolicy(document) => write!(f, "UpdateAssumeRolePolicy with {}", statements(document)),
            Self::PutInlinePolicy(document) => write!(f, "put the inline policy with {}", statements(document)),
            Self::DeleteInlinePolicy => f.write_str("delete the inline policy"),
            Self::CreatePolicy(_) => f.write_str("CreatePolicy"),
            Self::DeletePolicyVersion(version) => write!(f, "DeletePolicyVersion {version}"),
            Self::CreatePolicyVersion(document) => write!(f, "CreatePolicyVersion with {}", statements(document)),
            Self::DetachFrom(entity) => write!(f, "detach from {entity}"),
            Self::AttachTo(entity) => write!(f, "attach to {entity}"),
            Self::DeletePolicy => f.write_str("DeletePolicy"),
            Self::Attach => f.write_str("attach the policy"),
            Self::Detach => f.write_str("detach the policy"),
            Self::PutPermissionsBoundary(boundary) => {
                write!(f, "put the permissions boundary {}", boundary.arn.as_deref().unwrap_or_default())
            }
            Self::PutPolicyOf { name, document } => {
                write!(f, "put the inline policy {name} with {}", statements(document))
            }
            Self::DeletePolicyOf(name) => write!(f, "delete the inline policy {name}"),
            Self::AttachPolicy { arn, .. } => write!(f, "attach {arn}"),
            Self::DetachPolicy(arn) => write!(f, "detach {arn}"),
            Self::RemoveFromGroup => f.write_str("RemoveUserFromGroup"),
            Self::AddToGroup => f.write_str("AddUserToGroup"),
            Self::UpdateSamlProvider(_) => f.write_str("UpdateSAMLProvider"),
            Self::UpdateThumbprints(thumbprints) => {
                write!(f, "UpdateOpenIDConnectProviderThumbprint with {}", thumbprints.len())
            }
            Self::RemoveClientId(id) => write!(f, "RemoveClientIDFromOpenIDConnectProvider {id}"),
            Self::AddClientId(id) => write!(f, "AddClientIDToOpenIDConnectProvider {id}"),
            Self::UpdateAccessKey { id, active } => {
                write!(f, "UpdateAccessKey {id} {}", if *active { "Active" } else { "Inactive" })
            }
            Self::DeleteLoginProfile => f.write_str("DeleteLoginProfile"),
        }
    }
}

pub(crate) fn statements(document: &Document) -> String {
    match document.statements().len() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    }
}

/// Whether the subject is the managed policy that bootstrap creates.
pub(crate) fn is_foundation_policy(subject: &Subject<'_>, arn: &str) -> bool {
    arn == subject.home.iam_arn(&format!("policy/{}", subject.standard.names.ml_data_policy))
}

/// Whether the subject is the role that bootstrap creates.
pub(crate) fn is_foundation_role(subject: &Subject<'_>) -> bool {
    matches!(subject.resource, Resource::Role { name } if *name == subject.standard.names.ml_service_role)
}
