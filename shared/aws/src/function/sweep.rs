//! Sweep, as a function.

use std::collections::BTreeSet;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use parapet_guards::GuardName;
use parapet_reconcile::{Clock, Errand, Patience, Sweep, SweepReport, sweep};
use serde::Deserialize;
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

async fn swept(warm: &Warm, event: &LambdaEvent<Value>) -> Result<SweepReport, Diagnostic> {
    let errand = errand(&event.payload)?;
    let (live, standard) = warm.ready(&event.context).await?;
    let store = live.recorder(&standard);
    let (history, guards) = (EventHistory(&live.connection), GuardFunctions(&live.connection));
    let sweeping = Sweep { home: &live.home, standard: &standard, store: &store, history: &history, guards: &guards };
    let clock = Clock::system();
    let until = Instant::now() + time_left(event.context.deadline, clock.now);
    let report = Box::pin(sweep(sweeping, &errand, clock, until, Patience::default())).await;
    // Nothing waits most of the time: a line a minute would say that.
    if report.waited > 0 || !report.failed.is_empty() {
        println!("{}", json!({"sweep": report}));
    }
    if !errand.dry {
        report.told.iter().for_each(metrics::tell_report);
    }
    Ok(report)
}

/// What is asked for by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ByHand {
    guards: BTreeSet<GuardName>,
    resources: BTreeSet<String>,
    dry_run: bool,
}

/// A scheduled event asks for all; what is misspelt would otherwise be a run in earnest.
fn errand(input: &Value) -> Result<Errand, Diagnostic> {
    let is_scheduled = input.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event");
    if is_scheduled {
        return Ok(Errand::default());
    }
    let ByHand { guards, resources, dry_run } = ByHand::deserialize(input).map_err(|error| Diagnostic {
        error_type: "InvalidInput".to_owned(),
        error_message: format!(
            "sweep takes a scheduled event or `{{\"guards\": [..], \"resources\": [..], \"dry_run\": true}}`: {error}"
        ),
    })?;
    Ok(Errand { guards, resources, dry: dry_run })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &Value, expected: Option<(usize, usize, bool)>) {
        let errand = errand(input).ok().map(|errand| (errand.guards.len(), errand.resources.len(), errand.dry));
        assert_eq!(errand, expected, "{input}");
    }

    #[test]
    fn inputs() {
        check(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}), Some((0, 0, false)));
        check(&json!({}), Some((0, 0, false)));
        check(
            &json!({"guards": ["policy-guard"], "resources": ["arn:aws:s3:::b"], "dry_run": true}),
            Some((1, 1, true)),
        );
        check(&json!({"guards": ["nobody"]}), None);
        check(&json!({"dry_runs": true}), None);
        check(&json!({"dry_run": "true"}), None);
        check(&json!([]), Some((0, 0, false)));
        check(&json!("x"), None);
        check(&Value::Null, None);
    }
}
