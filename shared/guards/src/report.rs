use parapet_core::Outcome;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::used::Loses;
use crate::{Contest, Facet, Finding, GuardName, Resource, Told};

/// What a guard function answers: one JSON object.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// CloudTrail's id of the event.
    pub event_id: String,
    /// Which guard.
    pub guard: GuardName,
    /// What came of it, as `outcome`, and `why` where it has a reason.
    #[serde(flatten, serialize_with = "name_and_reason")]
    pub outcome: Outcome,
    /// The ARN of the resource; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// What was written, in words.
    pub actions: Vec<String>,
    /// The S3 key of the evidence, or `log-only`; absent where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When what only completes a young resource is completed; absent where nothing waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settles_at: Option<String>,
    /// Who keeps undoing it, and what would end that; absent where nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest: Option<Contest>,
    /// What of what is used the repair ends, or would have: where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<Loses>,
    /// Whether it was told already, today or within the window of a slow contest, and nothing else is wrong: it is no alarm then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub told_before: bool,
    /// Calls to AWS on the guarded resource. Evidence is not counted.
    pub aws_calls: u32,
    /// From the arrival of the event to the answer.
    pub duration_ms: u64,
    /// Whether the same event may fare better later: the function then fails, so that it is delivered again.
    #[serde(skip)]
    pub retry: bool,
    /// What else the states that were seen make worth looking at.
    #[serde(skip)]
    pub follow_ups: Vec<(Resource, Facet)>,
    /// What was left because nobody knows since when it is so.
    #[serde(skip)]
    pub unsure: Vec<Facet>,
    /// What had led to it, where others did.
    #[serde(skip)]
    pub brought: Vec<Resource>,
    /// What is told once, where nothing else of the report is an alarm.
    #[serde(skip)]
    pub to_tell: Option<Told>,
    /// What was looked at: what brought those.
    #[serde(skip)]
    pub looked_at: Option<Resource>,
}

impl Report {
    /// A report of an event that led nowhere.
    #[must_use]
    pub fn ending(event_id: &str, guard: GuardName, outcome: Outcome) -> Self {
        Self {
            event_id: event_id.to_owned(),
            guard,
            outcome,
            resource: None,
            findings: Vec::new(),
            actions: Vec::new(),
            evidence: None,
            settles_at: None,
            contest: None,
            loses: None,
            told_before: false,
            aws_calls: 0,
            duration_ms: 0,
            retry: false,
            follow_ups: Vec::new(),
            unsure: Vec::new(),
            brought: Vec::new(),
            to_tell: None,
            looked_at: None,
        }
    }
}

/// Outputs name the outcome in one field and its reason in another, so that a filter can match the name.
fn name_and_reason<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("outcome", outcome.name())?;
    if let Some(why) = outcome.why() {
        map.serialize_entry("why", &why)?;
    }
    map.end()
}
