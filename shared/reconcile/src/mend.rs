//! What was there before, mended because an operator asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use parapet_core::{Ignored, Outcome, Trigger, Unreadable};
use parapet_guards::used::History;
use parapet_guards::{
    Baseline, Evidence, Facet, IamEntity, Memory, Orders, Pending, Receipt, Recorder, Report, Resource, Told, Uses,
    World, orders_folder,
};

use crate::handle::look_at_these;
use crate::in_use::InUse;
use crate::{Place, Run};

/// Mends what an order names, as though all of it had come just now: what is remembered excuses nothing. Evidence holds what was there.
///
/// Whoever may invoke a guard may ask for this. So it is done only where the order bears Parapet's own seal, for the guard that it names, and for a
/// while.
pub async fn mend<W: World, R: Recorder + Orders + Uses + Sync>(
    place: &Place<'_, W, R>,
    run: Run,
    key: &str,
) -> Vec<Report> {
    let refused = |why: &str| {
        vec![Report::ending(
            key,
            run.guard,
            Outcome::Ignored(Ignored::NotARecord(format!("it asks to mend, and {why}"))),
        )]
    };
    if !key.starts_with(&orders_folder(place.home)) {
        return refused("the key is none of an order");
    }
    let order = match place.recorder.order(key).await {
        Ok(Some(order)) if order.is_for(run.guard, run.clock.now) => order,
        Ok(_) => return refused("nobody left such an order for this guard now"),
        Err(why) => {
            let outcome = Outcome::Undetermined(why.to_string());
            return vec![Report { retry: why.may_pass_later, ..Report::ending(key, run.guard, outcome) }];
        }
    };
    let (as_it_is, home) = (place, place.home);
    let standard = place.standard.clone().mending(&order.controls);
    let afresh = Afresh::of(place.recorder, order.keep_used, run.clock.now);
    let place = Place { standard: &standard, recorder: &afresh, home: place.home, world: place.world };
    // Who asked is the actor, and AWS itself said so.
    let mut cause = Trigger::by_hand("Mend", key.rsplit('/').next().unwrap_or(key), place.home);
    cause.actor.arn.clone_from(&order.operator);
    let cause = cause.shown();
    let mut reports = look_at_these(&place, run, &cause, &order.resources).await;
    // What is right now is accepted by the standard as it is, beside what was known: what the order left is no more accepted than before.
    let after = Trigger::by_hand("Sweep", &cause.event_id, home);
    reports.extend(look_at_these(as_it_is, run, &after, &order.resources).await);
    reports
}

/// A recorder that keeps evidence, and neither recalls nor accepts what a facet is: by the controls of an order alone nothing is right.
pub(crate) struct Afresh<'a, R> {
    /// Where evidence goes.
    pub(crate) recorder: &'a R,
    /// Whether what is used is to be spared.
    pub(crate) keep_used: bool,
    /// In seconds since 1970.
    pub(crate) now: i64,
    /// What is used, as far as it was asked for.
    in_use: InUse,
}

impl<'a, R> Afresh<'a, R> {
    /// Of a run that begins now.
    pub(crate) fn of(recorder: &'a R, keep_used: bool, now: i64) -> Self {
        Self { recorder, keep_used, now, in_use: InUse::default() }
    }
}

impl<R: Recorder + Uses + Sync> Recorder for Afresh<'_, R> {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        self.recorder.open(evidence).await
    }

    async fn close(&self, receipt: &Receipt, evidence: &Evidence) {
        self.recorder.close(receipt, evidence).await;
    }

    async fn recall(&self, _: &Resource, _: Facet) -> Result<Option<Memory>, Unreadable> {
        Ok(None)
    }

    async fn remember(&self, _: &Memory) -> bool {
        true
    }

    /// What is known of the account counts as ever.
    async fn baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        self.recorder.baseline().await
    }

    async fn wait(&self, key: &str, pending: &Pending) -> bool {
        self.recorder.wait(key, pending).await
    }

    async fn keep_baseline(&self, baseline: &Baseline) -> bool {
        self.recorder.keep_baseline(baseline).await
    }

    async fn has_evidence(&self, key: &str) -> bool {
        self.recorder.has_evidence(key).await
    }

    async fn was_told(&self, key: &str, told: &Told) -> bool {
        self.recorder.was_told(key, told).await
    }

    fn spares(&self) -> bool {
        self.keep_used
    }

    async fn to_spare(&self, of: Option<&BTreeSet<IamEntity>>) -> Result<Option<Arc<History>>, Unreadable> {
        self.in_use.of(self.recorder, of, self.now).await.map(Some)
    }

    async fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64, enough: u32) -> u32 {
        self.recorder.recent_repairs(evidence, window_seconds, enough).await
    }
}
