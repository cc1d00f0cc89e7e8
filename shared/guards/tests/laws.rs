//! The laws of `parapet-testkit`, for every facet, on its own resources and on others', under any standard.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod generators;

use generators::{cases, pairs};
use iam_policy::{PrincipalElement, Principals};
use parapet_guards::{Beside, Facet, GuardName, PublicAccess, State, Tied};
use parapet_testkit::laws::{self, Case, Law};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A law, and what it is called where it is broken.
type Named = (&'static str, fn(&Case) -> Law);

const LAWS: [Named; 9] = [
    ("comply is idempotent", laws::comply_is_idempotent),
    ("a compliant state plans nothing", laws::a_compliant_state_plans_nothing),
    ("what complies has no enforced finding", laws::what_complies_has_no_enforced_finding),
    ("the plan arrives", laws::the_plan_arrives),
    ("every way arrives", laws::every_way_arrives),
    ("no step weakens", laws::no_step_weakens),
    ("findings are of the facet", laws::findings_are_of_the_facet),
    ("memory never accuses", laws::memory_never_accuses),
    ("a state survives evidence", laws::a_state_survives_evidence),
];

/// Holds each facet of a guard to all laws, in half as many cases as proptest tries otherwise.
fn obey(guard: GuardName) {
    let usual = ProptestConfig::with_source_file(file!());
    for facet in guard.facets() {
        let mut runner = TestRunner::new(ProptestConfig { cases: usual.cases.div_ceil(2), ..usual.clone() });
        let obeyed = runner.run(&cases(facet), |case| {
            LAWS.iter().try_for_each(|(name, law)| {
                law(&case).map_err(|broken| TestCaseError::fail(format!("{name}: {broken}")))
            })
        });
        assert!(obeyed.is_ok(), "{}: {}", facet.id(), obeyed.unwrap_err());
    }
}

/// A test for each guard, so that they run side by side. A guard without one does not compile.
macro_rules! each_guard {
    ($($facets:ident = $guard:ident;)+) => {
        $(
            #[test]
            fn $facets() {
                obey(GuardName::$guard);
            }
        )+

        const _: fn(GuardName) = |guard| match guard {
            $(GuardName::$guard => {})+
        };
    };
}

each_guard! {
    facets_of_the_encryption_guard = EncryptionGuard;
    facets_of_the_policy_guard = PolicyGuard;
    facets_of_the_logging_guard = LoggingGuard;
    facets_of_the_ai_guard = AiGuard;
}

/// While all public access is blocked, what S3 takes instead of what was planned is as right, and S3 does take it.
#[test]
fn what_is_taken_instead_is_right() {
    let usual = ProptestConfig::with_source_file(file!());
    for facet in [Facet::BucketPolicy, Facet::BucketAcl] {
        let obeyed = TestRunner::new(usual.clone()).run(&cases(facet), |case| {
            let (subject, last_known) = (case.situation.subject(), case.last_known.as_ref());
            let desired = case.observed.comply(&subject, last_known);
            let beside = case.observed.ties(&subject, &desired).into_iter().map(|(_, tied)| match tied {
                Facet::BucketPublicAccess => (tied, Some(State::BucketPublicAccess(PublicAccess::BLOCKED))),
                _ => (tied, Some(State::AccountPublicAccess(PublicAccess::BLOCKED))),
            });
            let beside: Vec<Beside> = beside.collect();
            let instead = match desired.tied(&subject, &beside) {
                Tied::Taken => {
                    prop_assert!(beside.is_empty(), "open, and taken: {desired:?}");
                    return Ok(());
                }
                Tied::Instead(instead, _) => instead,
                Tied::Refused(why) => {
                    prop_assert!(names_others_with_everyone(&desired), "{why}: {desired:?}");
                    return Ok(());
                }
            };
            prop_assert_eq!(instead.comply(&subject, last_known), instead.clone());
            let findings = instead.assess(&subject, last_known).unwrap_or_default();
            prop_assert!(!findings.iter().any(|finding| finding.is_enforced()), "{findings:?}");
            prop_assert_eq!(case.observed.ties(&subject, &instead), vec![]);
            Ok(())
        });
        assert!(obeyed.is_ok(), "{}: {}", facet.id(), obeyed.unwrap_err());
    }
}

/// Whether one statement lets in everyone and somebody by name, who would go with it.
fn names_others_with_everyone(state: &State) -> bool {
    let State::BucketPolicy(Some(document)) = state else { return false };
    document.statements().iter().any(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => {
            listed.len() > 1 && listed.iter().any(|entry| entry.value == "*")
        }
        _ => false,
    })
}

/// `every_way_arrives` holds for a facet whose ways are empty, too. So of every facet that is ever written, some way between two
/// different states has to lead from the one to the other.
#[test]
fn every_facet_has_ways_that_lead_somewhere() {
    /// Of these no guard writes anything, nor of what its record alone tells.
    const ONLY_OBSERVED: [Facet; 3] = [Facet::AccessPointSettings, Facet::DelegatedAdmin, Facet::RootSession];
    const TRIES: usize = 500;
    let mut runner = TestRunner::deterministic();
    let mut leads = |facet: &Facet| {
        let pairs = pairs(*facet);
        (0..TRIES).any(|_| {
            let (_, _, from, to) = pairs.new_tree(&mut runner).unwrap().current();
            let way = from.diff(&to);
            from != to && way.iter().try_fold(from, |state, action| state.step(action)) == Some(to)
        })
    };
    for facet in Facet::ALL {
        let is_written = !ONLY_OBSERVED.contains(facet) && !facet.row().is_told_by_record;
        assert_eq!(leads(facet), is_written, "{}", facet.id());
    }
}
