//! What is kept: evidence and memory are formats, each with a version of its own, and every version that was ever written is read.

use thiserror::Error;

/// Something that was kept and cannot be read. It is never taken for something that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{object}` cannot be read: {why}; put an earlier version of that object back, or let the function read it")]
pub struct Unreadable {
    /// Its S3 key.
    pub object: String,
    /// Why.
    pub why: String,
    /// Whether the same read may succeed later.
    pub may_pass_later: bool,
    /// Whether AWS denies the read: another one may succeed, once somebody takes out what denies it.
    pub is_denied: bool,
    /// Whether there is no store at all, as before the first bootstrap.
    pub has_no_store: bool,
    /// Whether it is from before anything was sealed, so that nobody vouches for it: bootstrap keeps what is there anew.
    pub is_from_before_seals: bool,
}

impl Unreadable {
    /// Something that was read and not understood.
    #[must_use]
    pub fn malformed(object: &str, why: impl ToString) -> Self {
        Self {
            object: object.to_owned(),
            why: why.to_string(),
            may_pass_later: false,
            is_denied: false,
            has_no_store: false,
            is_from_before_seals: false,
        }
    }

    /// Whether it was read, and is nothing that Parapet kept, or can take for it: no later read finds more.
    #[must_use]
    pub fn is_of_nobody(&self) -> bool {
        !(self.may_pass_later || self.is_denied || self.has_no_store)
    }
}
