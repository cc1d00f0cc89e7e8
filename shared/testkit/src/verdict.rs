use parapet_core::{Guard, Mode, Subject};

/// A guard's decision in one line: `compliant`, or `<controls> -> <plan>`.
///
/// A control that is only observed stands in brackets, and without a plan the arrow is left out: `(S3.Ownership)`,
/// `S3.Versioning -> PutBucketVersioning Enabled`.
#[must_use]
pub fn verdict<G: Guard>(subject: &Subject<'_>, last_known: Option<&G::State>, observed: &G::State) -> String {
    let findings = match G::assess(subject, last_known, observed) {
        Err(undetermined) => return format!("undetermined: {}", undetermined.0),
        Ok(findings) => findings,
    };
    let named = |mode, control: String| if mode == Mode::Enforce { control } else { format!("({control})") };
    let mut controls: Vec<String> =
        findings.iter().map(|finding| named(finding.mode, finding.control.to_string())).collect();
    controls.dedup();
    let plan: Vec<String> =
        G::diff(observed, &G::comply(subject, last_known, observed)).iter().map(ToString::to_string).collect();
    match (controls.as_slice(), plan.as_slice()) {
        ([], []) => "compliant".to_owned(),
        (controls, []) => controls.join(", "),
        (controls, plan) => format!("{} -> {}", controls.join(", "), plan.join("; ")),
    }
}
