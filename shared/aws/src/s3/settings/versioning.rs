//! Versioning.

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_core::{Resource, WorldError};
use parapet_guards::{EncryptionState, Versioning};

use crate::AwsWorld;
use crate::failure::{code, failed, written};
use crate::s3::NO_BUCKET;

pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_versioning()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(Some(EncryptionState::Versioning(match answer.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Off,
        }))),
        Err(error) if code(&error) == NO_BUCKET => Ok(None),
        Err(error) => Err(failed("read the versioning", subject, error)),
    }
}

pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Versioning,
) -> Result<(), WorldError> {
    // Versioning cannot be switched off again, only suspended.
    let status = if desired == Versioning::Enabled {
        BucketVersioningStatus::Enabled
    } else {
        BucketVersioningStatus::Suspended
    };
    let put = world.connection.s3().put_bucket_versioning().bucket(bucket).expected_bucket_owner(&world.home.account);
    let configuration = VersioningConfiguration::builder().status(status).build();
    written("write the versioning", subject, put.versioning_configuration(configuration).send().await)
}
