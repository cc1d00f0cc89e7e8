use std::fmt;

use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};

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

pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&Versioning>,
    observed: &Versioning,
) -> Flaws<'a, Versioning> {
    let flaw = (*observed != Versioning::Enabled).then(|| {
        Flaw::new(ControlId::BucketVersioning, format!("versioning is {observed}"), |versioning| {
            *versioning = Versioning::Enabled;
        })
    });
    Ok(flaw.into_iter().collect())
}
