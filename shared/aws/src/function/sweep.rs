//! Sweep, as a function.

use std::collections::BTreeSet;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use parapet_core::{Outcome, Severity};
use parapet_guards::{Asked, ControlId, Finding, GuardName, Recorder, Report, Resource, Standard, on};
use parapet_reconcile::{
    Accepted, Clock, Errand, Everything, GatherReport, Mending, Operator, Patience, Place, RoundReport, Run, Sweep,
    SweepReport, accept, gather, go_round, look_round, order, sweep, unread,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{LivePlace, Warm, refuse, time_left};
use crate::history::{EventHistory, GuardFunctions};
use crate::trail_objects::DeliveredObjects;
use crate::{metrics, proof};

/// Runs the sweep until Lambda ends the process.
///
/// # Errors
/// Lambda's runtime interface failed.
pub async fn run_sweep() -> Result<(), lambda_runtime::Error> {
    let warm = Warm::default();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| swept(&warm, &event).await)).await
}

/// Whether a report is of a trail that the standard uses and that is at home elsewhere. No event of its own account or region reaches a guard
/// here, and once it is stopped none of this one does: whoever looks has to wake somebody.
fn is_of_used_trail(report: &Report, standard: &Standard) -> bool {
    let Some(Resource::Trail(on::Trail { name })) = &report.looked_at else { return false };
    name == standard.trail_name() && name.starts_with("arn:")
}

/// What a sweep answers: what became of what waited, and what was seen.
#[derive(Debug, Serialize)]
struct Swept {
    #[serde(flatten)]
    waited: SweepReport,
    /// Of the look at everything; none: no round was due, or somebody else is at it.
    round: Option<RoundReport>,
    /// Of a baseline that is kept anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Accepted>,
    /// Of what the trail delivered; none: it was not time to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    gathered: Option<GatherReport>,
}

async fn swept(warm: &Warm, event: &LambdaEvent<Value>) -> Result<Swept, Diagnostic> {
    let by_hand = asked(&event.payload)?;
    let (live, standard) = warm.ready(&event.context).await?;
    let store = live.recorder(&standard);
    let (history, guards) = (EventHistory(&live.connection), GuardFunctions(&live.connection));
    let clock = Clock::system();
    let until = Instant::now() + time_left(event.context.deadline, clock.now);
    let operator = match &by_hand {
        Some((asked, proof)) if asked.needs_proof() => Some(operator(live, &standard, asked, proof.as_deref()).await?),
        _ => None,
    };
    let controls = match &by_hand {
        Some((asked, _)) => asked.controls().map_err(|why| refuse("InvalidInput", why))?,
        None => BTreeSet::new(),
    };
    let errand = by_hand.as_ref().map(|(asked, _)| Errand::about(asked.guards.clone(), asked.named(), asked.dry_run));
    let all = errand.clone().unwrap_or_default();
    // What waits has a minute; the look at everything has what is left.
    let a_minute = until.min(Instant::now() + FOR_WHAT_WAITS);
    let sweeping = Sweep { home: &live.home, standard: &standard, store: &store, history: &history, guards: &guards };
    let waited = Box::pin(sweep(sweeping, &all, clock, a_minute, Patience::default())).await;
    // Nothing waits most of the time: a line a minute would say that.
    if waited.waited > 0 || !waited.failed.is_empty() {
        println!("{}", json!({"sweep": waited}));
    }
    let world = live.world(&standard);
    let place = Place { home: &live.home, standard: &standard, world: &world, recorder: &store };
    let everything = Everything { place: &place, guards: &guards, clock, until };
    let run = Run { guard: GuardName::PolicyGuard, clock, dry: false };
    let request = event.context.request_id.as_str();
    let is_asked_for = by_hand.as_ref().is_none_or(|(asked, _)| asked.baseline && !asked.dry_run);
    let keep_used = by_hand.as_ref().is_none_or(|(asked, _)| asked.keep_used != Some(false));
    let baseline = match is_asked_for {
        true => {
            Box::pin(accept(&place, run, operator.as_ref(), until, &|arn, finding| {
                tell_accepted(arn, finding, request)
            }))
            .await
        }
        false => None,
    };
    let round = match (&by_hand, errand) {
        _ if baseline.is_some() => None,
        (Some((asked, _)), Some(errand)) if !asked.mend.is_empty() => {
            let operator = operator.map(|operator| operator.arn).unwrap_or_default();
            let request = event.context.request_id.clone();
            let mending = Mending { operator, request, controls, keep_used };
            Some(Box::pin(order(&everything, &errand, &mending)).await)
        }
        (_, Some(errand)) => Some(Box::pin(look_round(&everything, &errand)).await),
        _ => Box::pin(go_round(&everything)).await,
    };
    if let Some(round) = &round {
        println!("{}", json!({"round": round}));
        // What could not be looked at has somebody look why.
        if by_hand.is_none() && !round.failed.is_empty() {
            let outcome = Outcome::Undetermined(round.failed.join("; "));
            metrics::tell_report(&Report::ending(request, GuardName::PolicyGuard, outcome));
        }
        if by_hand.is_none() {
            round.reports.iter().filter(|report| is_of_used_trail(report, &standard)).for_each(metrics::tell_report);
        }
    }
    if let Some(baseline) = &baseline {
        println!("{}", json!({"baseline": baseline}));
    }
    if !all.dry {
        waited.told.iter().for_each(metrics::tell_report);
    }
    // At last: what is to be told is told, whatever lies in the bucket. A trail that was there already delivers where no permission of ours reaches.
    let gathered = match &by_hand {
        None if standard.trail.used.is_none() => {
            let trail = DeliveredObjects::of(&live.connection, &live.home, &standard.names.log_bucket);
            Box::pin(gather(&live.home, &store, &trail, clock, until)).await
        }
        _ => None,
    };
    if let Some(gathered) = &gathered {
        println!("{}", json!({"gathered": gathered}));
        if let Some(report) = unread(&live.home, &store, clock, request, gathered).await {
            println!("{}", json!(report));
            metrics::tell_report(&report);
        }
    }
    Ok(Swept { waited, round, baseline, gathered })
}

/// As long as another run is away: the schedule runs each minute.
const FOR_WHAT_WAITS: Duration = Duration::from_secs(50);

/// What is accepted that would have been mended is told as critical, before it is: somebody should know of it who did not ask for it.
fn tell_accepted(arn: &str, accepted: &Finding, request: &str) {
    let detail = format!("a baseline accepts what would have been mended by {}: {}", accepted.control, accepted.detail);
    let finding = Finding::of_deployment(ControlId::MEMORY, Severity::Critical, detail);
    let report = Report::ending(request, GuardName::PolicyGuard, Outcome::Observed);
    let report = Report { resource: Some(arn.to_owned()), findings: vec![finding], ..report };
    println!("{}", json!(report));
    metrics::tell_report(&report);
}

/// Who asks, as AWS STS says, if the standard has him ask for that.
async fn operator(
    live: &LivePlace,
    standard: &Standard,
    asked: &Asked,
    proof: Option<&str>,
) -> Result<Operator, Diagnostic> {
    let refused = |why: String| refuse("NoOperator", format!("{NEEDS_PROOF}: {why}"));
    let proof = proof.ok_or_else(|| refused("there is none; `parapet sweep` makes it".to_owned()))?;
    let caller = proof::caller(&live.connection, &live.home, proof, asked.digest(&live.home)).await.map_err(refused)?;
    let store = live.recorder(standard);
    let baseline = match store.baseline().await {
        // Written over, or deleted: who is who stands in the one before. It is an operator's to replace, so it cannot keep him from that.
        Err(why) if why.is_of_nobody() => store.earlier_baseline().await,
        baseline => baseline,
    };
    let baseline = baseline.map_err(|why| refused(why.to_string()))?;
    let account = baseline.map(|baseline| baseline.account).unwrap_or_default();
    standard.takes_orders_of(&caller, &live.home, &account).map_err(refused)?;
    // At last: what nobody who gives orders signed leaves nothing behind.
    let (signature, date) = proof::signed(proof).ok_or_else(|| refused("it bears no signature".to_owned()))?;
    store.take_proof((&signature, &date), &caller.arn).await.map_err(refused)?;
    Ok(Operator { arn: caller.arn, account })
}

const NEEDS_PROOF: &str = "a baseline, and what is old to be mended, take the proof of an operator";

/// What is asked for by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ByHand {
    #[serde(flatten)]
    asked: Map<String, Value>,
    proof: Option<String>,
}

/// What is asked for by hand, with the proof of who asks; none: a scheduled event asks for what is due. What is misspelt would otherwise be a run
/// in earnest.
fn asked(input: &Value) -> Result<Option<(Asked, Option<String>)>, Diagnostic> {
    if input.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event") {
        return Ok(None);
    }
    let invalid = |why: String| Diagnostic {
        error_type: "InvalidInput".to_owned(),
        error_message: format!(
            "sweep takes a scheduled event or `{{\"guards\": [..], \"resources\": [..], \"dry_run\": true, \"baseline\": true, \"mend\": [..], \"keep_used\": true}}`: {why}"
        ),
    };
    let ByHand { asked, proof } = ByHand::deserialize(input).map_err(|error| invalid(error.to_string()))?;
    let asked: Asked = Asked::deserialize(Value::Object(asked)).map_err(|error| invalid(error.to_string()))?;
    if asked.baseline && !(asked.mend.is_empty() && asked.guards.is_empty() && asked.resources.is_empty()) {
        return Err(invalid("a baseline is of everything, and mends nothing".to_owned()));
    }
    if asked.keep_used.is_some() && asked.mend.is_empty() {
        return Err(invalid("`keep_used` is about what is mended: there is no `mend`".to_owned()));
    }
    asked.controls().map_err(invalid)?;
    Ok(Some((asked, proof)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None: refused; of what is due: none within.
    fn check(input: &Value, expected: Option<Option<(usize, usize, bool)>>) {
        let sizes = |(asked, _): (Asked, _)| (asked.guards.len(), asked.resources.len(), asked.dry_run);
        assert_eq!(asked(input).ok().map(|asked| asked.map(sizes)), expected, "{input}");
    }

    #[test]
    fn inputs() {
        check(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}), Some(None));
        check(&json!({}), Some(Some((0, 0, false))));
        check(
            &json!({"guards": ["policy-guard"], "resources": ["arn:aws:s3:::b"], "dry_run": true}),
            Some(Some((1, 1, true))),
        );
        check(&json!({"guards": ["nobody"]}), None);
        check(&json!({"dry_runs": true}), None);
        check(&json!({"dry_run": "true"}), None);
        check(
            &json!({"mend": ["S3.*", "arn:aws:s3:::b"], "proof": "Action=GetCallerIdentity"}),
            Some(Some((0, 0, false))),
        );
        check(&json!({"baseline": true}), Some(Some((0, 0, false))));
        check(&json!({"baseline": true, "resources": ["arn:aws:s3:::b"]}), None);
        check(&json!({"mend": ["S3.Nothing"]}), None);
        check(&json!({"mend": "S3.*"}), None);
        check(&json!([]), None);
        check(&json!("x"), None);
        check(&Value::Null, None);
    }
}
