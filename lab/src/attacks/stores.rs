//! Attacks on event data stores, that the logging guard undoes.

use parapet_aws::sdk::cloudtrail::types::{ContextKeySelector, EventDataStoreStatus, MaxEventSize, Type};
use parapet_console::{Result, Trouble};
use serde_json::{Value, json};

use super::encryption::sent;
use super::{Attack, LOGGING_GUARD};
use crate::{ACCOUNT, Scene, reading};

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
    Attack {
        name: "an event data store opened to everyone",
        event: "PutResourcePolicy",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "open"))),
        call: |s| Box::pin(put(s, "open", json!([queried(&json!("*"))]))),
        is_repaired: |s| Box::pin(async { Ok(statements(s, "open").await?.is_empty()) }),
    },
    Attack {
        name: "a stranger let into an event data store beside the account",
        event: "PutResourcePolicy",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "shared"))),
        call: |s| {
            let of = |account: &str| queried(&json!({"AWS": format!("arn:aws:iam::{account}:root")}));
            Box::pin(put(s, "shared", json!([of(ACCOUNT), of("999999999999")])))
        },
        is_repaired: |s| {
            Box::pin(async {
                let left = statements(s, "shared").await?;
                Ok(left.len() == 1 && left.iter().all(|statement| !statement.to_string().contains("999999999999")))
            })
        },
    },
    Attack {
        name: "the guards kept from reading an event data store",
        event: "PutResourcePolicy",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(create(s, "hidden"))),
        call: |s| {
            let denied = json!({
                "Effect": "Deny", "Principal": "*", "Action": "cloudtrail:GetEventDataStore", "Resource": "*",
            });
            Box::pin(put(s, "hidden", json!([denied])))
        },
        is_repaired: |s| {
            Box::pin(async {
                let left = statements(s, "hidden").await?;
                Ok(left.iter().all(|statement| statement.to_string().contains("parapet-logging-guard")))
            })
        },
    },
];

/// Lets somebody query whatever the policy belongs to.
fn queried(principal: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "cloudtrail:StartQuery", "Resource": "*"})
}

async fn put(s: &Scene<'_>, name: &str, statements: Value) -> Result<()> {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let put = s.intruder().cloudtrail().put_resource_policy().resource_arn(arn(s, name).await?);
    sent(put.resource_policy(policy.to_string()).send().await)
}

/// What the policy says; nothing where there is none.
async fn statements(s: &Scene<'_>, name: &str) -> Result<Vec<Value>> {
    let text = match s.administrator().cloudtrail().get_resource_policy().resource_arn(arn(s, name).await?).send().await
    {
        Ok(answer) => answer.resource_policy.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|why| why.is_resource_policy_not_found_exception()) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.into()),
    };
    let policy: Value = serde_json::from_str(&text)?;
    Ok(policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default())
}

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
