use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};

/// Whether a key rotates by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRotation {
    /// It does.
    On,
    /// It could, and does not.
    Off,
    /// It cannot, or not now; why.
    NotApplicable(String),
}

/// Rotation costs: AWS KMS charges for the material of a key's first and second rotation, 1 USD a month each, and for no further one
/// (AWS KMS pricing, "Key rotation"). The CIS benchmark asks for it all the same.
pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&KeyRotation>,
    observed: &KeyRotation,
) -> Flaws<'a, KeyRotation> {
    let flaw = (*observed == KeyRotation::Off)
        .then(|| Flaw::new(ControlId::KeyRotation, "the key does not rotate", |rotation| *rotation = KeyRotation::On));
    Ok(flaw.into_iter().collect())
}
