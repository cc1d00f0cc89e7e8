//! What of the pipeline's data may be reached.

use iam_policy::{Arn, Document};
use serde::{Deserialize, Serialize};

use super::Refusal;

/// What of the pipeline's data may be reached, and what counts as such, beside the data bucket and what the ML policy allows.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessRules {
    /// Further protected resources, data and trails, as ARN patterns.
    pub protected: Vec<String>,
    /// Further policies that allow what may be reached of them, each a policy document.
    pub envelope: Vec<Document>,
}

impl AccessRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let odd = self.protected.iter().find(|pattern| Arn::parse(pattern).is_none());
        odd.map_or(Ok(()), |odd| {
            let allowed = "a protected resource is an ARN, in which `*` and `?` stand for anything";
            Err(Refusal::new("access.protected", format!("`{odd}`"), allowed))
        })
    }
}
