//! What a log leads to, for a look at the live account.

use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{Facet, GuardName};
use parapet_guards::{Led, Look, Target};

/// What a log leads to, each once.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<(GuardName, Target), BTreeSet<Facet>>);

impl Places {
    /// Adds what a record leads to.
    pub(super) fn note(&mut self, looks: &[Led]) {
        for led in looks {
            self.0.entry((led.guard, led.target.clone())).or_default().extend(led.facets.iter().copied());
        }
    }

    /// What a guard has to look at, existence first: nothing else can be read of what is not there.
    #[must_use]
    pub fn of(&self, guard: GuardName) -> Vec<Look> {
        let own = self.0.iter().filter(|((owner, _), _)| *owner == guard);
        let looks = own.flat_map(|((_, target), facets)| {
            let (existence, rest): (Vec<Facet>, Vec<Facet>) = facets.iter().partition(|facet| facet.row().is_existence);
            [existence, rest].map(|facets| Look { target: target.clone(), facets })
        });
        looks.filter(|look| !look.facets.is_empty()).collect()
    }
}
