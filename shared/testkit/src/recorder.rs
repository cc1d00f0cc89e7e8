use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{Identity, Unreadable, WorldError};
use parapet_guards::used::{Gathered, UsedBy, gathered_key, used_folder, used_key};
use parapet_guards::{
    Baseline, ContestRules, Evidence, Facet, IamEntity, MEMORY_VERSION, Memory, Order, Orders, Pending, Receipt,
    Recorder, Remembered, Repairs, Resource, Round, Rounds, SECRET_BYTES, Seal, Settled, Told, Uses, Waiting,
    memory_key, pending_folder, round_key,
};
use serde_json::Value;

use crate::asked::AskedForUses;
use crate::fixtures::home;
use crate::{Entry, Journal};

/// Evidence and memory in maps.
#[derive(Debug, Default)]
pub struct MemoryRecorder {
    inside: Mutex<Inside>,
    journal: Journal,
    store: Store,
    asked: AskedForUses,
}

/// How the store behind a recorder is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Store {
    #[default]
    Works,
    TakesNothing,
    Broken,
    NotThere,
}

#[derive(Debug, Default)]
struct Inside {
    evidence: BTreeMap<String, Evidence>,
    memory: BTreeMap<(Resource, Facet), Memory>,
    unreadable: BTreeSet<(Resource, Facet)>,
    /// What somebody wrote over memories, and whether that was before there were seals.
    overwritten: BTreeMap<(Resource, Facet), (String, bool)>,
    baseline: Option<Baseline>,
    /// Whether somebody denies the guards to read it.
    is_baseline_denied: bool,
    /// Whether somebody wrote over it.
    is_baseline_overwritten: bool,
    /// What waits for its event and what was settled, as anybody reads it who may.
    waiting: BTreeMap<String, Value>,
    /// What was told, by key.
    told: BTreeMap<String, Told>,
}

impl MemoryRecorder {
    /// An empty one that writes to `journal`, of an account in which nothing was when its baseline was kept: what is there is new.
    #[must_use]
    pub fn new(journal: &Journal) -> Self {
        let recorder = Self::without_baseline(journal);
        recorder.inside().baseline = Some(baseline_of_nothing());
        recorder
    }

    /// An empty one of an account of which no baseline was kept.
    #[must_use]
    pub fn without_baseline(journal: &Journal) -> Self {
        Self { journal: journal.clone(), ..Self::default() }
    }

    /// The keys of what waits for its event, and of what was settled.
    #[must_use]
    pub fn waiting(&self) -> Vec<String> {
        self.inside().waiting.keys().filter(|key| key.starts_with(&pending_folder(&home()))).cloned().collect()
    }

    /// Puts an object among what waits, as anybody does who may put objects there.
    pub fn forge(&self, key: &str, object: Value) {
        self.inside().waiting.insert(key.to_owned(), object);
    }

    /// How often it was asked what is used.
    #[must_use]
    pub fn asked_for_uses(&self) -> &AskedForUses {
        &self.asked
    }

    fn put(&self, key: &str, document: Value) -> bool {
        let is_kept = self.store == Store::Works;
        if is_kept {
            self.inside().waiting.insert(key.to_owned(), seal().sealed(key, document));
        }
        is_kept
    }

    /// The same text has the same tag.
    fn tag(&self, key: &str) -> String {
        self.inside().waiting.get(key).map(Value::to_string).unwrap_or_default()
    }

    fn found(&self, key: &str) -> Result<Option<Value>, Unreadable> {
        let Some(object) = self.inside().waiting.get(key).cloned() else { return Ok(None) };
        seal().opened(key, object.to_string().as_bytes()).map(Some).map_err(|why| why.of(key, false))
    }

    /// One that can store nothing and remembers nothing, as when its bucket is gone.
    #[must_use]
    pub fn broken(journal: &Journal) -> Self {
        Self { store: Store::Broken, ..Self::new(journal) }
    }

    /// One whose bucket was never made, as before the first bootstrap.
    #[must_use]
    pub fn without_store(journal: &Journal) -> Self {
        Self { store: Store::NotThere, ..Self::new(journal) }
    }

    /// One that tells what it was taught and can store nothing more, as when somebody denies every write to its bucket.
    #[must_use]
    pub fn read_only(journal: &Journal) -> Self {
        Self { store: Store::TakesNothing, ..Self::new(journal) }
    }

    /// All evidence, by key.
    #[must_use]
    pub fn evidence(&self) -> BTreeMap<String, Evidence> {
        self.inside().evidence.clone()
    }

    /// The memory of a facet.
    #[must_use]
    pub fn memory(&self, resource: &Resource, facet: Facet) -> Option<Memory> {
        self.inside().memory.get(&(resource.clone(), facet)).cloned()
    }

    /// All that is remembered.
    #[must_use]
    pub fn memories(&self) -> Vec<Memory> {
        self.inside().memory.values().cloned().collect()
    }

    /// Remembers a state, past the journal: seen long ago, of one whose identity was not told.
    pub fn learn(&self, resource: &Resource, facet: Facet, state: Value) {
        self.learn_of(resource, facet, state, Identity::default(), 0);
    }

    /// Remembers a state that was seen of `identity` at a moment, past the journal.
    pub fn learn_of(&self, resource: &Resource, facet: Facet, state: Value, identity: Identity, accepted_at: i64) {
        self.keep(&Memory {
            version: MEMORY_VERSION,
            resource: resource.clone(),
            arn: resource.arn(&home()),
            identity,
            accepted_at,
            standard: String::new(),
            was_compliant: false,
            facet,
            remembered: Remembered::State(state),
        });
    }

    /// Makes the memory of a facet one that cannot be read.
    pub fn garble(&self, resource: &Resource, facet: Facet) {
        self.inside().unreadable.insert((resource.clone(), facet));
    }

    /// Denies the guards to read the baseline, or lets them again, as anybody does who may write the bucket's policy.
    pub fn deny_baseline(&self, is_denied: bool) {
        self.inside().is_baseline_denied = is_denied;
    }

    /// Writes over the baseline, as anybody does who may put objects: it bears no seal.
    pub fn overwrite_baseline(&self) {
        self.inside().is_baseline_overwritten = true;
    }

    /// The object that holds the memory of a facet, as anybody reads it who may.
    #[must_use]
    pub fn object(&self, resource: &Resource, facet: Facet) -> Option<Value> {
        let memory = serde_json::to_value(self.memory(resource, facet)?).ok()?;
        Some(seal().sealed(&memory_key(&home(), resource, facet), memory))
    }

    /// Writes over the object that holds the memory of a facet, as anybody does who may put objects there.
    pub fn overwrite(&self, resource: &Resource, facet: Facet, object: &Value) {
        self.inside().overwritten.insert((resource.clone(), facet), (object.to_string(), false));
    }

    /// The same by a version of Parapet that had no seals.
    pub fn learn_unsealed(&self, resource: &Resource, facet: Facet, object: &Value) {
        self.inside().overwritten.insert((resource.clone(), facet), (object.to_string(), true));
    }

    fn opened(&self, resource: &Resource, facet: Facet) -> Option<Result<Memory, Unreadable>> {
        let (text, is_from_before) = self.inside().overwritten.get(&(resource.clone(), facet))?.clone();
        let key = memory_key(&home(), resource, facet);
        let opened = seal().opened(&key, text.as_bytes()).map_err(|why| why.of(&key, is_from_before));
        Some(opened.and_then(|document| Memory::of(&key, document, 0, resource, facet, &home())))
    }

    fn keep(&self, memory: &Memory) {
        self.inside().memory.insert((memory.resource.clone(), memory.facet), memory.clone());
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for MemoryRecorder {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        self.journal.note(Entry::Open);
        if self.store != Store::Works {
            return Receipt::LogOnly { why: "the bucket takes nothing".to_owned() };
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

    async fn recall(&self, resource: &Resource, facet: Facet) -> Result<Option<Memory>, Unreadable> {
        self.journal.note(Entry::Recall(facet));
        let object = format!("the memory of the {facet}");
        if let Store::Broken | Store::NotThere = self.store {
            let (why, has_no_store) = ("the bucket is gone".to_owned(), self.store == Store::NotThere);
            return Err(Unreadable {
                object,
                why,
                may_pass_later: true,
                is_denied: false,
                has_no_store,
                is_from_before_seals: false,
            });
        }
        if self.inside().unreadable.contains(&(resource.clone(), facet)) {
            return Err(Unreadable::malformed(&object, "made up by the test"));
        }
        match self.opened(resource, facet) {
            Some(opened) => opened.map(Some),
            None => Ok(self.memory(resource, facet)),
        }
    }

    async fn remember(&self, memory: &Memory) -> bool {
        self.journal.note(match memory.remembered {
            Remembered::State(_) => Entry::Remember(memory.facet),
            Remembered::EndedAt(_) => Entry::End(memory.facet),
        });
        let is_kept = self.store == Store::Works;
        if is_kept {
            let of = (memory.resource.clone(), memory.facet);
            self.inside().unreadable.remove(&of);
            self.inside().overwritten.remove(&of);
            self.keep(memory);
        }
        is_kept
    }

    async fn baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        if let Store::Broken | Store::NotThere = self.store {
            let has_no_store = self.store == Store::NotThere;
            let (object, why) = ("the baseline".to_owned(), "the bucket is gone".to_owned());
            return Err(Unreadable {
                object,
                why,
                may_pass_later: true,
                is_denied: false,
                has_no_store,
                is_from_before_seals: false,
            });
        }
        if self.inside().is_baseline_denied {
            let denied = Unreadable::malformed("the baseline", "AccessDenied");
            return Err(Unreadable { may_pass_later: true, is_denied: true, ..denied });
        }
        if self.inside().is_baseline_overwritten {
            return Err(Unreadable::malformed("the baseline", "it bears no seal"));
        }
        Ok(self.inside().baseline.clone())
    }

    async fn wait(&self, key: &str, pending: &Pending) -> bool {
        self.put(key, serde_json::to_value(pending).unwrap_or_default())
    }

    async fn keep_baseline(&self, baseline: &Baseline) -> bool {
        let is_kept = self.store == Store::Works;
        if is_kept {
            let mut inside = self.inside();
            inside.baseline = Some(baseline.clone());
            inside.is_baseline_overwritten = false;
        }
        is_kept
    }

    async fn has_evidence(&self, key: &str) -> bool {
        self.inside().evidence.contains_key(key)
    }

    async fn was_told(&self, key: &str, told: &Told) -> bool {
        self.store == Store::Works && self.inside().told.insert(key.to_owned(), told.clone()).is_some()
    }

    async fn repairs(&self, evidence: &Evidence, rules: ContestRules) -> Repairs {
        let begin = |seconds: u32| evidence.window_begin(i64::from(seconds)).unwrap_or_default();
        let since = begin(rules.window_minutes * 60);
        let first = begin(rules.slow.days * 24 * 3_600).min(since.clone());
        let inside = self.inside();
        let same = inside.evidence.iter().filter(|(_, other)| other.folder() == evidence.folder());
        let keys = same.map(|(key, _)| key.as_str()).filter(|key| *key >= first.as_str());
        Repairs::counted(keys, &since, &evidence.key)
    }

    async fn recent_repairs(&self, evidence: &Evidence, _window_seconds: u64, enough: u32) -> u32 {
        let inside = self.inside();
        let same = inside.evidence.values().filter(|other| other.folder() == evidence.folder());
        u32::try_from(same.count()).unwrap_or(u32::MAX).min(enough)
    }
}

impl Waiting for MemoryRecorder {
    /// Three a page.
    async fn listed(&self, after: &str) -> Result<(Vec<String>, bool), WorldError> {
        const A_PAGE: usize = 3;
        let mut keys: Vec<String> = self.waiting().into_iter().filter(|key| key.as_str() > after).collect();
        let is_more = keys.len() > A_PAGE;
        keys.truncate(A_PAGE);
        Ok((keys, is_more))
    }

    async fn pending(&self, key: &str) -> Result<Option<Pending>, Unreadable> {
        self.found(key)?.map(|document| Pending::of(key, document)).transpose()
    }

    async fn settled(&self, key: &str) -> Result<Option<Settled>, Unreadable> {
        self.found(key)?.map(|document| Settled::of(key, document)).transpose()
    }

    async fn settle(&self, key: &str, settled: &Settled) -> bool {
        self.put(key, serde_json::to_value(settled).unwrap_or_default())
    }

    async fn verify(&self, evidence_key: &str) -> Result<(), WorldError> {
        if let Some(evidence) = self.inside().evidence.get_mut(evidence_key) {
            evidence.trigger.actor.verified = Some(true);
        }
        Ok(())
    }
}

impl Rounds for MemoryRecorder {
    async fn round(&self) -> Result<Option<(Round, String)>, Unreadable> {
        let key = round_key(&home());
        let Some(document) = self.found(&key)? else { return Ok(None) };
        let tag = self.tag(&key);
        Round::of(&key, document).map(|round| Some((round, tag)))
    }

    async fn round_tag(&self) -> Result<Option<String>, WorldError> {
        let key = round_key(&home());
        let is_there = self.inside().waiting.contains_key(&key);
        Ok(is_there.then(|| self.tag(&key)))
    }

    /// As with `If-Match` and `If-None-Match`.
    async fn keep_round(&self, round: &Round, instead_of: Option<&str>) -> Result<Option<String>, WorldError> {
        let key = round_key(&home());
        if self.round_tag().await?.as_deref() != instead_of {
            return Ok(None);
        }
        self.put(&key, serde_json::to_value(round).unwrap_or_default());
        Ok(Some(self.tag(&key)))
    }
}

impl Orders for MemoryRecorder {
    async fn order(&self, key: &str) -> Result<Option<Order>, Unreadable> {
        self.found(key)?.map(|document| Order::of(key, document)).transpose()
    }

    async fn keep_order(&self, key: &str, order: &Order) -> bool {
        self.put(key, serde_json::to_value(order).unwrap_or_default())
    }
}

impl Uses for MemoryRecorder {
    async fn gathered(&self) -> Result<Option<(Gathered, String)>, Unreadable> {
        let key = gathered_key(&home());
        let Some(document) = self.found(&key)? else { return Ok(None) };
        let tag = self.tag(&key);
        Gathered::of(&key, document).map(|gathered| Some((gathered, tag)))
    }

    /// As with `If-Match` and `If-None-Match`.
    async fn keep_gathered(&self, gathered: &Gathered, instead_of: Option<&str>) -> Result<Option<String>, WorldError> {
        let key = gathered_key(&home());
        let is_there = self.inside().waiting.contains_key(&key);
        if is_there.then(|| self.tag(&key)).as_deref() != instead_of {
            return Ok(None);
        }
        self.put(&key, serde_json::to_value(gathered).unwrap_or_default());
        Ok(Some(self.tag(&key)))
    }

    async fn used_by(&self, principal: &IamEntity) -> Result<Option<UsedBy>, Unreadable> {
        self.used_at(&used_key(&home(), principal)).await
    }

    /// As S3 lists them: a thousand at once.
    async fn used_keys(&self, after: &str) -> Result<(Vec<(String, u64)>, bool), Unreadable> {
        const PAGE: usize = 1_000;
        let folder = used_folder(&home());
        self.asked.note_listing();
        let inside = self.inside();
        let all = inside.waiting.iter().filter(|(key, _)| key.starts_with(&folder) && key.as_str() > after);
        let mut keys: Vec<_> = all.map(|(key, it)| (key.clone(), it.to_string().len() as u64)).take(PAGE + 1).collect();
        let is_truncated = keys.len() > PAGE;
        keys.truncate(PAGE);
        Ok((keys, is_truncated))
    }

    async fn used_at(&self, key: &str) -> Result<Option<UsedBy>, Unreadable> {
        self.asked.while_others_ask().await;
        self.found(key)?.map(|document| UsedBy::of(key, document)).transpose()
    }

    async fn keep_used(&self, used: &UsedBy) -> bool {
        self.put(&used_key(&home(), &used.principal), serde_json::to_value(used).unwrap_or_default())
    }
}

/// One that was kept, whole, before anything was there.
fn baseline_of_nothing() -> Baseline {
    let kinds = Facet::ALL.iter().map(|facet| facet.kind().to_string()).collect();
    Baseline { ended_at: Some(0), kinds, ..Baseline::begun(0, "") }
}

/// What Parapet's functions seal with, and nobody else has.
fn seal() -> Seal {
    Seal::new([9; SECRET_BYTES])
}
