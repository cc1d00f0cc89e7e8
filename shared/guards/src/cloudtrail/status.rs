use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::logging::is_foundation;
use crate::guard::logging::of_another_account;

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

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    _last_known: Option<&TrailLogging>,
    observed: &TrailLogging,
) -> Flaws<'a, TrailLogging> {
    let flaw = must_log(subject, *observed)
        .then(|| Flaw::new(ControlId::TrailLogging, "the trail is not logging", |logging| *logging = TrailLogging::On));
    let flaw = flaw.map(|flaw| if of_another_account(subject) { flaw.unmendable() } else { flaw });
    Ok(flaw.into_iter().collect())
}
