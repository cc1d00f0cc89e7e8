//! Tags.

use aws_sdk_s3::types::{Tag, Tagging};
use parapet_core::WorldError;
use parapet_guards::{Observed, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, written};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;

impl Adapter for facets::BucketTags {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketTagging", "s3:GetBucketTagging", Scope::Bucket)],
        writes: &[need("S3:PutBucketTagging", "s3:PutBucketTagging", Scope::Bucket)],
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
            .get_bucket_tagging()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Some(Observed::from(
                answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect::<Self::State>(),
            ))),
            Err(error) => match code(&error) {
                NO_BUCKET => Ok(None),
                "NoSuchTagSet" => Ok(Some(Observed::from(Self::State::new()))),
                _ => Err(failed("read the tags", subject, error)),
            },
        }
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(tags): &Self::Action,
    ) -> Result<(), WorldError> {
        let tags = tags.iter();
        const STEP: &str = "write the tags";
        let tags: Result<Vec<Tag>, _> = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let tags = tags.map_err(|error| invalid(STEP, subject, &error))?;
        let tagging =
            Tagging::builder().set_tag_set(Some(tags)).build().map_err(|error| invalid(STEP, subject, &error))?;
        let put = world.connection.s3().put_bucket_tagging().bucket(bucket).expected_bucket_owner(&world.home.account);
        written(STEP, subject, put.tagging(tagging).send().await)
    }
}
