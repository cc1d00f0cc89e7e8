//! Whether a key rotates.

use aws_sdk_kms::types::{KeyMetadata, KeySpec, KeyState as KmsState, MultiRegionKeyType, OriginType};
use parapet_core::WorldError;
use parapet_guards::{KeyRotation, Observed, Resource, RotationAction, facets, on};

use super::{NOT_FOUND, id_of, needed_id_of};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::kms::DESCRIBE_KEY;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::KeyRotation {
    const NEEDS: Needs = Needs {
        // A key that does not rotate is asked why.
        looks: &[need("KMS:GetKeyRotationStatus", "kms:GetKeyRotationStatus", Scope::Key), DESCRIBE_KEY],
        writes: &[need("KMS:EnableKeyRotation", "kms:EnableKeyRotation", Scope::Key)],
        ..Needs::NONE
    };

    /// Reads the rotation; none: there is no such key, or it is about to be deleted.
    ///
    /// One call where the key rotates. Where it does not, a second one tells whether it could: the answer of the first is the same for a
    /// key whose rotation was switched off and for one with imported material. So a repair takes two calls more than others.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the rotation";
        let Some(id) = id_of(world, name).await? else { return Ok(None) };
        let kms = world.connection.kms();
        match kms.get_key_rotation_status().key_id(&id).send().await {
            Ok(answer) if answer.key_rotation_enabled => return Ok(Some(KeyRotation::On.into())),
            Ok(_) => {}
            Err(error) => match code(&error) {
                NOT_FOUND => return Ok(None),
                // What cannot be asked of this key at all, or not in the state it is in.
                "UnsupportedOperationException" | "KMSInvalidStateException" => {}
                _ => return Err(failed(STEP, subject, error)),
            },
        }
        let answer = kms.describe_key().key_id(id).send().await.map_err(|error| failed(STEP, subject, error))?;
        let key = answer.key_metadata.ok_or_else(|| unreadable(STEP, subject, "the answer names no key"))?;
        // On its way out: it is told of by its state, and looked at again when its deletion is cancelled (CancelKeyDeletion leads here).
        if is_going(&key) {
            return Ok(None);
        }
        let state = why_not(&key).map_or(KeyRotation::Off, |why| KeyRotation::NotApplicable(why.to_owned()));
        Ok(Some(state.into()))
    }

    /// Enables the rotation.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let RotationAction::EnableKeyRotation = action;
        const STEP: &str = "enable the rotation";
        let id = needed_id_of(world, name, STEP, subject).await?;
        let enable = world.connection.kms().enable_key_rotation().key_id(id);
        written(STEP, subject, enable.send().await)
    }
}

/// AWS KMS API Reference, GetKeyRotationStatus: "While a KMS key is pending deletion, its key rotation status is `false` and KMS does not rotate the
/// key material."
fn is_going(key: &KeyMetadata) -> bool {
    matches!(key.key_state(), Some(KmsState::PendingDeletion | KmsState::PendingReplicaDeletion))
}

/// Why a key cannot rotate now; none: it can. AWS KMS API Reference, EnableKeyRotation: "You cannot enable automatic rotation of
/// asymmetric KMS keys, HMAC KMS keys, KMS keys with imported key material, or KMS keys in a custom key store. To enable or disable
/// automatic rotation of a set of related multi-Region keys, set the property on the primary key."
fn why_not(key: &KeyMetadata) -> Option<&'static str> {
    let replica = key.multi_region_configuration().and_then(|keys| keys.multi_region_key_type())
        == Some(&MultiRegionKeyType::Replica);
    if key.key_spec().is_some_and(|spec| *spec != KeySpec::SymmetricDefault) {
        Some("the key is not one for symmetric encryption")
    } else if key.origin().is_some_and(|origin| *origin != OriginType::AwsKms) {
        Some("the key's material is not from AWS KMS")
    } else if replica {
        Some("the key rotates with the multi-Region key that it is a replica of")
    } else if key.key_state().is_some_and(|state| *state != KmsState::Enabled) {
        // Looked at again when the key is enabled: EnableKey leads here, too.
        Some("the key is not enabled")
    } else {
        None
    }
}
