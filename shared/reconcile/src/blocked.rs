//! What blocks a guard from outside of the account is told once a day; what somebody of the account does is told each time.
//!
//! Whoever of the account denies a guard something may do it for what he did there, and each of his events is worth a person's look. A policy of the
//! organization nobody of the account can make or change, so that it hides nothing which was not hidden from the first: it is known, and would be an alarm
//! at every event until somebody elsewhere acts. Another violation on the same resource is told again, and so is the same on the next day.

use std::collections::BTreeSet;

use parapet_core::{DeniedBy, Outcome, WorldError};
use parapet_guards::{ControlId, Facet, Finding, Recorder, Report, Subject, Told, told_key};

use crate::denial::Denial;
use crate::look::Sight;
use crate::{Place, Run};

/// A call that a policy denies for good.
pub(crate) struct Block {
    /// Of which facet; none: before any was looked at.
    pub(crate) facet: Option<Facet>,
    step: String,
    by: DeniedBy,
}

impl Block {
    /// What blocks a failed call; none: it may pass later, or was not denied by a policy.
    pub(crate) fn of(denial: &Denial<'_>, facet: Facet, error: &WorldError) -> Option<Self> {
        let by = denial.blocked(&[facet], error)?;
        Some(Self { facet: Some(facet), step: error.step.clone(), by })
    }

    /// The same, before any facet was looked at.
    pub(crate) fn before(denial: &Denial<'_>, facets: &[Facet], error: &WorldError) -> Option<Self> {
        let by = denial.blocked(facets, error)?;
        Some(Self { facet: None, step: error.step.clone(), by })
    }
}

/// What of a report is told once. `after`: what was seen last. None: something of it is told each time, or is no alarm.
pub(crate) fn to_tell(
    run: Run,
    denial: &Denial<'_>,
    (blocks, after): (&[Block], &[Sight]),
    report: &Report,
) -> Option<Told> {
    is_all(denial, blocks, after, report).then(|| told(run, denial.subject, blocks, report))
}

/// The report as it is told: what was told today already says so, and is no alarm. It is kept that it is told now.
pub(crate) async fn told_once<W, R: Recorder>(place: &Place<'_, W, R>, run: Run, report: Report) -> Report {
    let Some(told) = &report.to_tell else { return report };
    let key = told_key(place.home, &run.clock.date(), told);
    if !place.recorder.was_told(&key, told).await {
        return report;
    }
    let findings = report.findings.into_iter().filter(|finding| finding.control != ControlId::ACCESS).collect();
    Report { told_before: true, findings, ..report }
}

/// Whether the organization blocks what is left, and nothing else is wrong.
fn is_all(denial: &Denial<'_>, blocks: &[Block], after: &[Sight], report: &Report) -> bool {
    let is_blocked = |sight: &Sight| blocks.iter().any(|block| block.facet == Some(sight.facet));
    let is_known = |sight: &Sight| match sight.is_violated() || sight.outcome(denial).is_alarming() {
        true => is_blocked(sight),
        false => true,
    };
    matches!(report.outcome, Outcome::Blocked(_))
        && !blocks.is_empty()
        && blocks.iter().all(|block| block.by.is_of_organization())
        && after.iter().all(is_known)
}

/// What is told: on what, what denies which steps, and what it leaves.
fn told(run: Run, subject: &Subject<'_>, blocks: &[Block], report: &Report) -> Told {
    let left = report.findings.iter().filter(|finding| finding.control != ControlId::ACCESS);
    let left = left.map(|finding: &Finding| format!("{}: {}", finding.control, finding.detail));
    let blocks = blocks.iter().map(|block| format!("cannot {}: {}", block.step, block.by));
    let what: BTreeSet<String> = left.chain(blocks).collect();
    Told::of(run.clock.now, run.guard, subject.resource.arn(subject.home), what)
}
