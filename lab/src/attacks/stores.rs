//! Attacks on event data stores, that the logging guard undoes.

use parapet_aws::sdk::cloudtrail::types::{ContextKeySelector, EventDataStoreStatus, MaxEventSize, Type};
use parapet_console::{Result, Trouble};

use super::encryption::sent;
use super::{Attack, LOGGING_GUARD};
use crate::{Scene, reading};

const RETENTION_DAYS: i32 = 400;

/// Attacks on event data stores.
pub const STORE_ATTACKS: &[Attack] = &[
    Attack {
        name: "an event data store stopped",
        event: "StopEventDataStoreIngestion",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "stopped"))),
        call: |s| {
            Box::pin(async {
                let stop = s.intruder().cloudtrail().stop_event_data_store_ingestion();
                sent(stop.event_data_store(arn(s, "stopped").await?).send().await)
            })
        },
        is_repaired: |s| Box::pin(is_whole(s, "stopped")),
    },
    Attack {
        name: "an event data store unprotected, of one region, for a week",
        event: "UpdateEventDataStore",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "weakened"))),
        call: |s| {
            Box::pin(async {
                let update = s.intruder().cloudtrail().update_event_data_store();
                let update = update.event_data_store(arn(s, "weakened").await?);
                let update = update.termination_protection_enabled(false).multi_region_enabled(false);
                sent(update.retention_period(7).send().await)
            })
        },
        is_repaired: |s| Box::pin(is_whole(s, "weakened")),
    },
    Attack {
        name: "the tags of callers left out of an event data store",
        event: "PutEventConfiguration",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create_with_tags(s, "tagged"))),
        call: |s| {
            Box::pin(async {
                let put = s.intruder().cloudtrail().put_event_configuration();
                let put = put.event_data_store(arn(s, "tagged").await?).max_event_size(MaxEventSize::Standard);
                sent(put.set_context_key_selectors(Some(Vec::new())).send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().cloudtrail().get_event_configuration();
                let found = get.event_data_store(arn(s, "tagged").await?).send().await?;
                Ok(found.context_key_selectors().len() == 1 && found.max_event_size == Some(MaxEventSize::Large))
            })
        },
    },
];

async fn create(s: &Scene<'_>, name: &str) -> Result<()> {
    let create = s.administrator().cloudtrail().create_event_data_store().name(s.named(name));
    sent(create.retention_period(RETENTION_DAYS).send().await)
}

/// A store whose events say with which tags a caller came.
async fn create_with_tags(s: &Scene<'_>, name: &str) -> Result<()> {
    create(s, name).await?;
    let tags = ContextKeySelector::builder().r#type(Type::TagContext).equals("Owner").build()?;
    let put = s.administrator().cloudtrail().put_event_configuration().event_data_store(arn(s, name).await?);
    sent(put.max_event_size(MaxEventSize::Large).context_key_selectors(tags).send().await)
}

async fn arn(s: &Scene<'_>, name: &str) -> Result<String> {
    let store = reading::event_data_store(s.administrator(), &s.named(name)).await?;
    store.and_then(|store| store.event_data_store_arn).ok_or_else(|| Trouble::new("the event data store is not there"))
}

/// Whether it takes events in, is protected, and keeps them as long as it did.
async fn is_whole(s: &Scene<'_>, name: &str) -> Result<bool> {
    Ok(reading::event_data_store(s.administrator(), &s.named(name)).await?.is_some_and(|store| {
        store.status == Some(EventDataStoreStatus::Enabled)
            && store.termination_protection_enabled == Some(true)
            && store.multi_region_enabled == Some(true)
            && store.retention_period == Some(RETENTION_DAYS)
    }))
}
