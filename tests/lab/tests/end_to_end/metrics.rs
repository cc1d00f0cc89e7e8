//! What the functions have printed for CloudWatch, after all cases before.

use std::collections::BTreeSet;

use parapet_aws::metrics::{CRITICAL_OBSERVED, NAMESPACE, NOT_RESTORED, STANDARD};
use parapet_console::{Result, Trouble};
use parapet_guards::GuardName;
use parapet_lab::Lab;
use serde_json::Value;

use crate::report::{Report, ensure};

pub(crate) async fn run(lab: &Lab, report: &mut Report) {
    for &guard in GuardName::ALL {
        report.case(format!("metrics: {guard} counts what it repaired"), counts_repairs(lab, guard)).await;
    }
    // A bad standard was met, and a memory that cannot be read; a delegated administrator was removed.
    for (function, name) in
        [("bootstrap", STANDARD), ("policy-guard", NOT_RESTORED), ("logging-guard", CRITICAL_OBSERVED)]
    {
        report.case(format!("metrics: {function} raises {name}"), raises(lab, function, name)).await;
    }
}

async fn counts_repairs(lab: &Lab, guard: GuardName) -> Result<()> {
    let lines = lines(lab, guard.as_str()).await?;
    let of_others = lines.iter().find(|line| line.get("Guard").is_some_and(|of| *of != guard.as_str()));
    ensure(of_others.is_none(), format!("it counts for another: {of_others:?}"))?;
    let counted: BTreeSet<String> = lines.iter().flat_map(|line| names(line, "Guard")).collect();
    ensure(counted.contains("Remediated") && counted.contains("Duration"), format!("it counts {counted:?}"))
}

async fn raises(lab: &Lab, function: &str, name: &str) -> Result<()> {
    let lines = lines(lab, function).await?;
    let raised: BTreeSet<String> = lines.iter().flat_map(|line| names(line, "")).collect();
    ensure(raised.contains(name), format!("it raises {raised:?}"))
}

/// The lines in the embedded metric format.
async fn lines(lab: &Lab, function: &str) -> Result<Vec<Value>> {
    let log = lab.log(function).await?;
    let parsed = log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = parsed.filter(|line| line.get("_aws").is_some()).collect();
    if lines.is_empty() {
        return Err(Trouble::new(format!("no metrics among {} lines", log.len())));
    }
    Ok(lines)
}

/// The metrics of a line that have this one dimension; empty: none.
fn names(line: &Value, dimension: &str) -> Vec<String> {
    let directives = line.pointer("/_aws/CloudWatchMetrics").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_meant = |directive: &Value| {
        let first = directive.pointer("/Dimensions/0/0").and_then(Value::as_str).unwrap_or_default();
        directive.get("Namespace").and_then(Value::as_str) == Some(NAMESPACE) && first == dimension
    };
    let metrics = directives.into_iter().filter(is_meant).filter_map(|directive| directive.get("Metrics").cloned());
    let metrics = metrics.filter_map(|metrics| metrics.as_array().cloned()).flatten();
    metrics.filter_map(|metric| metric.get("Name").and_then(Value::as_str).map(str::to_owned)).collect()
}
