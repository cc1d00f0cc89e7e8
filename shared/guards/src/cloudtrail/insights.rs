use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::guard::logging::is_foundation;

/// Which insights a trail computes, and of which categories of events. AWS CloudTrail API Reference, InsightSelector: "If
/// EventCategories is not provided, the specified Insights types are enabled on management API calls by default".
pub(crate) type Insights = BTreeMap<String, BTreeSet<String>>;

const MANAGEMENT: &str = "Management";

fn is_computed(insights: &Insights, insight: &str) -> bool {
    insights.get(insight).is_some_and(|of| of.is_empty() || of.contains(MANAGEMENT))
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Insights>>,
    observed: &Option<Insights>,
) -> Flaws<'a, Option<Insights>> {
    let asked = if is_foundation(subject) { subject.standard.trail.insights.as_slice() } else { &[] };
    let before = match observed {
        Some(seen) => seen.clone(),
        None => last_known.cloned().flatten().unwrap_or_default(),
    };
    let computes = |insight: &&String| observed.as_ref().is_some_and(|seen| is_computed(seen, insight));
    let missing: Vec<String> = asked.iter().filter(|insight| !computes(insight)).cloned().collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let detail = format!("the trail does not compute {} of management events", missing.join(", "));
    let mut desired = before;
    for insight in missing.iter().filter(|insight| !is_computed(&desired, insight)).cloned().collect::<Vec<_>>() {
        // Other categories that are computed stay; without any, management is what is computed.
        let of = desired.entry(insight).or_default();
        if !of.is_empty() {
            of.insert(MANAGEMENT.to_owned());
        }
    }
    Ok(vec![Flaw::new(ControlId::TrailInsights, detail, |insights| *insights = Some(desired))])
}

/// In words: `ApiCallRateInsight of Data and Management`.
pub(crate) fn in_words(insights: &Insights) -> String {
    let one = |(insight, of): (&String, &BTreeSet<String>)| {
        let of: Vec<&str> = of.iter().map(String::as_str).collect();
        if of.is_empty() { insight.clone() } else { format!("{insight} of {}", of.join(" and ")) }
    };
    insights.iter().map(one).collect::<Vec<_>>().join(", ")
}
