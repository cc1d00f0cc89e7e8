//! The tags of a trail. CloudTrail's calls about tags name the ARN.

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::types::Tag;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Observed, Resource, TagsAction, facets, on};

use super::NO_TRAIL;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::{Needs, Scope, need};

/// ListTags' answer for a trail that is not there.
const NO_RESOURCE: &str = "ResourceNotFoundException";

async fn read(world: &AwsWorld<'_>, subject: &Resource) -> Result<Option<BTreeMap<String, String>>, WorldError> {
    let mut tags = BTreeMap::new();
    let mut token = None;
    loop {
        let list = world.connection.cloudtrail().list_tags().resource_id_list(subject.arn(world.home));
        let page = match list.set_next_token(token).send().await {
            Ok(page) => page,
            Err(error) if matches!(code(&error), NO_TRAIL | NO_RESOURCE) => return Ok(None),
            Err(error) => return Err(failed("read the tags", subject, error)),
        };
        let listed = page.resource_tag_list.unwrap_or_default().into_iter();
        let listed = listed.flat_map(|resource| resource.tags_list.unwrap_or_default());
        tags.extend(listed.map(|tag| (tag.key, tag.value.unwrap_or_default())));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Some(tags));
        }
    }
}

/// AWS CloudTrail API Reference, AddTags: "Overwrites an existing tag's value when a new value is specified for an existing tag key".
async fn add(world: &AwsWorld<'_>, subject: &Resource, tags: &BTreeMap<String, String>) -> Result<(), WorldError> {
    const STEP: &str = "set the tags";
    let tags: Result<Vec<Tag>, _> =
        tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let tags = tags.map_err(|error| broken(STEP, subject, ErrorKind::Invalid, error.to_string()))?;
    let add = world.connection.cloudtrail().add_tags().resource_id(subject.arn(world.home)).set_tags_list(Some(tags));
    written(STEP, subject, add.send().await)
}

impl Adapter for facets::TrailTags {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:ListTags", "cloudtrail:ListTags", Scope::AnyTrail)],
        writes: &[need("CloudTrail:AddTags", "cloudtrail:AddTags", Scope::Trail)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        _: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject).await.map(|tags| Some(tags.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        _: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let TagsAction::AddTags(tags) = action;
        add(world, subject, tags).await
    }
}
