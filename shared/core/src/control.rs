mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use table::{CONTROLS, ControlId};

use crate::{Facet, GuardName, Mode};

/// How bad a violation is. The words and their order are AWS Security Hub's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be mended, no hurry.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended now.
    Critical,
}

/// One rule of the standard. Exactly one guard owns it.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// Its id.
    pub id: ControlId,
    /// What it asks for.
    pub title: &'static str,
    /// How bad a violation is.
    pub severity: Severity,
    /// What is done about a violation where the standard says nothing else.
    pub mode: Mode,
    /// Which facets show it, all of one guard.
    pub facets: &'static [Facet],
    /// The controls of AWS Foundational Security Best Practices that ask for the same.
    pub fsbp: &'static [&'static str],
    /// The recommendations of CIS AWS Foundations 5.0 that ask for the same.
    pub cis: &'static [&'static str],
    /// Why it matters, in one sentence.
    pub rationale: &'static str,
}

impl Control {
    /// The guard that looks after it; none only for a control that no facet shows.
    #[must_use]
    pub fn owner(&self) -> Option<GuardName> {
        self.facets.first().map(|facet| facet.owner())
    }

    /// The events that lead to it, as (source, name), each once.
    #[must_use]
    pub fn events(&self) -> Vec<(&'static str, &'static str)> {
        let mut events: Vec<_> = self
            .facets
            .iter()
            .flat_map(|facet| facet.events().iter().map(|event| (facet.source().as_str(), *event)))
            .collect();
        events.sort_unstable();
        events.dedup();
        events
    }

    /// The controls that a facet shows.
    pub fn shown_by(facet: Facet) -> impl Iterator<Item = &'static Self> {
        CONTROLS.iter().filter(move |control| control.facets.contains(&facet))
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_serialise_as_named() {
        let ids: BTreeSet<&str> = CONTROLS.iter().map(|control| control.id.as_str()).collect();
        assert_eq!(ids.len(), CONTROLS.len());
        for control in CONTROLS {
            assert_eq!(serde_json::to_value(control.id).unwrap(), control.id.as_str());
        }
    }

    #[test]
    fn every_facet_shows_a_control() {
        for &facet in Facet::ALL {
            assert!(Control::shown_by(facet).next().is_some(), "{facet} shows no control: why look at it?");
        }
    }

    #[test]
    fn a_control_has_one_owner() {
        for control in CONTROLS {
            assert!(control.facets.iter().all(|facet| Some(facet.owner()) == control.owner()), "{}", control.id);
        }
    }
}
