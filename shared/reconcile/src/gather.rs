//! What is used, kept: CloudTrail's objects are read on, and what each principal asked for goes into what is kept of it.

use std::collections::BTreeMap;
use std::time::Duration;

use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::Uses;
use parapet_guards::used::{Gathered, History, Summary, UsedBy, delivered_at, delivery_time};
use serde::Serialize;
use tokio::time::Instant;

use crate::Clock;

/// The objects that a trail delivers.
pub trait TrailObjects {
    /// The folders of the regions that it delivers.
    ///
    /// # Errors
    /// They could not be listed.
    fn folders(&self) -> impl Future<Output = Result<Vec<String>, WorldError>> + Send;

    /// The keys in a folder after this one, in their order: a page.
    ///
    /// # Errors
    /// They could not be listed.
    fn delivered(&self, folder: &str, after: &str) -> impl Future<Output = Result<Vec<String>, WorldError>> + Send;

    /// Adds the records of an object. Answers how much in it could not be read.
    ///
    /// # Errors
    /// It could not be fetched.
    fn read(
        &self,
        key: &str,
        home: &Home,
        history: &mut History,
    ) -> impl Future<Output = Result<u64, WorldError>> + Send;
}

/// What came of reading on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GatherReport {
    /// How many objects were read.
    pub objects: u64,
    /// How many records of them counted for somebody.
    pub records: u64,
    /// What could not be read of them.
    #[serde(skip_serializing_if = "is_none")]
    pub unread: u64,
    /// What did not work, and is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// How long after it was delivered an object is read: by then all that are named before it are there, too.
const SETTLED_SECONDS: i64 = 10 * 60;

/// How many objects are taken together before what they show is kept: as many as fit in a function's memory, whatever is in them.
const AT_ONCE: usize = 20;

/// How many one run reads. What is left the next ones read.
const A_RUN: u64 = 1_000;

/// How much of its time a run leaves: what was read is still to be kept.
const TO_KEEP: Duration = Duration::from_secs(30);

/// Reads what a trail delivered since it was read last, and keeps what each principal was seen to use. None: it is not time yet, or somebody else is
/// at it.
///
/// Broken off anywhere, it goes on from the last key that was kept: what was read since is read twice, and then counts twice, which makes nothing
/// seem unused. What is unread stays so, and is counted.
pub async fn gather<U: Uses, T: TrailObjects>(
    home: &Home,
    uses: &U,
    trail: &T,
    clock: Clock,
    until: Instant,
) -> Option<GatherReport> {
    let mut report = GatherReport::default();
    let until = until.checked_sub(TO_KEEP).filter(|until| *until > Instant::now())?;
    let (gathered, tag) = match uses.gathered().await {
        Ok(Some((gathered, tag))) => (gathered, Some(tag)),
        Ok(None) => (Gathered::begin(clock.now), None),
        // Before the first bootstrap there is nothing to keep it in.
        Err(why) if why.has_no_store => return None,
        // Whose word that is nobody knows: what was kept is not added to, and a repair that asks for it is told so.
        Err(why) => {
            report.failed.push(why.to_string());
            return Some(report);
        }
    };
    if !gathered.is_due(clock.now) {
        return None;
    }
    let left = (until + TO_KEEP).saturating_duration_since(Instant::now()).as_secs();
    let taken_until = clock.now.saturating_add(left.try_into().unwrap_or(0));
    let gathered = Gathered { begun_at: clock.now, taken_until, ..gathered };
    let mut reading = Reading { home, uses, gathered, tag, report };
    if reading.keep().await {
        reading.all(trail, clock, until).await;
        reading.gathered.taken_until = clock.now;
        reading.keep().await;
    }
    Some(reading.report)
}

struct Reading<'a, U> {
    home: &'a Home,
    uses: &'a U,
    gathered: Gathered,
    tag: Option<String>,
    report: GatherReport,
}

impl<U: Uses> Reading<'_, U> {
    /// Keeps how far it is. Whether it is kept.
    async fn keep(&mut self) -> bool {
        match self.uses.keep_gathered(&self.gathered, self.tag.as_deref()).await {
            Ok(Some(tag)) => {
                self.tag = Some(tag);
                true
            }
            Ok(None) => {
                self.report.failed.push("somebody else reads what the trail delivered; this one stops".to_owned());
                false
            }
            Err(error) => {
                self.report.failed.push(error.story());
                false
            }
        }
    }

    async fn all<T: TrailObjects>(&mut self, trail: &T, clock: Clock, until: Instant) {
        let first_day = Clock { now: self.gathered.since }.date();
        let last = Clock { now: clock.now.saturating_sub(SETTLED_SECONDS) }.timestamp();
        let Some(last) = delivery_time(&last) else { return };
        let folders = match trail.folders().await {
            Ok(folders) => folders,
            Err(error) => return self.report.failed.push(error.story()),
        };
        for folder in folders {
            loop {
                let after = self.gathered.after(&folder, &first_day);
                let keys = match trail.delivered(&folder, &after).await {
                    Ok(keys) => keys,
                    Err(error) => {
                        self.report.failed.push(error.story());
                        break;
                    }
                };
                // What is none of CloudTrail's is passed over.
                let is_settled = |key: &&String| delivered_at(key).is_none_or(|at| at <= last.as_str());
                let settled: Vec<&String> = keys.iter().take_while(is_settled).collect();
                let is_page = settled.len() == keys.len() && !keys.is_empty();
                for keys in settled.chunks(AT_ONCE) {
                    if Instant::now() >= until || self.report.objects >= A_RUN {
                        return;
                    }
                    if !self.some(trail, &folder, keys).await {
                        return;
                    }
                }
                if !is_page {
                    break;
                }
            }
        }
    }

    /// Reads some objects, and keeps what they show. Whether it is kept.
    async fn some<T: TrailObjects>(&mut self, trail: &T, folder: &str, keys: &[&String]) -> bool {
        let mut history = History::default();
        let (mut denied, mut read) = (0_u64, 0_u64);
        for key in keys.iter().filter(|key| delivered_at(key).is_some()) {
            let unread = match trail.read(key, self.home, &mut history).await {
                Ok(unread) => {
                    read = read.saturating_add(1);
                    unread
                }
                Err(error) if error.kind == ErrorKind::Transient => {
                    self.report.failed.push(error.story());
                    return false;
                }
                // What is gone, or what nobody can read, is not waited for: whoever may put one object there would end all reading.
                Err(error) => {
                    denied = denied.saturating_add(u64::from(error.kind == ErrorKind::Denied));
                    self.report.failed.push(error.story());
                    1
                }
            };
            self.report.objects = self.report.objects.saturating_add(1);
            self.report.unread = self.report.unread.saturating_add(unread);
            self.gathered.objects = self.gathered.objects.saturating_add(1);
            self.gathered.unread = self.gathered.unread.saturating_add(unread);
        }
        // A permission that is missing may come: then all is still to be read.
        if read == 0 && denied > 0 {
            return false;
        }
        self.report.records = self.report.records.saturating_add(history.counted);
        if !self.add(history).await {
            return false;
        }
        if let Some(last) = keys.last() {
            self.gathered.read.insert(folder.to_owned(), (*last).clone());
        }
        self.keep().await
    }

    /// Adds what was seen to what is kept of each. Whether all of it is kept.
    async fn add(&mut self, History { summaries, logged, others, .. }: History) -> bool {
        let mut kept = BTreeMap::new();
        for (principal, summary) in summaries {
            match self.uses.used_by(&principal).await {
                Ok(before) => {
                    let mut whole = before.map_or_else(Summary::default, |used| used.summary);
                    whole.merge(&summary);
                    whole.expire(self.gathered.begun_at);
                    kept.insert(principal, whole);
                }
                Err(why) => {
                    self.report.failed.push(why.to_string());
                    return false;
                }
            }
        }
        for (principal, summary) in kept {
            if !self.uses.keep_used(&UsedBy { principal, summary }).await {
                self.report.failed.push("what is used could not be kept".to_owned());
                return false;
            }
        }
        self.gathered.logged.merge(&logged);
        self.gathered.others.add(others);
        true
    }
}
