//! Whose a name in IAM is now.

use aws_smithy_types::DateTime;
use parapet_core::{Arn, Identity, WorldError};
use parapet_guards::{IamEntity, Resource, on};

use super::NO_SUCH_ENTITY;
use crate::AwsWorld;
use crate::failure::{code, failed};

const STEP: &str = "read the identity";

/// The ARN of a user, role or group, where it has a path: without one it is the name alone that tells it.
pub(super) fn with_path(arn: &str) -> Option<String> {
    let has_path = Arn::parse(arn)?.resource.matches('/').count() > 1;
    has_path.then(|| arn.to_owned())
}

/// A role.
pub(crate) async fn of_role(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::Role { name }: &on::Role,
) -> Result<Identity, WorldError> {
    of_entity(world, subject, &IamEntity::Role(name.clone())).await
}

/// Whoever an inline policy is embedded in.
pub(crate) async fn of_inline_policy(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::InlinePolicy { entity, .. }: &on::InlinePolicy,
) -> Result<Identity, WorldError> {
    of_entity(world, subject, entity).await
}

/// Whoever a policy is attached to.
pub(crate) async fn of_attachment(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::Attachment { entity, .. }: &on::Attachment,
) -> Result<Identity, WorldError> {
    of_entity(world, subject, entity).await
}

/// A user, role or group.
pub(crate) async fn of_principal(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::Principal { entity }: &on::Principal,
) -> Result<Identity, WorldError> {
    of_entity(world, subject, entity).await
}

/// A membership by the younger of the two: either may be another than before.
pub(crate) async fn of_membership(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::Membership { user, group }: &on::Membership,
) -> Result<Identity, WorldError> {
    let user = of_entity(world, subject, &IamEntity::User(user.clone())).await?;
    let group = of_entity(world, subject, &IamEntity::Group(group.clone())).await?;
    Ok(of_both(&user, &group))
}

/// What tells a membership of these two from an earlier one.
pub(super) fn of_both(user: &Identity, group: &Identity) -> Identity {
    Identity::created_at(user.created.max(group.created))
}

/// A user, role or group by its id. Nothing in it: there is none of the name.
async fn of_entity(world: &AwsWorld<'_>, subject: &Resource, entity: &IamEntity) -> Result<Identity, WorldError> {
    let iam = world.connection.iam();
    // The three calls differ in type alone.
    macro_rules! identity {
        ($call:expr, $holder:ident, $id:ident) => {
            match $call.send().await {
                Ok(answer) => answer.$holder.map(|holder| told(holder.$id, holder.create_date)),
                Err(error) if code(&error) == NO_SUCH_ENTITY => None,
                Err(error) => return Err(failed(STEP, subject, error)),
            }
        };
    }
    let identity = match entity {
        IamEntity::User(name) => identity!(iam.get_user().user_name(name), user, user_id),
        IamEntity::Role(name) => identity!(iam.get_role().role_name(name), role, role_id),
        IamEntity::Group(name) => identity!(iam.get_group().group_name(name).max_items(1), group, group_id),
    };
    Ok(identity.unwrap_or_default())
}

/// The SDK fills in what is required and was not sent, with nothing.
pub(super) fn told(id: String, created: DateTime) -> Identity {
    let created = created.secs();
    Identity { id: (!id.is_empty()).then_some(id), created: (created > 0).then_some(created) }
}

/// A managed policy by its id.
pub(crate) async fn of_policy(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::ManagedPolicy { arn }: &on::ManagedPolicy,
) -> Result<Identity, WorldError> {
    match world.connection.iam().get_policy().policy_arn(arn).send().await {
        Ok(answer) => {
            let told = answer.policy.map(|policy| Identity {
                id: policy.policy_id,
                created: policy.create_date.map(|moment| moment.secs()),
            });
            Ok(told.unwrap_or_default())
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(Identity::default()),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}
