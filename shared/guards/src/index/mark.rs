use std::collections::BTreeMap;

use parapet_core::{Home, Unreadable};
use serde::{Deserialize, Serialize};

use super::{INDEX_VERSION, read, root};

/// How far the index goes.
///
/// Evidence is told from what was indexed before by when it was stored, and not by its key: a late event's key is an early one, and
/// evidence is stored a second time when its repair has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// [`INDEX_VERSION`].
    pub version: u32,
    /// What was stored until then is in the index, but for `unread`: seconds since 1970.
    pub complete_until: i64,
    /// A look through all evidence that was stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk: Option<Walk>,
    /// What was stored later and is in the index all the same, by key.
    pub recent: BTreeMap<String, Seen>,
    /// What could not be read, and why, by key. It is tried again every time.
    pub unread: BTreeMap<String, String>,
}

/// A look through all evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// When it began: seconds since 1970.
    pub began_at: i64,
    /// The key that it had come to; empty: none.
    pub after: String,
}

/// Evidence as it lay in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its entity tag.
    pub etag: String,
    /// When it was stored: seconds since 1970.
    pub stored_at: i64,
}

impl Mark {
    /// How much the clocks of whoever builds the index and of S3 may differ. Amazon S3 API Reference, "Error responses":
    /// RequestTimeTooSkewed, beyond "15 minutes", so nobody whose clock differs more could list anything.
    const CLOCKS_MAY_DIFFER_SECONDS: i64 = 15 * 60;

    /// How many pieces of evidence are known by themselves at most; more are read again. So the mark stays small.
    const MOST_RECENT: usize = 1_000;

    /// The mark of an index that has nothing yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self { version: INDEX_VERSION, complete_until: 0, walk: None, recent: BTreeMap::new(), unread: BTreeMap::new() }
    }

    /// Reads a mark.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn read(key: &str, text: &[u8]) -> Result<Self, Unreadable> {
        read(key, text)
    }

    /// Whether evidence that lies there is not in the index yet.
    #[must_use]
    pub fn wants(&self, key: &str, seen: &Seen) -> bool {
        seen.stored_at > self.complete_until && self.recent.get(key) != Some(seen) && !self.unread.contains_key(key)
    }

    /// Evidence is in the index now.
    pub fn note(&mut self, key: &str, seen: Seen) {
        self.unread.remove(key);
        self.recent.insert(key.to_owned(), seen);
    }

    /// A walk that began then has come to its end: nothing that was stored before was missed.
    pub fn complete(&mut self, began_at: i64) {
        self.walk = None;
        self.complete_until = began_at.saturating_sub(Self::CLOCKS_MAY_DIFFER_SECONDS).max(self.complete_until);
        self.forget();
    }

    /// Leaves out what need not be known by itself: what the walk has passed, or everything but the latest.
    pub fn forget(&mut self) {
        let complete_until = self.complete_until;
        self.recent.retain(|_, seen| seen.stored_at > complete_until);
        if self.recent.len() > Self::MOST_RECENT {
            let mut times: Vec<i64> = self.recent.values().map(|seen| seen.stored_at).collect();
            times.sort_unstable_by(|a, b| b.cmp(a));
            let oldest = times.get(Self::MOST_RECENT).copied().unwrap_or_default();
            self.recent.retain(|_, seen| seen.stored_at > oldest);
        }
    }
}

/// Where the mark lies.
#[must_use]
pub fn mark_key(home: &Home) -> String {
    format!("{}/mark.json", root(home))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_442_400;

    fn seen(etag: &str, stored_at: i64) -> Seen {
        Seen { etag: etag.into(), stored_at }
    }

    #[test]
    fn what_was_stored_later_is_wanted_once() {
        let mut mark = Mark::nothing();
        assert!(mark.wants("k", &seen("1", 5)));
        mark.note("k", seen("1", NOW - 5));
        mark.complete(NOW);
        assert_eq!(mark.complete_until, NOW - 15 * 60);
        assert!(!mark.wants("k", &seen("1", NOW - 5)));
        assert!(mark.wants("k", &seen("2", NOW - 4)), "it was completed since");
        assert!(mark.wants("late", &seen("1", NOW - 5)), "whatever its key");
        assert!(!mark.wants("old", &seen("1", NOW - 15 * 60)));
    }

    #[test]
    fn what_cannot_be_read_is_kept_in_mind() {
        let mut mark = Mark::nothing();
        mark.unread.insert("k".into(), "why".into());
        mark.complete(NOW);
        assert!(mark.unread.contains_key("k") && !mark.wants("k", &seen("1", NOW + 1)));
        mark.note("k", seen("1", 5));
        assert!(mark.unread.is_empty());
    }

    #[test]
    fn it_stays_small_and_never_goes_back() {
        let mut mark = Mark::nothing();
        for number in 0..3_000 {
            mark.note(&number.to_string(), seen("1", NOW + number));
        }
        mark.complete(NOW);
        assert_eq!(
            (mark.recent.len(), mark.recent.values().map(|seen| seen.stored_at).min()),
            (1_000, Some(NOW + 2_000))
        );
        let until = mark.complete_until;
        mark.complete(5);
        assert_eq!(mark.complete_until, until);
    }

    #[test]
    fn what_was_written_is_read_and_other_versions_are_refused_by_name() {
        let mark = Mark { walk: Some(Walk { began_at: 7, after: "k".into() }), ..Mark::nothing() };
        assert_eq!(Mark::read("m", &serde_json::to_vec(&mark).unwrap()), Ok(mark.clone()));
        let newer = serde_json::to_vec(&Mark { version: 2, ..mark }).unwrap();
        assert!(Mark::read("m", &newer).unwrap_err().why.contains("its version is 2"));
    }
}
