use parapet_core::Unreadable;

use crate::{Baseline, Evidence, Facet, Memory, Resource};

/// Where evidence and memory go. To keep never fails: breaking the evidence store must not switch the guards off. To recall does: what
/// cannot be read is not forgotten.
pub trait Recorder {
    /// Stores evidence before the first write. Where the store cannot be reached the whole of it goes to the log instead.
    fn open(&self, evidence: &Evidence) -> impl Future<Output = Receipt> + Send;

    /// Completes evidence with its outcome and post-image.
    fn close(&self, receipt: &Receipt, evidence: &Evidence) -> impl Future<Output = ()> + Send;

    /// What is remembered of a facet. `Ok(None)`: the store says that nothing ever was.
    ///
    /// # Errors
    /// The store did not answer, or what it holds cannot be read.
    fn recall(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> impl Future<Output = Result<Option<Memory>, Unreadable>> + Send;

    /// Keeps a memory in the place of the one before it. Whether it is kept.
    fn remember(&self, memory: &Memory) -> impl Future<Output = bool> + Send;

    /// How far a baseline was kept. `Ok(None)`: the store says that none was begun.
    ///
    /// # Errors
    /// The store did not answer, or what it holds cannot be read.
    fn baseline(&self) -> impl Future<Output = Result<Option<Baseline>, Unreadable>> + Send;

    /// Keeps how far the baseline is. Whether it is kept.
    fn keep_baseline(&self, baseline: &Baseline) -> impl Future<Output = bool> + Send;

    /// Whether evidence lies under this key. False where it cannot be told.
    fn has_evidence(&self, key: &str) -> impl Future<Output = bool> + Send;

    /// How many repairs of the same resource by the same guard are on record for events of the last `window_seconds`, this one
    /// included, counted up to `enough`. 0 where it cannot be told.
    fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64, enough: u32)
    -> impl Future<Output = u32> + Send;
}

/// Where evidence was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// In the evidence bucket.
    Stored {
        /// Its S3 key.
        key: String,
        /// The entity tag of what was written, so that nothing else is overwritten when it is completed.
        etag: String,
    },
    /// In the function's log alone, because the bucket could not be written.
    LogOnly {
        /// Why.
        why: String,
    },
}

impl Receipt {
    /// What outputs say of it: the S3 key, or `log-only`.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Stored { key, .. } => key,
            Self::LogOnly { .. } => "log-only",
        }
    }
}
