//! Whether a bucket exists, and its making.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Arns, ExistenceAction, Observed, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::s3::ALL_BUCKETS;
use crate::permissions::{Needs, Scope, need};
use crate::s3::listing::is_own;

impl Adapter for facets::BucketExistence {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:HeadBucket", "s3:ListBucket", Scope::PipelineBucket), ALL_BUCKETS],
        // One that was deleted is made again.
        writes: &[need("S3:CreateBucket", "s3:CreateBucket", Scope::PipelineBucket)],
        ..Needs::NONE
    };

    /// HeadBucket answers 403 both for somebody else's bucket and for a missing permission, without saying which: a guard may head no bucket but the
    /// pipeline's. Amazon S3 API Reference, ListBuckets: "Returns a list of all buckets owned by the authenticated sender of the request": one that
    /// is in it exists and is this account's, one that is not is another's, and without the list nobody knows.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "look for the existence";
        let head =
            world.connection.s3().head_bucket().bucket(bucket).expected_bucket_owner(&world.home.account).send().await;
        match head {
            Ok(_) => Ok(Some(true.into())),
            Err(error) => match error.raw_response().map(|response| response.status().as_u16()) {
                Some(404) => Ok(Some(false.into())),
                Some(403) => match is_own(world, subject, &world.home.bucket_arn(bucket)).await {
                    Ok(true) => Ok(Some(true.into())),
                    Ok(false) => Err(broken(
                        STEP,
                        subject,
                        ErrorKind::Taken,
                        "access denied, and the bucket is none of this account's".to_owned(),
                    )),
                    Err(error) => Err(WorldError { step: STEP.to_owned(), ..error }),
                },
                _ => Err(failed(STEP, subject, error)),
            },
        }
    }

    /// Amazon S3 API Reference, CreateBucket: without a location constraint the bucket is made in us-east-1, which is not a valid one.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let ExistenceAction::CreateBucket = action;
        const HOME_OF_S3: &str = "us-east-1";
        let region = world.home.region.as_str();
        let location = (region != HOME_OF_S3).then(|| {
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build()
        });
        match world
            .connection
            .s3()
            .create_bucket()
            .bucket(bucket)
            .set_create_bucket_configuration(location)
            .send()
            .await
        {
            Err(error) if code(&error) == "BucketAlreadyOwnedByYou" => Ok(()),
            made => written("create the bucket", subject, made),
        }
    }
}
