//! Bucket policies.

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::{BucketPolicyAction, Observed, Resource, facets, on};

use super::NO_BUCKET;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{code, failed, written};
use crate::permissions::s3::BLOCKS_AND_AGE;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::BucketPolicy {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketPolicy", "s3:GetBucketPolicy", Scope::Bucket)],
        ties: BLOCKS_AND_AGE,
        writes: &[need("S3:PutBucketPolicy", "s3:PutBucketPolicy", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketPolicy", "s3:DeleteBucketPolicy", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, bucket).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        write(world, subject, bucket, action).await
    }
}

/// The policy of a bucket. The outer none: there is no bucket.
pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<Observed<Option<Document>>>, WorldError> {
    const STEP: &str = "read the bucket policy";
    let get = world.connection.s3().get_bucket_policy().bucket(bucket).expected_bucket_owner(&world.home.account);
    match get.send().await {
        Ok(answer) => {
            // Where there is none, S3 says so by a code: an empty answer says nothing.
            let text = answer.policy.unwrap_or_default();
            Ok(Some(Observed::from(Some(parse(STEP, subject, &text)?))))
        }
        Err(error) => match code(&error) {
            NO_BUCKET => Ok(None),
            "NoSuchBucketPolicy" => Ok(Some(Observed::from(None))),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Puts the policy of a bucket, or deletes it.
pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    action: &BucketPolicyAction,
) -> Result<(), WorldError> {
    let s3 = world.connection.s3();
    match action {
        BucketPolicyAction::PutBucketPolicy(document) => {
            let put = s3.put_bucket_policy().bucket(bucket).expected_bucket_owner(&world.home.account);
            written("write the bucket policy", subject, put.policy(document.to_json()).send().await)
        }
        BucketPolicyAction::DeleteBucketPolicy => {
            let delete = s3.delete_bucket_policy().bucket(bucket).expected_bucket_owner(&world.home.account);
            written("delete the bucket policy", subject, delete.send().await)
        }
    }
}
