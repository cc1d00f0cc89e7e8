//! Generators of the guards' states: every facet, stricter and weaker than the standard, of its own resources and of others'.
//! Also used by the tests of `parapet-reconcile`.

pub(crate) mod encryption;
pub(crate) mod keys;
pub(crate) mod logging;
pub(crate) mod policy;
pub(crate) mod stores;

use std::fmt::Debug;

use parapet_core::{Facet, Guard, Resource};
use parapet_testkit::laws::Case;
use parapet_testkit::{fixtures, situations};
use proptest::prelude::*;

/// A facet of a resource, and two states of it.
pub(crate) type Pair<S> = (Resource, Facet, S, S);

/// Cases of the laws: a pair of states under any standard, with the other state remembered or nothing.
pub(crate) fn cases<G: Guard + Debug>(pairs: impl Strategy<Value = Pair<G::State>>) -> impl Strategy<Value = Case<G>> {
    (situations(Just(fixtures::key())), pairs, any::<bool>()).prop_map(
        |(mut situation, (resource, facet, observed, other), remembered)| {
            situation.resource = resource;
            let last_known = remembered.then(|| other.clone());
            Case { situation, facet, observed, other, last_known }
        },
    )
}

/// Two states of one facet of one resource.
fn pair<S: Debug + 'static>(
    resource: impl Strategy<Value = Resource>,
    facet: Facet,
    state: impl Strategy<Value = S> + 'static,
) -> impl Strategy<Value = Pair<S>> {
    let state = state.boxed();
    (resource, state.clone(), state).prop_map(move |(resource, one, other)| (resource, facet, one, other))
}
