//! What is guarded, and what is done about a violation.

use parapet_core::matches;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Refusal, texts};
use crate::ControlId;

/// What is guarded.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Which buckets, by name.
    pub buckets: Patterns,
    /// Which KMS keys, by id.
    pub keys: Patterns,
    /// Which trails, by name.
    pub trails: Patterns,
    /// Which event data stores, by id.
    pub event_data_stores: Patterns,
}

/// Names to take in and to leave out; leaving out wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Patterns {
    /// In, if one of these matches.
    pub include: Vec<String>,
    /// Out, if one of these matches.
    pub exclude: Vec<String>,
}

impl Patterns {
    /// Whether a name is in.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.include) && !any(&self.exclude)
    }
}

/// A resource to be left as it is, for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Its ARN; a pattern.
    pub resource: String,
    /// Which controls.
    pub controls: Vec<ControlId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub who: String,
    /// Until when, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// When a resource counts as contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContestRules {
    /// How many repairs of one resource...
    pub repairs: u32,
    /// ... within how many minutes.
    pub window_minutes: u32,
}

impl Default for Patterns {
    fn default() -> Self {
        Self { include: texts(&["*"]), exclude: Vec::new() }
    }
}

impl Default for ContestRules {
    fn default() -> Self {
        Self { repairs: 20, window_minutes: 60 }
    }
}

impl ContestRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.repairs < 2 || self.window_minutes == 0 {
            let found = format!("{} repairs in {} minutes", self.repairs, self.window_minutes);
            return Err(Refusal::new("contest", found, "at least 2 repairs, in at least 1 minute"));
        }
        Ok(())
    }
}
