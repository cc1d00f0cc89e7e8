//! The state and the rotation of the key.

use aws_sdk_kms::types::{KeyState as KmsState, Tag};
use parapet_core::{ErrorKind, Facet, Resource, WorldError};
use parapet_guards::{EncryptionAction, EncryptionState, KeyState};

use super::NOT_FOUND;
use crate::AwsWorld;
use crate::failure::{broken, code, failed};

/// By this description a key is known again whose making was interrupted before it had its alias.
const DESCRIPTION: &str = "Parapet: data and logs of the ML pipeline";

/// Reads one facet of the key; none: there is no key to read it of.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    alias: &str,
    facet: Facet,
) -> Result<Option<EncryptionState>, WorldError> {
    match facet {
        Facet::KeyState => state(world, subject, alias).await.map(|state| Some(EncryptionState::Key(state))),
        Facet::KeyRotation => {
            let Some(arn) = world.key_arn().await? else { return Ok(None) };
            let answer = world.connection.kms().get_key_rotation_status().key_id(arn).send().await;
            answer
                .map(|answer| Some(EncryptionState::KeyRotation(answer.key_rotation_enabled)))
                .map_err(|error| failed("read the rotation", subject, error))
        }
        _ => Err(world.misplaced(subject, facet)),
    }
}

async fn state(world: &AwsWorld<'_>, subject: &Resource, alias: &str) -> Result<KeyState, WorldError> {
    let metadata = match world.connection.kms().describe_key().key_id(alias).send().await {
        Ok(answer) => answer.key_metadata,
        Err(error) if code(&error) == NOT_FOUND => return Ok(KeyState::Absent),
        Err(error) => return Err(failed("read the state", subject, error)),
    };
    Ok(match metadata.and_then(|key| key.key_state) {
        Some(KmsState::Enabled) => KeyState::Enabled,
        Some(KmsState::Disabled) => KeyState::Disabled,
        Some(KmsState::PendingDeletion | KmsState::PendingReplicaDeletion) => KeyState::PendingDeletion,
        other => KeyState::Other(other.map_or_else(|| "unknown".to_owned(), |state| state.as_str().to_owned())),
    })
}

/// Creates the key, or changes its state.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    alias: &str,
    action: &EncryptionAction,
) -> Result<(), WorldError> {
    const STEP: &str = "change the state";
    let kms = world.connection.kms();
    match action {
        EncryptionAction::CreateKey => create(world, subject, alias).await,
        EncryptionAction::EnableKey => {
            let arn = world.needed_key_arn(STEP, subject).await?;
            kms.enable_key()
                .key_id(arn)
                .send()
                .await
                .map(drop)
                .map_err(|error| failed("enable the key", subject, error))
        }
        EncryptionAction::CancelKeyDeletion => {
            let arn = world.needed_key_arn(STEP, subject).await?;
            kms.cancel_key_deletion()
                .key_id(arn)
                .send()
                .await
                .map(drop)
                .map_err(|error| failed("cancel the deletion", subject, error))
        }
        EncryptionAction::Put(EncryptionState::KeyRotation(true)) => {
            let arn = world.needed_key_arn(STEP, subject).await?;
            kms.enable_key_rotation()
                .key_id(arn)
                .send()
                .await
                .map(drop)
                .map_err(|error| failed("enable the rotation", subject, error))
        }
        _ => Err(world.misplaced(subject, Facet::KeyState)),
    }
}

/// Creates the key and its alias. A key of ours that has no alias is what an interrupted run left: it gets the alias.
async fn create(world: &AwsWorld<'_>, subject: &Resource, alias: &str) -> Result<(), WorldError> {
    let kms = world.connection.kms();
    let key_id = match left_over(world, subject).await? {
        Some(key_id) => key_id,
        None => {
            let tag = Tag::builder().tag_key("Purpose").tag_value("MLPipelineEncryption").build();
            let tag = tag.map_err(|error| broken("create the key", subject, ErrorKind::Invalid, error.to_string()))?;
            let made = kms
                .create_key()
                .description(DESCRIPTION)
                .tags(tag)
                .send()
                .await
                .map_err(|error| failed("create the key", subject, error))?;
            let metadata = made.key_metadata.ok_or_else(|| {
                broken("create the key", subject, ErrorKind::Unreadable, "the answer names no key".to_owned())
            })?;
            metadata.key_id
        }
    };
    world.forget_key_arn();
    kms.create_alias()
        .alias_name(alias)
        .target_key_id(key_id)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("create the alias", subject, error))
}

async fn left_over(world: &AwsWorld<'_>, subject: &Resource) -> Result<Option<String>, WorldError> {
    const STEP: &str = "look for a key left over";
    let kms = world.connection.kms();
    let mut marker = None;
    loop {
        let page = kms.list_keys().set_marker(marker).send().await.map_err(|error| failed(STEP, subject, error))?;
        for key_id in page.keys().iter().filter_map(|key| key.key_id()) {
            // A key whose policy keeps us out is somebody else's.
            let Ok(answer) = kms.describe_key().key_id(key_id).send().await else { continue };
            let ours = answer.key_metadata.is_some_and(|key| {
                key.description.as_deref() == Some(DESCRIPTION) && key.key_state == Some(KmsState::Enabled)
            });
            if ours {
                let aliases =
                    kms.list_aliases().key_id(key_id).send().await.map_err(|error| failed(STEP, subject, error))?;
                if aliases.aliases().is_empty() {
                    return Ok(Some(key_id.to_owned()));
                }
            }
        }
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            return Ok(None);
        }
    }
}
