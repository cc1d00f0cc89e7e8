use serde_json::Value;

use crate::{Evidence, Facet, Resource};

/// Where evidence and memory go. It never fails: breaking the evidence store must not switch the guards off.
pub trait Recorder {
    /// Stores evidence before the first write. Where the store cannot be reached the whole of it goes to the log instead.
    fn open(&self, evidence: &Evidence) -> impl Future<Output = Receipt> + Send;

    /// Completes evidence with its outcome and post-image.
    fn close(&self, receipt: &Receipt, evidence: &Evidence) -> impl Future<Output = ()> + Send;

    /// The last compliant state of a facet, if one is remembered and can be read.
    fn recall(&self, resource: &Resource, facet: Facet) -> impl Future<Output = Option<Value>> + Send;

    /// Remembers a compliant state.
    fn remember(&self, resource: &Resource, facet: Facet, state: &Value) -> impl Future<Output = ()> + Send;

    /// How many repairs of this resource are on record within the window of contest detection, this one included. 0 where it
    /// cannot be told.
    fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64) -> impl Future<Output = u32> + Send;
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
