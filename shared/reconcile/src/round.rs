//! A look at everything that is guarded: what no event told is found so.
//!
//! Whoever goes round only looks. What is wrong and may be mended is given to the guard that owns it, which looks for itself and writes with its
//! own permissions: nobody has the permissions of all.

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{Outcome, Severity, Trigger, WorldError};
use parapet_guards::foundation::stages;
use parapet_guards::{
    Baseline, Facet, Finding, GuardName, Listed, Mark, Recorder, Report, Resource, ResourceKind, Round, Rounds, World,
};
use serde::Serialize;
use tokio::time::Instant;

use crate::list::{look_at, observed};
use crate::sweep::{Errand, Guards};
use crate::{Clock, Place, Run};

/// How many reports one answer holds at most: AWS Lambda takes 6 MB, and a finding with its witness has some kilobytes.
const REPORTS: usize = 500;

/// How often it is kept how far a round is: what is looked at twice after a break costs less than every page would.
const KEPT_EACH_SECONDS: u64 = 30;

/// What a look at everything, or at a part of it, answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RoundReport {
    /// Whether all was looked at that was to be.
    pub ended: bool,
    /// How many resources were looked at.
    pub resources: u64,
    /// How many looks ended how, by their outcomes' names. Each guard looks at what it owns of a resource.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// What the guards were told to mend, as ARNs.
    pub sent: BTreeSet<String>,
    /// How many were not, because the standard's `rails` allow no more writes a minute. The next round comes to them.
    #[serde(skip_serializing_if = "is_none")]
    pub held_back: u64,
    /// What is wrong, as far as an answer holds it.
    pub reports: Vec<Report>,
    /// What did not work, and is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// How many calls to AWS that took.
    pub aws_calls: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// A look at everything: where, who mends, and until when.
#[derive(Debug)]
pub struct Everything<'a, W, R, G> {
    /// Which account and region.
    pub place: &'a Place<'a, W, R>,
    /// Who mends what is wrong.
    pub guards: &'a G,
    /// The moment.
    pub clock: Clock,
    /// When to stop at the latest.
    pub until: Instant,
}

/// Goes on with the round that is due, and keeps how far it came. None: none is, or somebody else is at it.
///
/// Rounds never overlap: who takes one says until when, before anything is looked at, and another one who reads that leaves it. Broken off
/// anywhere, it is gone on with from the last mark that was kept; what is looked at twice is found right the second time.
pub async fn go_round<W: World, R: Recorder + Rounds, G: Guards>(
    everything: &Everything<'_, W, R, G>,
) -> Option<RoundReport> {
    let Everything { place, clock, until, .. } = everything;
    let mut report = RoundReport::default();
    // What an operator is about to accept is not mended meanwhile.
    if matches!(place.recorder.baseline().await, Ok(Some(baseline)) if baseline.is_under_way(clock.now)) {
        return None;
    }
    let (round, mut tag) = match place.recorder.round().await {
        Ok(Some((round, tag))) => (round.due(clock.now)?, Some(tag)),
        Ok(None) => (Round::begun(clock.now), None),
        // Before the first bootstrap there is nothing to keep it in, and nothing to compare with.
        Err(why) if why.has_no_store => return None,
        // Whoever wrote that, it says nothing: all is looked at anew.
        Err(why) => {
            report.failed.push(why.to_string());
            let tag = place.recorder.round_tag().await.ok()?;
            (Round::begun(clock.now), tag)
        }
    };
    let left = until.saturating_duration_since(Instant::now());
    let mut round = Round { taken_until: clock.now.saturating_add(left.as_secs().try_into().unwrap_or(0)), ..round };
    match place.recorder.keep_round(&round, tag.as_deref()).await {
        Ok(Some(kept)) => tag = Some(kept),
        // Somebody else took it a moment ago.
        Ok(None) => return None,
        Err(error) => {
            report.failed.push(error.story());
            return Some(report);
        }
    }
    let calls_before = place.world.calls();
    let all = Errand::default();
    let mut going = Going::of(everything, &all, false, report).await;
    let mut kept_at = Instant::now();
    loop {
        let step = going.step(&mut round).await;
        let is_over = matches!(step, Step::Ended | Step::Late | Step::Broken);
        // What could not be listed for so long keeps nothing else from being looked at again.
        if matches!(step, Step::Ended) || matches!(step, Step::Broken) && round.is_overdue(clock.now) {
            round.ended_at = Some(clock.now);
        }
        if is_over || kept_at.elapsed().as_secs() >= KEPT_EACH_SECONDS {
            kept_at = Instant::now();
            let now = place.world.calls();
            let so_far = Round {
                resources: round.resources.saturating_add(going.report.resources),
                calls: round.calls.saturating_add(u64::from(now.saturating_sub(calls_before))),
                taken_until: if is_over { clock.now } else { round.taken_until },
                ..round.clone()
            };
            match place.recorder.keep_round(&so_far, tag.as_deref()).await {
                Ok(Some(kept)) => tag = Some(kept),
                Ok(None) => {
                    going.report.failed.push("somebody else wrote how far the round is; this one stops".to_owned());
                    break;
                }
                Err(error) => going.report.failed.push(error.story()),
            }
        }
        if is_over {
            break;
        }
    }
    let mut report = going.report;
    report.ended = round.ended_at.is_some();
    report.aws_calls = place.world.calls().saturating_sub(calls_before);
    Some(report)
}

/// Looks at what an errand names, from the beginning, whatever the schedule is at. Nothing is kept of how far it came.
pub async fn look_round<W: World, R: Recorder, G: Guards>(
    everything: &Everything<'_, W, R, G>,
    errand: &Errand,
) -> RoundReport {
    let Everything { place, clock, .. } = everything;
    let calls_before = place.world.calls();
    let mut round = Round::begun(clock.now);
    // What an operator is about to accept is not mended meanwhile.
    let is_under_way =
        matches!(place.recorder.baseline().await, Ok(Some(baseline)) if baseline.is_under_way(clock.now));
    let errand = &Errand { dry: errand.dry || (is_under_way && !errand.mends), ..errand.clone() };
    let mut going = Going::of(everything, errand, true, RoundReport::default()).await;
    let ended = loop {
        match going.step(&mut round).await {
            Step::On => {}
            Step::Ended => break true,
            Step::Late | Step::Broken => break false,
        }
    };
    let mut report = going.report;
    report.ended = ended;
    if !ended {
        report.failed.push("not everything was looked at; name `resources` to look at a part of it".to_owned());
    }
    let named = errand.resources.iter().filter(|named| !going.met.contains(*named));
    report.failed.extend(named.map(|named| format!("no guarded resource is named `{named}`")));
    report.aws_calls = everything.place.world.calls().saturating_sub(calls_before);
    report
}

/// What came of a page.
enum Step {
    /// There are more.
    On,
    /// All was looked at.
    Ended,
    /// There is no time for more.
    Late,
    /// The page could not be listed: another run tries it again.
    Broken,
}

/// A look at everything that is under way.
struct Going<'a, W, R, G> {
    everything: &'a Everything<'a, W, R, G>,
    errand: &'a Errand,
    cause: Trigger,
    baseline: Option<Baseline>,
    /// Whether somebody asked for this look.
    is_by_hand: bool,
    /// How many more writes may be asked for of what only completes or is not grave.
    writes_left: u32,
    report: RoundReport,
    /// Of what the errand names, what was met.
    met: BTreeSet<String>,
    /// The kinds that could not be listed in this run.
    broken: BTreeSet<ResourceKind>,
}

/// As what it is kept that what bootstrap made was looked at, before any kind.
const FOUNDATION: &str = "foundation";

impl<'a, W: World, R: Recorder, G: Guards> Going<'a, W, R, G> {
    async fn of(
        everything: &'a Everything<'a, W, R, G>,
        errand: &'a Errand,
        is_by_hand: bool,
        mut report: RoundReport,
    ) -> Self {
        let Everything { place, clock, until, .. } = everything;
        let baseline = match place.recorder.known_baseline().await {
            Ok(baseline) => baseline,
            Err(why) => {
                report.failed.push(why.to_string());
                None
            }
        };
        let cause = Trigger::by_hand("Sweep", &format!("sweep-{}", clock.now), place.home);
        // Then all of it counts as new.
        let cause = if errand.mends { cause.shown() } else { cause };
        let minutes = until.saturating_duration_since(Instant::now()).as_secs().div_ceil(60).max(1);
        let writes_left =
            place.standard.rails.writes_a_minute.saturating_mul(u32::try_from(minutes).unwrap_or(u32::MAX));
        let (met, broken) = (BTreeSet::new(), BTreeSet::new());
        Self { everything, errand, cause, baseline, is_by_hand, writes_left, report, met, broken }
    }

    /// Looks at the next page.
    async fn step(&mut self, round: &mut Round) -> Step {
        if Instant::now() >= self.everything.until {
            return Step::Late;
        }
        if !round.kinds.contains(FOUNDATION) {
            self.look_at_foundation(round).await;
            round.kinds.insert(FOUNDATION.to_owned());
            return Step::On;
        }
        let is_next = |kind: &ResourceKind| !round.has(*kind) && !self.broken.contains(kind);
        let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).filter(is_next).collect();
        // One that was begun is gone on with first.
        let at = kinds.iter().copied().find(|kind| round.mark(*kind).is_some());
        let Some(kind) = at.or_else(|| kinds.first().copied()) else {
            return if self.broken.is_empty() { Step::Ended } else { Step::Broken };
        };
        let from = round.mark(kind).cloned();
        match self.page(round, kind, from.as_ref()).await {
            Ok(next) => round.passed(kind, next),
            Err(error) => {
                self.report.failed.push(error.story());
                self.broken.insert(kind);
                // A mark that AWS takes no more begins the kind anew.
                round.at = round.at.take().filter(|(at, _)| *at != kind.to_string());
            }
        }
        Step::On
    }

    /// What bootstrap made, whether a listing would show it or not: it may be gone. Before the first bootstrap nothing is missed.
    async fn look_at_foundation(&mut self, round: &mut Round) {
        if self.baseline.is_none() {
            return;
        }
        for (kind, made) in foundation(self.everything.place) {
            self.look(round, kind, made).await;
        }
    }

    /// Looks at a page of a kind: where the next one begins.
    async fn page(
        &mut self,
        round: &mut Round,
        kind: ResourceKind,
        from: Option<&Mark>,
    ) -> Result<Option<Mark>, WorldError> {
        let place = self.everything.place;
        let page = place.world.list(kind, from).await?;
        let made = if self.baseline.is_some() { made(place) } else { BTreeSet::new() };
        let others = page.listed.into_iter().filter(|listed| !made.contains(&listed.resource)).collect();
        self.look(round, kind, others).await;
        Ok(page.next)
    }

    async fn look(&mut self, round: &mut Round, kind: ResourceKind, mut listed: Vec<Listed>) {
        let Everything { place, clock, .. } = self.everything;
        if !self.errand.resources.is_empty() {
            listed.retain(|listed| self.errand.resources.contains(&listed.resource.arn(place.home)));
            self.met.extend(listed.iter().map(|listed| listed.resource.arn(place.home)));
        }
        self.report.resources = self.report.resources.saturating_add(listed.len().try_into().unwrap_or(u64::MAX));
        for &guard in GuardName::ALL.iter().filter(|guard| self.errand.is_of(**guard)) {
            let owned = |facet: &Facet| facet.kind() == kind && facet.owner() == guard;
            let facets: Vec<Facet> = Facet::ALL.iter().copied().filter(owned).collect();
            if facets.is_empty() || listed.is_empty() {
                continue;
            }
            let run = Run { guard, clock: *clock, dry: true };
            let reports = look_at(place, run, &self.cause, listed.iter().cloned(), &facets).await;
            self.end(round, guard, reports).await;
        }
    }

    /// Has the guard mend what may be mended, and tells the rest.
    async fn end(&mut self, round: &mut Round, guard: GuardName, reports: Vec<Report>) {
        let mut to_mend = Vec::new();
        for report in reports {
            let is_new = report.looked_at.as_ref().is_some_and(|resource| self.may_be_mended(resource));
            let report = if is_new && !self.is_to_wait(round, &report) { report } else { observed(report) };
            *self.report.outcomes.entry(report.outcome.name()).or_default() += 1;
            if report.outcome == Outcome::Planned {
                match (&report.looked_at, self.has_room_for(&report)) {
                    (Some(resource), true) => to_mend.push(resource.clone()),
                    _ => self.report.held_back += 1,
                }
            }
            let is_worth_a_word = !matches!(report.outcome, Outcome::Compliant | Outcome::Ignored(_));
            if is_worth_a_word && self.report.reports.len() < REPORTS {
                self.report.reports.push(report);
            }
        }
        if to_mend.is_empty() || self.errand.dry {
            return;
        }
        match self.everything.guards.look(guard, &to_mend).await {
            Ok(()) => self.report.sent.extend(to_mend.iter().map(|one| one.arn(self.everything.place.home))),
            Err(error) => self.report.failed.push(error.story()),
        }
    }

    fn may_be_mended(&self, resource: &Resource) -> bool {
        let Everything { place, .. } = self.everything;
        match self.errand.mends {
            // What bootstrap made is mended without being asked for.
            true => !made(place).contains(resource),
            false => may_be_mended(place, self.baseline.as_ref(), resource),
        }
    }

    /// Whether it only lacks what completes it, and no round saw that long enough ago. Nobody deploys what bootstrap made, and who asks by hand knows
    /// what he asks for.
    fn is_to_wait(&self, round: &mut Round, report: &Report) -> bool {
        let Everything { place, clock, .. } = self.everything;
        let Some(resource) = report.looked_at.as_ref().filter(|_| report.outcome == Outcome::Planned) else {
            return false;
        };
        let only_completes =
            report.findings.iter().filter(|finding| finding.is_enforced()).all(|finding| finding.completes);
        let seconds = i64::from(place.standard.settle.minutes) * 60;
        let is_asked_for = self.is_by_hand || resource.is_foundation(place.standard, place.home);
        only_completes && !is_asked_for && seconds > 0 && round.waits(&resource.arn(place.home), clock.now, seconds)
    }

    /// Whether the standard's ceiling of writes leaves this one. What is grave is never held back, or a flood would be a way to be left alone.
    fn has_room_for(&mut self, report: &Report) -> bool {
        let is_grave = |finding: &Finding| finding.is_enforced() && finding.severity >= Severity::High;
        if report.findings.iter().any(is_grave) {
            return true;
        }
        let writes = u32::try_from(report.actions.len()).unwrap_or(u32::MAX);
        match self.writes_left.checked_sub(writes) {
            Some(left) => {
                self.writes_left = left;
                true
            }
            None => false,
        }
    }
}

/// Whether what is wrong with a resource can be told from what was there before: bootstrap made it, or the baseline went through all of its
/// kind. Somebody works with what is old, so that is mended when an operator asks, and otherwise told.
pub(crate) fn may_be_mended<W, R>(place: &Place<'_, W, R>, baseline: Option<&Baseline>, resource: &Resource) -> bool {
    // Bootstrap does not make the account, whose settings override those of its buckets: an event, or an operator, has it mended.
    resource.kind() != ResourceKind::Account
        && baseline.is_some_and(|baseline| resource.is_foundation(place.standard, place.home) || baseline.has(resource))
}

/// What bootstrap makes, and no more: what belongs to that, such as another policy of its role, a listing shows.
pub(crate) fn made<W, R>(place: &Place<'_, W, R>) -> BTreeSet<Resource> {
    stages(place.standard, place.home).into_iter().map(|stage| stage.resource).collect()
}

/// The same by its kinds: a listing does not show what is gone.
pub(crate) fn foundation<W, R>(place: &Place<'_, W, R>) -> BTreeMap<ResourceKind, Vec<Listed>> {
    let mut by_kind: BTreeMap<ResourceKind, Vec<Listed>> = BTreeMap::new();
    for resource in made(place) {
        by_kind.entry(resource.kind()).or_default().push(resource.into());
    }
    by_kind
}
