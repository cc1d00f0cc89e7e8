//! Server access logging.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::WorldError;
use parapet_guards::{LogKeyFormat, LogTarget, Observed, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::s3::{ALL_BUCKETS, OBJECT_LOCK};
use crate::permissions::{Needs, Scope, need};
use crate::s3::filter::some;
use crate::s3::{NO_BUCKET, grantee};

impl Adapter for facets::BucketLogging {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketLogging", "s3:GetBucketLogging", Scope::Bucket)],
        ties: &[OBJECT_LOCK, ALL_BUCKETS],
        writes: &[need("S3:PutBucketLogging", "s3:PutBucketLogging", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the access logging";
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
                let Some(on) = answer.logging_enabled else { return Ok(Some(Observed::from(None))) };
                let target = target_of(on)
                    .ok_or_else(|| unreadable(STEP, subject, "a grant or the format of its keys is not known"))?;
                Ok(Some(Observed::from(Some(target))))
            }
            Err(error) if code(&error) == NO_BUCKET => Ok(None),
            Err(error) => Err(failed(STEP, subject, error)),
        }
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = desired.as_ref();
        const STEP: &str = "write the access logging";
        let target = desired.map(target_to).transpose().map_err(|error| invalid(STEP, subject, &error))?;
        let put = world.connection.s3().put_bucket_logging().bucket(bucket).expected_bucket_owner(&world.home.account);
        let status = s3::BucketLoggingStatus::builder().set_logging_enabled(target).build();
        written(STEP, subject, put.bucket_logging_status(status).send().await)
    }
}

/// None: a part of it is not known, and would be lost with the next write.
fn target_of(on: s3::LoggingEnabled) -> Option<LogTarget> {
    let key_format = match on.target_object_key_format {
        None => None,
        Some(format) => Some(match (format.partitioned_prefix, format.simple_prefix) {
            (Some(by), _) => LogKeyFormat::Partitioned(by.partition_date_source.map(|date| date.as_str().to_owned())),
            (None, Some(_)) => LogKeyFormat::Simple,
            (None, None) => return None,
        }),
    };
    let grant = |grant: s3::TargetGrant| Some((grantee::of(grant.grantee?)?, grant.permission?.as_str().to_owned()));
    let grants: Option<Vec<_>> = on.target_grants.unwrap_or_default().into_iter().map(grant).collect();
    Some(LogTarget { bucket: on.target_bucket, prefix: on.target_prefix, key_format, grants: grants? })
}

fn target_to(target: &LogTarget) -> Result<s3::LoggingEnabled, BuildError> {
    let format = s3::TargetObjectKeyFormat::builder();
    let format = target.key_format.as_ref().map(|kind| match kind {
        LogKeyFormat::Simple => format.simple_prefix(s3::SimplePrefix::builder().build()).build(),
        LogKeyFormat::Partitioned(date) => {
            let date = date.as_deref().map(s3::PartitionDateSource::from);
            let by = s3::PartitionedPrefix::builder().set_partition_date_source(date).build();
            format.partitioned_prefix(by).build()
        }
    });
    let grant = |(who, permission): &(parapet_guards::Grantee, String)| {
        let permission = s3::BucketLogsPermission::from(permission.as_str());
        Ok(s3::TargetGrant::builder().grantee(grantee::to(who)?).permission(permission).build())
    };
    let grants: Result<Vec<_>, BuildError> = target.grants.iter().map(grant).collect();
    s3::LoggingEnabled::builder()
        .target_bucket(&target.bucket)
        .target_prefix(&target.prefix)
        .set_target_object_key_format(format)
        .set_target_grants(some(grants?))
        .build()
}

#[cfg(test)]
mod tests {
    use parapet_guards::Grantee;

    use super::*;

    #[test]
    fn a_target_is_written_as_it_was_read() {
        let plain = LogTarget { bucket: "logs".into(), prefix: String::new(), key_format: None, grants: Vec::new() };
        let grants = vec![(Grantee::Account("c0ffee".into()), "READ".to_owned())];
        let full = LogTarget { key_format: Some(LogKeyFormat::Simple), grants, ..plain.clone() };
        let by_day =
            LogTarget { key_format: Some(LogKeyFormat::Partitioned(Some("EventTime".into()))), ..plain.clone() };
        for target in [plain, full, by_day] {
            assert_eq!(target_of(target_to(&target).unwrap()), Some(target));
        }
    }
}
