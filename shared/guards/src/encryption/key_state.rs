use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use super::EncryptionAction;
use crate::flaw::{Flaw, Flaws};

/// The state of a KMS key.
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

pub(super) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&KeyState>,
    observed: &KeyState,
) -> Flaws<'a, KeyState> {
    let mend = |state: &mut KeyState| *state = KeyState::Enabled;
    let flaw = match observed {
        KeyState::Enabled => None,
        KeyState::Absent => Some(Flaw::new(ControlId::KeyExists, "no key has this alias", mend)),
        KeyState::Disabled => Some(Flaw::new(
            ControlId::KeyUsable,
            "the key is disabled: enable it (`aws kms enable-key`), or set KMS.KeyUsable to `enforce`",
            mend,
        )),
        KeyState::PendingDeletion => Some(Flaw::new(
            ControlId::KeyUsable,
            "the key is about to be deleted: `aws kms cancel-key-deletion`, then `aws kms enable-key`, or set KMS.KeyUsable to `enforce`",
            mend,
        )),
        KeyState::Other(state) => {
            let detail = format!("the key is in state {state}, in which it cannot be used");
            Some(Flaw::without_remedy(ControlId::KeyUsable, detail))
        }
    };
    Ok(flaw.into_iter().collect())
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
