use std::fmt;

use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};

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

    pub(crate) fn off(self) -> Vec<&'static str> {
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

pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&PublicAccess>,
    observed: &PublicAccess,
) -> Flaws<'a, PublicAccess> {
    let flaw = (*observed != PublicAccess::BLOCKED).then(|| {
        Flaw::new(ControlId::BucketPublicAccess, format!("{} off", observed.off().join(", ")), |block| {
            *block = PublicAccess::BLOCKED;
        })
    });
    Ok(flaw.into_iter().collect())
}
