use std::collections::BTreeSet;
use std::fmt::{self, Debug};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Assessment, ControlId, Facet, Home, Mode, Resource, Standard};

/// A guard: a projection of observed states onto the compliant ones. Pure, total, and without knowledge of events.
///
/// `last_known` is the last compliant state, if one is remembered. By it what was deleted comes back as it was, and new access is
/// told from old. A healthy state is judged without it.
///
/// Laws, property-tested for every guard (`parapet-testkit`):
/// - `comply` is idempotent, and leaves a compliant state as it is;
/// - folding `step` over `diff(a, b)` from `a` gives `b`;
/// - `assess` of what `comply` returns holds no enforced finding;
/// - no state on the way of `diff(a, comply(a))` violates an enforced control which `a` did not;
/// - remembering a state never turns an observed finding into an enforced one, but of facets that are kept as they were.
pub trait Guard {
    /// Its name.
    const NAME: GuardName;

    /// The state of one facet. The variant says which.
    type State: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// One write.
    type Action: Clone + Debug + PartialEq + fmt::Display + Serialize + Send + Sync;

    /// Which controls a state violates.
    ///
    /// # Errors
    /// [`Undetermined`](crate::Undetermined): the state cannot be judged.
    fn assess(subject: &Subject<'_>, last_known: Option<&Self::State>, observed: &Self::State) -> Assessment;

    /// The nearest compliant state.
    fn comply(subject: &Subject<'_>, last_known: Option<&Self::State>, observed: &Self::State) -> Self::State;

    /// A state as evidence and memory keep it: by itself, because they name its facet.
    fn kept(state: &Self::State) -> Value;

    /// The state that was kept of a facet.
    ///
    /// # Errors
    /// What was kept is none of that facet's states; says why.
    fn recalled(facet: Facet, kept: &Value) -> Result<Self::State, String>;

    /// The writes that lead from one state of a facet to another, safest first.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action>;

    /// What an action does to a state: its reference meaning.
    fn step(state: &Self::State, action: &Self::Action) -> Self::State;

    /// Whether a state says that there is nothing: never remembered, and nothing to be compliant.
    fn is_absent(state: &Self::State) -> bool;

    /// Whether a state leaves nothing to remember: what was there before has ended with it.
    fn is_empty(state: &Self::State) -> bool {
        Self::is_absent(state)
    }

    /// Whether the last compliant state of a facet is worth remembering: the standard alone cannot bring it back, or what is judged
    /// is the change.
    fn remembers(facet: Facet) -> bool;

    /// Whether a state is judged by what is remembered even where nothing is wrong with it otherwise, because it does not show by itself
    /// what was taken from it: that somebody has no permissions boundary is wrong only if they had one. Costs one read of the memory.
    fn is_judged_by_memory(_observed: &Self::State) -> bool {
        false
    }

    /// What else a state makes worth looking at, such as a principal's other policies where this one could complete a way to more.
    fn follow_ups(_subject: &Subject<'_>, _observed: &Self::State) -> Vec<(Resource, Facet)> {
        Vec::new()
    }
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
        let mode = self.standard.mode(control);
        if mode == Mode::Enforce && self.is_exempt(control) { Mode::Observe } else { mode }
    }

    /// Whether an exemption from `control` is in force here.
    #[must_use]
    pub fn is_exempt(&self, control: ControlId) -> bool {
        self.standard.exempts(&self.resource.arn(self.home), control, self.now)
    }

    /// Whether the resource is one that bootstrap makes, or belongs to one.
    #[must_use]
    pub fn is_foundation(&self) -> bool {
        self.standard.is_foundation(self.resource, self.home)
    }

    /// Whether what a facet was is remembered whoever has its name now, and whatever became of it: it comes back as it was.
    #[must_use]
    pub fn comes_back(&self, facet: Facet) -> bool {
        self.standard.comes_back(self.resource, facet, self.home)
    }

    /// Whether a violation of `control` is to be repaired here.
    #[must_use]
    pub fn enforces(&self, control: ControlId) -> bool {
        self.mode(control) == Mode::Enforce
    }
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
    /// Every guard, in the order of their reports.
    pub const ALL: [Self; 3] = [Self::EncryptionGuard, Self::PolicyGuard, Self::LoggingGuard];

    /// The events that lead to what it looks after, as (source, name), each once: what the rules in front of its function let
    /// through.
    #[must_use]
    pub fn events(self) -> BTreeSet<(&'static str, &'static str)> {
        let own = Facet::ALL.iter().filter(|facet| facet.owner() == self);
        own.flat_map(|facet| facet.events().iter().map(|event| (facet.source().as_str(), *event))).collect()
    }

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
