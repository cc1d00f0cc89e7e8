use parapet_core::{Ignored, Outcome, Trigger};
use parapet_guards::{Facet, Listed, Made, Recorder, Report, Resource, Subject, World};
use tokio::time::Instant;

use crate::blocked::{Block, to_tell, told_once};
use crate::denial::Denial;
use crate::keep::keep;
use crate::look::{Sight, look_after_listing};
use crate::recall::Recalled;
use crate::repair::{Repair, Work};
use crate::{Clock, Place, Run};

/// Brings some facets of one resource to the nearest compliant state.
///
/// `cause` is what led here, for evidence alone: nothing is decided by it, but that what it changed is new where CloudTrail has shown it.
///
/// Observes all facets; where one violates an enforced control, plans the way to the nearest compliant state, leaves evidence,
/// writes, and looks again. A compliant resource is read and never written.
///
/// Guarantees: every facet is judged by itself; every planned action is attempted; evidence is opened before the first write
/// and closed after the last; the report names an outcome for whatever happened.
pub async fn reconcile<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    resource: &Resource,
    facets: &[Facet],
) -> Report {
    reconcile_listed(place, run, cause, &Listed::from(resource.clone()), facets, &[]).await
}

/// The same, of a resource that was listed: of what the listing told there is no other look, unless it is wrong. `brought`: what was looked
/// at before, and led here. By it what is new is told from what was there, where nothing is remembered.
pub(crate) async fn reconcile_listed<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    Listed { resource, told }: &Listed,
    facets: &[Facet],
    brought: &[Resource],
) -> Report {
    let started = Instant::now();
    let calls_before = place.world.calls();
    let made = Made::by(cause);
    let subject = Subject { made: Some(&made), ..place.subject(run, resource) };
    let recalled = Recalled::after(cause, brought).of(cause, resource, place.home);
    let sights: Vec<Sight> = look_after_listing(place, run, &recalled, &subject, facets, told).await;

    let mut report = Report::ending(&cause.event_id, run.guard, Outcome::Compliant);
    report.resource = Some(resource.arn(place.home));
    report.findings = sights.iter().flat_map(|sight| sight.findings().to_vec()).collect();
    report.loses = sights.iter().filter_map(Sight::loses).cloned().reduce(|mut all, loses| {
        all.add(loses);
        all
    });
    let settles_at = report.findings.iter().filter_map(|finding| finding.waits_until).max();
    report.settles_at = settles_at.map(|now| Clock { now }.timestamp());
    let denial = Denial { subject: &subject, run, cause };
    report.findings.extend(sights.iter().filter_map(Sight::failure).find_map(|error| denial.told(error)));
    report.retry = sights.iter().any(|sight| sight.may_pass_later(&denial));
    report.unsure = sights.iter().filter(|sight| sight.is_unsure()).map(|sight| sight.facet).collect();
    let has_kept = run.dry || keep(place, run, &subject, &sights).await;

    let (wrong, fine): (Vec<_>, Vec<_>) = sights.into_iter().partition(Sight::is_violated);
    let unwritten = fine.iter().map(|sight| sight.outcome(&denial)).max();
    let mut blocks = Vec::new();
    let is_violated = !wrong.is_empty();
    let work = Work::of(wrong, started);
    let mut after = fine;
    let written = if work.plan.is_empty() {
        // Violated, and no way to mend it: said, never passed over.
        is_violated.then(|| Outcome::Unresolved("no action leads to the nearest compliant state".to_owned()))
    } else if run.dry {
        report.actions = work.plan.iter().map(ToString::to_string).collect();
        Some(Outcome::Planned)
    } else {
        let repair = Repair { place, run, recalled: &recalled, cause, subject: &subject };
        let repaired = repair.carry_out(work, &mut report).await;
        after.extend(repaired.after);
        blocks.extend(repaired.blocks);
        Some(repaired.outcome)
    };

    report.follow_ups = after.iter().flat_map(|sight| sight.follow_ups(&subject)).collect();
    report.looked_at = Some(resource.clone());
    report.brought = brought.to_vec();
    report.outcome = match written {
        // What was seen of it before is no more, and nothing of that has to be tried again.
        Some(gone @ Outcome::Ignored(Ignored::Gone)) => gone,
        written => written.into_iter().chain(unwritten).max().unwrap_or(Outcome::Compliant),
    };
    report.aws_calls = place.world.calls() - calls_before;
    report.retry |= !has_kept;
    // Of a contest it was told; what is worse was not.
    report.told_before &= report.outcome == Outcome::Contested;
    let unread = after.iter().filter_map(|sight| Block::of(&denial, sight.facet, sight.failure()?));
    blocks.extend(unread);
    report.to_tell = to_tell(run, &denial, (&blocks, &after), &report);
    if !run.dry {
        report = told_once(place, run, report).await;
    }
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}
