use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use parapet_core::{ControlId, EventSize, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::logging::is_foundation;
use crate::guard::logging::of_another_account;

/// How events are kept in an event data store, and what else a trail makes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventConfiguration {
    /// How large they may be.
    pub max_event_size: EventSize,
    /// Which tags and condition keys are added to them: names by type, `TagContext` or `RequestContext`.
    pub context_keys: BTreeMap<String, BTreeSet<String>>,
    /// By which templates a trail sums up data events, such as `API_ACTIVITY`.
    pub aggregations: BTreeSet<String>,
}

impl fmt::Display for EventConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" and ");
        write!(f, "{} events", self.max_event_size.as_str())?;
        self.context_keys.iter().try_for_each(|(kind, names)| write!(f, ", {kind} {}", joined(names)))?;
        if self.aggregations.is_empty() { Ok(()) } else { write!(f, ", summed up by {}", joined(&self.aggregations)) }
    }
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<EventConfiguration>>,
    observed: &Option<EventConfiguration>,
) -> Flaws<'a, Option<EventConfiguration>> {
    let Some(seen) = observed else { return Ok(Vec::new()) };
    let last = last_known.and_then(Option::as_ref);
    let desired = match subject.resource {
        Resource::EventDataStore { .. } => of_a_store(subject, last, seen),
        _ if is_foundation(subject) => of_the_trail(last, seen),
        _ => seen.clone(),
    };
    if desired == *seen {
        return Ok(Vec::new());
    }
    let detail = format!("the configuration is {seen}, and not {desired}");
    let kept = |configuration: &mut Option<EventConfiguration>| *configuration = Some(desired);
    let flaw = Flaw::new(ControlId::EventConfiguration, detail, kept);
    Ok(vec![if of_another_account(subject) { flaw.unmendable() } else { flaw }])
}

/// AWS CloudTrail API Reference, PutEventConfiguration: "If you are using context key selectors, MaxEventSize must be set to Large".
fn of_a_store(
    subject: &Subject<'_>,
    last: Option<&EventConfiguration>,
    seen: &EventConfiguration,
) -> EventConfiguration {
    let asked = subject.standard.event_data_stores.max_event_size;
    let mut desired = seen.clone();
    for (kind, names) in last.iter().flat_map(|last| &last.context_keys) {
        desired.context_keys.entry(kind.clone()).or_default().extend(names.iter().cloned());
    }
    let needed = if desired.context_keys.is_empty() { EventSize::Standard } else { EventSize::Large };
    let before = last.map_or(EventSize::Standard, |last| last.max_event_size);
    desired.max_event_size = seen.max_event_size.max(asked).max(before).max(needed);
    desired
}

/// AWS CloudTrail API Reference, PutEventConfiguration: size and context keys are for "the specified event data store", aggregations
/// "for the trail".
fn of_the_trail(last: Option<&EventConfiguration>, seen: &EventConfiguration) -> EventConfiguration {
    let before = last.iter().flat_map(|last| last.aggregations.iter().cloned());
    EventConfiguration { aggregations: seen.aggregations.iter().cloned().chain(before).collect(), ..seen.clone() }
}
