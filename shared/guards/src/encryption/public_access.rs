use std::fmt;

use parapet_core::{ControlId, Finding, Resource, Subject};
use serde::{Deserialize, Serialize};

/// The public access block of a bucket. Where none is set, all four are off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccess {
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs that are there count for nothing.
    pub ignore_public_acls: bool,
    /// New public policies are refused.
    pub block_public_policy: bool,
    /// A public policy that is there reaches only this account and AWS services.
    pub restrict_public_buckets: bool,
}

impl PublicAccess {
    /// Everything blocked.
    pub const BLOCKED: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    fn off(self) -> Vec<&'static str> {
        let settings = [
            (self.block_public_acls, "BlockPublicAcls"),
            (self.ignore_public_acls, "IgnorePublicAcls"),
            (self.block_public_policy, "BlockPublicPolicy"),
            (self.restrict_public_buckets, "RestrictPublicBuckets"),
        ];
        settings.into_iter().filter(|(on, _)| !on).map(|(_, name)| name).collect()
    }
}

impl fmt::Display for PublicAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.off().as_slice() {
            [] => f.write_str("all on"),
            off => write!(f, "without {}", off.join(", ")),
        }
    }
}

pub(super) fn assess(subject: &Subject<'_>, observed: PublicAccess) -> Option<Finding> {
    let blocked = observed == PublicAccess::BLOCKED || !matches!(subject.resource, Resource::Bucket { .. });
    (!blocked)
        .then(|| Finding::on(ControlId::BucketPublicAccess, subject, format!("{} off", observed.off().join(", "))))?
}

pub(super) fn comply(subject: &Subject<'_>, observed: PublicAccess) -> PublicAccess {
    let applies =
        matches!(subject.resource, Resource::Bucket { .. }) && subject.enforces(ControlId::BucketPublicAccess);
    if applies { PublicAccess::BLOCKED } else { observed }
}
