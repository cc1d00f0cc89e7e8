//! The state of a key.

use aws_sdk_kms::types::{KeyMetadata, KeyState as KmsState, Tag};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{KeyAction, KeyState, KeyStatus, Observed, Resource, facets, on};

use super::{NOT_FOUND, needed_id_of, pinned};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::kms::{ALL_ALIASES, ALL_KEYS, DESCRIBE_KEY};
use crate::permissions::{Needs, Scope, need};

/// By this description a key of ours is known again that has no alias: its making was interrupted, or somebody took the alias away.
const DESCRIPTION: &str = "Parapet: data and logs of the ML pipeline";

impl Adapter for facets::KeyState {
    const NEEDS: Needs = Needs {
        // The lists find the pipeline's key when it has lost its alias.
        looks: &[DESCRIBE_KEY, ALL_KEYS, ALL_ALIASES],
        writes: &[
            need("KMS:CreateKey", "kms:CreateKey", Scope::NoResource),
            need("KMS:CreateKey", "kms:TagResource", Scope::Key),
            need("KMS:CreateAlias", "kms:CreateAlias", Scope::KeyAlias),
            need("KMS:UpdateAlias", "kms:UpdateAlias", Scope::KeyAlias),
            need("KMS:EnableKey", "kms:EnableKey", Scope::Key),
            need("KMS:CancelKeyDeletion", "kms:CancelKeyDeletion", Scope::Key),
        ],
        ..Needs::NONE
    };

    /// One call where all is well. A key that is known by its id is looked at by that, too, where the alias does not point to it. Where none
    /// is, and the standard's alias points nowhere, or to a key that we did not make, our own is looked for among
    /// all keys of the account, which takes a call for each.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let is_standards = *name == world.key_alias;
        let described = described(world, subject, name).await?;
        let known = if is_standards { pinned::id(world).await } else { Ok(None) };
        if let Ok(Some(id)) = &known {
            return of_known(world, subject, id, described).await;
        }
        if is_standards {
            world.saw_key_arn(described.as_ref().and_then(|key| key.arn.clone()));
        }
        if let Err(why) = known {
            // Which key it is nobody vouches for: the one with the alias is made usable, and more is not done or said of it.
            let usable = described.map(|key| status_of(&key)).filter(|status| *status != KeyStatus::Enabled);
            return usable.map(|status| Some(KeyState::Here(status).into())).ok_or(why);
        }
        let Some(key) = described else {
            let unnamed = if is_standards { nameless(world, subject).await? } else { None };
            return Ok(Some(Observed::from(
                unnamed.map_or(KeyState::Absent, |key| KeyState::Unnamed { status: status_of(&key), id: key.key_id }),
            )));
        };
        let made = if is_standards && !is_ours(&key) { nameless(world, subject).await? } else { None };
        let status = status_of(&key);
        let state = match made {
            Some(made) => KeyState::Replaced { made: made.key_id, by: key.key_id, status },
            None => KeyState::Here(status),
        };
        Ok(Some(state.into()))
    }

    /// Creates the key, or changes its state.
    ///
    /// A key takes two calls to make, and to be usable again after a deletion was cancelled: one for each action.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let kms = world.connection.kms();
        match action {
            KeyAction::CreateKey => create(world, subject, name).await,
            KeyAction::CreateAlias(id) => create_alias(world, subject, name, id).await,
            KeyAction::UpdateAlias(id) => {
                world.saw_key_arn(None);
                let update = kms.update_alias().alias_name(name).target_key_id(id);
                written("point the alias back", subject, update.send().await)
            }
            KeyAction::EnableKey(id) => {
                const STEP: &str = "enable the key";
                let id = needed_id_of(world, id.as_deref().unwrap_or(name), STEP, subject).await?;
                written(STEP, subject, kms.enable_key().key_id(id).send().await)
            }
            KeyAction::CancelKeyDeletion(id) => {
                const STEP: &str = "cancel the deletion";
                let id = needed_id_of(world, id.as_deref().unwrap_or(name), STEP, subject).await?;
                written(STEP, subject, kms.cancel_key_deletion().key_id(id).send().await)
            }
        }
    }
}

/// A key by its id or alias; none: nothing has it.
async fn described(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<Option<KeyMetadata>, WorldError> {
    const STEP: &str = "read the state";
    match world.connection.kms().describe_key().key_id(name).send().await {
        // No key in the answer is not: no key. Another would be made.
        Ok(answer) => answer.key_metadata.map(Some).ok_or_else(|| unreadable(STEP, subject, "the answer names no key")),
        Err(error) if code(&error) == NOT_FOUND => Ok(None),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}

/// The state of the pipeline's key that is known by its id, whatever has its alias. What only says of itself that it is ours is not taken
/// for it, not even where the key is gone for good.
async fn of_known(
    world: &AwsWorld<'_>,
    subject: &Resource,
    id: &str,
    by_alias: Option<KeyMetadata>,
) -> Result<Option<Observed<KeyState>>, WorldError> {
    if let Some(key) = by_alias.as_ref().filter(|key| key.key_id == id) {
        world.saw_key_arn(key.arn.clone());
        return Ok(Some(KeyState::Here(status_of(key)).into()));
    }
    let own = described(world, subject, id).await?;
    world.saw_key_arn(own.as_ref().or(by_alias.as_ref()).and_then(|key| key.arn.clone()));
    Ok(Some(Observed::from(match (own, by_alias) {
        (Some(own), None) => KeyState::Unnamed { status: status_of(&own), id: own.key_id },
        (Some(own), Some(other)) => KeyState::Moved { status: status_of(&own), made: own.key_id, by: other.key_id },
        (None, Some(other)) => KeyState::Here(status_of(&other)),
        (None, None) => KeyState::Absent,
    })))
}

fn is_ours(key: &KeyMetadata) -> bool {
    key.description.as_deref() == Some(DESCRIPTION)
}

fn status_of(key: &KeyMetadata) -> KeyStatus {
    match &key.key_state {
        Some(KmsState::Enabled) => KeyStatus::Enabled,
        Some(KmsState::Disabled) => KeyStatus::Disabled,
        Some(KmsState::PendingDeletion | KmsState::PendingReplicaDeletion) => KeyStatus::PendingDeletion,
        other => {
            KeyStatus::Other(other.as_ref().map_or_else(|| "unknown".to_owned(), |state| state.as_str().to_owned()))
        }
    }
}

/// The key that we made and that has no alias, in whatever state; of several the oldest, because what looks like it was made later.
async fn nameless(world: &AwsWorld<'_>, subject: &Resource) -> Result<Option<KeyMetadata>, WorldError> {
    const STEP: &str = "look for a key without its alias";
    let kms = world.connection.kms();
    let mut found: Vec<KeyMetadata> = Vec::new();
    let mut marker = None;
    loop {
        let page = kms.list_keys().set_marker(marker).send().await.map_err(|error| failed(STEP, subject, error))?;
        for id in page.keys().iter().filter_map(|key| key.key_id()) {
            let key = match kms.describe_key().key_id(id).send().await {
                Ok(answer) => answer.key_metadata,
                // A key whose policy keeps us out is somebody else's, and one that is gone nobody's.
                Err(error) if matches!(code(&error), "AccessDeniedException" | NOT_FOUND) => None,
                Err(error) => return Err(failed(STEP, subject, error)),
            };
            let Some(key) = key.filter(is_ours) else { continue };
            let aliases = kms.list_aliases().key_id(id).send().await.map_err(|error| failed(STEP, subject, error))?;
            // AWS KMS API Reference, ListAliases: it "might return fewer" than there are, "even when there are more".
            if aliases.aliases().is_empty() && aliases.truncated {
                return Err(unreadable(STEP, subject, "whether a key has an alias is not told"));
            }
            if aliases.aliases().is_empty() {
                found.push(key);
            }
        }
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            let age = |key: &KeyMetadata| key.creation_date.map(|date| (date.secs(), date.subsec_nanos()));
            return Ok(found.into_iter().min_by_key(age));
        }
    }
}

/// Creates the key and its alias. If that is interrupted in between, the key is found without its alias by the next look.
async fn create(world: &AwsWorld<'_>, subject: &Resource, alias: &str) -> Result<(), WorldError> {
    const STEP: &str = "create the key";
    let tag = Tag::builder().tag_key("Purpose").tag_value("MLPipelineEncryption").build();
    let tag = tag.map_err(|error| broken(STEP, subject, ErrorKind::Invalid, error.to_string()))?;
    let create = world.connection.kms().create_key().description(DESCRIPTION).tags(tag);
    let made = create.send().await.map_err(|error| failed(STEP, subject, error))?;
    let key = made
        .key_metadata
        .ok_or_else(|| broken(STEP, subject, ErrorKind::Unreadable, "the answer names no key".to_owned()))?;
    create_alias(world, subject, alias, &key.key_id).await
}

async fn create_alias(world: &AwsWorld<'_>, subject: &Resource, alias: &str, id: &str) -> Result<(), WorldError> {
    world.saw_key_arn(None);
    let create = world.connection.kms().create_alias().alias_name(alias).target_key_id(id);
    written("create the alias", subject, create.send().await)
}
