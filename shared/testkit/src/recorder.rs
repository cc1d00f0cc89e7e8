use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{Evidence, Facet, Receipt, Recorder, Resource};
use serde_json::Value;

use crate::{Entry, Journal};

/// Evidence and memory in maps.
#[derive(Debug, Default)]
pub struct MemoryRecorder {
    inside: Mutex<Inside>,
    journal: Journal,
    is_broken: bool,
}

#[derive(Debug, Default)]
struct Inside {
    evidence: BTreeMap<String, Evidence>,
    memory: BTreeMap<(Resource, Facet), Value>,
}

impl MemoryRecorder {
    /// An empty one that writes to `journal`.
    #[must_use]
    pub fn new(journal: &Journal) -> Self {
        Self { journal: journal.clone(), ..Self::default() }
    }

    /// One that can store nothing and remembers nothing, as when its bucket is gone.
    #[must_use]
    pub fn broken(journal: &Journal) -> Self {
        Self { is_broken: true, ..Self::new(journal) }
    }

    /// All evidence, by key.
    #[must_use]
    pub fn evidence(&self) -> BTreeMap<String, Evidence> {
        self.inside().evidence.clone()
    }

    /// The memory of a facet.
    #[must_use]
    pub fn memory(&self, resource: &Resource, facet: Facet) -> Option<Value> {
        self.inside().memory.get(&(resource.clone(), facet)).cloned()
    }

    /// Remembers a state, past the journal.
    pub fn learn(&self, resource: &Resource, facet: Facet, state: Value) {
        self.inside().memory.insert((resource.clone(), facet), state);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for MemoryRecorder {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        self.journal.note(Entry::Open);
        if self.is_broken {
            return Receipt::LogOnly { why: "the bucket is gone".to_owned() };
        }
        // As with `If-None-Match: *`: what is there stays.
        self.inside().evidence.entry(evidence.key.clone()).or_insert_with(|| evidence.clone());
        Receipt::Stored { key: evidence.key.clone(), etag: "etag".to_owned() }
    }

    async fn close(&self, receipt: &Receipt, evidence: &Evidence) {
        self.journal.note(Entry::Close(evidence.outcome.as_ref().map_or("none", |outcome| outcome.name()).to_owned()));
        if let Receipt::Stored { key, .. } = receipt {
            self.inside().evidence.insert(key.clone(), evidence.clone());
        }
    }

    async fn recall(&self, resource: &Resource, facet: Facet) -> Option<Value> {
        self.journal.note(Entry::Recall(facet));
        self.memory(resource, facet).filter(|_| !self.is_broken)
    }

    async fn remember(&self, resource: &Resource, facet: Facet, state: &Value) {
        self.journal.note(Entry::Remember(facet));
        if !self.is_broken {
            self.learn(resource, facet, state.clone());
        }
    }

    async fn recent_repairs(&self, evidence: &Evidence, _window_seconds: u64) -> u32 {
        let inside = self.inside();
        let same = inside.evidence.values().filter(|other| other.arn == evidence.arn);
        u32::try_from(same.count()).unwrap_or(u32::MAX)
    }
}
