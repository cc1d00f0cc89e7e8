use parapet_core::{Guard, Outcome, Recorder, Report, Route, Trigger, World};
use serde_json::Value;
use tokio::time::Instant;

use crate::{Run, reconcile};

/// Reacts to one CloudTrail record: routes it, and reconciles what it leads to.
///
/// An event names one resource in all cases so far; where it leads to several, the report is the one of greatest concern, with
/// the findings and actions of all.
pub async fn handle<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    record: &Value,
) -> Report {
    let started = Instant::now();
    let event_id = record.get("eventID").and_then(Value::as_str).unwrap_or_default();
    let trigger = match Trigger::from_record(record, run.home) {
        Ok(trigger) => trigger,
        Err(why) => return Report::ending(event_id, G::NAME, Outcome::Ignored(why)),
    };
    let looks = match G::route(&trigger, run.standard, run.home) {
        Route::Ignore(why) => return Report::ending(&trigger.event_id, G::NAME, Outcome::Ignored(why)),
        Route::Unnamed(why) => return Report::ending(&trigger.event_id, G::NAME, Outcome::Undetermined(why)),
        Route::Look(looks) => looks,
    };
    let mut reports = Vec::new();
    for (resource, facets) in looks {
        reports.push(reconcile::<G, W, R>(run, world, recorder, &trigger, &resource, &facets).await);
    }
    let mut report = merge(reports).unwrap_or_else(|| Report::ending(&trigger.event_id, G::NAME, Outcome::Compliant));
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

fn merge(reports: Vec<Report>) -> Option<Report> {
    reports.into_iter().reduce(|first, second| {
        let (mut worse, other) = if second.outcome > first.outcome { (second, first) } else { (first, second) };
        worse.findings.extend(other.findings);
        worse.actions.extend(other.actions);
        worse.aws_calls += other.aws_calls;
        worse.retry |= other.retry;
        worse
    })
}
