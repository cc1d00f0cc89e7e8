//! Access keys of users. Nobody else has some.

use aws_sdk_iam::types::StatusType;
use parapet_core::WorldError;
use parapet_guards::{AccessKeyAction, AccessKeys, IamEntity, Observed, Resource, facets, on};

use super::{NO_SUCH_ENTITY, deleted, not_a_user};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable};
use crate::permissions::{Needs, Scope, need};

/// The access keys of a user, whether each is active, and since when there is one. None: there is no such user.
async fn access_keys(world: &AwsWorld<'_>, subject: &Resource, user: &str) -> Result<Option<AccessKeys>, WorldError> {
    const STEP: &str = "list the access keys";
    let mut keys = AccessKeys::default();
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
            keys.made_at.extend(key.create_date.map(|moment| (id.clone(), moment.secs())));
            keys.active.insert(id, active);
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(Some(keys));
        }
    }
}

/// None: the status is not known.
pub(super) fn is_active(status: &StatusType) -> Option<bool> {
    match status {
        StatusType::Active => Some(true),
        StatusType::Inactive | StatusType::Expired => Some(false),
        _ => None,
    }
}

impl Adapter for facets::AccessKeys {
    const NEEDS: Needs = Needs {
        looks: &[need("IAM:ListAccessKeys", "iam:ListAccessKeys", Scope::User)],
        // Switched off, and never deleted.
        removals: &[need("IAM:UpdateAccessKey", "iam:UpdateAccessKey", Scope::User)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let IamEntity::User(user) = entity else { return Err(not_a_user("list the access keys", subject)) };
        let keys = access_keys(world, subject, user).await?;
        Ok(keys.map(Observed::from))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "switch the access key";
        let AccessKeyAction::UpdateAccessKey { id, active } = action;
        let IamEntity::User(user) = entity else { return Err(not_a_user(STEP, subject)) };
        let status = if *active { StatusType::Active } else { StatusType::Inactive };
        let update = world.connection.iam().update_access_key().user_name(user).access_key_id(id).status(status);
        deleted(STEP, subject, update.send().await)
    }
}
