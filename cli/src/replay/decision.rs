//! What one record leads to.

use parapet_core::{CONTROLS, ControlId, Facet, Guard, GuardName, Home, Ignored, Route, Standard, Trigger};
use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use serde_json::Value;

/// What one record leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// Why it leads where it does, or why nowhere.
    pub(super) why: String,
    /// What is to be looked at; nothing, if the record is ignored.
    pub(super) looks: Vec<Look>,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Who looks.
    pub(super) guard: GuardName,
    /// The ARN of the resource, or `*`: all of its kind.
    pub(super) resource: String,
    /// At what of it.
    pub(super) facets: Vec<Facet>,
    /// The controls that those facets show.
    pub(super) controls: Vec<ControlId>,
}

/// Says what a record leads to.
pub(super) fn decide(record: &Value, standard: &Standard, home: &Home) -> Decision {
    let trigger = match Trigger::from_record(record, home) {
        Ok(trigger) => trigger,
        Err(why) => return Decision { why: why.to_string(), looks: Vec::new() },
    };
    let mut looks = Vec::new();
    let mut ignored = Ignored::UnknownEvent(trigger.event_name.clone());
    for route in [
        (GuardName::EncryptionGuard, EncryptionGuard::route(&trigger, standard, home)),
        (GuardName::PolicyGuard, PolicyGuard::route(&trigger, standard, home)),
        (GuardName::LoggingGuard, LoggingGuard::route(&trigger, standard, home)),
    ] {
        match route {
            (_, Route::Ignore(Ignored::UnknownEvent(_))) => {}
            (_, Route::Ignore(why)) => ignored = why,
            (guard, Route::Unnamed(_)) => looks.push(look(guard, "*".to_owned(), Vec::new())),
            (guard, Route::Look(found)) => {
                looks.extend(found.into_iter().map(|(resource, facets)| look(guard, resource.arn(home), facets)));
            }
        }
    }
    let facets: Vec<String> = looks.iter().flat_map(|look| &look.facets).map(Facet::to_string).collect();
    let why = match looks.is_empty() {
        true => ignored.to_string(),
        false => format!("{} leads to {}", trigger.event_name, facets.join(", ")),
    };
    Decision { why, looks }
}

/// Whether any guard knows an event.
pub(super) fn is_known_event(source: &str, name: &str) -> bool {
    let all = [EncryptionGuard::EVENTS, PolicyGuard::EVENTS, LoggingGuard::EVENTS];
    all.into_iter().flatten().any(|event| *event == (source, name))
}

fn look(guard: GuardName, resource: String, facets: Vec<Facet>) -> Look {
    let shown = CONTROLS.iter().filter(|control| control.owner == guard && facets.contains(&control.facet));
    Look { guard, resource, controls: shown.map(|control| control.id).collect(), facets }
}
