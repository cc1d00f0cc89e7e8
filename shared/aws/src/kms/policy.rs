//! The policy of a key.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Facet, Resource};
use parapet_guards::{PolicyAction, PolicyState};

use super::{NOT_FOUND, grants, id_of, needed_id_of};
use crate::AwsWorld;
use crate::document::parse;
use crate::failure::{broken, code, failed, written};

/// Reads the policy or the grants of a key; none: there is no such key.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    facet: Facet,
) -> Result<Option<PolicyState>, WorldError> {
    match facet {
        Facet::KeyPolicy => policy(world, subject, name).await,
        Facet::KeyGrants => grants::observe(world, subject, name).await,
        _ => Err(world.misplaced(subject, facet)),
    }
}

async fn policy(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<Option<PolicyState>, WorldError> {
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
    Ok(Some(PolicyState::KeyPolicy(parse(STEP, subject, &text)?)))
}

/// Writes the policy of a key, or revokes a grant. The check that keeps us from being locked out is never bypassed.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    action: &PolicyAction,
) -> Result<(), WorldError> {
    const STEP: &str = "write the key policy";
    match action {
        PolicyAction::PutKeyPolicy(document) => {
            let id = needed_id_of(world, name, STEP, subject).await?;
            let put = world.connection.kms().put_key_policy().key_id(id).policy(document.to_json());
            written(STEP, subject, put.send().await)
        }
        PolicyAction::RevokeGrant(grant) => grants::revoke(world, subject, name, grant).await,
        _ => Err(world.misplaced(subject, Facet::KeyPolicy)),
    }
}
