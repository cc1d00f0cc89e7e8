//! The public access block.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use parapet_core::WorldError;
use parapet_guards::{Observed, PublicAccess, Put, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, written};
use crate::permissions::s3::BLOCK;
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;

impl Adapter for facets::BucketPublicAccess {
    const NEEDS: Needs = Needs {
        looks: &[BLOCK],
        writes: &[need("S3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let answer = world
            .connection
            .s3()
            .get_public_access_block()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .send()
            .await;
        let block = match answer {
            Ok(answer) => answer.public_access_block_configuration,
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "NoSuchPublicAccessBlockConfiguration" => None,
                _ => return Err(failed("read the public access block", subject, error)),
            },
        };
        let on = |setting: fn(&PublicAccessBlockConfiguration) -> Option<bool>| {
            block.as_ref().and_then(setting).unwrap_or_default()
        };
        Ok(Some(Observed::from(PublicAccess {
            block_public_acls: on(|block| block.block_public_acls),
            ignore_public_acls: on(|block| block.ignore_public_acls),
            block_public_policy: on(|block| block.block_public_policy),
            restrict_public_buckets: on(|block| block.restrict_public_buckets),
        })))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = *desired;
        let configuration = PublicAccessBlockConfiguration::builder()
            .block_public_acls(desired.block_public_acls)
            .ignore_public_acls(desired.ignore_public_acls)
            .block_public_policy(desired.block_public_policy)
            .restrict_public_buckets(desired.restrict_public_buckets)
            .build();
        let put =
            world.connection.s3().put_public_access_block().bucket(bucket).expected_bucket_owner(&world.home.account);
        written(
            "write the public access block",
            subject,
            put.public_access_block_configuration(configuration).send().await,
        )
    }
}
