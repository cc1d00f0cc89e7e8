use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_made};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Standard, Subject, on};

control! {
    TRAIL_INSIGHTS = "CloudTrail.Insights", Low, Enforce, fsbp [], cis [],
    "The trail computes insights",
    "An unusual rate of calls or errors is often the first sign.",
}

/// Which insights the trail computes, each of which categories of events, none meaning management events; none where it does not exist.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = Option<Insights>;
    type Action = InsightsAction;

    const ROW: Row = Row {
        id: "trail-insights",
        name: "insight selectors",
        service: &SERVICE,
        events: &["CreateTrail", "DeleteTrail", "PutInsightSelectors"],
        controls: &[TRAIL_INSIGHTS],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Insights>>,
        observed: &Option<Insights>,
    ) -> Flaws<'a, Option<Insights>> {
        let asked = if is_made(subject) { subject.standard.trail.insights.as_slice() } else { &[] };
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
        Ok(vec![Flaw::new(TRAIL_INSIGHTS, detail, |insights| *insights = Some(desired))])
    }

    /// Nothing is ever taken away by us.
    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        to.iter().cloned().map(InsightsAction::PutInsightSelectors).collect()
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            InsightsAction::PutInsightSelectors(new) => Some(new.clone()),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    fn is_asked_of(trail: &on::Trail, standard: &Standard) -> bool {
        standard.makes_trail(&trail.name)
    }
}

/// What is done about insights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum InsightsAction {
    /// Compute these insights.
    PutInsightSelectors(Insights),
}

impl fmt::Display for InsightsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutInsightSelectors(insights) => write!(f, "PutInsightSelectors {}", in_words(insights)),
        }
    }
}

/// Which insights a trail computes, and of which categories of events. AWS CloudTrail API Reference, InsightSelector: "If
/// EventCategories is not provided, the specified Insights types are enabled on management API calls by default".
pub(crate) type Insights = BTreeMap<String, BTreeSet<String>>;

const MANAGEMENT: &str = "Management";

fn is_computed(insights: &Insights, insight: &str) -> bool {
    insights.get(insight).is_some_and(|of| of.is_empty() || of.contains(MANAGEMENT))
}

/// In words: `ApiCallRateInsight of Data and Management`.
pub(crate) fn in_words(insights: &Insights) -> String {
    let one = |(insight, of): (&String, &BTreeSet<String>)| {
        let of: Vec<&str> = of.iter().map(String::as_str).collect();
        if of.is_empty() { insight.clone() } else { format!("{insight} of {}", of.join(" and ")) }
    };
    insights.iter().map(one).collect::<Vec<_>>().join(", ")
}
