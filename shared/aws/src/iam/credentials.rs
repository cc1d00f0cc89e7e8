//! Access keys and console passwords of users.

use std::collections::BTreeMap;

use aws_sdk_iam::types::StatusType;
use parapet_core::{WorldError};
use parapet_guards::{Facet, IamEntity, Resource};
use parapet_guards::{Login, PolicyAction};

use super::{NO_SUCH_ENTITY, deleted};
use crate::AwsWorld;
use crate::failure::{code, failed, unreadable};

/// The access keys of a user, and whether each is active. None: there is no such user.
pub(super) async fn access_keys(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
) -> Result<Option<BTreeMap<String, bool>>, WorldError> {
    const STEP: &str = "list the access keys";
    let mut keys = BTreeMap::new();
    let mut marker: Option<String> = None;
    // AWS IAM User Guide, "IAM and AWS STS quotas": "Access keys assigned to an IAM user: 2". But IAM "might return fewer", API Reference,
    // ListAccessKeys, "even when there are more results available".
    loop {
        let page = match world.connection.iam().list_access_keys().user_name(user).set_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for key in page.access_key_metadata {
            let status = key.status.as_ref().and_then(is_active);
            let (id, active) = key
                .access_key_id
                .zip(status)
                .ok_or_else(|| unreadable(STEP, subject, "a key without an id, or with a status that is not known"))?;
            keys.insert(id, active);
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(Some(keys));
        }
    }
}

/// None: the status is not known.
fn is_active(status: &StatusType) -> Option<bool> {
    match status {
        StatusType::Active => Some(true),
        StatusType::Inactive | StatusType::Expired => Some(false),
        _ => None,
    }
}

/// The console password of a user; none where there is none. IAM's answer does not tell that from a user that is gone.
pub(super) async fn login(world: &AwsWorld<'_>, subject: &Resource, user: &str) -> Result<Option<Login>, WorldError> {
    const STEP: &str = "read the console password";
    match world.connection.iam().get_login_profile().user_name(user).send().await {
        Ok(answer) => {
            let profile =
                answer.login_profile.ok_or_else(|| unreadable(STEP, subject, "the answer holds no profile"))?;
            Ok(Some(Login { created: profile.create_date.to_string() }))
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}

/// Carries out one action on a user's credentials. What is gone already is as wanted.
pub(super) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    action: &PolicyAction,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match (entity, action) {
        (IamEntity::User(user), PolicyAction::UpdateAccessKey { id, active }) => {
            let status = if *active { StatusType::Active } else { StatusType::Inactive };
            let update = iam.update_access_key().user_name(user).access_key_id(id).status(status);
            deleted("switch the access key", subject, update.send().await)
        }
        (IamEntity::User(user), PolicyAction::DeleteLoginProfile) => {
            deleted("delete the console password", subject, iam.delete_login_profile().user_name(user).send().await)
        }
        _ => Err(world.misplaced(subject, Facet::AccessKeys)),
    }
}
