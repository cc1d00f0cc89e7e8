//! The policy of the key.

use parapet_core::{ErrorKind, Facet, Resource, WorldError};
use parapet_guards::{PolicyAction, PolicyState};

use crate::AwsWorld;
use crate::document::parse;
use crate::failure::{broken, failed};

/// Reads the key's policy; none: there is no key.
pub(crate) async fn observe(world: &AwsWorld<'_>, subject: &Resource) -> Result<Option<PolicyState>, WorldError> {
    const STEP: &str = "read the key policy";
    let Some(arn) = world.key_arn().await? else { return Ok(None) };
    let answer = world
        .connection
        .kms()
        .get_key_policy()
        .key_id(arn)
        .send()
        .await
        .map_err(|error| failed(STEP, subject, error))?;
    let text = answer
        .policy
        .ok_or_else(|| broken(STEP, subject, ErrorKind::Unreadable, "the answer holds no policy".to_owned()))?;
    Ok(Some(PolicyState::KeyPolicy(parse(STEP, subject, &text)?)))
}

/// Writes the key's policy.
pub(crate) async fn apply(world: &AwsWorld<'_>, subject: &Resource, action: &PolicyAction) -> Result<(), WorldError> {
    const STEP: &str = "write the key policy";
    let PolicyAction::PutKeyPolicy(document) = action else { return Err(world.misplaced(subject, Facet::KeyPolicy)) };
    let arn = world.needed_key_arn(STEP, subject).await?;
    let put = world.connection.kms().put_key_policy().key_id(arn).policy(document.to_json());
    put.send().await.map(drop).map_err(|error| failed(STEP, subject, error))
}
