use std::collections::BTreeSet;

use parapet_core::{ControlId, Finding, Subject};

use super::is_foundation;

fn missing(subject: &Subject<'_>, observed: &BTreeSet<String>) -> Vec<String> {
    let asked = if is_foundation(subject) { subject.standard.trail.insights.as_slice() } else { &[] };
    asked.iter().filter(|insight| !observed.contains(*insight)).cloned().collect()
}

pub(super) fn assess(subject: &Subject<'_>, observed: &BTreeSet<String>) -> Option<Finding> {
    let missing = missing(subject, observed);
    (!missing.is_empty()).then(|| {
        Finding::on(ControlId::TrailInsights, subject, format!("the trail does not compute {}", missing.join(", ")))
    })?
}

pub(super) fn comply(subject: &Subject<'_>, observed: &BTreeSet<String>) -> BTreeSet<String> {
    let missing = if subject.enforces(ControlId::TrailInsights) { missing(subject, observed) } else { Vec::new() };
    observed.iter().cloned().chain(missing).collect()
}
