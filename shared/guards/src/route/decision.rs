use parapet_core::{Home, Mode, Trigger};
use serde::Serialize;
use serde_json::Value;

use super::{Look, Route, Target, route};
use crate::{ControlId, Facet, GuardName, Standard};

/// What a record leads to, over all guards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Why it leads there, or nowhere.
    pub why: String,
    /// Where it leads; nowhere: it is ignored.
    pub looks: Vec<Led>,
}

/// What a record leads one guard to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Led {
    /// Which guard.
    pub guard: GuardName,
    /// What to look at.
    #[serde(skip)]
    pub target: Target,
    /// The ARN of the resource, or `*` for every guarded one of its kind.
    pub resource: String,
    /// Which facets.
    pub facets: Vec<Facet>,
    /// The controls that those facets show, and that are not off.
    pub controls: Vec<ControlId>,
}

/// What a CloudTrail record leads to, without looking at anything. Of the record, what [`Trigger::MEMBERS`] names is enough.
#[must_use]
pub fn decide(record: Value, standard: &Standard, home: &Home) -> Decision {
    let trigger = match Trigger::from_owned(record, home, is_known_event) {
        Ok(trigger) => trigger,
        Err(why) => return Decision { why: why.to_string(), looks: Vec::new() },
    };
    let mut looks = Vec::new();
    let mut ignored = None;
    for &guard in GuardName::ALL {
        match route(guard, &trigger, standard, home) {
            Route::Look(found) => looks.extend(found.into_iter().map(|look| led(guard, look, standard, home))),
            Route::Ignore(parapet_core::Ignored::UnknownEvent(_)) => {}
            Route::Ignore(why) => ignored = ignored.or(Some(why)),
        }
    }
    let why = if looks.is_empty() {
        let why = ignored.unwrap_or(parapet_core::Ignored::UnknownEvent(trigger.event_name));
        why.to_string()
    } else {
        let facets: Vec<&str> =
            looks.iter().flat_map(|led: &Led| led.facets.iter().map(|facet| facet.name())).collect();
        format!("{} leads to {}", trigger.event_name, facets.join(", "))
    };
    Decision { why, looks }
}

/// Whether any guard looks at events of this name. Costs nothing: what is false here needs no further reading.
#[must_use]
pub fn is_known_event(source: &str, name: &str) -> bool {
    Facet::led_to_by(source, name).next().is_some()
}

fn led(guard: GuardName, look: Look, standard: &Standard, home: &Home) -> Led {
    let controls = look.facets.iter().flat_map(|facet| facet.controls()).copied();
    let resource = match &look.target {
        Target::One(resource) => resource.arn(home),
        Target::Every(_) => "*".to_owned(),
    };
    let controls = controls.filter(|control| standard.mode(*control) != Mode::Off).collect();
    Led { guard, target: look.target, resource, facets: look.facets, controls }
}
