//! Event data stores of CloudTrail Lake. One that is not there is a state here, as for trails.

use aws_sdk_cloudtrail::operation::get_event_data_store::GetEventDataStoreOutput;
use aws_sdk_cloudtrail::types::EventDataStoreStatus;
use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{
    EventDataStore, Mark, Observed, Page, Resource, StoreAction, StoreSettings, StoreStatus, facets, on,
};

use super::{NO_STORE, selectors};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};
use crate::world::token;

async fn store(world: &AwsWorld<'_>, subject: &Resource, id: &str) -> Result<Option<EventDataStore>, WorldError> {
    const STEP: &str = "read the event data store";
    match world.connection.cloudtrail().get_event_data_store().event_data_store(id).send().await {
        Ok(answer) => seen(answer)
            .map(Some)
            .ok_or_else(|| unreadable(STEP, subject, "the answer does not say for how long events are kept")),
        Err(error) if code(&error) == NO_STORE => Ok(None),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}

/// None: it does not say how long it keeps events. No time at all would be written back.
fn seen(answer: GetEventDataStoreOutput) -> Option<EventDataStore> {
    let selectors = answer.advanced_event_selectors.unwrap_or_default().into_iter();
    Some(EventDataStore {
        name: answer.name.unwrap_or_default(),
        status: match answer.status {
            Some(EventDataStoreStatus::Enabled | EventDataStoreStatus::StartingIngestion) => StoreStatus::Ingesting,
            Some(EventDataStoreStatus::StoppedIngestion | EventDataStoreStatus::StoppingIngestion) => {
                StoreStatus::Stopped
            }
            Some(EventDataStoreStatus::PendingDeletion) => StoreStatus::PendingDeletion,
            other => {
                StoreStatus::Other(other.map_or_else(|| "unknown".to_owned(), |status| status.as_str().to_owned()))
            }
        },
        settings: StoreSettings {
            retention_days: u32::try_from(answer.retention_period?).ok()?,
            termination_protection: answer.termination_protection_enabled.unwrap_or_default(),
            multi_region: answer.multi_region_enabled.unwrap_or_default(),
            selectors: selectors.map(selectors::advanced_seen).collect(),
        },
        organization: answer.organization_enabled.unwrap_or_default(),
    })
}

/// Carries out one action on an event data store. Restoring and starting take AWS minutes: what is refused meanwhile, because the status
/// is another still, is tried again with the event.
///
/// A deleted one takes three writes to be as it was: to restore, to protect, to start.
async fn apply(world: &AwsWorld<'_>, subject: &Resource, id: &str, action: &StoreAction) -> Result<(), WorldError> {
    let cloudtrail = world.connection.cloudtrail();
    match action {
        StoreAction::RestoreEventDataStore => {
            let restore = cloudtrail.restore_event_data_store().event_data_store(id);
            written("restore the event data store", subject, restore.send().await)
        }
        StoreAction::UpdateEventDataStore(settings) => update(world, subject, id, settings).await,
        StoreAction::StartEventDataStoreIngestion => {
            let start = cloudtrail.start_event_data_store_ingestion().event_data_store(id);
            written("start the ingestion", subject, start.send().await)
        }
    }
}

/// Key, billing mode and organization are not sent, and stay: UpdateEventDataStore changes what is sent.
async fn update(
    world: &AwsWorld<'_>,
    subject: &Resource,
    id: &str,
    settings: &StoreSettings,
) -> Result<(), WorldError> {
    const STEP: &str = "update the event data store";
    let selectors: Result<Vec<_>, _> = settings.selectors.iter().map(selectors::advanced_wanted).collect();
    let selectors = selectors.map_err(|error| broken(STEP, subject, ErrorKind::Invalid, error.to_string()))?;
    let update = world.connection.cloudtrail().update_event_data_store().event_data_store(id);
    written(
        STEP,
        subject,
        update
            .retention_period(i32::try_from(settings.retention_days).unwrap_or(i32::MAX))
            .termination_protection_enabled(settings.termination_protection)
            .multi_region_enabled(settings.multi_region)
            .set_advanced_event_selectors((!selectors.is_empty()).then_some(selectors))
            .send()
            .await,
    )
}

/// A page of the event data stores of this account and region.
pub(crate) async fn listed(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let list = world.connection.cloudtrail().list_event_data_stores().set_next_token(token(from));
    let page = list.send().await.map_err(|error| failed("list", &"every event data store", error))?;
    let arns = page.event_data_stores.unwrap_or_default().into_iter().filter_map(|store| store.event_data_store_arn);
    let own = format!(":{}:eventdatastore/", world.home.account);
    let ids = arns.map(|arn| arn.split_once(&own).map_or_else(|| arn.clone(), |(_, id)| id.to_owned()));
    Ok(Page::up_to(ids.map(|id| on::EventDataStore { id }.into()), page.next_token))
}

/// An event data store is called by an id that is never given again.
pub(crate) async fn identity(
    _: &AwsWorld<'_>,
    _: &Resource,
    store: &on::EventDataStore,
) -> Result<Identity, WorldError> {
    Ok(Identity::of(&store.id, None))
}

impl Adapter for facets::EventDataStore {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetEventDataStore", "cloudtrail:GetEventDataStore", Scope::AnyEventDataStore)],
        writes: &[
            need("CloudTrail:UpdateEventDataStore", "cloudtrail:UpdateEventDataStore", Scope::EventDataStore),
            need("CloudTrail:RestoreEventDataStore", "cloudtrail:RestoreEventDataStore", Scope::EventDataStore),
            need(
                "CloudTrail:StartEventDataStoreIngestion",
                "cloudtrail:StartEventDataStoreIngestion",
                Scope::EventDataStore,
            ),
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::EventDataStore { id }: &on::EventDataStore,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        store(world, subject, id).await.map(|store| Some(store.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::EventDataStore { id }: &on::EventDataStore,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        apply(world, subject, id, action).await
    }
}
