use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

use super::EncryptionAction;

/// The pipeline's KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// The alias points to no key.
    Absent,
    /// Usable.
    Enabled,
    /// Not usable until enabled.
    Disabled,
    /// To be deleted at the end of its waiting period.
    PendingDeletion,
    /// A state that no call of ours leaves, such as `PendingImport`.
    Other(String),
}

pub(super) fn assess(subject: &Subject<'_>, observed: &KeyState) -> Option<Finding> {
    let usable = |detail: &str| Finding::on(ControlId::KeyUsable, subject, detail.to_owned());
    match observed {
        KeyState::Enabled => None,
        KeyState::Absent => Finding::on(ControlId::KeyExists, subject, "no key has this alias".to_owned()),
        KeyState::Disabled => {
            usable("the key is disabled: enable it (`aws kms enable-key`), or set KMS.KeyUsable to `enforce`")
        }
        KeyState::PendingDeletion => usable(
            "the key is about to be deleted: `aws kms cancel-key-deletion`, then `aws kms enable-key`, or set KMS.KeyUsable to `enforce`",
        ),
        // No call of ours mends this: the finding stays, whatever the mode, and is never enforced.
        KeyState::Other(state) => {
            usable(&format!("the key is in state {state}, in which it cannot be used")).map(observe_only)
        }
    }
}

fn observe_only(finding: Finding) -> Finding {
    Finding { mode: parapet_core::Mode::Observe, ..finding }
}

pub(super) fn comply(subject: &Subject<'_>, observed: &KeyState) -> KeyState {
    let mended_by = match observed {
        KeyState::Absent => ControlId::KeyExists,
        KeyState::Disabled | KeyState::PendingDeletion => ControlId::KeyUsable,
        KeyState::Enabled | KeyState::Other(_) => return observed.clone(),
    };
    if subject.enforces(mended_by) { KeyState::Enabled } else { observed.clone() }
}

/// AWS KMS Developer Guide, "Canceling key deletion": "the key state changes to Disabled. To use the key you must enable it".
pub(super) fn diff(from: &KeyState, to: &KeyState) -> Vec<EncryptionAction> {
    match (from, to) {
        (KeyState::Absent, KeyState::Enabled) => vec![EncryptionAction::CreateKey],
        (KeyState::Disabled, KeyState::Enabled) => vec![EncryptionAction::EnableKey],
        (KeyState::PendingDeletion, KeyState::Disabled) => vec![EncryptionAction::CancelKeyDeletion],
        (KeyState::PendingDeletion, KeyState::Enabled) => {
            vec![EncryptionAction::CancelKeyDeletion, EncryptionAction::EnableKey]
        }
        // A key is never disabled or deleted by us.
        _ => Vec::new(),
    }
}

pub(super) fn assess_rotation(subject: &Subject<'_>, on: bool) -> Option<Finding> {
    (!on).then(|| Finding::on(ControlId::KeyRotation, subject, "the key does not rotate".to_owned()))?
}

pub(super) fn comply_rotation(subject: &Subject<'_>, on: bool) -> bool {
    on || subject.enforces(ControlId::KeyRotation)
}
