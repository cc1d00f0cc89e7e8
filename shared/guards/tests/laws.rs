//! The laws of `parapet-testkit`, for every guard, over every facet of its own resources and of others', under any standard.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod generators;

use std::collections::BTreeSet;

use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use parapet_guards::{Facet, Guard};
use parapet_testkit::laws;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use generators::cases;

macro_rules! laws {
    ($module:ident, $guard:ident: $($law:ident)*) => {
        mod $module {
            use super::*;

            proptest! {
                $(#[test]
                fn $law(case in cases::<$guard>(generators::$module::pairs())) {
                    laws::$law::<$guard>(&case)?;
                })*
            }
        }
    };
    ($($module:ident, $guard:ident;)*) => {
        $(laws! { $module, $guard:
            comply_is_idempotent
            a_compliant_state_plans_nothing
            what_complies_has_no_enforced_finding
            the_plan_arrives
            every_way_arrives
            no_step_weakens
            findings_are_of_the_owner
            memory_never_accuses
            a_state_survives_evidence
        })*
    };
}

laws! {
    encryption, EncryptionGuard;
    policy, PolicyGuard;
    logging, LoggingGuard;
}

/// `every_way_arrives` holds for a guard that does nothing, too. So of every facet that is ever written, some way between two different
/// states has to lead from the one to the other, and every facet has a generator.
fn ways_arrive<G: Guard + std::fmt::Debug>(pairs: impl Strategy<Value = generators::Pair<G::State>>) {
    /// Of these no guard writes anything.
    const ONLY_OBSERVED: [Facet; 2] = [Facet::AccessPointSettings, Facet::DelegatedAdmin];
    const TRIES: usize = 6_000;
    let mut runner = TestRunner::deterministic();
    let mut arrived = BTreeSet::new();
    for _ in 0..TRIES {
        let (_, facet, from, to) = pairs.new_tree(&mut runner).unwrap().current();
        let step = |state, action: &G::Action| G::step(&state, action);
        let way = G::diff(&from, &to);
        if from != to && way.iter().fold(from, step) == to {
            arrived.insert(facet);
        }
    }
    let own = Facet::ALL.iter().copied().filter(|facet| facet.owner() == G::NAME && !ONLY_OBSERVED.contains(facet));
    assert_eq!(arrived, own.collect(), "facets that lead somewhere, and facets that should");
}

#[test]
fn every_facet_has_ways_that_lead_somewhere() {
    ways_arrive::<EncryptionGuard>(generators::encryption::pairs());
    ways_arrive::<PolicyGuard>(generators::policy::pairs());
    ways_arrive::<LoggingGuard>(generators::logging::pairs());
}
