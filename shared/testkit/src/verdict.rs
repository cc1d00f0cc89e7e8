use parapet_core::Mode;
use parapet_guards::{State, Subject};

use crate::laws::way;

/// A guard's decision in one line: `compliant`, or `<controls> -> <plan>`.
///
/// A control that is only observed stands in brackets, and without a plan the arrow is left out: `(S3.Ownership)`,
/// `S3.Versioning -> PutBucketVersioning Enabled`.
///
/// # Panics
/// The plan does not lead to what the guard wants.
#[must_use]
pub fn verdict(subject: &Subject<'_>, last_known: Option<&State>, observed: &State) -> String {
    let findings = match observed.assess(subject, last_known) {
        Err(undetermined) => return format!("undetermined: {}", undetermined.0),
        Ok(findings) => findings,
    };
    let named = |mode, control: String| if mode == Mode::Enforce { control } else { format!("({control})") };
    let mut controls: Vec<String> =
        findings.iter().map(|finding| named(finding.mode, finding.control.to_string())).collect();
    controls.dedup();
    let desired = observed.comply(subject, last_known);
    let arrived = way(observed, &desired).pop().unwrap_or_else(|| observed.clone());
    assert_eq!(arrived, desired, "the plan does not lead there from {observed:?}");
    let plan: Vec<String> = observed.diff(&desired).iter().map(ToString::to_string).collect();
    match (controls.as_slice(), plan.as_slice()) {
        ([], []) => "compliant".to_owned(),
        (controls, []) => controls.join(", "),
        (controls, plan) => format!("{} -> {}", controls.join(", "), plan.join("; ")),
    }
}
