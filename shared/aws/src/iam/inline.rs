//! Policies embedded in a user, role or group.

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::{IamEntity, InlineAction, Observed, Resource, facets, on};

use super::{NO_SUCH_ENTITY, deleted};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse_encoded;
use crate::failure::{code, failed, written};
use crate::permissions::Needs;
use crate::permissions::iam::{
    DELETE_GROUP_POLICY, DELETE_ROLE_POLICY, DELETE_USER_POLICY, GET_GROUP_POLICY, GET_ROLE_POLICY, GET_USER_POLICY,
    PUT_GROUP_POLICY, PUT_ROLE_POLICY, PUT_USER_POLICY,
};

const READ: &str = "read the inline policy";
const WRITE: &str = "write the inline policy";
const DELETE: &str = "delete the inline policy";

pub(super) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy: &str,
) -> Result<Option<Document>, WorldError> {
    let iam = world.connection.iam();
    // The three calls differ in type alone.
    macro_rules! text {
        ($call:expr) => {
            match $call.policy_name(policy).send().await {
                Ok(answer) => answer.policy_document,
                Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
                Err(error) => return Err(failed(READ, subject, error)),
            }
        };
    }
    let text = match entity {
        IamEntity::User(name) => text!(iam.get_user_policy().user_name(name)),
        IamEntity::Role(name) => text!(iam.get_role_policy().role_name(name)),
        IamEntity::Group(name) => text!(iam.get_group_policy().group_name(name)),
    };
    parse_encoded(READ, subject, &text).map(Some)
}

pub(super) async fn put(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy: &str,
    document: &Document,
) -> Result<(), WorldError> {
    let (iam, text) = (world.connection.iam(), document.to_json());
    match entity {
        IamEntity::User(name) => written(
            WRITE,
            subject,
            iam.put_user_policy().user_name(name).policy_name(policy).policy_document(text).send().await,
        ),
        IamEntity::Role(name) => written(
            WRITE,
            subject,
            iam.put_role_policy().role_name(name).policy_name(policy).policy_document(text).send().await,
        ),
        IamEntity::Group(name) => written(
            WRITE,
            subject,
            iam.put_group_policy().group_name(name).policy_name(policy).policy_document(text).send().await,
        ),
    }
}

/// One that is gone already is as wanted.
pub(super) async fn delete(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy: &str,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match entity {
        IamEntity::User(name) => {
            deleted(DELETE, subject, iam.delete_user_policy().user_name(name).policy_name(policy).send().await)
        }
        IamEntity::Role(name) => {
            deleted(DELETE, subject, iam.delete_role_policy().role_name(name).policy_name(policy).send().await)
        }
        IamEntity::Group(name) => {
            deleted(DELETE, subject, iam.delete_group_policy().group_name(name).policy_name(policy).send().await)
        }
    }
}

impl Adapter for facets::InlineDocument {
    const NEEDS: Needs = Needs {
        looks: &[GET_ROLE_POLICY, GET_USER_POLICY, GET_GROUP_POLICY],
        writes: &[PUT_ROLE_POLICY, PUT_USER_POLICY, PUT_GROUP_POLICY],
        removals: &[DELETE_ROLE_POLICY, DELETE_USER_POLICY, DELETE_GROUP_POLICY],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::InlinePolicy { entity, name }: &on::InlinePolicy,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, entity, name).await.map(|document| Some(document.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::InlinePolicy { entity, name }: &on::InlinePolicy,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match action {
            InlineAction::PutInlinePolicy(document) => put(world, subject, entity, name, document).await,
            InlineAction::DeleteInlinePolicy => delete(world, subject, entity, name).await,
        }
    }
}
