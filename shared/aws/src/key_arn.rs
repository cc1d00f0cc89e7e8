use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an alias counts as resolved. Long enough that a burst of events asks once, short enough that a key which was replaced
/// is not enforced for long.
const VALID_FOR: Duration = Duration::from_secs(60);

/// Which key the standard's alias points to, as last seen. Kept by a warm function from one event to the next, while the standard may come
/// to name another alias: what was seen of one says nothing of the other.
#[derive(Debug, Default)]
pub struct KeyArn {
    seen: Mutex<Option<Seen>>,
    /// Which key bootstrap made, by its id, as is kept.
    pinned: Mutex<Option<Pinned>>,
}

/// What is kept of one alias: a key's id, or nothing.
#[derive(Debug)]
struct Pinned {
    alias: String,
    id: Option<String>,
    when: Instant,
}

/// What was seen.
#[derive(Debug)]
struct Seen {
    alias: String,
    arn: String,
    when: Instant,
}

impl KeyArn {
    /// The ARN behind this alias, if it was seen not too long ago.
    pub(crate) fn get(&self, alias: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_valid = |seen: &&Seen| seen.alias == alias && seen.when.elapsed() < VALID_FOR;
        seen.as_ref().filter(is_valid).map(|seen| seen.arn.clone())
    }

    /// Remembers what this alias was now seen to point to; none: forgets.
    pub(crate) fn set(&self, alias: &str, arn: Option<String>) {
        let seen = arn.map(|arn| Seen { alias: alias.to_owned(), arn, when: Instant::now() });
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    /// The id that is kept of this alias, if that was read not too long ago.
    pub(crate) fn pinned(&self, alias: &str) -> Option<Option<String>> {
        let pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        let is_valid = |pinned: &&Pinned| pinned.alias == alias && pinned.when.elapsed() < VALID_FOR;
        pinned.as_ref().filter(is_valid).map(|pinned| pinned.id.clone())
    }

    /// Remembers it.
    pub(crate) fn set_pinned(&self, alias: &str, id: Option<String>) {
        let pinned = Pinned { alias: alias.to_owned(), id, when: Instant::now() };
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) = Some(pinned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_alias_is_another_key() {
        let cache = KeyArn::default();
        cache.set("alias/old", Some("arn-1".to_owned()));
        assert_eq!(cache.get("alias/old").as_deref(), Some("arn-1"));
        assert_eq!(cache.get("alias/new"), None);
        cache.set("alias/new", Some("arn-2".to_owned()));
        assert_eq!((cache.get("alias/new").as_deref(), cache.get("alias/old")), (Some("arn-2"), None));
        cache.set("alias/new", None);
        assert_eq!(cache.get("alias/new"), None);
    }
}
