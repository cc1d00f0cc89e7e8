//! Access keys and console passwords of users.

use std::collections::BTreeMap;

use aws_sdk_iam::types::StatusType;
use parapet_core::{Facet, IamEntity, Resource, WorldError};
use parapet_guards::{Login, PolicyAction};

use super::{NO_SUCH_ENTITY, deleted};
use crate::AwsWorld;
use crate::failure::{code, failed};

/// The access keys of a user, and whether each is active. None: there is no such user.
pub(super) async fn access_keys(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
) -> Result<Option<BTreeMap<String, bool>>, WorldError> {
    // AWS IAM User Guide, "IAM and AWS STS quotas": "Access keys assigned to an IAM user: 2". One page.
    match world.connection.iam().list_access_keys().user_name(user).send().await {
        Ok(page) => {
            let keys = page.access_key_metadata.into_iter();
            Ok(Some(
                keys.filter_map(|key| Some((key.access_key_id?, key.status == Some(StatusType::Active)))).collect(),
            ))
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None),
        Err(error) => Err(failed("list the access keys", subject, error)),
    }
}

/// The console password of a user; none where there is none. IAM's answer does not tell that from a user that is gone.
pub(super) async fn login(world: &AwsWorld<'_>, subject: &Resource, user: &str) -> Result<Option<Login>, WorldError> {
    match world.connection.iam().get_login_profile().user_name(user).send().await {
        Ok(answer) => Ok(answer.login_profile.map(|profile| Login { created: profile.create_date.to_string() })),
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None),
        Err(error) => Err(failed("read the console password", subject, error)),
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
