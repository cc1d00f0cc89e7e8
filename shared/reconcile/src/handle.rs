use std::collections::BTreeMap;

use parapet_core::{Ignored, Outcome, Trigger, WorldError};
use parapet_guards::{
    Facet, Listed, Look, Recorder, Report, Resource, ResourceKind, Route, Target, World, is_known_event, looks, on,
    route,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::asked::with_what_was;
use crate::blocked::{Block, to_tell, told_once};
use crate::denial::Denial;
use crate::keep::end_all;
use crate::list::{Listing, list, look_after, look_at};
use crate::own_name::bearer;
use crate::wait::wait;
use crate::{Place, Run};

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
    let bearer = match bearer(place, run, &trigger).await {
        Ok(bearer) => bearer,
        Err(error) => {
            let account = on::Account {}.into();
            return unreadable(place, run, &trigger, (&account, &[Facet::PrincipalPolicies]), &error).await;
        }
    };
    let place = &Place { standard: bearer.standard(place.standard), ..*place };
    let looks = match route(run.guard, &trigger, place.standard, place.home) {
        Route::Ignore(why) => {
            let ignored = Report::ending(&trigger.event_id, run.guard, Outcome::Ignored(why));
            return bearer.told(place, run, ignored);
        }
        Route::Look(looks) => looks,
    };
    let calls_before = place.world.calls();
    let reports = visit(place, run, &trigger, looks).await;
    let waits = wait(place, run, &trigger, &reports).await;
    let mut report = merge(reports).unwrap_or_else(|| Report::ending(&trigger.event_id, run.guard, Outcome::Compliant));
    report = bearer.told(place, run, report);
    report.retry |= !waits;
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
        let found = match &target {
            Target::One(resource) => look_at_one(place, run, trigger, resource, &facets).await,
            Target::Every(kind) => look_at_every(place, run, trigger, *kind, &facets).await,
        };
        if facets.iter().all(|facet| facet.row().is_existence) && found.iter().all(is_gone) {
            gone.push(target);
        }
        reports.extend(found);
    }
    if let Some(report) = reports.last_mut() {
        report.retry |= !has_kept;
    }
    let (mut followed, mut done) = (led_on(&reports, &Followed::new()), Followed::new());
    // What is looked at once leads on once: a policy to a group, and the group to its members.
    while !followed.is_empty() {
        let mut further = Vec::new();
        for &facet in Facet::ALL {
            let of_facet = followed.iter().filter(|((followed, _), _)| *followed == facet);
            let resources: Vec<_> =
                of_facet.map(|((_, resource), brought)| (Listed::from(resource.clone()), brought.clone())).collect();
            if !resources.is_empty() {
                further.extend(look_after(place, run, trigger, resources, &[facet]).await);
            }
        }
        done.append(&mut followed);
        followed = led_on(&further, &done);
        followed.retain(|next, _| !done.contains_key(next));
        reports.extend(further);
    }
    reports
}

/// What is looked at because of others, and what those were.
type Followed = BTreeMap<(Facet, Resource), Vec<Resource>>;

/// Where reports lead on to, each with what led there: what was looked at, and what had led to that.
fn led_on(reports: &[Report], earlier: &Followed) -> Followed {
    let mut followed = Followed::new();
    for report in reports {
        let led_here = earlier.iter().filter(|((_, resource), _)| Some(resource) == report.looked_at.as_ref());
        let led_here: Vec<&Resource> = led_here.flat_map(|(_, brought)| brought).chain(&report.looked_at).collect();
        for (resource, facet) in &report.follow_ups {
            followed.entry((*facet, resource.clone())).or_default().extend(led_here.iter().copied().cloned());
        }
    }
    followed
}

/// Reconciles resources that somebody asks a guard to look at, with all that the guard owns of them: a report for each facet that comes by
/// itself.
///
/// Whoever may invoke a guard may ask for this, and gains nothing by it that an event would not give him: what is written is what the state and
/// the memory say, and nobody is named as who did it.
pub async fn look_at_these<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    resources: &[Resource],
) -> Vec<Report> {
    let mut reports = Vec::new();
    for resource in resources {
        reports.extend(visit(place, run, cause, looks(run.guard, resource, place.standard)).await);
    }
    reports
}

/// Looks at a resource, by the name that the standard knows it by.
async fn look_at_one<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    resource: &Resource,
    facets: &[Facet],
) -> Vec<Report> {
    match place.world.identify(resource.clone()).await {
        Ok(resource) => {
            let mut reports = Vec::new();
            for report in look_at(place, run, trigger, [resource.into()], facets).await {
                reports.push(with_what_was(place, run, trigger, facets, report).await);
            }
            reports
        }
        Err(error) => {
            let report = unreadable(place, run, trigger, (resource, facets), &error).await;
            vec![Report { resource: Some(resource.arn(place.home)), ..report }]
        }
    }
}

/// Looks at all of a kind, page by page. Where the listing breaks off, it is told what could not be listed.
async fn look_at_every<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    kind: ResourceKind,
    facets: &[Facet],
) -> Vec<Report> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        match list(place, run, trigger, kind, facets, from.as_ref()).await {
            Ok(Listing { reports, next }) => {
                found.extend(reports);
                from = next;
            }
            Err(error) => {
                let account = on::Account {}.into();
                found.push(unreadable(place, run, trigger, (&account, facets), &error).await);
                return found;
            }
        }
        if from.is_none() {
            return found;
        }
    }
}

async fn unreadable<W, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    (resource, facets): (&Resource, &[Facet]),
    error: &WorldError,
) -> Report {
    let subject = place.subject(run, resource);
    let denial = Denial { subject: &subject, run, cause: trigger };
    let mut report = Report::ending(&trigger.event_id, run.guard, denial.outcome(facets, error));
    report.findings.extend(denial.told(error));
    report.retry = denial.may_pass_later(facets, error);
    let blocks: Vec<Block> = Block::before(&denial, facets, error).into_iter().collect();
    report.to_tell = to_tell(run, &denial, (&blocks, &[]), &report);
    if run.dry { report } else { told_once(place, run, report).await }
}

fn is_gone(report: &Report) -> bool {
    report.outcome == Outcome::Ignored(Ignored::Gone)
}

pub(crate) fn merge(reports: Vec<Report>) -> Option<Report> {
    reports.into_iter().reduce(|first, second| {
        let (mut worse, other) = if second.outcome > first.outcome { (second, first) } else { (first, second) };
        worse.findings.extend(other.findings);
        worse.actions.extend(other.actions);
        worse.evidence = worse.evidence.or(other.evidence);
        worse.contest = worse.contest.or(other.contest);
        worse.settles_at = worse.settles_at.max(other.settles_at);
        worse.retry |= other.retry;
        worse.told_before &= other.told_before || !other.outcome.is_alarming();
        worse
    })
}
