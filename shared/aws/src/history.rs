//! CloudTrail's event history, and the guards: what a sweep asks and tells.

use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use parapet_core::WorldError;
use parapet_guards::{GuardName, Resource};
use parapet_reconcile::{Guards, History};
use serde_json::{Value, json};

use crate::Connection;
use crate::failure::{failed, unreadable};

/// AWS CloudTrail's event history of the region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventHistory<'a>(pub(crate) &'a Connection);

impl History for EventHistory<'_> {
    /// AWS CloudTrail API Reference, LookupEvents: an id is given to one event; the answer may come in pages, and a page may be empty.
    async fn shown(&self, event_id: &str) -> Result<Option<Value>, WorldError> {
        const STEP: &str = "look up the record";
        const PAGES: usize = 5;
        let subject = format!("event `{event_id}`");
        let by_id = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventId).attribute_value(event_id);
        let by_id = by_id.build().map_err(|error| unreadable(STEP, &subject, &error.to_string()))?;
        let mut next = None;
        for _ in 0..PAGES {
            let asked = self.0.cloudtrail().lookup_events().lookup_attributes(by_id.clone()).set_next_token(next);
            let page = asked.send().await.map_err(|error| failed(STEP, &subject, error))?;
            if let Some(event) = page.events().iter().find(|event| event.event_id() == Some(event_id)) {
                let record = event.cloud_trail_event().and_then(|text| serde_json::from_str(text).ok());
                return record.map(Some).ok_or_else(|| unreadable(STEP, &subject, "the answer holds no record"));
            }
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// The guards' functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardFunctions<'a>(pub(crate) &'a Connection);

impl Guards for GuardFunctions<'_> {
    /// Not waited for: what fails is tried again, and kept, as an event's is.
    async fn look_again(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        let function = format!("parapet-{guard}");
        let order = Blob::new(json!({crate::function::SECOND_LOOK: key}).to_string());
        let invoke = self.0.lambda().invoke().function_name(&function).invocation_type(InvocationType::Event);
        let answer = invoke.payload(order).send().await;
        answer.map(drop).map_err(|error| failed("ask for a second look", &format!("function `{function}`"), error))
    }

    async fn mend(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        let function = format!("parapet-{guard}");
        let order = Blob::new(json!({crate::function::MEND: key}).to_string());
        let invoke = self.0.lambda().invoke().function_name(&function).invocation_type(InvocationType::Event);
        let answer = invoke.payload(order).send().await;
        answer.map(drop).map_err(|error| failed("order to mend", &format!("function `{function}`"), error))
    }

    /// Likewise. A function looks at a few at a time, so that it ends in time.
    async fn look(&self, guard: GuardName, resources: &[Resource]) -> Result<(), WorldError> {
        const AT_ONCE: usize = 20;
        let function = format!("parapet-{guard}");
        for resources in resources.chunks(AT_ONCE) {
            let order = Blob::new(json!({crate::function::LOOK: resources}).to_string());
            let invoke = self.0.lambda().invoke().function_name(&function).invocation_type(InvocationType::Event);
            let answer = invoke.payload(order).send().await;
            answer.map_err(|error| failed("ask for a look", &format!("function `{function}`"), error))?;
        }
        Ok(())
    }
}
