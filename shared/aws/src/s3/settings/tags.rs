//! Tags.

use aws_sdk_s3::types::{Tag, Tagging};
use parapet_core::{WorldError};
use parapet_guards::{Resource};
use parapet_guards::EncryptionState;

use super::invalid;
use crate::AwsWorld;
use crate::failure::{code, failed, written};
use crate::s3::NO_BUCKET;

pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_tagging()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            Ok(Some(EncryptionState::Tags(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())))
        }
        Err(error) => match code(&error) {
            NO_BUCKET => Ok(None),
            "NoSuchTagSet" => Ok(Some(EncryptionState::Tags(std::collections::BTreeMap::new()))),
            _ => Err(failed("read the tags", subject, error)),
        },
    }
}

pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    tags: impl Iterator<Item = (&String, &String)>,
) -> Result<(), WorldError> {
    const STEP: &str = "write the tags";
    let tags: Result<Vec<Tag>, _> = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let tags = tags.map_err(|error| invalid(STEP, subject, &error))?;
    let tagging = Tagging::builder().set_tag_set(Some(tags)).build().map_err(|error| invalid(STEP, subject, &error))?;
    let put = world.connection.s3().put_bucket_tagging().bucket(bucket).expected_bucket_owner(&world.home.account);
    written(STEP, subject, put.tagging(tagging).send().await)
}
