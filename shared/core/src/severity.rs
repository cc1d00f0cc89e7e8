use serde::{Deserialize, Serialize};

/// How bad a violation is. The words and their order are AWS Security Hub's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be mended, no hurry.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended now.
    Critical,
}
