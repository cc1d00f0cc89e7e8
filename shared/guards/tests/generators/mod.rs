//! Generators of the guards' states: every facet, stricter and weaker than the standard, of its own resources and of others'.
//! Also used by the tests of `parapet-reconcile`.

pub(crate) mod buckets;
pub(crate) mod encryption;
pub(crate) mod keys;
pub(crate) mod logging;
pub(crate) mod policy;
pub(crate) mod principals;
pub(crate) mod stores;

use std::fmt::Debug;

use iam_policy::Document;
use parapet_guards::{Facet, Guard, Resource};
use parapet_testkit::laws::Case;
use parapet_testkit::{fixtures, situations};
use proptest::prelude::*;
use serde_json::Value;

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

/// Two documents that have statements in common: one is what became of the other, or both of a third.
fn related(documents: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = (Document, Document)> {
    let documents = documents.boxed();
    let whole = |value: Value| Document::from_value(value).unwrap();
    let parts = (documents.clone(), documents.clone(), documents, any::<bool>(), any::<bool>());
    parts.prop_map(move |(common, one, other, before, after)| {
        let with = |more: &Value, is_longer: bool| {
            let mut document = common.clone();
            let statements = document["Statement"].as_array_mut().unwrap();
            let more = more["Statement"].as_array().unwrap().clone();
            let place = if is_longer { statements.len() } else { 0 };
            statements.splice(place..place, more.into_iter().take(if is_longer { 2 } else { 1 }));
            whole(document)
        };
        let plain = || whole(common.clone());
        (if before { with(&one, after) } else { plain() }, if after { with(&other, before) } else { plain() })
    })
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
