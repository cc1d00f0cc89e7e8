//! What was there for a moment: an event asked for it, and somebody put it right before anybody looked.

use std::collections::BTreeSet;

use parapet_core::{Identity, Ignored, Outcome, Severity, Trigger};
use parapet_guards::{
    Facet, Finding, Recorder, Report, State, Subject, Told, Undetermined, World, asked_for, evidence_key, guarded,
    told_key,
};

use crate::look::account;
use crate::recall::Recalled;
use crate::{Place, Run};

/// The report with what the event's own document would have been, had it been looked at in time. Told and no more: an event proves nothing.
/// What is on record as repaired because of this very event was told then.
pub(crate) async fn with_what_was<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
    facets: &[Facet],
    mut report: Report,
) -> Report {
    let Some(resource) = report.looked_at.clone() else { return report };
    let subject = place.subject(run, &resource);
    let facets = guarded(&resource, facets, place.standard);
    if let Some(facet) = facets.iter().find(|facet| facet.row().is_told_by_record) {
        return by_record_alone(place, run, &subject, *facet, trigger, report).await;
    }
    let mut was = Vec::new();
    for facet in facets.into_iter().filter(|facet| is_right_now(&report, *facet)) {
        if let Some(asked) = asked_for(facet, trigger) {
            was.extend(wrong(place, &subject, &asked).await);
        }
    }
    if was.is_empty() {
        return report;
    }
    let key = evidence_key(place.home, &run.clock.timestamp(), trigger, run.guard, &resource);
    if !place.recorder.has_evidence(&key).await {
        let since = &trigger.event_time;
        let told = |finding: Finding| {
            let detail = format!(
                "it is right now, and was not from {since} until somebody put it right, as the record of the event says: {}",
                finding.detail
            );
            Finding { detail, ..finding.only_observed() }
        };
        report.findings.extend(was.into_iter().map(told));
        report.outcome = Outcome::Observed;
    }
    report
}

/// The report of what nothing but its record tells of. It is told, and never mended, so that a record that was made up costs nobody anything.
async fn by_record_alone<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    facet: Facet,
    trigger: &Trigger,
    report: Report,
) -> Report {
    let recorded = asked_for(facet, trigger).ok_or_else(|| {
        Undetermined(format!(
            "the record of the event does not hold what {} was asked for, and no call of ours reads it",
            trigger.event_name
        ))
    });
    match judged(place, subject, recorded).await {
        Err(Undetermined(why)) => {
            let told_before = !run.dry && was_told(place, run, subject, trigger, &why).await;
            Report { outcome: Outcome::Undetermined(why), told_before, ..report }
        }
        Ok(found) if found.is_empty() => {
            let why = "by the record of the event nobody from outside is let in, and no call of ours reads it";
            Report { outcome: Outcome::Ignored(Ignored::OutOfScope(why.to_owned())), ..report }
        }
        Ok(found) => {
            let told = |finding: Finding| {
                let detail =
                    format!("as the record of the event says, and no call of ours reads it: {}", finding.detail);
                Finding { detail, ..finding.only_observed() }
            };
            Report { outcome: Outcome::Observed, findings: found.into_iter().map(told).collect(), ..report }
        }
    }
}

/// Whether it was told today that such a record of the same resource, by the same principal, does not say what it takes. No call of ours reads it, so the next
/// record of whoever deploys it says no more, and would be an alarm each time. Another reason, another principal or another day is told again.
async fn was_told<W, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    trigger: &Trigger,
    why: &str,
) -> bool {
    // Of nobody in particular it would be told for everybody.
    let Some(who) = of_one(&trigger.actor.arn) else { return false };
    let what = BTreeSet::from([why.to_owned(), format!("by {who}")]);
    let told = Told::of(run.clock.now, run.guard, subject.resource.arn(place.home), what);
    place.recorder.was_told(&told_key(place.home, &run.clock.date(), &told), &told).await
}

/// Who is told of together. None: a record without an ARN is of anybody. Each deployment has a session of its own, and counts as its role; those of a role of
/// Identity Center are different people, and none of them is silent because another was told of.
fn of_one(arn: &str) -> Option<&str> {
    let role = arn.split_once(":assumed-role/").and_then(|(_, of)| of.split_once('/')).map(|(role, _)| role);
    let of_all = |role: &str| !role.starts_with("AWSReservedSSO_");
    match role.filter(|role| of_all(role)) {
        Some(_) => arn.rsplit_once('/').map(|(role, _)| role),
        None => Some(arn).filter(|arn| arn.starts_with("arn:")),
    }
}

/// What is wrong with what a record holds, within the account's own organization where that could make a difference.
async fn judged<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    recorded: Result<State, Undetermined>,
) -> Result<Vec<Finding>, Undetermined> {
    let recorded = recorded?;
    let found = recorded.assess(subject, None)?;
    if !found.iter().any(|finding| finding.asks_for_account) {
        return Ok(found);
    }
    // What cannot be read of it excuses nothing.
    let (account, _) = account(place).await;
    recorded.assess(&Subject { account: Some(&account), ..*subject }, None)
}

/// What is wrong now is told by itself, but for what was so long before. An inline policy that is gone was somewhere.
fn is_right_now(report: &Report, facet: Facet) -> bool {
    match &report.outcome {
        Outcome::Compliant => true,
        Outcome::Observed => report.findings.iter().all(|finding| finding.was_before),
        Outcome::Ignored(Ignored::Gone) => facet == Facet::InlineDocument,
        _ => false,
    }
}

/// What would have been mended, as far as it let somebody in or gave something away. Memory is asked for only where something is.
async fn wrong<W: World, R: Recorder>(place: &Place<'_, W, R>, subject: &Subject<'_>, asked: &State) -> Vec<Finding> {
    let grave = |before: Option<&State>| {
        let found = asked.assess(subject, before).unwrap_or_default();
        let is_grave = |finding: &Finding| finding.is_enforced() && finding.severity >= Severity::High;
        found.into_iter().filter(is_grave).collect::<Vec<_>>()
    };
    let alone = grave(None);
    if alone.is_empty() {
        return alone;
    }
    match Recalled::default().last_known(place, subject, asked.facet(), &Identity::default()).await {
        Ok(Some(before)) => grave(Some(&before)),
        _ => alone,
    }
}
