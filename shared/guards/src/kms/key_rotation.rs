use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::kms::resources::SERVICE;
use crate::{Subject, on};

control! {
    KEY_ROTATION = "KMS.Rotation", Medium, Enforce, fsbp [], cis ["3.6"],
    "Every KMS key that can rotates every year",
    "A leaked data key stays useful for as long as its master.",
}

/// Yearly rotation.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Key;
    type State = KeyRotation;
    type Action = RotationAction;

    const ROW: Row = Row {
        id: "key-rotation",
        name: "key rotation",
        service: &SERVICE,
        events: &["CreateKey", "DisableKeyRotation", "EnableKeyRotation", "EnableKey", "CancelKeyDeletion"],
        controls: &[KEY_ROTATION],
        // A key that does not rotate is asked why: some cannot.
        calls_a_look: Some(2),
        ..Row::USUAL
    };

    /// Rotation costs: AWS KMS charges for the material of a key's first and second rotation, 1 USD a month each, and for no further one
    /// (AWS KMS pricing, "Key rotation"). The CIS benchmark asks for it all the same.
    fn flaws<'a>(
        _subject: &Subject<'a>,
        _last_known: Option<&KeyRotation>,
        observed: &KeyRotation,
    ) -> Flaws<'a, KeyRotation> {
        let flaw = (*observed == KeyRotation::Off)
            .then(|| Flaw::new(KEY_ROTATION, "the key does not rotate", |rotation| *rotation = KeyRotation::On));
        Ok(flaw.into_iter().collect())
    }

    /// No key is kept from rotating by us, and what cannot rotate cannot be made to.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from, to) {
            (KeyRotation::Off, KeyRotation::On) => vec![RotationAction::EnableKeyRotation],
            _ => Vec::new(),
        }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            RotationAction::EnableKeyRotation => KeyRotation::On,
        }
    }
}

/// What is done about a key that does not rotate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum RotationAction {
    /// Let it rotate every year.
    EnableKeyRotation,
}

impl fmt::Display for RotationAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnableKeyRotation => f.write_str("EnableKeyRotation"),
        }
    }
}

/// Whether a key rotates by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KeyRotation {
    /// It does.
    On,
    /// It could, and does not.
    Off,
    /// It cannot, or not now; why.
    NotApplicable(String),
}
