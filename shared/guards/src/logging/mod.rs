//! The logging guard: trails.

mod configuration;
mod insights;
mod selectors;
mod status;

use std::collections::BTreeSet;
use std::fmt;

use parapet_core::{Assessment, Facet, Guard, GuardName, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::facet_states;

pub use configuration::{CloudWatchLink, TrailConfiguration};
pub use selectors::{AdvancedSelector, BasicSelector, DataResource, FieldSelector, Selectors};
pub use status::TrailLogging;

/// Looks after trails.
#[derive(Clone, Copy, Debug)]
pub struct LoggingGuard;

facet_states! {
    /// The state of one facet of a trail. Facets of a trail that is not there are states, too: it may have to come back.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum LoggingState {
        /// The settings; none where the trail does not exist.
        Configuration(Option<TrailConfiguration>) = configuration,
        /// Whether it logs.
        Logging(TrailLogging) = status,
        /// Which events it selects; none where the trail does not exist.
        Selectors(Option<Selectors>) = selectors,
        /// Which insights it computes.
        Insights(BTreeSet<String>) = insights,
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum LoggingAction {
    /// Create the trail.
    CreateTrail(TrailConfiguration),
    /// Change its settings.
    UpdateTrail(TrailConfiguration),
    /// Start logging.
    StartLogging,
    /// Select these events.
    PutEventSelectors(Selectors),
    /// Compute these insights.
    PutInsightSelectors(BTreeSet<String>),
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

    fn diff(from: &LoggingState, to: &LoggingState) -> Vec<LoggingAction> {
        let action = match (from, to) {
            (same, other) if same == other => None,
            (LoggingState::Configuration(None), LoggingState::Configuration(Some(to))) => {
                Some(LoggingAction::CreateTrail(to.clone()))
            }
            (LoggingState::Configuration(Some(_)), LoggingState::Configuration(Some(to))) => {
                Some(LoggingAction::UpdateTrail(to.clone()))
            }
            (LoggingState::Logging(_), LoggingState::Logging(TrailLogging::On)) => Some(LoggingAction::StartLogging),
            (LoggingState::Selectors(_), LoggingState::Selectors(Some(to))) => {
                Some(LoggingAction::PutEventSelectors(to.clone()))
            }
            (LoggingState::Insights(_), LoggingState::Insights(to)) => {
                Some(LoggingAction::PutInsightSelectors(to.clone()))
            }
            // A trail is never deleted or stopped by us; states of different facets have no way between them.
            _ => None,
        };
        action.into_iter().collect()
    }

    fn step(_state: &LoggingState, action: &LoggingAction) -> LoggingState {
        match action {
            LoggingAction::CreateTrail(configuration) | LoggingAction::UpdateTrail(configuration) => {
                LoggingState::Configuration(Some(configuration.clone()))
            }
            LoggingAction::StartLogging => LoggingState::Logging(TrailLogging::On),
            LoggingAction::PutEventSelectors(selectors) => LoggingState::Selectors(Some(selectors.clone())),
            LoggingAction::PutInsightSelectors(insights) => LoggingState::Insights(insights.clone()),
        }
    }

    fn is_absent(state: &LoggingState) -> bool {
        matches!(
            state,
            LoggingState::Configuration(None)
                | LoggingState::Logging(TrailLogging::NoTrail)
                | LoggingState::Selectors(None)
        )
    }

    /// What a deleted trail had cannot be told from the standard alone.
    fn remembers(facet: Facet) -> bool {
        matches!(facet, Facet::TrailConfiguration | Facet::TrailSelectors)
    }
}

impl fmt::Display for LoggingAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTrail(configuration) => write!(f, "CreateTrail {configuration}"),
            Self::UpdateTrail(configuration) => write!(f, "UpdateTrail {configuration}"),
            Self::StartLogging => f.write_str("StartLogging"),
            Self::PutEventSelectors(selectors) => write!(f, "PutEventSelectors {selectors}"),
            Self::PutInsightSelectors(insights) => {
                write!(f, "PutInsightSelectors {}", insights.iter().cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Whether the subject is the trail that bootstrap creates.
fn is_foundation(subject: &Subject<'_>) -> bool {
    matches!(subject.resource, Resource::Trail { name } if *name == subject.standard.names.trail)
}
