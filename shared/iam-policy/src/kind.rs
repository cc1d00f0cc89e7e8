//! What policies are attached to, and what documents are written for.

use serde::{Deserialize, Serialize};

/// What a document is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyKind {
    /// A user, a group or a role: its holder may do what it allows.
    Identity,
    /// A resource: a bucket, a key, a queue, a topic, an access point.
    Resource,
    /// A role: who may assume it.
    Trust,
}

/// What a document is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentKind {
    /// A user, a group or a role.
    Identity,
    /// A resource.
    Resource,
    /// A role: who may assume it.
    Trust,
    /// A permissions boundary.
    Boundary,
    /// A session.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl From<PolicyKind> for DocumentKind {
    fn from(kind: PolicyKind) -> Self {
        match kind {
            PolicyKind::Identity => Self::Identity,
            PolicyKind::Resource => Self::Resource,
            PolicyKind::Trust => Self::Trust,
        }
    }
}
