//! Server access logging.

use aws_sdk_s3::types::{BucketLoggingStatus, LoggingEnabled};
use parapet_core::{Resource, WorldError};
use parapet_guards::{EncryptionState, LogTarget};

use super::invalid;
use crate::AwsWorld;
use crate::failure::{code, failed};
use crate::s3::NO_BUCKET;

pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_logging()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            let target =
                answer.logging_enabled.map(|on| LogTarget { bucket: on.target_bucket, prefix: on.target_prefix });
            Ok(Some(EncryptionState::Logging(target)))
        }
        Err(error) if code(&error) == NO_BUCKET => Ok(None),
        Err(error) => Err(failed("read the access logging", subject, error)),
    }
}

pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Option<&LogTarget>,
) -> Result<(), WorldError> {
    const STEP: &str = "write the access logging";
    let target = desired
        .map(|target| LoggingEnabled::builder().target_bucket(&target.bucket).target_prefix(&target.prefix).build());
    let target = target.transpose().map_err(|error| invalid(STEP, subject, &error))?;
    let put = world.connection.s3().put_bucket_logging().bucket(bucket).expected_bucket_owner(&world.home.account);
    let status = BucketLoggingStatus::builder().set_logging_enabled(target).build();
    put.bucket_logging_status(status).send().await.map(drop).map_err(|error| failed(STEP, subject, error))
}
