use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which objects a lifecycle or replication rule is about. Nothing in it: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectFilter {
    /// What their names begin with.
    pub prefix: Option<String>,
    /// Tags that they carry.
    pub tags: BTreeMap<String, String>,
    /// They are larger than so many bytes.
    pub larger_than_bytes: Option<i64>,
    /// They are smaller than so many bytes.
    pub smaller_than_bytes: Option<i64>,
    /// Whether the rule writes it as `And`, as it has to for several conditions and may for one.
    pub combined: bool,
}
