//! How events are kept in an event data store, or summed up by a trail.

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::error::BuildError;
use aws_sdk_cloudtrail::types::{
    AggregationConfiguration, ContextKeySelector, EventCategoryAggregation, MaxEventSize, Template, Type,
};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{EventConfiguration, EventConfigurationAction, EventSize, Observed, Resource, facets, on};

use super::{NO_STORE, NO_TRAIL};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    of: Of<'_>,
) -> Result<Option<EventConfiguration>, WorldError> {
    const STEP: &str = "read the event configuration";
    let (trail, store) = of.names();
    let get = world.connection.cloudtrail().get_event_configuration();
    let answer = match get.set_trail_name(trail).set_event_data_store(store).send().await {
        Ok(answer) => answer,
        Err(error) if matches!(code(&error), NO_TRAIL | NO_STORE) => return Ok(None),
        Err(error) => return Err(failed(STEP, subject, error)),
    };
    let context_keys = answer.context_key_selectors.unwrap_or_default().into_iter();
    let aggregations = answer.aggregation_configurations.unwrap_or_default().into_iter();
    Ok(Some(EventConfiguration {
        max_event_size: match answer.max_event_size {
            Some(MaxEventSize::Large) => EventSize::Large,
            // A trail has none.
            Some(MaxEventSize::Standard) | None => EventSize::Standard,
            Some(other) => {
                return Err(unreadable(STEP, subject, &format!("the size `{}` is not known", other.as_str())));
            }
        },
        context_keys: context_keys
            .map(|selector| (selector.r#type.as_str().to_owned(), selector.equals.into_iter().collect()))
            .collect::<BTreeMap<_, _>>(),
        aggregations: aggregations
            .flat_map(|aggregation| aggregation.templates)
            .map(|template| template.as_str().to_owned())
            .collect(),
    }))
}

/// A trail has no size and no context keys, an event data store sums nothing up: each is sent its own.
pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    of: Of<'_>,
    desired: &EventConfiguration,
) -> Result<(), WorldError> {
    const STEP: &str = "write the event configuration";
    let invalid = |error: BuildError| broken(STEP, subject, ErrorKind::Invalid, error.to_string());
    let (trail, store) = of.names();
    let is_store = store.is_some();
    let put = world.connection.cloudtrail().put_event_configuration();
    let put = put.set_trail_name(trail).set_event_data_store(store);
    let put = if is_store {
        put.max_event_size(MaxEventSize::from(desired.max_event_size.as_str()))
            .set_context_key_selectors(Some(context_keys(desired).map_err(invalid)?))
    } else {
        put.set_aggregation_configurations(Some(aggregations(desired).map_err(invalid)?))
    };
    written(STEP, subject, put.send().await)
}

/// Whose configuration it is: one call serves both.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Trail(&'a str),
    Store(&'a str),
}

impl Of<'_> {
    fn names(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Trail(name) => (Some(name.to_owned()), None),
            Self::Store(id) => (None, Some(id.to_owned())),
        }
    }
}

fn context_keys(desired: &EventConfiguration) -> Result<Vec<ContextKeySelector>, BuildError> {
    let one = |(kind, names): (&String, &std::collections::BTreeSet<String>)| {
        let names = names.iter().cloned().collect();
        ContextKeySelector::builder().r#type(Type::from(kind.as_str())).set_equals(Some(names)).build()
    };
    desired.context_keys.iter().map(one).collect()
}

fn aggregations(desired: &EventConfiguration) -> Result<Vec<AggregationConfiguration>, BuildError> {
    if desired.aggregations.is_empty() {
        return Ok(Vec::new());
    }
    let templates = desired.aggregations.iter().map(|template| Template::from(template.as_str())).collect();
    let data = AggregationConfiguration::builder().event_category(EventCategoryAggregation::Data);
    Ok(vec![data.set_templates(Some(templates)).build()?])
}

impl Adapter for facets::EventConfiguration {
    const NEEDS: Needs = Needs {
        looks: &[need(
            "CloudTrail:GetEventConfiguration",
            "cloudtrail:GetEventConfiguration",
            Scope::AnyEventDataStore,
        )],
        writes: &[need("CloudTrail:PutEventConfiguration", "cloudtrail:PutEventConfiguration", Scope::EventDataStore)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::EventDataStore { id }: &on::EventDataStore,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, Of::Store(id)).await.map(|configuration| Some(configuration.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::EventDataStore { id }: &on::EventDataStore,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let EventConfigurationAction::PutEventConfiguration(desired) = action;
        write(world, subject, Of::Store(id), desired).await
    }
}
