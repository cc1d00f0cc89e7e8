//! How the trail has to be.

use serde::{Deserialize, Serialize};

use super::texts;

/// How the trail has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrailRules {
    /// Which insights it computes.
    pub insights: Vec<String>,
}

impl Default for TrailRules {
    fn default() -> Self {
        Self { insights: texts(&["ApiCallRateInsight", "ApiErrorRateInsight"]) }
    }
}
