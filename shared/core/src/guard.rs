use std::fmt::{self, Debug};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Assessment, ControlId, Facet, Home, Ignored, Mode, Resource, Standard, Trigger};

/// A guard: a projection of observed states onto the compliant ones. Pure, total, and without knowledge of events.
///
/// Laws, property-tested for every guard (`parapet-testkit`):
/// - `comply` is idempotent, and leaves a compliant state as it is;
/// - folding `step` over `diff(a, b)` from `a` gives `b`;
/// - `assess` of what `comply` returns holds no enforced finding;
/// - no state on the way of `diff(a, comply(a))` violates an enforced control which `a` did not.
pub trait Guard {
    /// Its name.
    const NAME: GuardName;

    /// The events that lead here, as (source, name): what the rules in front of the function let through.
    const EVENTS: &'static [(&'static str, &'static str)];

    /// The state of one facet. The variant says which.
    type State: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// One write.
    type Action: Clone + Debug + PartialEq + fmt::Display + Serialize + Send + Sync;

    /// Which facets of which resources an event makes worth looking at.
    fn route(trigger: &Trigger, standard: &Standard, home: &Home) -> Route;

    /// Which controls a state violates.
    ///
    /// # Errors
    /// [`Undetermined`](crate::Undetermined): the state cannot be judged.
    fn assess(subject: &Subject<'_>, observed: &Self::State) -> Assessment;

    /// The nearest compliant state. `last_known` is the last compliant one, if remembered: what was deleted comes back as it was.
    fn comply(subject: &Subject<'_>, last_known: Option<&Self::State>, observed: &Self::State) -> Self::State;

    /// The writes that lead from one state of a facet to another, safest first.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action>;

    /// What an action does to a state: its reference meaning.
    fn step(state: &Self::State, action: &Self::Action) -> Self::State;

    /// Whether a state says that there is nothing: never remembered, and nothing to be compliant.
    fn is_absent(state: &Self::State) -> bool;

    /// Whether the last compliant state of a facet is worth remembering, because the standard alone cannot bring it back.
    fn remembers(facet: Facet) -> bool;
}

/// What is judged: a resource under a standard, somewhere, now.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The standard.
    pub standard: &'a Standard,
    /// The account it lies in.
    pub home: &'a Home,
    /// Seconds since 1970, for exemptions that end.
    pub now: i64,
}

impl Subject<'_> {
    /// What the standard says to do about a violation of `control` here. An exemption in force turns it into `observe`.
    #[must_use]
    pub fn mode(&self, control: ControlId) -> Mode {
        let mode = self.standard.controls.get(&control).copied().unwrap_or_else(|| control.default_mode());
        if mode == Mode::Enforce && self.standard.exempts(&self.resource.arn(self.home), control, self.now) {
            Mode::Observe
        } else {
            mode
        }
    }

    /// Whether a violation of `control` is to be repaired here.
    #[must_use]
    pub fn enforces(&self, control: ControlId) -> bool {
        self.mode(control) == Mode::Enforce
    }
}

/// Where an event leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To these facets of these resources.
    Look(Vec<(Resource, Vec<Facet>)>),
    /// Nowhere.
    Ignore(Ignored),
    /// The event concerns this guard, but which resource it is about cannot be told; the text says why.
    Unnamed(String),
}

/// The guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardName {
    /// Bucket settings and KMS key state.
    EncryptionGuard,
    /// Every policy document.
    PolicyGuard,
    /// Trails and what they need.
    LoggingGuard,
}

impl GuardName {
    /// As it stands in outputs, function names and evidence keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EncryptionGuard => "encryption-guard",
            Self::PolicyGuard => "policy-guard",
            Self::LoggingGuard => "logging-guard",
        }
    }
}

impl fmt::Display for GuardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
