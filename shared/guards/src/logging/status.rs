use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

use super::is_foundation;

/// Whether a trail logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

pub(super) fn assess(subject: &Subject<'_>, observed: TrailLogging) -> Option<Finding> {
    must_log(subject, observed)
        .then(|| Finding::on(ControlId::TrailLogging, subject, "the trail is not logging".to_owned()))?
}

pub(super) fn comply(subject: &Subject<'_>, observed: TrailLogging) -> TrailLogging {
    if must_log(subject, observed) && subject.enforces(ControlId::TrailLogging) { TrailLogging::On } else { observed }
}
