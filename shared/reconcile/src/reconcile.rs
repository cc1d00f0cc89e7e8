use parapet_core::{Facet, Guard, Home, Outcome, Recorder, Report, Resource, Standard, Subject, Trigger, World};
use tokio::time::Instant;

use crate::Clock;
use crate::look::{Sight, look};
use crate::memory::{Recalled, keep};
use crate::repair::{Repair, Work};

/// Everything about a run that does not depend on the resource.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// The account.
    pub home: &'a Home,
    /// The moment.
    pub clock: Clock,
    /// Whether only to say what would be written.
    pub dry: bool,
}

impl<'a> Run<'a> {
    /// What is judged of a resource in this run.
    pub(crate) fn subject(&self, resource: &'a Resource) -> Subject<'a> {
        Subject { resource, standard: self.standard, home: self.home, now: self.clock.now }
    }
}

/// Brings some facets of one resource to the nearest compliant state.
///
/// `cause` is what led here, for evidence alone: nothing is decided by it.
///
/// Observes all facets; where one violates an enforced control, plans the way to the nearest compliant state, leaves evidence,
/// writes, and looks again. A compliant resource is read and never written.
///
/// Guarantees: every facet is judged by itself; every planned action is attempted; evidence is opened before the first write
/// and closed after the last; the report names an outcome for whatever happened.
pub async fn reconcile<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    cause: &Trigger,
    resource: &Resource,
    facets: &[Facet],
) -> Report {
    let started = Instant::now();
    let calls_before = world.calls();
    let subject = run.subject(resource);
    let recalled = Recalled::default();
    let sights: Vec<Sight<G>> = look(world, recorder, &recalled, &subject, facets).await;

    let mut report = Report::ending(&cause.event_id, G::NAME, Outcome::Compliant);
    report.resource = Some(resource.arn(run.home));
    report.findings = sights.iter().flat_map(|sight| sight.findings().to_vec()).collect();
    report.retry = sights.iter().any(Sight::may_pass_later);
    if !run.dry {
        report.retry |= !keep(run, recorder, &subject, &sights).await;
    }

    let (wrong, fine): (Vec<_>, Vec<_>) = sights.into_iter().partition(Sight::is_violated);
    let unwritten = fine.iter().map(Sight::outcome).max();
    let is_violated = !wrong.is_empty();
    let work = Work::of(&subject, wrong, started);
    let mut after = fine;
    let written = if work.plan.is_empty() {
        // Violated, and no way to mend it: said, never passed over.
        is_violated.then(|| Outcome::Unresolved("no action leads to the nearest compliant state".to_owned()))
    } else if run.dry {
        report.actions = work.plan.iter().map(ToString::to_string).collect();
        Some(Outcome::Planned)
    } else {
        let repair = Repair { run, world, recorder, recalled: &recalled, cause, subject: &subject };
        let (outcome, seen) = repair.carry_out(work, &mut report).await;
        after.extend(seen);
        Some(outcome)
    };

    let states = after.iter().filter_map(Sight::state);
    report.follow_ups = states.flat_map(|state| G::follow_ups(&subject, state)).collect();
    report.outcome = written.into_iter().chain(unwritten).max().unwrap_or(Outcome::Compliant);
    report.aws_calls = world.calls() - calls_before;
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}
