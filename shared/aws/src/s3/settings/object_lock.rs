//! Object Lock's default retention.

use aws_sdk_s3::types::{
    DefaultRetention, EventHoldDuration, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode,
    ObjectLockRule,
};
use parapet_core::{Resource, Retention, RetentionMode, WorldError};
use parapet_guards::{EncryptionState, ObjectLock};

use crate::AwsWorld;
use crate::failure::{code, failed, written};
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
    let days_of = |days: Option<i32>, years: Option<i32>| {
        let days = days.or_else(|| years.map(|years| years.saturating_mul(DAYS_A_YEAR)))?;
        u32::try_from(days).ok()
    };
    let hold = retention.as_ref().and_then(|retention| retention.default_event_hold.as_ref());
    let event_hold_days = hold.and_then(|hold| days_of(hold.days, hold.years));
    let retention = retention.and_then(|retention| {
        let mode = if retention.mode? == ObjectLockRetentionMode::Compliance {
            RetentionMode::Compliance
        } else {
            RetentionMode::Governance
        };
        Some(Retention { mode, days: days_of(retention.days, retention.years)? })
    });
    Ok(Some(EncryptionState::ObjectLock(ObjectLock { retention, event_hold_days })))
}

pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: ObjectLock,
) -> Result<(), WorldError> {
    let number = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    let hold = desired.event_hold_days.map(|days| EventHoldDuration::builder().days(number(days)).build());
    let rule = desired.retention.map(|retention| {
        let mode = match retention.mode {
            RetentionMode::Governance => ObjectLockRetentionMode::Governance,
            RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
        };
        let default = DefaultRetention::builder().mode(mode).days(number(retention.days));
        ObjectLockRule::builder().default_retention(default.set_default_event_hold(hold).build()).build()
    });
    let configuration =
        ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build();
    let put =
        world.connection.s3().put_object_lock_configuration().bucket(bucket).expected_bucket_owner(&world.home.account);
    written("write the object lock", subject, put.object_lock_configuration(configuration).send().await)
}
