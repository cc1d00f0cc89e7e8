//! Sweep, as a function.

use std::collections::BTreeSet;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use parapet_guards::GuardName;
use parapet_reconcile::{
    Clock, Errand, Everything, Patience, Place, RoundReport, Sweep, SweepReport, go_round, look_round, sweep,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Warm, time_left};
use crate::history::{EventHistory, GuardFunctions};
use crate::metrics;

/// Runs the sweep until Lambda ends the process.
///
/// # Errors
/// Lambda's runtime interface failed.
pub async fn run_sweep() -> Result<(), lambda_runtime::Error> {
    let warm = Warm::default();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| swept(&warm, &event).await)).await
}

/// What a sweep answers: what became of what waited, and what was seen.
#[derive(Debug, Serialize)]
struct Swept {
    #[serde(flatten)]
    waited: SweepReport,
    /// Of the look at everything; none: no round was due, or somebody else is at it.
    round: Option<RoundReport>,
}

async fn swept(warm: &Warm, event: &LambdaEvent<Value>) -> Result<Swept, Diagnostic> {
    let errand = errand(&event.payload)?;
    let (live, standard) = warm.ready(&event.context).await?;
    let store = live.recorder(&standard);
    let (history, guards) = (EventHistory(&live.connection), GuardFunctions(&live.connection));
    let sweeping = Sweep { home: &live.home, standard: &standard, store: &store, history: &history, guards: &guards };
    let clock = Clock::system();
    let until = Instant::now() + time_left(event.context.deadline, clock.now);
    // What waits has a minute; the look at everything has what is left.
    let a_minute = until.min(Instant::now() + FOR_WHAT_WAITS);
    let asked = errand.clone().unwrap_or_default();
    let waited = Box::pin(sweep(sweeping, &asked, clock, a_minute, Patience::default())).await;
    // Nothing waits most of the time: a line a minute would say that.
    if waited.waited > 0 || !waited.failed.is_empty() {
        println!("{}", json!({"sweep": waited}));
    }
    let world = live.world(&standard);
    let place = Place { home: &live.home, standard: &standard, world: &world, recorder: &store };
    let everything = Everything { place: &place, guards: &guards, clock, until };
    let round = match &errand {
        Some(errand) => Some(Box::pin(look_round(&everything, errand)).await),
        None => Box::pin(go_round(&everything)).await,
    };
    if let Some(round) = &round {
        println!("{}", json!({"round": round}));
    }
    if !asked.dry {
        waited.told.iter().for_each(metrics::tell_report);
    }
    Ok(Swept { waited, round })
}

/// As long as another run is away: the schedule runs each minute.
const FOR_WHAT_WAITS: Duration = Duration::from_secs(50);

/// What is asked for by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ByHand {
    guards: BTreeSet<GuardName>,
    resources: BTreeSet<String>,
    dry_run: bool,
}

/// What is asked for by hand; none: a scheduled event asks for what is due. What is misspelt would otherwise be a run in earnest.
fn errand(input: &Value) -> Result<Option<Errand>, Diagnostic> {
    let is_scheduled = input.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event");
    if is_scheduled {
        return Ok(None);
    }
    let ByHand { guards, resources, dry_run } = ByHand::deserialize(input).map_err(|error| Diagnostic {
        error_type: "InvalidInput".to_owned(),
        error_message: format!(
            "sweep takes a scheduled event or `{{\"guards\": [..], \"resources\": [..], \"dry_run\": true}}`: {error}"
        ),
    })?;
    Ok(Some(Errand { guards, resources, dry: dry_run }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None: refused; of what is due: none within.
    fn check(input: &Value, expected: Option<Option<(usize, usize, bool)>>) {
        let sizes = |errand: Errand| (errand.guards.len(), errand.resources.len(), errand.dry);
        assert_eq!(errand(input).ok().map(|errand| errand.map(sizes)), expected, "{input}");
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
        check(&json!([]), Some(Some((0, 0, false))));
        check(&json!("x"), None);
        check(&Value::Null, None);
    }
}
