//! The policy of a key.

use iam_policy::Document;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{KeyPolicyAction, Observed, Resource, facets, on};

use super::{NOT_FOUND, id_of, needed_id_of};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{broken, code, failed, written};
use crate::permissions::kms::DESCRIBE_KEY;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::KeyPolicy {
    const NEEDS: Needs = Needs {
        looks: &[DESCRIBE_KEY, need("KMS:GetKeyPolicy", "kms:GetKeyPolicy", Scope::Key)],
        writes: &[need("KMS:PutKeyPolicy", "kms:PutKeyPolicy", Scope::KeyPolicy)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        write(world, subject, name, action).await
    }
}

/// The policy of a key; none: there is no such key.
pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<Observed<Document>>, WorldError> {
    const STEP: &str = "read the key policy";
    let Some(id) = id_of(world, name).await? else { return Ok(None) };
    let answer = match world.connection.kms().get_key_policy().key_id(id).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == NOT_FOUND => return Ok(None),
        Err(error) => return Err(failed(STEP, subject, error)),
    };
    let text = answer
        .policy
        .ok_or_else(|| broken(STEP, subject, ErrorKind::Unreadable, "the answer holds no policy".to_owned()))?;
    Ok(Some(parse(STEP, subject, &text)?.into()))
}

/// Puts the policy of a key.
pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    KeyPolicyAction::PutKeyPolicy(document): &KeyPolicyAction,
) -> Result<(), WorldError> {
    const STEP: &str = "write the key policy";
    let id = needed_id_of(world, name, STEP, subject).await?;
    let put = world.connection.kms().put_key_policy().key_id(id).policy(document.to_json());
    written(STEP, subject, put.send().await)
}
