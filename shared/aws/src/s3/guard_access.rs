//! Bucket policies, as the encryption guard sees them: whether they shut the policy guard out.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, facets, on};

use super::bucket_policy;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::BucketGuardAccess {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketPolicy", "s3:GetBucketPolicy", Scope::Bucket)],
        writes: &[need("S3:PutBucketPolicy", "s3:PutBucketPolicy", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketPolicy", "s3:DeleteBucketPolicy", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        bucket_policy::read(world, subject, bucket).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        bucket_policy::write(world, subject, bucket, action).await
    }
}
