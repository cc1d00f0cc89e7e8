//! The settings of a bucket: one file a facet.

mod cors;
mod encryption;
mod existence;
mod lifecycle;
mod logging;
mod notification;
mod object_lock;
mod ownership;
mod public_access;
mod replication;
mod tags;
mod versioning;
mod website;

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Facet, Resource};
use parapet_guards::{EncryptionAction, EncryptionState};

use crate::AwsWorld;
use crate::failure::broken;

/// Reads one facet of a bucket; none: there is no such bucket.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    facet: Facet,
) -> Result<Option<EncryptionState>, WorldError> {
    match facet {
        Facet::BucketExistence => existence::read(world, subject, bucket).await.map(Some),
        Facet::BucketEncryption => encryption::read(world, subject, bucket).await,
        Facet::BucketPublicAccess => public_access::read(world, subject, bucket).await,
        Facet::BucketVersioning => versioning::read(world, subject, bucket).await,
        Facet::BucketOwnership => ownership::read(world, subject, bucket).await,
        Facet::BucketLogging => logging::read(world, subject, bucket).await,
        Facet::BucketObjectLock => object_lock::read(world, subject, bucket).await,
        Facet::BucketTags => tags::read(world, subject, bucket).await,
        Facet::BucketLifecycle => lifecycle::read(world, subject, bucket).await,
        Facet::BucketReplication => replication::read(world, subject, bucket).await,
        Facet::BucketNotification => notification::read(world, subject, bucket).await,
        Facet::BucketWebsite => website::read(world, subject, bucket).await,
        Facet::BucketCors => cors::read(world, subject, bucket).await,
        _ => Err(world.misplaced(subject, facet)),
    }
}

/// Writes one facet of a bucket.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    action: &EncryptionAction,
) -> Result<(), WorldError> {
    match action {
        EncryptionAction::CreateBucket | EncryptionAction::Put(EncryptionState::Existence(_)) => {
            existence::create(world, subject, bucket).await
        }
        EncryptionAction::Put(EncryptionState::Encryption(encryption)) => {
            encryption::write(world, subject, bucket, encryption).await
        }
        EncryptionAction::Put(EncryptionState::PublicAccess(block)) => {
            public_access::write(world, subject, bucket, *block).await
        }
        EncryptionAction::Put(EncryptionState::Versioning(versioning)) => {
            versioning::write(world, subject, bucket, *versioning).await
        }
        EncryptionAction::Put(EncryptionState::Ownership(ownership)) => {
            ownership::write(world, subject, bucket, ownership.setting).await
        }
        EncryptionAction::Put(EncryptionState::Logging(target)) => {
            logging::write(world, subject, bucket, target.as_ref()).await
        }
        EncryptionAction::Put(EncryptionState::ObjectLock(lock)) => {
            object_lock::write(world, subject, bucket, *lock).await
        }
        EncryptionAction::Put(EncryptionState::Lifecycle(lifecycle)) => {
            lifecycle::write(world, subject, bucket, lifecycle).await
        }
        EncryptionAction::Put(EncryptionState::Replication(replication)) => {
            replication::write(world, subject, bucket, replication.as_ref()).await
        }
        EncryptionAction::Put(EncryptionState::Notification(notifications)) => {
            notification::write(world, subject, bucket, notifications).await
        }
        EncryptionAction::Put(EncryptionState::Website(website)) => {
            website::write(world, subject, bucket, website.as_ref()).await
        }
        EncryptionAction::Put(EncryptionState::Cors(cors)) => cors::write(world, subject, bucket, cors).await,
        EncryptionAction::Put(EncryptionState::Tags(tags)) => tags::write(world, subject, bucket, tags.iter()).await,
        EncryptionAction::Put(
            EncryptionState::Key(_)
            | EncryptionState::KeyRotation(_)
            | EncryptionState::AccountPublicAccess(_)
            | EncryptionState::AccessPoint(_),
        )
        | EncryptionAction::CreateKey
        | EncryptionAction::CreateAlias(_)
        | EncryptionAction::EnableKey(_)
        | EncryptionAction::CancelKeyDeletion(_) => Err(world.misplaced(subject, Facet::KeyState)),
    }
}

/// What the SDK will not even send.
fn invalid(step: &str, subject: &Resource, error: &aws_sdk_s3::error::BuildError) -> WorldError {
    broken(step, subject, ErrorKind::Invalid, error.to_string())
}
