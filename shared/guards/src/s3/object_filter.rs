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

impl ObjectFilter {
    /// As many of these objects as are among those of another, too; none: there are none. Where all are, it is as it was written.
    pub(super) fn within(&self, other: &Self) -> Option<Self> {
        let prefix = match (&self.prefix, &other.prefix) {
            (Some(own), Some(others)) => Some(longer(own, others, |long, short| long.starts_with(short))?),
            (own, others) => own.clone().or_else(|| others.clone().filter(|prefix| !prefix.is_empty())),
        };
        let mut tags = self.tags.clone();
        for (key, value) in &other.tags {
            if tags.insert(key.clone(), value.clone()).is_some_and(|own| own != *value) {
                return None;
            }
        }
        let smaller_than_bytes = match (self.smaller_than_bytes, other.smaller_than_bytes) {
            (Some(own), Some(others)) => Some(own.min(others)),
            (own, others) => own.or(others),
        };
        let larger_than_bytes = self.larger_than_bytes.max(other.larger_than_bytes);
        let conditions = usize::from(prefix.is_some())
            + tags.len()
            + usize::from(larger_than_bytes.is_some())
            + usize::from(smaller_than_bytes.is_some());
        let combined = self.combined || conditions > 1;
        Some(Self { prefix, tags, larger_than_bytes, smaller_than_bytes, combined })
    }
}

/// The longer of two texts, where it is the other with more.
pub(super) fn longer(one: &str, other: &str, is_with_more: impl Fn(&str, &str) -> bool) -> Option<String> {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    is_with_more(long, short).then(|| long.to_owned())
}
