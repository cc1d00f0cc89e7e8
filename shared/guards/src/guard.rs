//! What a guard is. The table of guards is that of what they own, in `lib.rs`.

use std::collections::BTreeSet;
use std::fmt;

use crate::{Facet, GuardName};

/// Makes of the table of guards their names and what is said of each.
macro_rules! guards {
    ($($id:ident = $name:literal, $owns:literal;)+) => {
        /// The guards. A guard owns facets, and its function is named as it is.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum GuardName {
            $(#[doc = $owns] #[serde(rename = $name)] $id,)+
        }

        impl GuardName {
            /// Every guard, in the order of their reports.
            pub const ALL: &'static [Self] = &[$(Self::$id,)+];

            /// The functions that are deployed, by the names of their packages.
            pub const FUNCTIONS: &'static [&'static str] = &["bootstrap", "sweep", $($name,)+];

            /// As it stands in outputs, function names and evidence keys.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }

            /// What it looks after, in words.
            #[must_use]
            pub const fn owns(self) -> &'static str {
                match self { $(Self::$id => $owns,)+ }
            }
        }
    };
}

pub(crate) use guards;

impl GuardName {
    /// The guard of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|guard| guard.as_str() == name)
    }

    /// The facets that it owns, in the order of repair.
    pub fn facets(self) -> impl Iterator<Item = Facet> {
        Facet::ALL.iter().copied().filter(move |facet| facet.owner() == self)
    }

    /// The events that lead to what it looks after, as (source, name), each once: what the rules in front of its function let
    /// through.
    #[must_use]
    pub fn events(self) -> BTreeSet<(&'static str, &'static str)> {
        self.facets().flat_map(|facet| facet.events().iter().map(move |event| (facet.source(), *event))).collect()
    }
}

impl fmt::Display for GuardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_found_by_its_name_alone() {
        for &guard in GuardName::ALL {
            assert_eq!(GuardName::named(guard.as_str()), Some(guard));
        }
        assert_eq!(GuardName::named("bootstrap"), None);
    }
}
