use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_elsewhere};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{EventSize, Subject, on};

control! {
    EVENT_CONFIGURATION = "CloudTrail.EventConfiguration", Low, Enforce, fsbp [], cis [],
    "Events of an event data store keep their size and context keys, and the trail goes on summing up data events",
    "Cut events and missing tags hide what a call was about.",
}

/// How large its events may be, and which keys they carry; none where there is no such store.
pub struct Unit;

impl Aspect for Unit {
    type On = on::EventDataStore;
    type State = Option<EventConfiguration>;
    type Action = EventConfigurationAction;

    const ROW: Row = Row {
        id: "event-configuration",
        name: "event configuration",
        service: &SERVICE,
        events: &["PutEventConfiguration"],
        controls: &[EVENT_CONFIGURATION],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<EventConfiguration>>,
        observed: &Option<EventConfiguration>,
    ) -> Flaws<'a, Option<EventConfiguration>> {
        let Some(seen) = observed else { return Ok(Vec::new()) };
        let last = last_known.and_then(Option::as_ref);
        Ok(kept_as(subject, seen, of_a_store(subject, last, seen)))
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        way(from.as_ref(), to.as_ref())
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            EventConfigurationAction::PutEventConfiguration(new) => Some(new.clone()),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What was there before and is missed when it is gone, the standard does not ask for.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }
}

/// What is done about the configuration of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum EventConfigurationAction {
    /// Keep events like this.
    PutEventConfiguration(EventConfiguration),
}

impl fmt::Display for EventConfigurationAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutEventConfiguration(configuration) => write!(f, "PutEventConfiguration {configuration}"),
        }
    }
}

/// How events are kept in an event data store, and what else a trail makes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// What is wrong with a configuration that has to be another.
pub(crate) fn kept_as<'a>(
    subject: &Subject<'a>,
    seen: &EventConfiguration,
    desired: EventConfiguration,
) -> Vec<Flaw<'a, Option<EventConfiguration>>> {
    if desired == *seen {
        return Vec::new();
    }
    let detail = format!("the configuration is {seen}, and not {desired}");
    let kept = |configuration: &mut Option<EventConfiguration>| *configuration = Some(desired);
    let flaw = Flaw::new(EVENT_CONFIGURATION, detail, kept);
    vec![if is_elsewhere(subject) { flaw.unmendable() } else { flaw }]
}

/// The way from one configuration to another: none is made, and none is deleted.
pub(crate) fn way(from: Option<&EventConfiguration>, to: Option<&EventConfiguration>) -> Vec<EventConfigurationAction> {
    let there = from.and(to).cloned();
    there.into_iter().map(EventConfigurationAction::PutEventConfiguration).collect()
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
