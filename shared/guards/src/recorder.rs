use std::collections::BTreeSet;
use std::sync::Arc;

use parapet_core::{Unreadable, WorldError};

use crate::used::{Gathered, History, UsedBy};
use crate::{
    Baseline, ContestRules, Evidence, Facet, IamEntity, Memory, Order, Pending, Resource, Round, Settled, Told,
};

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

    /// The baseline as it is known: one that is whole may be some minutes old. What it tells of changes only where an operator has it kept anew.
    ///
    /// # Errors
    /// As [`Recorder::baseline`].
    fn known_baseline(&self) -> impl Future<Output = Result<Option<Baseline>, Unreadable>> + Send {
        self.baseline()
    }

    /// Keeps what is to be looked at again once CloudTrail shows the event. Whether it is kept.
    fn wait(&self, key: &str, pending: &Pending) -> impl Future<Output = bool> + Send;

    /// Keeps how far the baseline is. Whether it is kept.
    fn keep_baseline(&self, baseline: &Baseline) -> impl Future<Output = bool> + Send;

    /// Whether evidence lies under this key. False where it cannot be told.
    fn has_evidence(&self, key: &str) -> impl Future<Output = bool> + Send;

    /// Whether what is used is not to end by a repair.
    fn spares(&self) -> bool {
        false
    }

    /// What is used of these principals, or of all (`None`). `Ok(None)`: nothing is known to be.
    ///
    /// # Errors
    /// It is to be spared, and what it is cannot be read.
    fn to_spare(
        &self,
        _of: Option<&BTreeSet<IamEntity>>,
    ) -> impl Future<Output = Result<Option<Arc<History>>, Unreadable>> + Send {
        std::future::ready(Ok(None))
    }

    /// Keeps under a key that something is told. Whether it was told under that key before: false where that cannot be told, because what is told
    /// once too often does no harm.
    fn was_told(&self, _key: &str, _told: &Told) -> impl Future<Output = bool> + Send {
        std::future::ready(false)
    }

    /// What is on record of repairs of the same resource by the same guard, this one included: by both rules for contests, counted up to what they ask for.
    /// Nothing where it cannot be told.
    fn repairs(&self, evidence: &Evidence, rules: ContestRules) -> impl Future<Output = Repairs> + Send {
        let window = u64::from(rules.window_minutes) * SECONDS_A_MINUTE;
        let recent = self.recent_repairs(evidence, window, rules.repairs);
        async move { Repairs { recent: recent.await, days: 0 } }
    }

    /// How many repairs of the same resource by the same guard are on record for events of the last `window_seconds`, this one
    /// included, counted up to `enough`. 0 where it cannot be told.
    fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64, enough: u32)
    -> impl Future<Output = u32> + Send;
}

/// Of the window of a contest.
pub(crate) const SECONDS_A_MINUTE: u64 = 60;

/// What is on record of repairs of one resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// How many are within the window.
    pub recent: u32,
    /// On how many of the last days there was one.
    pub days: u32,
}

impl Repairs {
    /// Counts keys of one folder, in their order: those within a window, and the days of them, up to the one of now.
    pub fn counted<'k>(keys: impl IntoIterator<Item = &'k str>, since: &str, now: &str) -> Self {
        const DAY: usize = "20261123".len();
        let (mut repairs, mut last_day) = (Self::default(), String::new());
        for key in keys.into_iter().filter(|key| *key <= now) {
            repairs.recent += u32::from(key >= since);
            let time = key.rsplit('/').next().unwrap_or_default();
            let day: String = time.chars().take(DAY).collect();
            repairs.days += u32::from(day != last_day);
            last_day = day;
        }
        repairs
    }
}

/// What waits until CloudTrail shows its event, and what became of it.
pub trait Waiting {
    /// The keys of what waits and of what was settled, after this one, in their order; and whether there are more.
    ///
    /// # Errors
    /// The store did not answer.
    fn listed(&self, after: &str) -> impl Future<Output = Result<(Vec<String>, bool), WorldError>> + Send;

    /// What waits under a key.
    ///
    /// # Errors
    /// The store did not answer, or nobody vouches for what it holds.
    fn pending(&self, key: &str) -> impl Future<Output = Result<Option<Pending>, Unreadable>> + Send;

    /// What was settled under a key.
    ///
    /// # Errors
    /// Likewise.
    fn settled(&self, key: &str) -> impl Future<Output = Result<Option<Settled>, Unreadable>> + Send;

    /// Keeps what was settled. Whether it is kept.
    fn settle(&self, key: &str, settled: &Settled) -> impl Future<Output = bool> + Send;

    /// Has evidence say from now on that CloudTrail shows its event. What is not there needs no word.
    ///
    /// # Errors
    /// It could not be read or written.
    fn verify(&self, evidence_key: &str) -> impl Future<Output = Result<(), WorldError>> + Send;
}

/// How far a look at everything is.
pub trait Rounds {
    /// The round, and the tag of what says so. `Ok(None)`: none was begun.
    ///
    /// # Errors
    /// The store did not answer, or nobody vouches for what it holds.
    fn round(&self) -> impl Future<Output = Result<Option<(Round, String)>, Unreadable>> + Send;

    /// The tag of what lies there, whatever that is.
    ///
    /// # Errors
    /// The store did not answer.
    fn round_tag(&self) -> impl Future<Output = Result<Option<String>, WorldError>> + Send;

    /// Keeps a round in the place of what has this tag; none: of nothing. Answers the new tag; none: somebody else wrote meanwhile.
    ///
    /// # Errors
    /// It could not be written.
    fn keep_round(
        &self,
        round: &Round,
        instead_of: Option<&str>,
    ) -> impl Future<Output = Result<Option<String>, WorldError>> + Send;
}

/// What operators asked to have mended.
pub trait Orders {
    /// The order under a key.
    ///
    /// # Errors
    /// The store did not answer, or nobody vouches for what it holds.
    fn order(&self, key: &str) -> impl Future<Output = Result<Option<Order>, Unreadable>> + Send;

    /// Keeps an order. Whether it is kept.
    fn keep_order(&self, key: &str, order: &Order) -> impl Future<Output = bool> + Send;
}

/// What principals were seen to use.
pub trait Uses {
    /// How far CloudTrail's objects were read, and the tag of what says so. `Ok(None)`: none was.
    ///
    /// # Errors
    /// The store did not answer, or nobody vouches for what it holds.
    fn gathered(&self) -> impl Future<Output = Result<Option<(Gathered, String)>, Unreadable>> + Send;

    /// Keeps that in the place of what has this tag; none: of nothing. Answers the new tag; none: somebody else wrote meanwhile.
    ///
    /// # Errors
    /// It could not be written.
    fn keep_gathered(
        &self,
        gathered: &Gathered,
        instead_of: Option<&str>,
    ) -> impl Future<Output = Result<Option<String>, WorldError>> + Send;

    /// What one was seen to use. `Ok(None)`: nothing was.
    ///
    /// # Errors
    /// As [`Uses::gathered`].
    fn used_by(&self, principal: &IamEntity) -> impl Future<Output = Result<Option<UsedBy>, Unreadable>> + Send;

    /// Under which keys after this one it lies what each was seen to use, how many bytes each has, and whether there are more: a page.
    ///
    /// # Errors
    /// The store did not answer.
    fn used_keys(&self, after: &str) -> impl Future<Output = Result<(Vec<(String, u64)>, bool), Unreadable>> + Send;

    /// What lies under one of these keys. `Ok(None)`: nothing does any more.
    ///
    /// # Errors
    /// As [`Uses::gathered`].
    fn used_at(&self, key: &str) -> impl Future<Output = Result<Option<UsedBy>, Unreadable>> + Send;

    /// Keeps what one was seen to use. Whether it is kept.
    fn keep_used(&self, used: &UsedBy) -> impl Future<Output = bool> + Send;
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
