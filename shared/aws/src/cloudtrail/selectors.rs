//! Event selectors, basic and advanced.

use aws_sdk_cloudtrail::error::BuildError;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, DataResource as TrailData, EventSelector, ReadWriteType,
};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{
    AdvancedSelector, BasicSelector, DataResource, FieldSelector, Observed, Resource, Selectors, SelectorsAction,
    facets, on,
};

use super::NO_TRAIL;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::{Needs, Scope, need};

async fn read(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<Option<Selectors>, WorldError> {
    let answer = match world.connection.cloudtrail().get_event_selectors().trail_name(name).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == NO_TRAIL => return Ok(None),
        Err(error) => return Err(failed("read the event selectors", subject, error)),
    };
    let advanced = answer.advanced_event_selectors.unwrap_or_default();
    Ok(Some(if advanced.is_empty() {
        Selectors::Basic(answer.event_selectors.unwrap_or_default().into_iter().map(basic_seen).collect())
    } else {
        Selectors::Advanced(advanced.into_iter().map(advanced_seen).collect())
    }))
}

fn basic_seen(selector: EventSelector) -> BasicSelector {
    let data = selector.data_resources.unwrap_or_default().into_iter();
    BasicSelector {
        read_write: selector.read_write_type.map_or_else(|| "All".to_owned(), |kind| kind.as_str().to_owned()),
        management: selector.include_management_events.unwrap_or(true),
        excluded_sources: selector.exclude_management_event_sources.unwrap_or_default(),
        data: data
            .map(|data| DataResource { kind: data.r#type.unwrap_or_default(), arns: data.values.unwrap_or_default() })
            .collect(),
    }
}

pub(super) fn advanced_seen(selector: AdvancedEventSelector) -> AdvancedSelector {
    let field = |field: AdvancedFieldSelector| FieldSelector {
        field: field.field,
        equals: field.equals.unwrap_or_default(),
        starts_with: field.starts_with.unwrap_or_default(),
        ends_with: field.ends_with.unwrap_or_default(),
        not_equals: field.not_equals.unwrap_or_default(),
        not_starts_with: field.not_starts_with.unwrap_or_default(),
        not_ends_with: field.not_ends_with.unwrap_or_default(),
    };
    AdvancedSelector { name: selector.name, fields: selector.field_selectors.into_iter().map(field).collect() }
}

async fn write(world: &AwsWorld<'_>, subject: &Resource, name: &str, desired: &Selectors) -> Result<(), WorldError> {
    const STEP: &str = "write the event selectors";
    let put = world.connection.cloudtrail().put_event_selectors().trail_name(name);
    let put = match desired {
        Selectors::Basic(selectors) => put.set_event_selectors(Some(selectors.iter().map(basic_wanted).collect())),
        Selectors::Advanced(selectors) => {
            let selectors: Result<Vec<_>, BuildError> = selectors.iter().map(advanced_wanted).collect();
            put.set_advanced_event_selectors(Some(
                selectors.map_err(|error| broken(STEP, subject, ErrorKind::Invalid, error.to_string()))?,
            ))
        }
    };
    written(STEP, subject, put.send().await)
}

fn basic_wanted(selector: &BasicSelector) -> EventSelector {
    let data = selector
        .data
        .iter()
        .map(|data| TrailData::builder().r#type(&data.kind).set_values(Some(data.arns.clone())).build())
        .collect();
    EventSelector::builder()
        .read_write_type(ReadWriteType::from(selector.read_write.as_str()))
        .include_management_events(selector.management)
        .set_exclude_management_event_sources(Some(selector.excluded_sources.clone()))
        .set_data_resources(Some(data))
        .build()
}

pub(super) fn advanced_wanted(selector: &AdvancedSelector) -> Result<AdvancedEventSelector, BuildError> {
    let some = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
    let field = |field: &FieldSelector| {
        AdvancedFieldSelector::builder()
            .field(&field.field)
            .set_equals(some(&field.equals))
            .set_starts_with(some(&field.starts_with))
            .set_ends_with(some(&field.ends_with))
            .set_not_equals(some(&field.not_equals))
            .set_not_starts_with(some(&field.not_starts_with))
            .set_not_ends_with(some(&field.not_ends_with))
            .build()
    };
    let fields: Result<Vec<_>, BuildError> = selector.fields.iter().map(field).collect();
    AdvancedEventSelector::builder().set_name(selector.name.clone()).set_field_selectors(Some(fields?)).build()
}

impl Adapter for facets::TrailSelectors {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetEventSelectors", "cloudtrail:GetEventSelectors", Scope::AnyTrail)],
        writes: &[need("CloudTrail:PutEventSelectors", "cloudtrail:PutEventSelectors", Scope::Trail)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, name).await.map(|selectors| Some(selectors.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let SelectorsAction::PutEventSelectors(desired) = action;
        write(world, subject, name, desired).await
    }
}
