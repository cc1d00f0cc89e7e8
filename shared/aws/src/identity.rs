//! Whose a name is now: what AWS gives to one resource and to no later one of the same name.

use parapet_core::{IamEntity, Identity, Resource, WorldError};

use crate::AwsWorld;

/// The identity of a resource, as far as AWS tells. A key and an event data store are called by ids that are never given again; of a
/// trail CloudTrail tells no more than its ARN.
pub(crate) async fn identity(world: &AwsWorld<'_>, resource: &Resource) -> Result<Identity, WorldError> {
    match resource {
        Resource::Key { name: id } | Resource::EventDataStore { id } => Ok(Identity::of(id, None)),
        #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
        Resource::Bucket { name } => crate::s3::listing::identity(world, name).await,
        #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
        Resource::AccessPoint { name } => crate::s3control::access_points::identity(world, resource, name).await,
        #[cfg(feature = "iam")]
        Resource::ManagedPolicy { arn } => crate::iam::identity::of_policy(world, resource, arn).await,
        #[cfg(feature = "iam")]
        other => match holder(other) {
            Some(entity) => crate::iam::identity::of_entity(world, resource, &entity).await,
            None => Ok(Identity::default()),
        },
        #[cfg(not(feature = "iam"))]
        _ => Ok(Identity::default()),
    }
}

/// The user, role or group that what is held belongs to.
#[cfg(feature = "iam")]
fn holder(resource: &Resource) -> Option<IamEntity> {
    match resource {
        Resource::Role { name } => Some(IamEntity::Role(name.clone())),
        Resource::InlinePolicy { entity, .. }
        | Resource::Attachment { entity, .. }
        | Resource::Principal { entity } => Some(entity.clone()),
        Resource::Membership { user, .. } => Some(IamEntity::User(user.clone())),
        _ => None,
    }
}
