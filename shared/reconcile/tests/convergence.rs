//! Whatever is done to an account, in whatever order: one look brings each facet back, and a second one writes nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

#[path = "../../guards/tests/generators/mod.rs"]
#[expect(dead_code, reason = "the laws of the guards use the rest")]
mod generators;

use std::fmt::Debug;

use generators::Pair;
use parapet_core::Trigger;
use parapet_guards::Guard;
use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use parapet_reconcile::{Clock, Run, reconcile};
use parapet_testkit::fixtures::{NOW, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Puts facets into states one after the other, reconciling after each with the memory of all before.
async fn survive<G: Guard + Debug>(attacks: Vec<Pair<G::State>>) -> TestCaseResult {
    let (standard, home, journal) = (standard(""), home(), Journal::default());
    let (world, recorder) = (FakeWorld::<G>::new(&journal), MemoryRecorder::new(&journal));
    let run = Run { standard: &standard, home: &home, clock: Clock { now: NOW }, dry: false };
    for (number, (resource, facet, state, _)) in attacks.into_iter().enumerate() {
        let look = async || {
            let cause = Trigger::by_hand("Attack", &number.to_string(), &home);
            reconcile::<G, _, _>(&run, &world, &recorder, &cause, &resource, &[facet]).await
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

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn encryption(attacks in vec(generators::encryption::pairs(), 1..6)) {
        block_on(survive::<EncryptionGuard>(attacks))?;
    }

    #[test]
    fn policy(attacks in vec(generators::policy::pairs(), 1..6)) {
        block_on(survive::<PolicyGuard>(attacks))?;
    }

    #[test]
    fn logging(attacks in vec(generators::logging::pairs(), 1..6)) {
        block_on(survive::<LoggingGuard>(attacks))?;
    }
}
