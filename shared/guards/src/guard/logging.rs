//! The logging guard: trails and event data stores.

use std::fmt;

use parapet_core::{Assessment, Facet, Guard, GuardName, Home, Resource, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloudtrail::insights::Insights;
use crate::cloudtrail::tags::Tags;
use crate::cloudtrail::{
    CloudWatchLink, DelegatedAdmin, EventConfiguration, EventDataStore, Selectors, StoreSettings, TrailConfiguration,
    TrailLogging, configuration, delegated_admin, event_configuration, event_data_store, insights, selectors, status,
    tags,
};
use crate::flaw::facet_states;

/// Looks after trails and event data stores.
#[derive(Clone, Copy, Debug)]
pub struct LoggingGuard;

facet_states! {
    /// The state of one facet. Facets of a trail that is not there are states, too: it may have to come back.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum LoggingState {
        /// The settings; none where the trail does not exist.
        Configuration(Option<TrailConfiguration>) = configuration of TrailConfiguration,
        /// Whether it logs.
        Logging(TrailLogging) = status of TrailLogging,
        /// Which events it selects; none where the trail does not exist.
        Selectors(Option<Selectors>) = selectors of TrailSelectors,
        /// Which insights it computes, each of which categories of events, none meaning management events; none where the trail does
        /// not exist.
        Insights(Option<Insights>) = insights of TrailInsights,
        /// Its tags; none where the trail does not exist.
        Tags(Option<Tags>) = tags of TrailTags,
        /// The event data store; none where it does not exist.
        EventDataStore(Option<EventDataStore>) = event_data_store of EventDataStore,
        /// How events are kept in an event data store, or summed up by a trail; none where it does not exist.
        EventConfiguration(Option<EventConfiguration>) = event_configuration of TrailEvents | EventConfiguration,
        /// The delegated administrator.
        DelegatedAdmin(DelegatedAdmin) = delegated_admin of DelegatedAdmin,
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum LoggingAction {
    /// Create the trail.
    CreateTrail(TrailConfiguration),
    /// Change its settings, but for the copy in CloudWatch Logs.
    UpdateTrail(TrailConfiguration),
    /// Copy its events to CloudWatch Logs.
    LinkCloudWatchLogs(CloudWatchLink),
    /// Start logging.
    StartLogging,
    /// Select these events.
    PutEventSelectors(Selectors),
    /// Compute these insights.
    PutInsightSelectors(Insights),
    /// Set these tags of the trail.
    AddTags(Tags),
    /// Take back the deletion of the event data store.
    RestoreEventDataStore,
    /// Change its settings.
    UpdateEventDataStore(StoreSettings),
    /// Take events in.
    StartEventDataStoreIngestion,
    /// Keep events like this.
    PutEventConfiguration(EventConfiguration),
}

impl Guard for LoggingGuard {
    const NAME: GuardName = GuardName::LoggingGuard;
    type State = LoggingState;
    type Action = LoggingAction;

    fn assess(subject: &Subject<'_>, last_known: Option<&LoggingState>, observed: &LoggingState) -> Assessment {
        observed.assessed(subject, last_known)
    }

    fn comply(subject: &Subject<'_>, last_known: Option<&LoggingState>, observed: &LoggingState) -> LoggingState {
        observed.complied(subject, last_known)
    }

    fn kept(state: &LoggingState) -> Value {
        state.kept()
    }

    fn recalled(facet: Facet, kept: &Value) -> Result<LoggingState, String> {
        LoggingState::recalled(facet, kept)
    }

    fn diff(from: &LoggingState, to: &LoggingState) -> Vec<LoggingAction> {
        use LoggingState as State;
        match (from, to) {
            (same, other) if same == other => Vec::new(),
            (State::Configuration(from), State::Configuration(Some(to))) => configuration::diff(from.as_ref(), to),
            (State::Logging(_), State::Logging(TrailLogging::On)) => vec![LoggingAction::StartLogging],
            (State::Selectors(_), State::Selectors(Some(to))) => vec![LoggingAction::PutEventSelectors(to.clone())],
            (State::Insights(_), State::Insights(Some(to))) => vec![LoggingAction::PutInsightSelectors(to.clone())],
            (State::Tags(from), State::Tags(Some(to))) => {
                let missing = tags::to_add(from.as_ref(), to);
                if missing.is_empty() { Vec::new() } else { vec![LoggingAction::AddTags(missing)] }
            }
            (State::EventDataStore(Some(from)), State::EventDataStore(Some(to))) => event_data_store::diff(from, to),
            (State::EventConfiguration(Some(_)), State::EventConfiguration(Some(to))) => {
                vec![LoggingAction::PutEventConfiguration(to.clone())]
            }
            // Nothing is ever deleted or stopped by us; states of different facets have no way between them.
            _ => Vec::new(),
        }
    }

    fn step(state: &LoggingState, action: &LoggingAction) -> LoggingState {
        use LoggingState as State;
        match (state, action) {
            (State::Configuration(seen), action) => State::Configuration(configuration::step(seen.as_ref(), action)),
            (State::Logging(_), LoggingAction::StartLogging) => State::Logging(TrailLogging::On),
            (State::Selectors(_), LoggingAction::PutEventSelectors(new)) => State::Selectors(Some(new.clone())),
            (State::Insights(_), LoggingAction::PutInsightSelectors(new)) => State::Insights(Some(new.clone())),
            (State::Tags(seen), LoggingAction::AddTags(new)) => {
                let mut tags = seen.clone().unwrap_or_default();
                tags.extend(new.clone());
                State::Tags(Some(tags))
            }
            (State::EventDataStore(Some(store)), action) => {
                State::EventDataStore(Some(event_data_store::step(store, action)))
            }
            (State::EventConfiguration(_), LoggingAction::PutEventConfiguration(new)) => {
                State::EventConfiguration(Some(new.clone()))
            }
            (other, _) => other.clone(),
        }
    }

    fn is_absent(state: &LoggingState) -> bool {
        matches!(
            state,
            LoggingState::Configuration(None)
                | LoggingState::Logging(TrailLogging::NoTrail)
                | LoggingState::Selectors(None)
                | LoggingState::Insights(None)
                | LoggingState::Tags(None)
                | LoggingState::EventDataStore(None)
                | LoggingState::EventConfiguration(None)
        )
    }

    /// What a deleted trail had cannot be told from the standard alone, nor what an event data store was set to.
    fn remembers(facet: Facet) -> bool {
        !matches!(facet, Facet::TrailLogging | Facet::DelegatedAdmin)
    }

    /// What the standard does not ask for and is missed when it is gone: a trail's copy in CloudWatch Logs, an event data store's
    /// regions and retention, context keys and sums of events.
    fn is_judged_by_memory(observed: &LoggingState) -> bool {
        matches!(
            observed,
            LoggingState::Configuration(_) | LoggingState::EventDataStore(_) | LoggingState::EventConfiguration(_)
        )
    }
}

impl fmt::Display for LoggingAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTrail(configuration) => write!(f, "CreateTrail {configuration}"),
            Self::UpdateTrail(configuration) => write!(f, "UpdateTrail {configuration}"),
            Self::StartLogging => f.write_str("StartLogging"),
            Self::PutEventSelectors(selectors) => write!(f, "PutEventSelectors {selectors}"),
            Self::LinkCloudWatchLogs(link) => write!(f, "UpdateTrail with a copy in {}", link.log_group_arn),
            Self::PutInsightSelectors(insights) => write!(f, "PutInsightSelectors {}", insights::in_words(insights)),
            Self::AddTags(tags) => {
                let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "AddTags {}", tags.join(", "))
            }
            Self::RestoreEventDataStore => f.write_str("RestoreEventDataStore"),
            Self::UpdateEventDataStore(settings) => write!(f, "UpdateEventDataStore to {settings}"),
            Self::StartEventDataStoreIngestion => f.write_str("StartEventDataStoreIngestion"),
            Self::PutEventConfiguration(configuration) => write!(f, "PutEventConfiguration {configuration}"),
        }
    }
}

/// Whether the subject is the trail that bootstrap creates.
pub(crate) fn is_foundation(subject: &Subject<'_>) -> bool {
    matches!(subject.resource, Resource::Trail { name } if *name == subject.standard.names.trail)
}

/// Whether the subject belongs to another account, as an organization's trail does for its members. It is only ever looked at: AWS
/// CloudTrail User Guide, "Creating a trail for an organization": "member accounts cannot remove or modify the organization trail".
pub(crate) fn of_another_account(subject: &Subject<'_>) -> bool {
    let (Resource::Trail { name } | Resource::EventDataStore { id: name }) = subject.resource else { return false };
    Home::from_arn(name).is_some_and(|home| home.account != subject.home.account)
}
