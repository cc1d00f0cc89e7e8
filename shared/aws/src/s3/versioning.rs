//! Versioning.

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_core::WorldError;
use parapet_guards::{Observed, Put, Resource, Versioning, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::s3::{ALL_BUCKETS, VERSIONING};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;

impl Adapter for facets::BucketVersioning {
    const NEEDS: Needs = Needs {
        looks: &[VERSIONING],
        ties: &[ALL_BUCKETS],
        writes: &[need("S3:PutBucketVersioning", "s3:PutBucketVersioning", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the versioning";
        let answer = world
            .connection
            .s3()
            .get_bucket_versioning()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .send()
            .await;
        let status = match answer {
            Ok(answer) => answer.status,
            Err(error) if code(&error) == NO_BUCKET => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        let versioning = match status {
            None => Versioning::Off,
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            Some(other) => {
                return Err(unreadable(STEP, subject, &format!("the status `{}` is not known", other.as_str())));
            }
        };
        Ok(Some(Observed::from(versioning)))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = *desired;
        // Versioning cannot be switched off again, only suspended.
        let status = if desired == Versioning::Enabled {
            BucketVersioningStatus::Enabled
        } else {
            BucketVersioningStatus::Suspended
        };
        let put =
            world.connection.s3().put_bucket_versioning().bucket(bucket).expected_bucket_owner(&world.home.account);
        let configuration = VersioningConfiguration::builder().status(status).build();
        written("write the versioning", subject, put.versioning_configuration(configuration).send().await)
    }
}
