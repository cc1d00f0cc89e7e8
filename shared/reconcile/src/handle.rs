use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::{Ignored, Outcome, Trigger, WorldError};
use parapet_guards::{
    Facet, Finding, Look, Recorder, Report, Resource, Route, Target, World, guarded, is_known_event, route,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::memory::end_all;
use crate::{Place, Run, reconcile};

/// How many resources are looked at side by side where an event leads to all of a kind: enough for thousands within a function's
/// minute, few enough for the account's limits.
const SIDE_BY_SIDE: usize = 8;

/// Reacts to one CloudTrail record: routes it, and reconciles what it leads to.
///
/// Where it leads to several resources, the report is the one of greatest concern, with the findings and actions of all.
pub async fn handle<W: World, R: Recorder>(place: &Place<'_, W, R>, run: Run, record: &Value) -> Report {
    let started = Instant::now();
    let event_id = record.get("eventID").and_then(Value::as_str).unwrap_or_default();
    let trigger = match Trigger::from_record(record, place.home, is_known_event) {
        Ok(trigger) => trigger,
        Err(why) => return Report::ending(event_id, run.guard, Outcome::Ignored(why)),
    };
    let looks = match route(run.guard, &trigger, place.standard, place.home) {
        Route::Ignore(why) => return Report::ending(&trigger.event_id, run.guard, Outcome::Ignored(why)),
        Route::Look(looks) => looks,
    };
    let calls_before = place.world.calls();
    let reports = visit(place, run, &trigger, looks).await;
    let mut report = merge(reports).unwrap_or_else(|| Report::ending(&trigger.event_id, run.guard, Outcome::Compliant));
    report.aws_calls = place.world.calls() - calls_before;
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

/// Reconciles what is worth a look, one after the other, and what that makes worth a look: a report for each resource.
///
/// A resource whose existence is looked at and that is gone for good is not looked at further. Where a look is at every resource of a
/// kind, they are looked at side by side.
pub async fn visit<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    looks: Vec<Look>,
) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    let mut gone: Vec<Target> = Vec::new();
    let mut has_kept = true;
    for Look { target, facets } in looks {
        // Nothing can be read of a resource that is not there.
        if gone.contains(&target) {
            if let Target::One(resource) = &target {
                has_kept &= end_all(place, run, resource, &facets).await;
            }
            continue;
        }
        let found = match resources(place, &target).await {
            Ok(resources) => {
                let (others, ours): (Vec<Resource>, Vec<Resource>) =
                    resources.into_iter().partition(|resource| only_observes(place, &target, &facets, resource));
                let mut found = look_at(place, run, trigger, ours, &facets).await;
                let dry = Run { dry: true, ..run };
                let seen = look_at(place, dry, trigger, others, &facets).await;
                found.extend(seen.into_iter().map(|report| if run.dry { report } else { observed(report) }));
                found
            }
            Err(error) => vec![unreadable(run, trigger, &error)],
        };
        if facets.iter().all(|facet| facet.row().is_existence) && found.iter().all(is_gone) {
            gone.push(target);
        }
        reports.extend(found);
    }
    if let Some(report) = reports.last_mut() {
        report.retry |= !has_kept;
    }
    let followed: BTreeSet<(Resource, Facet)> = reports.iter().flat_map(|report| report.follow_ups.clone()).collect();
    let by_facet = Facet::ALL.iter().map(|facet| {
        let of_facet = followed.iter().filter(|(_, followed)| followed == facet);
        (*facet, of_facet.map(|(resource, _)| resource.clone()).collect::<Vec<_>>())
    });
    for (facet, resources) in by_facet.filter(|(_, resources)| !resources.is_empty()) {
        reports.extend(look_at(place, run, trigger, resources, &[facet]).await);
    }
    reports
}

/// What a target stands for, by the names that the standard knows.
async fn resources<W: World, R>(place: &Place<'_, W, R>, target: &Target) -> Result<Vec<Resource>, WorldError> {
    match target {
        Target::One(resource) => place.world.identify(resource.clone()).await.map(|resource| vec![resource]),
        Target::Every(kind) => place.world.list(*kind).await,
    }
}

/// Whether nobody is to lose access by a look: no event named the resource, and bootstrap did not make it. What nobody is known to have
/// changed, somebody works with.
fn only_observes<W, R>(place: &Place<'_, W, R>, target: &Target, facets: &[Facet], resource: &Resource) -> bool {
    matches!(target, Target::Every(_))
        && facets.iter().any(|facet| facet.row().is_about_access)
        && !resource.is_foundation(place.standard, place.home)
}

/// A report of what would have been done, as one of what was seen.
fn observed(report: Report) -> Report {
    match report.outcome {
        Outcome::Planned => {
            let findings = report.findings.into_iter().map(Finding::only_observed).collect();
            Report { outcome: Outcome::Observed, findings, actions: Vec::new(), follow_ups: Vec::new(), ..report }
        }
        _ => Report { follow_ups: Vec::new(), ..report },
    }
}

async fn look_at<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    resources: Vec<Resource>,
    facets: &[Facet],
) -> Vec<Report> {
    let each = resources.iter().map(|resource| (resource, guarded(resource, facets, place.standard)));
    let guarded: Vec<(&Resource, Vec<Facet>)> = each.filter(|(_, facets)| !facets.is_empty()).collect();
    let looks = guarded.iter().map(|(resource, facets)| reconcile(place, run, trigger, resource, facets.as_slice()));
    stream::iter(looks).buffered(SIDE_BY_SIDE).collect().await
}

fn unreadable(run: Run, trigger: &Trigger, error: &WorldError) -> Report {
    let mut report = Report::ending(&trigger.event_id, run.guard, Outcome::Undetermined(error.story()));
    report.retry = error.may_pass_later();
    report
}

fn is_gone(report: &Report) -> bool {
    report.outcome == Outcome::Ignored(Ignored::Gone)
}

fn merge(reports: Vec<Report>) -> Option<Report> {
    reports.into_iter().reduce(|first, second| {
        let (mut worse, other) = if second.outcome > first.outcome { (second, first) } else { (first, second) };
        worse.findings.extend(other.findings);
        worse.actions.extend(other.actions);
        worse.evidence = worse.evidence.or(other.evidence);
        worse.retry |= other.retry;
        worse
    })
}
