use std::fmt;

use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

/// Versioning of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Versioning {
    /// Never switched on.
    Off,
    /// Old versions stay, new ones are not kept.
    Suspended,
    /// On.
    Enabled,
}

impl fmt::Display for Versioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Suspended => "Suspended",
            Self::Enabled => "Enabled",
        })
    }
}

pub(super) fn assess(subject: &Subject<'_>, observed: Versioning) -> Option<Finding> {
    (observed != Versioning::Enabled)
        .then(|| Finding::on(ControlId::BucketVersioning, subject, format!("versioning is {observed}")))?
}

pub(super) fn comply(subject: &Subject<'_>, observed: Versioning) -> Versioning {
    if subject.enforces(ControlId::BucketVersioning) { Versioning::Enabled } else { observed }
}
