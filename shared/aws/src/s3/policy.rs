//! Bucket policies.

use parapet_core::{WorldError};
use parapet_guards::{Facet, Resource};
use parapet_guards::{PolicyAction, PolicyState};

use super::NO_BUCKET;
use crate::AwsWorld;
use crate::document::parse;
use crate::failure::{code, failed, written};

/// Reads a bucket's policy; none: there is no such bucket.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<PolicyState>, WorldError> {
    const STEP: &str = "read the bucket policy";
    let answer = world
        .connection
        .s3()
        .get_bucket_policy()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            // Where there is none, S3 says so by a code: an empty answer says nothing.
            let text = answer.policy.unwrap_or_default();
            Ok(Some(PolicyState::BucketPolicy(Some(parse(STEP, subject, &text)?))))
        }
        Err(error) => match code(&error) {
            NO_BUCKET => Ok(None),
            "NoSuchBucketPolicy" => Ok(Some(PolicyState::BucketPolicy(None))),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Writes or deletes a bucket's policy, or writes its access control list.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    action: &PolicyAction,
) -> Result<(), WorldError> {
    let s3 = world.connection.s3();
    match action {
        PolicyAction::PutBucketPolicy(document) => {
            let put = s3
                .put_bucket_policy()
                .bucket(bucket)
                .expected_bucket_owner(&world.home.account)
                .policy(document.to_json());
            written("write the bucket policy", subject, put.send().await)
        }
        PolicyAction::PutBucketAcl(acl) => super::acl::write(world, subject, bucket, acl).await,
        PolicyAction::DeleteBucketPolicy => {
            let delete = s3.delete_bucket_policy().bucket(bucket).expected_bucket_owner(&world.home.account);
            written("delete the bucket policy", subject, delete.send().await)
        }
        _ => Err(world.misplaced(subject, Facet::BucketPolicy)),
    }
}
