//! What is remembered, as far as a plan asks: nothing is ever kept.

use parapet_core::Unreadable;
use parapet_guards::{Baseline, Evidence, Facet, Memory, OwnAccount, Pending, Receipt, Recorder, Resource};

/// A recorder that is only read; without one, nothing is remembered: then everything is judged as though it had come just now.
#[derive(Debug)]
pub(super) struct Lens<'a, R> {
    pub(super) memory: Option<&'a R>,
    /// What the account is: as bootstrap kept it, or else as it is.
    pub(super) account: &'a OwnAccount,
}

impl<R> Lens<'_, R> {
    fn with_account(&self, kept: Option<Baseline>) -> Baseline {
        Baseline { account: self.account.clone(), ..kept.unwrap_or_else(|| Baseline::begun(i64::MAX, "")) }
    }
}

impl<R: Recorder + Sync> Recorder for Lens<'_, R> {
    async fn open(&self, _: &Evidence) -> Receipt {
        Receipt::LogOnly { why: "a plan writes nothing".to_owned() }
    }

    async fn close(&self, _: &Receipt, _: &Evidence) {}

    async fn recall(&self, resource: &Resource, facet: Facet) -> Result<Option<Memory>, Unreadable> {
        match self.memory {
            Some(memory) => match memory.recall(resource, facet).await {
                // Before there is a store, nothing was kept in it.
                Err(why) if why.has_no_store => Ok(None),
                recalled => recalled,
            },
            None => Ok(None),
        }
    }

    async fn remember(&self, _: &Memory) -> bool {
        false
    }

    async fn baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        let kept = match self.memory {
            Some(memory) => match memory.baseline().await {
                Err(why) if why.has_no_store => None,
                kept => kept?,
            },
            None => None,
        };
        Ok(Some(self.with_account(kept)))
    }

    async fn known_baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        match self.memory {
            Some(memory) => match memory.known_baseline().await {
                Err(why) if why.has_no_store => Ok(None),
                kept => kept,
            },
            None => Ok(None),
        }
    }

    async fn wait(&self, _: &str, _: &Pending) -> bool {
        false
    }

    async fn keep_baseline(&self, _: &Baseline) -> bool {
        false
    }

    async fn has_evidence(&self, key: &str) -> bool {
        match self.memory {
            Some(memory) => memory.has_evidence(key).await,
            None => false,
        }
    }

    async fn recent_repairs(&self, _: &Evidence, _: u64, _: u32) -> u32 {
        0
    }
}
