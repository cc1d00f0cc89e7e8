//! What waits until CloudTrail shows its event, and the second look that is made then.

use parapet_core::{Ignored, Outcome, Trigger, Unreadable};
use parapet_guards::{
    Listed, Look, PENDING_VERSION, Pending, Receipt, Recorder, Report, Settled, Target, Unsure, Waiting, World, names,
    order_key, pending_folder, pending_key,
};

use crate::handle::{merge, visit};
use crate::list::look_after;
use crate::{Place, Run};

/// Keeps what a guard did or left because of an event, where that says something of somebody: evidence names its actor, and what may be
/// from before was asked for. Whether nothing is lost by it: what was left has to be looked at again.
pub(crate) async fn wait<W, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    reports: &[Report],
) -> bool {
    let log_only = Receipt::LogOnly { why: String::new() };
    let stored = |report: &Report| report.evidence.clone().filter(|key| key != log_only.label());
    let evidence: Vec<String> = reports.iter().filter_map(stored).collect();
    let unsure = |report: &Report| {
        let resource = report.looked_at.clone().filter(|_| !report.unsure.is_empty())?;
        Some(Unsure { resource, facets: report.unsure.clone(), brought: report.brought.clone() })
    };
    let unsure: Vec<Unsure> = reports.iter().filter_map(unsure).collect();
    let asked_for_what_was_there =
        || reports.iter().flat_map(|report| &report.findings).any(|finding| finding.was_before);
    if run.dry || (evidence.is_empty() && unsure.is_empty() && !asked_for_what_was_there()) {
        return true;
    }
    let is_left = !unsure.is_empty();
    let pending = Pending {
        version: PENDING_VERSION,
        kept_at: run.clock.now,
        guard: run.guard,
        names: names(run.guard, trigger, place.standard, place.home),
        trigger: trigger.kept(),
        evidence,
        unsure,
    };
    let key = pending_key(place.home, &run.clock.timestamp(), run.guard, &trigger.event_id);
    place.recorder.wait(&key, &pending).await || !is_left
}

/// Looks again at what was left because of an event, now that CloudTrail shows it: what it changed is new.
///
/// Whoever may invoke a guard may ask for this. So it is done only where what waits under the key, and the order to look at it again, bear
/// Parapet's own seal; and for a while.
pub async fn look_again<W: World, R: Recorder + Waiting>(place: &Place<'_, W, R>, run: Run, key: &str) -> Report {
    let (pending, order) = match ordered(place, key).await {
        Ok((Some(pending), Some(order))) if pending.guard == run.guard => (pending, order),
        Ok(_) => return refused(run, key),
        Err(why) => {
            let outcome = Outcome::Undetermined(why.to_string());
            return Report { retry: why.may_pass_later, ..Report::ending(key, run.guard, outcome) };
        }
    };
    if !order.is_order(run.clock.now) {
        return refused(run, key);
    }
    let trigger = pending.trigger.shown();
    let (first, led_to): (Vec<Unsure>, Vec<Unsure>) =
        pending.unsure.into_iter().partition(|unsure| unsure.brought.is_empty());
    let look = |Unsure { resource, facets, .. }| Look { target: Target::One(resource), facets };
    let mut reports = visit(place, run, &trigger, first.into_iter().map(look).collect()).await;
    for Unsure { resource, facets, brought } in led_to {
        reports.extend(look_after(place, run, &trigger, [(Listed::from(resource), brought)], &facets).await);
    }
    merge(reports).unwrap_or_else(|| Report::ending(&trigger.event_id, run.guard, Outcome::Compliant))
}

async fn ordered<W, R: Waiting>(
    place: &Place<'_, W, R>,
    key: &str,
) -> Result<(Option<Pending>, Option<Settled>), Unreadable> {
    if !key.starts_with(&pending_folder(place.home)) {
        return Ok((None, None));
    }
    Ok((place.recorder.pending(key).await?, place.recorder.settled(&order_key(key)).await?))
}

fn refused(run: Run, key: &str) -> Report {
    let why = "it asks for a second look, and nobody left an order for one".to_owned();
    Report::ending(key, run.guard, Outcome::Ignored(Ignored::NotARecord(why)))
}
