//! The grants on a key.

use aws_sdk_kms::types::{GrantConstraints, GrantListEntry};
use parapet_core::WorldError;
use parapet_guards::{GrantAction, KeyGrant, Observed, Resource, facets, on};

use super::{NOT_FOUND, id_of, needed_id_of};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::KeyGrants {
    const NEEDS: Needs = Needs {
        looks: &[need("KMS:ListGrants", "kms:ListGrants", Scope::Key)],
        removals: &[need("KMS:RevokeGrant", "kms:RevokeGrant", Scope::Key)],
        ..Needs::NONE
    };

    /// Reads all grants, page by page; none: there is no such key.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        grants(world, subject, name, None).await
    }

    /// Revokes one grant. One that is gone by now is as it should be.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let GrantAction::RevokeGrant(grant) = action;
        const STEP: &str = "revoke the grant";
        let id = needed_id_of(world, name, STEP, subject).await?;
        match world.connection.kms().revoke_grant().key_id(id).grant_id(grant).send().await {
            Err(error) if code(&error) == NOT_FOUND => Ok(()),
            revoked => written(STEP, subject, revoked),
        }
    }
}

/// One grant of a key, by its id: none of that id, no grant. AWS KMS API Reference, ListGrants, GrantId: "Returns only the grant with the specified grant
/// ID. The grant ID uniquely identifies the grant." An id that AWS does not take for one tells nothing, and all are read.
#[cfg(feature = "policy-guard")]
pub(crate) async fn one(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    id: &str,
) -> Result<Option<Observed<Vec<KeyGrant>>>, WorldError> {
    match grants(world, subject, name, Some(id)).await {
        Err(error) if error.kind == parapet_core::ErrorKind::Invalid => grants(world, subject, name, None).await,
        read => read,
    }
}

/// The grants of a key, page by page, or the one of an id; none: there is no such key.
async fn grants(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    only: Option<&str>,
) -> Result<Option<Observed<Vec<KeyGrant>>>, WorldError> {
    const STEP: &str = "read the grants";
    let Some(id) = id_of(world, name).await? else { return Ok(None) };
    let mut grants = Vec::new();
    let mut marker = None;
    loop {
        let list = world.connection.kms().list_grants().key_id(&id).set_grant_id(only.map(str::to_owned));
        let page = match list.set_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NOT_FOUND => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for grant in page.grants.unwrap_or_default() {
            grants.push(seen(grant).ok_or_else(|| unreadable(STEP, subject, "a grant without an id, or to nobody"))?);
        }
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            return Ok(Some(grants.into()));
        }
    }
}

/// None: it cannot be told whom it lets in, or could not be revoked.
fn seen(grant: GrantListEntry) -> Option<KeyGrant> {
    let operations = grant.operations.unwrap_or_default();
    Some(KeyGrant {
        id: grant.grant_id?,
        name: grant.name.filter(|name| !name.is_empty()),
        grantee: grant.grantee_principal.or(grant.grantee_service_principal)?,
        retiring: grant.retiring_principal.or(grant.retiring_service_principal),
        issuer: grant.issuing_account,
        operations: operations.iter().map(|operation| operation.as_str().to_owned()).collect(),
        constraints: grant.constraints.map(in_words).unwrap_or_default(),
    })
}

/// In an order of their own: AWS's is none.
fn in_words(constraints: GrantConstraints) -> Vec<String> {
    let equal = constraints.encryption_context_equals.unwrap_or_default();
    let subset = constraints.encryption_context_subset.unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    words.extend(equal.iter().map(|(name, value)| format!("context equals {name}: {value}")));
    words.extend(subset.iter().map(|(name, value)| format!("context holds {name}: {value}")));
    words.extend(constraints.source_arn.map(|arn| format!("source: {arn}")));
    words.sort();
    words
}
