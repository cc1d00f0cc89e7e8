//! The tags of users and roles.

use aws_sdk_iam::types::Tag;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{IamEntity, Resource};

use crate::AwsWorld;
use crate::failure::{broken, written};
use crate::permissions::{Permission, Scope, need};

const SET_TAG: &str = "set the tag";
const TAKE_TAG: &str = "take the tag";

/// To set a tag as it was.
pub(super) const SET: [Permission; 2] =
    [need("IAM:TagUser", "iam:TagUser", Scope::User), need("IAM:TagRole", "iam:TagRole", Scope::Role)];

/// To take one that was not there.
pub(super) const TAKE: [Permission; 2] =
    [need("IAM:UntagUser", "iam:UntagUser", Scope::User), need("IAM:UntagRole", "iam:UntagRole", Scope::Role)];

pub(super) async fn set(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    (key, value): (&str, &str),
) -> Result<(), WorldError> {
    let tag = Tag::builder().key(key).value(value).build();
    let tag = tag.map_err(|error| broken(SET_TAG, subject, ErrorKind::Invalid, error.to_string()))?;
    let iam = world.connection.iam();
    match entity {
        IamEntity::User(name) => written(SET_TAG, subject, iam.tag_user().user_name(name).tags(tag).send().await),
        IamEntity::Role(name) => written(SET_TAG, subject, iam.tag_role().role_name(name).tags(tag).send().await),
        IamEntity::Group(_) => Err(none_for_groups(SET_TAG, subject)),
    }
}

pub(super) async fn take(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    key: &str,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match entity {
        IamEntity::User(name) => {
            written(TAKE_TAG, subject, iam.untag_user().user_name(name).tag_keys(key).send().await)
        }
        IamEntity::Role(name) => {
            written(TAKE_TAG, subject, iam.untag_role().role_name(name).tag_keys(key).send().await)
        }
        IamEntity::Group(_) => Err(none_for_groups(TAKE_TAG, subject)),
    }
}

fn none_for_groups(step: &'static str, subject: &Resource) -> WorldError {
    broken(step, subject, ErrorKind::Invalid, "AWS has none for groups".to_owned())
}
