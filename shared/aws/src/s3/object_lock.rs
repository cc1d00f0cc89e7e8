//! Object Lock's default retention.

use aws_sdk_s3::types::{
    DefaultRetention, EventHoldDuration, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode,
    ObjectLockRule,
};
use parapet_core::WorldError;
use parapet_guards::{ObjectLock, Observed, Put, Resource, Retention, RetentionMode, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::s3::{OBJECT_LOCK, VERSIONING};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;

impl Adapter for facets::BucketObjectLock {
    const NEEDS: Needs = Needs {
        looks: &[OBJECT_LOCK],
        ties: &[VERSIONING],
        writes: &[need("S3:PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the object lock";
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
                _ => return Err(failed(STEP, subject, error)),
            },
        };
        let lock = match retention {
            None => Some(ObjectLock { retention: None, event_hold_days: None }),
            Some(retention) => lock_of(&retention),
        };
        let lock =
            lock.ok_or_else(|| unreadable(STEP, subject, "the default retention has no mode or time that is known"))?;
        Ok(Some(Observed::from(lock)))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = *desired;
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
        let put = world
            .connection
            .s3()
            .put_object_lock_configuration()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account);
        written("write the object lock", subject, put.object_lock_configuration(configuration).send().await)
    }
}

/// None: a part of it is not known. Amazon S3 API Reference, DefaultRetention: "Must be specified with either Days or Years", and with a
/// mode.
fn lock_of(retention: &DefaultRetention) -> Option<ObjectLock> {
    let mode = match retention.mode.as_ref()? {
        ObjectLockRetentionMode::Compliance => RetentionMode::Compliance,
        ObjectLockRetentionMode::Governance => RetentionMode::Governance,
        _ => return None,
    };
    let event_hold_days = match &retention.default_event_hold {
        None => None,
        Some(hold) => Some(days_of(hold.days, hold.years)?),
    };
    Some(ObjectLock {
        retention: Some(Retention { mode, days: days_of(retention.days, retention.years)? }),
        event_hold_days,
    })
}

fn days_of(days: Option<i32>, years: Option<i32>) -> Option<u32> {
    const DAYS_A_YEAR: i32 = 365;
    let days = days.or_else(|| years.map(|years| years.saturating_mul(DAYS_A_YEAR)))?;
    u32::try_from(days).ok()
}
