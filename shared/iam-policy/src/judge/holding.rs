//! What is judged, and by which rules.

use super::kinds::ViolationKind;
use super::role::KnownRole;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::zone::TrustZone;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Policies that are judged together: all that one principal holds, or the one policy of a resource or role.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// Together they grant what any of them does, and deny what any of them does.
    pub documents: &'a [&'a Document],
    /// What they are attached to.
    pub kind: PolicyKind,
    /// Each of these has to allow a request, too: a permissions boundary, a session policy, service control policies.
    pub limits: &'a [&'a Document],
}

impl<'a> Holding<'a> {
    /// Policies without limits.
    pub fn of(documents: &'a [&'a Document], kind: PolicyKind) -> Self {
        Self { documents, kind, limits: &[] }
    }
}

/// What must not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Who belongs to the account.
    pub zone: TrustZone,
    /// Which rules apply.
    pub kinds: BTreeSet<ViolationKind>,
    /// Protected resources, as ARN patterns. With none, [`ViolationKind::ProtectedData`] is about every bucket, table
    /// and secret. [`ViolationKind::LogTampering`] is about whoever can do it to every trail, and to a protected one.
    pub protected: Vec<String>,
    /// What of the protected resources may be reached: policies that allow just that.
    pub envelope: Vec<Document>,
    /// What [`ViolationKind::ObjectTampering`] is about.
    pub sealed: Sealed,
    /// What [`ViolationKind::GuardTampering`] is about: what guards the account, as ARN patterns. With none, nobody can violate that.
    pub guards: Vec<String>,
    /// The tags of what guards the account, as keys and patterns of values: a condition on these is met by it.
    pub guard_tags: Vec<(String, String)>,
    /// The roles of an account. With none, nothing is known of its roles: any may have more than the holder. Else what turns on a role,
    /// such as `iam:PassRole`, is too much only if one of them has more.
    pub roles: Arc<[KnownRole]>,
}

/// Objects that only some may change. With none, nobody can violate that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sealed {
    /// The objects and their buckets, as ARN patterns.
    pub resources: Vec<String>,
    /// Whom a resource policy may let change them, as patterns for the ARNs of principals. Of an identity policy it is not asked who
    /// holds it.
    pub keepers: Vec<String>,
}

impl Rules {
    /// All rules.
    pub fn all(zone: TrustZone) -> Self {
        Self::of(zone, ViolationKind::ALL)
    }

    /// These rules only.
    pub fn of(zone: TrustZone, kinds: impl IntoIterator<Item = ViolationKind>) -> Self {
        Self {
            zone,
            kinds: kinds.into_iter().collect(),
            protected: Vec::new(),
            envelope: Vec::new(),
            sealed: Sealed::default(),
            guards: Vec::new(),
            guard_tags: Vec::new(),
            roles: Arc::default(),
        }
    }

    pub(crate) fn has(&self, kind: ViolationKind) -> bool {
        self.kinds.contains(&kind)
    }
}
