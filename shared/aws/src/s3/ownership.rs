//! Object ownership.

use aws_sdk_s3::types::{ObjectOwnership as S3Ownership, OwnershipControls, OwnershipControlsRule};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{ObjectOwnership, Observed, Ownership, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::s3::{ACL, ALL_BUCKETS};
use crate::permissions::{Needs, Scope, need};
use crate::s3::{NO_BUCKET, acl};

impl Adapter for facets::BucketOwnership {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", Scope::Bucket), ACL],
        ties: &[ALL_BUCKETS],
        writes: &[need("S3:PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the object ownership";
        let answer = world
            .connection
            .s3()
            .get_bucket_ownership_controls()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .send()
            .await;
        let rule = match answer {
            Ok(answer) => answer.ownership_controls.and_then(|controls| controls.rules.into_iter().next()),
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "OwnershipControlsNotFoundError" => None,
                _ => return Err(failed(STEP, subject, error)),
            },
        };
        let ownership = match rule.map(|rule| rule.object_ownership) {
            None => None,
            Some(S3Ownership::BucketOwnerEnforced) => Some(ObjectOwnership::BucketOwnerEnforced),
            Some(S3Ownership::BucketOwnerPreferred) => Some(ObjectOwnership::BucketOwnerPreferred),
            Some(S3Ownership::ObjectWriter) => Some(ObjectOwnership::ObjectWriter),
            Some(other) => {
                return Err(broken(
                    STEP,
                    subject,
                    ErrorKind::Unreadable,
                    format!("the ownership `{}` is not known", other.as_str()),
                ));
            }
        };
        let list = match ownership {
            Some(ObjectOwnership::BucketOwnerEnforced) => None,
            // Where lists count, what this one says decides whether they can be switched off.
            _ => match acl::read(world, subject, bucket).await? {
                None => return Ok(None),
                list => list,
            },
        };
        Ok(Some(Observed::from(Ownership { setting: ownership, list })))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = desired.setting;
        const STEP: &str = "write the object ownership";
        let Some(desired) = desired else {
            let delete = world
                .connection
                .s3()
                .delete_bucket_ownership_controls()
                .bucket(bucket)
                .expected_bucket_owner(&world.home.account);
            return written(STEP, subject, delete.send().await);
        };
        let ownership = match desired {
            ObjectOwnership::BucketOwnerEnforced => S3Ownership::BucketOwnerEnforced,
            ObjectOwnership::BucketOwnerPreferred => S3Ownership::BucketOwnerPreferred,
            ObjectOwnership::ObjectWriter => S3Ownership::ObjectWriter,
        };
        let rule = OwnershipControlsRule::builder()
            .object_ownership(ownership)
            .build()
            .map_err(|error| invalid(STEP, subject, &error))?;
        let controls =
            OwnershipControls::builder().rules(rule).build().map_err(|error| invalid(STEP, subject, &error))?;
        let put = world
            .connection
            .s3()
            .put_bucket_ownership_controls()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account);
        written(STEP, subject, put.ownership_controls(controls).send().await)
    }
}
