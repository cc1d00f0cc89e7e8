//! Whose a name is now: what AWS gives to one resource and to no later one of the same name.

use parapet_core::{Identity, WorldError};
use parapet_guards::Resource;
#[cfg(feature = "iam")]
use parapet_guards::{IamEntity, on};

use crate::AwsWorld;

/// The identity of a resource, as far as AWS tells: what the table of kinds says of it, or what IAM does. Of a
/// trail CloudTrail tells no more than its ARN, and of a bucket S3 no more than its name: of the date in ListBuckets the API Reference says
/// that it "can change when making changes to your bucket, such as editing its bucket policy". A bucket or an access point that is made
/// anew is looked at then, and what is seen of it takes the place of what was remembered.
pub(crate) async fn identity(world: &AwsWorld<'_>, resource: &Resource) -> Result<Identity, WorldError> {
    if let Some(told) = crate::told(world, resource).await? {
        return Ok(told);
    }
    match resource {
        #[cfg(feature = "iam")]
        Resource::ManagedPolicy(on::ManagedPolicy { arn }) => {
            crate::iam::identity::of_policy(world, resource, arn).await
        }
        #[cfg(feature = "iam")]
        Resource::Membership(on::Membership { user, group }) => {
            // Either may be another than before.
            let user = crate::iam::identity::of_entity(world, resource, &IamEntity::User(user.clone())).await?;
            let group = crate::iam::identity::of_entity(world, resource, &IamEntity::Group(group.clone())).await?;
            Ok(Identity::created_at(user.created.max(group.created)))
        }
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
        Resource::Role(on::Role { name }) => Some(IamEntity::Role(name.clone())),
        Resource::InlinePolicy(on::InlinePolicy { entity, .. })
        | Resource::Attachment(on::Attachment { entity, .. })
        | Resource::Principal(on::Principal { entity }) => Some(entity.clone()),
        _ => None,
    }
}
