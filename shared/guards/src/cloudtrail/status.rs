use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_elsewhere, is_foundation};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Subject, on};

control! {
    TRAIL_LOGGING = "CloudTrail.Logging", Critical, Enforce, fsbp ["CloudTrail.1"], cis ["3.1"],
    "The trail is logging",
    "What happens now is not recorded, and the guards see nothing.",
}

/// Whether the trail is logging.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = TrailLogging;
    type Action = StatusAction;

    const ROW: Row = Row {
        id: "trail-logging",
        name: "trail logging",
        service: &SERVICE,
        events: &["CreateTrail", "DeleteTrail", "StopLogging", "StartLogging"],
        controls: &[TRAIL_LOGGING],
        is_remembered: false,
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&TrailLogging>,
        observed: &TrailLogging,
    ) -> Flaws<'a, TrailLogging> {
        let flaw = must_log(subject, *observed)
            .then(|| Flaw::new(TRAIL_LOGGING, "the trail is not logging", |logging| *logging = TrailLogging::On));
        let flaw = flaw.map(|flaw| if is_elsewhere(subject) { flaw.unmendable() } else { flaw });
        Ok(flaw.into_iter().collect())
    }

    /// No trail is ever stopped by us.
    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match to {
            TrailLogging::On => vec![StatusAction::StartLogging],
            TrailLogging::Off | TrailLogging::NoTrail => Vec::new(),
        }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            StatusAction::StartLogging => TrailLogging::On,
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        *state == TrailLogging::NoTrail
    }
}

/// What is done about a trail that does not log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum StatusAction {
    /// Start logging.
    StartLogging,
}

impl fmt::Display for StatusAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartLogging => f.write_str("StartLogging"),
        }
    }
}

/// Whether a trail logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TrailLogging {
    /// It does.
    On,
    /// It does not.
    Off,
    /// There is no such trail.
    NoTrail,
}

/// Whether the facet has to be mended: a trail that is there logs, and the trail of the standard is there.
fn must_log(subject: &Subject<'_>, observed: TrailLogging) -> bool {
    match observed {
        TrailLogging::On => false,
        TrailLogging::Off => true,
        TrailLogging::NoTrail => is_foundation(subject),
    }
}
