//! What of the pipeline's data may be reached.

use iam_policy::Document;
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
        /// `arn`, partition, service, region, account, and what comes after them.
        const SEGMENTS_OF_AN_ARN: usize = 6;
        let is_arn =
            |text: &str| text.starts_with("arn:") && text.splitn(SEGMENTS_OF_AN_ARN, ':').count() == SEGMENTS_OF_AN_ARN;
        let odd = self.protected.iter().find(|pattern| !is_arn(pattern));
        odd.map_or(Ok(()), |odd| {
            let allowed = "a protected resource is an ARN, in which `*` and `?` stand for anything";
            Err(Refusal::new("access.protected", format!("`{odd}`"), allowed))
        })
    }
}
