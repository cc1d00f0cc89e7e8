//! The policy guard: every policy document, and what is attached to whom.

mod access_point_policy;
mod acl;
mod attachment;
mod bucket_policy;
mod change;
mod grants;
mod inline;
mod judgement;
mod key_policy;
mod managed;
mod question;
mod trust;

use std::fmt;

use iam_policy::Document;
use parapet_core::{Assessment, Facet, Guard, GuardName, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::facet_states;

pub use acl::{Acl, AclGrant};
pub use attachment::Attachment;
pub use grants::KeyGrant;
pub use managed::{ManagedPolicy, VERSIONS_A_POLICY};
pub use trust::Trust;

/// Looks after every policy document, and what is attached to whom.
#[derive(Clone, Copy, Debug)]
pub struct PolicyGuard;

facet_states! {
    /// The state of one facet.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub enum PolicyState {
        /// A bucket's policy; none where there is none.
        BucketPolicy(Option<Document>) = bucket_policy,
        /// A bucket's access control list.
        Acl(Acl) = acl,
        /// An access point's policy; none where there is none.
        AccessPoint(Option<Document>) = access_point_policy,
        /// A key's policy. Every key has one.
        KeyPolicy(Document) = key_policy,
        /// The grants on a key.
        Grants(Vec<KeyGrant>) = grants,
        /// A role's trust policy; none where there is no such role.
        Trust(Option<Trust>) = trust,
        /// An inline policy; none where there is none.
        Inline(Option<Document>) = inline,
        /// A managed policy of this account; none where there is none.
        Managed(Option<ManagedPolicy>) = managed,
        /// An attachment.
        Attachment(Attachment) = attachment,
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
            (other, _) => other.clone(),
        }
    }

    fn is_absent(state: &PolicyState) -> bool {
        matches!(state, PolicyState::Trust(None) | PolicyState::Inline(None) | PolicyState::Managed(None))
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
        )
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
        }
    }
}

fn statements(document: &Document) -> String {
    match document.statements().len() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    }
}

/// Whether the subject is the managed policy that bootstrap creates.
fn is_foundation_policy(subject: &Subject<'_>, arn: &str) -> bool {
    arn == subject.home.iam_arn(&format!("policy/{}", subject.standard.names.ml_data_policy))
}

/// Whether the subject is the role that bootstrap creates.
fn is_foundation_role(subject: &Subject<'_>) -> bool {
    matches!(subject.resource, Resource::Role { name } if *name == subject.standard.names.ml_service_role)
}
