//! The rules of the standard. Each stands with the facet that shows it.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use parapet_core::{Mode, Severity};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Facet, GuardName};

/// One rule of the standard. Exactly one guard owns it.
#[derive(Debug)]
pub struct Control {
    /// Its id, as it stands in the standard, in findings and in the documents.
    pub id: &'static str,
    /// What it asks for.
    pub title: &'static str,
    /// How bad a violation is.
    pub severity: Severity,
    /// What is done about a violation where the standard says nothing else.
    pub mode: Mode,
    /// The controls of AWS Foundational Security Best Practices that ask for the same.
    pub fsbp: &'static [&'static str],
    /// The recommendations of CIS AWS Foundations 5.0 that ask for the same.
    pub cis: &'static [&'static str],
    /// Why it matters, in one sentence.
    pub rationale: &'static str,
}

/// A control, by its id.
#[derive(Clone, Copy)]
pub struct ControlId(&'static Control);

/// Declares a control: its constant, its id, how bad a violation is, what is done about one, who else asks for it, what it asks for, and
/// why.
macro_rules! control {
    ($name:ident = $id:literal, $severity:ident, $mode:ident, fsbp $fsbp:expr, cis $cis:expr, $title:literal, $why:literal $(,)?) => {
        #[doc = $title]
        pub(crate) const $name: $crate::ControlId = $crate::ControlId::new(&$crate::Control {
            id: $id,
            title: $title,
            severity: parapet_core::Severity::$severity,
            mode: parapet_core::Mode::$mode,
            fsbp: &$fsbp,
            cis: &$cis,
            rationale: $why,
        });
    };
}
pub(crate) use control;

control! {
    MEMORY = "Parapet.Memory", Critical, Observe, fsbp [], cis [],
    "What the guards remember can be read",
    "Where it cannot, old access is not told from new, and whoever made it so can hide behind the doubt.",
}

control! {
    ACCESS = "Parapet.Access", Critical, Observe, fsbp [], cis [],
    "The guards may read and write what they look after",
    "What a guard is denied it can neither judge nor mend, and one statement of a policy is enough to deny it.",
}

control! {
    NAME = "Parapet.Name", Critical, Observe, fsbp [], cis [],
    "Whom the standard never touches has the name since bootstrap saw it",
    "A name can be given to another once its holder is deleted or renamed, and would spare whoever took it.",
}

control! {
    EVENT = "Parapet.Event", Critical, Observe, fsbp [], cis [],
    "CloudTrail shows the events that the guards are given",
    "Whoever may invoke a guard can make an event up, and name anybody as its actor.",
}

/// Every control, in the order of the facets that show them; those that no facet shows come last.
static CONTROLS: LazyLock<Vec<ControlId>> = LazyLock::new(|| {
    let mut controls: Vec<ControlId> = Vec::new();
    for control in Facet::ALL.iter().flat_map(|facet| facet.controls()).chain([&MEMORY, &ACCESS, &NAME, &EVENT]) {
        if !controls.contains(control) {
            controls.push(*control);
        }
    }
    controls
});

static IDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| CONTROLS.iter().map(|control| control.as_str()).collect());

impl ControlId {
    /// That what is remembered can be read. No facet shows it.
    pub const MEMORY: Self = MEMORY;

    /// That the guards may read what they look after. No facet shows it.
    pub const ACCESS: Self = ACCESS;
    /// On it is a name that the standard never touches, and that is another's now.
    pub const NAME: Self = NAME;

    /// That CloudTrail shows what the guards are given. No facet shows it.
    pub const EVENT: Self = EVENT;

    pub(crate) const fn new(control: &'static Control) -> Self {
        Self(control)
    }

    /// Every control.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &CONTROLS
    }

    /// The control of an id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::all().iter().copied().find(|control| control.as_str() == id)
    }

    /// The same for what is read: the error has every id.
    pub(crate) fn named_or_refused<E: serde::de::Error>(id: &str) -> Result<Self, E> {
        Self::named(id).ok_or_else(|| E::unknown_variant(id, &IDS))
    }

    /// All that is said of it.
    #[must_use]
    pub fn control(self) -> &'static Control {
        self.0
    }

    /// As it stands in the standard.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.id
    }

    /// What is done about a violation where the standard says nothing else.
    #[must_use]
    pub fn default_mode(self) -> Mode {
        self.0.mode
    }

    /// How bad a violation is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// The facets that show it, all of one guard.
    pub fn facets(self) -> impl Iterator<Item = Facet> {
        Facet::ALL.iter().copied().filter(move |facet| facet.controls().contains(&self))
    }

    /// The guard that looks after it; none only for a control that no facet shows.
    #[must_use]
    pub fn owner(self) -> Option<GuardName> {
        self.facets().next().map(Facet::owner)
    }

    /// The events that lead to it, as (source, name), each once.
    #[must_use]
    pub fn events(self) -> Vec<(&'static str, &'static str)> {
        let of = |facet: Facet| facet.events().iter().map(move |event| (facet.source(), *event));
        let mut events: Vec<_> = self.facets().flat_map(of).collect();
        events.sort_unstable();
        events.dedup();
        events
    }
}

impl PartialEq for ControlId {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for ControlId {}

impl PartialOrd for ControlId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ControlId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.id.cmp(other.0.id)
    }
}

impl Hash for ControlId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.id)
    }
}

impl Serialize for ControlId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.id)
    }
}

impl<'de> Deserialize<'de> for ControlId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named_or_refused(&String::deserialize(deserializer)?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Two that share an id would be taken for one.
    #[test]
    fn ids_are_unique() {
        let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
        for control in Facet::ALL.iter().flat_map(|facet| facet.controls()) {
            let Control { id, title, .. } = *control.control();
            assert_eq!(*titles.entry(id).or_insert(title), title, "{id}");
            assert_eq!(serde_json::to_value(control).unwrap(), id);
            assert_eq!(serde_json::from_value::<ControlId>(id.into()).unwrap(), *control);
        }
    }

    #[test]
    fn a_control_has_one_owner() {
        for control in ControlId::all() {
            assert!(control.facets().all(|facet| Some(facet.owner()) == control.owner()), "{control}");
        }
    }
}
