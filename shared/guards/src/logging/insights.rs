use std::collections::BTreeSet;

use parapet_core::{ControlId, Subject};

use super::is_foundation;
use crate::flaw::{Flaw, Flaws};

pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    _last_known: Option<&BTreeSet<String>>,
    observed: &BTreeSet<String>,
) -> Flaws<'a, BTreeSet<String>> {
    let asked = if is_foundation(subject) { subject.standard.trail.insights.as_slice() } else { &[] };
    let missing: Vec<String> = asked.iter().filter(|insight| !observed.contains(*insight)).cloned().collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let detail = format!("the trail does not compute {}", missing.join(", "));
    Ok(vec![Flaw::new(ControlId::TrailInsights, detail, |insights: &mut BTreeSet<String>| insights.extend(missing))])
}
