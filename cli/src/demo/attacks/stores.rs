//! Attacks on event data stores, that the logging guard undoes.

use parapet_aws::sdk::cloudtrail::types::EventDataStoreStatus;

use super::encryption::sent;
use super::{Attack, LOGGING_GUARD};
use crate::demo::{Scene, reading};
use crate::{Result, Trouble};

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
        name: "an event data store unprotected, for a week",
        event: "UpdateEventDataStore",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "weakened"))),
        call: |s| {
            Box::pin(async {
                let update = s.intruder().cloudtrail().update_event_data_store();
                let update = update.event_data_store(arn(s, "weakened").await?);
                sent(update.termination_protection_enabled(false).retention_period(7).send().await)
            })
        },
        is_repaired: |s| Box::pin(is_whole(s, "weakened")),
    },
];

async fn create(s: &Scene<'_>, name: &str) -> Result<()> {
    let create = s.administrator().cloudtrail().create_event_data_store().name(s.named(name));
    sent(create.retention_period(RETENTION_DAYS).send().await)
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
            && store.retention_period == Some(RETENTION_DAYS)
    }))
}
