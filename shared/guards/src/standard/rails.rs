//! How much a look at everything may change at once.

use serde::{Deserialize, Serialize};

/// The ceiling of what the sweep has mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rails {
    /// How many writes a minute of what is less than High. 0: none.
    pub writes_a_minute: u32,
}

impl Default for Rails {
    fn default() -> Self {
        Self { writes_a_minute: 60 }
    }
}
