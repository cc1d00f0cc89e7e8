//! Whatever is done to an account, in whatever order: one look brings each facet back, and a second one writes nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

#[path = "../../guards/tests/generators/mod.rs"]
#[expect(dead_code, reason = "the laws of the guards use the rest")]
mod generators;

use generators::Pair;
use parapet_core::Trigger;
use parapet_guards::{Facet, GuardName, Resource};
use parapet_reconcile::{Clock, Place, Run, reconcile};
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;

/// Puts facets into states one after the other, reconciling after each with the memory of all before.
async fn survive(attacks: Vec<Pair>) -> TestCaseResult {
    let (standard, home, journal) = (standard(""), home(), Journal::default());
    let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    for (number, (resource, facet, state, _)) in attacks.into_iter().enumerate() {
        let run = Run { guard: facet.owner(), clock: Clock { now: NOW }, dry: false };
        let look = async || {
            let cause = Trigger::by_hand("Attack", &number.to_string(), &home);
            reconcile(&place, run, &cause, &resource, &[facet]).await
        };
        world.set(&resource, facet, state);
        let first = look().await;
        prop_assert!(
            ["Ignored", "Compliant", "Observed", "Remediated", "Contested"].contains(&first.outcome.name()),
            "{first:?}"
        );
        journal.clear();
        let second = look().await;
        prop_assert!(["Ignored", "Compliant", "Observed"].contains(&second.outcome.name()), "{second:?}");
        prop_assert_eq!(journal.writes(), 0);
    }
    Ok(())
}

/// Object Lock on the bucket that takes access logs: nobody can take it off again, and S3 sends no logs there. What comes of it,
/// `together.rs` says.
fn is_for_good(resource: &Resource, facet: Facet) -> bool {
    facet == Facet::BucketObjectLock && *resource == bucket(ACCESS_LOG_BUCKET)
}

/// Attacks on facets of a guard, each as often as any other.
fn attacks(guard: GuardName) -> impl Strategy<Value = Vec<Pair>> {
    let facets: Vec<Facet> = guard.facets().collect();
    vec(
        select(facets)
            .prop_flat_map(generators::pairs)
            .prop_filter("for good", |(resource, facet, ..)| !is_for_good(resource, *facet)),
        1..6,
    )
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// Enough that each of a guard's facets is attacked some hundred times.
fn several_times_as_many() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.saturating_mul(4), ..usual }
}

proptest! {
    #![proptest_config(several_times_as_many())]

    #[test]
    fn encryption(attacks in attacks(GuardName::EncryptionGuard)) {
        block_on(survive(attacks))?;
    }

    #[test]
    fn policy(attacks in attacks(GuardName::PolicyGuard)) {
        block_on(survive(attacks))?;
    }

    #[test]
    fn logging(attacks in attacks(GuardName::LoggingGuard)) {
        block_on(survive(attacks))?;
    }

    #[test]
    fn ai(attacks in attacks(GuardName::AiGuard)) {
        block_on(survive(attacks))?;
    }
}
