use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::kms::resources::SERVICE;
use crate::{ControlId, Subject, on};

control! {
    KEY_EXISTS = "KMS.KeyExists", Critical, Enforce, fsbp [], cis [],
    "The pipeline's KMS key exists",
    "Without it nothing is encrypted under a key of the account's own.",
}

control! {
    KEY_ALIAS = "KMS.KeyAlias", Critical, Enforce, fsbp [], cis [],
    "The pipeline's alias points to the key that bootstrap made, or that the standard names",
    "What is written from then on is under another key, which may be somebody's who deletes it then.",
}

control! {
    KEY_ENABLED = "KMS.KeyEnabled", Critical, Enforce, fsbp [], cis [],
    "The pipeline's KMS key is enabled",
    "Without the key the pipeline can neither read nor write, and nothing is logged.",
}

control! {
    KEY_DELETION = "KMS.KeyDeletion", Critical, Enforce, fsbp ["KMS.3"], cis [],
    "The pipeline's KMS key is not about to be deleted",
    "Without the key the data is lost for good.",
}

control! {
    OTHER_KEY_ENABLED = "KMS.OtherKeyEnabled", Low, Observe, fsbp [], cis [],
    "Any other KMS key in scope is enabled",
    "Its owner may disable it; who needs it should know why things stand still.",
}

control! {
    OTHER_KEY_DELETION = "KMS.OtherKeyDeletion", High, Observe, fsbp ["KMS.3"], cis [],
    "No other KMS key in scope is about to be deleted",
    "What it encrypts is lost at the end of its wait of a week or more, which is time enough to ask its owner: to delete a key is also how data is erased on purpose.",
}

/// That the key exists, has its alias, is enabled, and is not about to be deleted.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Key;
    type State = KeyState;
    type Action = KeyAction;

    const ROW: Row = Row {
        id: "key-state",
        name: "key state",
        service: &SERVICE,
        events: &[
            "DisableKey",
            "EnableKey",
            "ScheduleKeyDeletion",
            "CancelKeyDeletion",
            "DeleteImportedKeyMaterial",
            // These two AWS KMS does by itself, at the end of a time that somebody set.
            "DeleteExpiredKeyMaterial",
            "DeleteKey",
            "CreateAlias",
            "UpdateAlias",
            "DeleteAlias",
        ],
        controls: &[KEY_EXISTS, KEY_ALIAS, KEY_ENABLED, KEY_DELETION, OTHER_KEY_ENABLED, OTHER_KEY_DELETION],
        ..Row::USUAL
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&KeyState>, observed: &KeyState) -> Flaws<'a, KeyState> {
        let foundation = is_foundation(subject);
        let mut flaws = Vec::new();
        match observed {
            KeyState::Absent if foundation => {
                let made = |state: &mut KeyState| *state = KeyState::Here(KeyStatus::Enabled);
                flaws.push(Flaw::new(KEY_EXISTS, "no key has this alias", made));
            }
            KeyState::Replaced { made, by, .. } => {
                // The AWS KMS Developer Guide itself tells those who rotate a key by hand to move its alias to the new one. What an
                // intruder does and what an owner does look alike, so a person has to say.
                let detail = format!(
                    "the alias points to the key `{by}`, and no longer to `{made}` that bootstrap made: unless you replaced it, point it \
                 back (`aws kms update-alias --target-key-id {made}`)"
                );
                flaws.push(Flaw::without_remedy(KEY_ALIAS, detail));
            }
            KeyState::Absent if subject.is_memory_key() => {
                let detail = "the key that memory is sealed with is gone, and nothing that is remembered is believed: deploy the stack with \
                              another one, and run bootstrap";
                flaws.push(Flaw::without_remedy(KEY_EXISTS, detail));
            }
            KeyState::Absent | KeyState::Here(_) | KeyState::Unnamed { .. } | KeyState::Moved { .. } => {}
        }
        let asked = if foundation || subject.is_memory_key() {
            Asked { enabled: KEY_ENABLED, deletion: KEY_DELETION }
        } else {
            Asked { enabled: OTHER_KEY_ENABLED, deletion: OTHER_KEY_DELETION }
        };
        let before = subject.excuse(last_known).filter(|_| !subject.is_memory_key()).and_then(KeyState::status);
        if let Some(status) = observed.status() {
            flaws.extend(
                flaws_of(subject, &asked, before, status).into_iter().map(|flaw| flaw.within(KeyState::status_mut)),
            );
        }
        flaws.extend(lost_alias(subject, &asked, before, observed));
        Ok(flaws)
    }

    /// The deletion is cancelled first: nothing else can be done to such a key, not even name it. AWS KMS Developer Guide, "Canceling key
    /// deletion": "the key state changes to Disabled. To use the key you must enable it".
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let unnamed = match (from, to) {
            (KeyState::Absent, KeyState::Here(KeyStatus::Enabled)) => return vec![KeyAction::CreateKey],
            (KeyState::Here(_), KeyState::Here(_)) => None,
            (KeyState::Replaced { by, .. }, KeyState::Replaced { by: other, .. }) if by == other => None,
            (KeyState::Unnamed { id, .. }, KeyState::Here(_)) => Some(id.clone()),
            (KeyState::Unnamed { id, .. }, KeyState::Unnamed { id: other, .. }) if id == other => Some(id.clone()),
            (KeyState::Moved { made, .. }, KeyState::Here(_)) => Some(made.clone()),
            (KeyState::Moved { made, by, .. }, KeyState::Moved { made: other, by: same, .. })
                if (made, by) == (other, same) =>
            {
                Some(made.clone())
            }
            // A key is never deleted by us, and keeps the alias that it has: it may be in use by now.
            _ => return Vec::new(),
        };
        let mut actions = Vec::new();
        let cancel = || KeyAction::CancelKeyDeletion(unnamed.clone());
        let enable = || KeyAction::EnableKey(unnamed.clone());
        match (from.status(), to.status()) {
            (Some(KeyStatus::Disabled), Some(KeyStatus::Enabled)) => actions.push(enable()),
            (Some(KeyStatus::PendingDeletion), Some(KeyStatus::Disabled)) => actions.push(cancel()),
            (Some(KeyStatus::PendingDeletion), Some(KeyStatus::Enabled)) => actions.extend([cancel(), enable()]),
            // A key is never disabled by us.
            _ => {}
        }
        // Nor is one named that is about to be deleted: AWS refuses that.
        let is_kept = from.status() != Some(&KeyStatus::PendingDeletion) || !actions.is_empty();
        let named = unnamed.clone().filter(|_| matches!(to, KeyState::Here(_)) && is_kept);
        let is_moved = matches!(from, KeyState::Moved { .. });
        actions.extend(named.map(if is_moved { KeyAction::UpdateAlias } else { KeyAction::CreateAlias }));
        actions
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        match (state, action) {
            (_, KeyAction::CreateKey) => KeyState::Here(KeyStatus::Enabled),
            (KeyState::Unnamed { status, .. }, KeyAction::CreateAlias(_))
            | (KeyState::Moved { status, .. }, KeyAction::UpdateAlias(_)) => KeyState::Here(status.clone()),
            (state, KeyAction::EnableKey(_)) => state.with(KeyStatus::Enabled),
            (state, KeyAction::CancelKeyDeletion(_)) => state.with(KeyStatus::Disabled),
            (state, _) => state.clone(),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        *state == KeyState::Absent
    }
}

/// What is done about a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum KeyAction {
    /// Create the key and its alias.
    CreateKey,
    /// Give the alias back to this key.
    CreateAlias(String),
    /// Point the alias back to this key.
    UpdateAlias(String),
    /// Enable the key; of one without its alias, the id.
    EnableKey(Option<String>),
    /// Take back the deletion of the key, which leaves it disabled; of one without its alias, the id.
    CancelKeyDeletion(Option<String>),
}

impl fmt::Display for KeyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateKey => f.write_str("CreateKey and CreateAlias"),
            Self::CreateAlias(id) => write!(f, "CreateAlias of key {id}"),
            Self::UpdateAlias(id) => write!(f, "UpdateAlias to key {id}"),
            Self::EnableKey(None) => f.write_str("EnableKey"),
            Self::EnableKey(Some(id)) => write!(f, "EnableKey {id}"),
            Self::CancelKeyDeletion(None) => f.write_str("CancelKeyDeletion"),
            Self::CancelKeyDeletion(Some(id)) => write!(f, "CancelKeyDeletion {id}"),
        }
    }
}

/// A KMS key, by the name it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// There is no such key: nothing has the alias, or nothing the id.
    Absent,
    /// It is there.
    Here(KeyStatus),
    /// The key that bootstrap made is there, and its alias is not.
    Unnamed {
        /// The id of the key.
        id: String,
        /// What it can be used for.
        status: KeyStatus,
    },
    /// The alias points to another key than the one that bootstrap made, which is there without an alias.
    Replaced {
        /// The id of the key that bootstrap made.
        made: String,
        /// The id of the one that has the alias.
        by: String,
        /// What that one can be used for.
        status: KeyStatus,
    },
    /// The same, where the key of the pipeline is known by its id, and not only by what it says of itself.
    Moved {
        /// The id of the pipeline's key.
        made: String,
        /// The id of the one that has the alias.
        by: String,
        /// What the pipeline's own can be used for.
        status: KeyStatus,
    },
}

/// What a key can be used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KeyStatus {
    /// Usable.
    Enabled,
    /// Not usable until enabled.
    Disabled,
    /// To be deleted at the end of its waiting period.
    PendingDeletion,
    /// A state that no call of ours leaves, such as `PendingImport`.
    Other(String),
}

impl KeyState {
    fn status_mut(&mut self) -> Option<&mut KeyStatus> {
        match self {
            Self::Absent => None,
            Self::Here(status)
            | Self::Unnamed { status, .. }
            | Self::Replaced { status, .. }
            | Self::Moved { status, .. } => Some(status),
        }
    }

    fn status(&self) -> Option<&KeyStatus> {
        match self {
            Self::Absent => None,
            Self::Here(status)
            | Self::Unnamed { status, .. }
            | Self::Replaced { status, .. }
            | Self::Moved { status, .. } => Some(status),
        }
    }

    fn with(&self, new: KeyStatus) -> Self {
        let mut state = self.clone();
        if let Some(status) = state.status_mut() {
            *status = new;
        }
        state
    }
}

/// The controls of a key's status: the pipeline cannot do without its own key; what another one serves, its owner knows.
struct Asked {
    enabled: ControlId,
    deletion: ControlId,
}

fn is_foundation(subject: &Subject<'_>) -> bool {
    subject.on::<on::Key>().is_some_and(|key| key.name == subject.standard.names.key_alias)
}

/// A key of ours without its alias, after what is wrong with its status. AWS gives no alias to a key that is about to be deleted: one that
/// is left so is told, and that is all.
fn lost_alias<'a>(
    subject: &Subject<'a>,
    asked: &Asked,
    before: Option<&KeyStatus>,
    observed: &KeyState,
) -> Option<Flaw<'a, KeyState>> {
    let (control, detail, status) = match observed {
        KeyState::Unnamed { id, status } => (KEY_EXISTS, format!("the key `{id}` has lost its alias"), status),
        KeyState::Moved { made, by, status } => {
            let detail = format!(
                "the alias points to the key `{by}`, and no longer to `{made}`, the pipeline's; if you replaced that, name the new one under \
                 `names.key_id` in the standard"
            );
            (KEY_ALIAS, detail, status)
        }
        KeyState::Absent | KeyState::Here(_) | KeyState::Replaced { .. } => return None,
    };
    let named = |state: &mut KeyState| {
        if let KeyState::Unnamed { status, .. } | KeyState::Moved { status, .. } = state {
            *state = KeyState::Here(status.clone());
        }
    };
    let flaw = Flaw::new(control, detail, named);
    let stays = before == Some(&KeyStatus::PendingDeletion) || !subject.enforces(asked.deletion);
    let is_left = *status == KeyStatus::PendingDeletion && stays;
    Some(if is_left { flaw.unmendable() } else { flaw })
}

fn flaws_of<'a>(
    subject: &Subject<'a>,
    asked: &Asked,
    before: Option<&KeyStatus>,
    status: &KeyStatus,
) -> Vec<Flaw<'a, KeyStatus>> {
    // What could not be used before is its owner's to make usable.
    let was_deleted = before == Some(&KeyStatus::PendingDeletion);
    let was_off = was_deleted || before == Some(&KeyStatus::Disabled);
    let since = |flaw: Flaw<'a, KeyStatus>, was_so: bool| if was_so { flaw.from_before() } else { flaw };
    let enabled = |status: &mut KeyStatus| {
        if *status == KeyStatus::Disabled {
            *status = KeyStatus::Enabled;
        }
    };
    match status {
        KeyStatus::Enabled => Vec::new(),
        KeyStatus::Disabled => {
            let detail =
                "the key is disabled, and nothing under it can be read or written: enable it (`aws kms enable-key`)";
            vec![since(Flaw::new(asked.enabled, detail, enabled), was_off)]
        }
        KeyStatus::PendingDeletion => {
            let detail = "the key is about to be deleted, and nothing under it can be read or written: keep it (`aws kms \
                          cancel-key-deletion`, then `aws kms enable-key`)";
            let deletion = Flaw::new(asked.deletion, detail, |status: &mut KeyStatus| *status = KeyStatus::Disabled);
            // A key that may be deleted need not be enabled. One that may not is disabled after its deletion was cancelled.
            let disabled = Flaw::new(asked.enabled, "a key that is about to be deleted cannot be used", enabled);
            let (deletion, disabled) = (since(deletion, was_deleted), since(disabled, was_off));
            if subject.enforces(asked.deletion) { vec![deletion, disabled] } else { vec![deletion] }
        }
        KeyStatus::Other(state) if state == "PendingImport" => {
            // AWS KMS API Reference, DeleteImportedKeyMaterial: "To restore the usability of the KMS key, reimport the same key
            // material". Only its owner has it.
            let detail = "the key's imported material is gone, and nothing under it can be read or written: import the same material \
                          again (`aws kms import-key-material`)";
            vec![Flaw::without_remedy(asked.enabled, detail)]
        }
        KeyStatus::Other(state) => {
            let detail = format!(
                "the key is in state {state}, in which it cannot be used: look at it in the console of AWS KMS"
            );
            vec![Flaw::without_remedy(asked.enabled, detail)]
        }
    }
}
