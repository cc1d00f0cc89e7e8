//! Object Lock's default retention.

use aws_sdk_s3::types::{
    DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
};
use parapet_core::{Resource, Retention, RetentionMode, WorldError};
use parapet_guards::EncryptionState;

use crate::AwsWorld;
use crate::failure::{code, failed};
use crate::s3::NO_BUCKET;

pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    const DAYS_A_YEAR: i32 = 365;
    let answer = world
        .connection
        .s3()
        .get_object_lock_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    let retention = match answer {
        Ok(answer) => {
            answer.object_lock_configuration.and_then(|lock| lock.rule).and_then(|rule| rule.default_retention)
        }
        Err(error) => match code(&error) {
            NO_BUCKET => return Ok(None),
            "ObjectLockConfigurationNotFoundError" => None,
            _ => return Err(failed("read the object lock", subject, error)),
        },
    };
    let retention = retention.and_then(|retention| {
        let mode = if retention.mode? == ObjectLockRetentionMode::Compliance {
            RetentionMode::Compliance
        } else {
            RetentionMode::Governance
        };
        let days = retention.days.or_else(|| retention.years.map(|years| years.saturating_mul(DAYS_A_YEAR)))?;
        Some(Retention { mode, days: u32::try_from(days).ok()? })
    });
    Ok(Some(EncryptionState::ObjectLock(retention)))
}

pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Option<Retention>,
) -> Result<(), WorldError> {
    let rule = desired.map(|retention| {
        let mode = match retention.mode {
            RetentionMode::Governance => ObjectLockRetentionMode::Governance,
            RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
        };
        let days = i32::try_from(retention.days).unwrap_or(i32::MAX);
        ObjectLockRule::builder().default_retention(DefaultRetention::builder().mode(mode).days(days).build()).build()
    });
    let configuration =
        ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build();
    let put =
        world.connection.s3().put_object_lock_configuration().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.object_lock_configuration(configuration)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("write the object lock", subject, error))
}
