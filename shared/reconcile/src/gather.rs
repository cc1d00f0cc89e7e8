//! What is used, kept: CloudTrail's objects are read on, and what each principal asked for goes into what is kept of it.

use std::collections::BTreeSet;
use std::time::Duration;

use parapet_core::{ErrorKind, Home, Outcome, WorldError};
use parapet_guards::used::{Gathered, History, Summary, UsedBy, delivered_at, delivery_time, trail_folder};
use parapet_guards::{GuardName, Recorder, Report, Told, Uses, told_key};
use serde::Serialize;
use tokio::time::Instant;

use crate::Clock;
use crate::batches::batches;

/// The objects that a trail delivers.
pub trait TrailObjects {
    /// The folders of the regions that it delivers.
    ///
    /// # Errors
    /// They could not be listed.
    fn folders(&self) -> impl Future<Output = Result<Vec<String>, WorldError>> + Send;

    /// The keys in a folder after this one, in their order, and how many bytes each has: a page.
    ///
    /// # Errors
    /// They could not be listed.
    fn delivered(
        &self,
        folder: &str,
        after: &str,
    ) -> impl Future<Output = Result<Vec<(String, u64)>, WorldError>> + Send;

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
    /// Whether a person has to see to it: what failed passes by itself, or it does not.
    #[serde(skip)]
    is_for_a_person: bool,
}

impl GatherReport {
    fn fail(&mut self, error: &WorldError) {
        self.is_for_a_person |= error.kind != ErrorKind::Transient;
        self.failed.push(error.story());
    }

    fn fail_for_good(&mut self, why: String) {
        self.is_for_a_person = true;
        self.failed.push(why);
    }
}

/// What is told of reading on: that something could not be read, once a day, whatever it is. None: nothing failed that does not pass, or it was told today.
///
/// What is not read is not known to be used, and an operator who has the old mended should not be the first to hear of it.
pub async fn unread<R: Recorder>(
    home: &Home,
    recorder: &R,
    clock: Clock,
    request: &str,
    report: &GatherReport,
) -> Option<Report> {
    if !report.is_for_a_person {
        return None;
    }
    let what = BTreeSet::from(["what it delivered cannot all be read".to_owned()]);
    let told = Told::of(clock.now, GuardName::PolicyGuard, trail_folder(home), what);
    if recorder.was_told(&told_key(home, &clock.date(), &told), &told).await {
        return None;
    }
    let why = report.failed.join("; ");
    let outcome = Outcome::Undetermined(format!(
        "what the trail delivered cannot all be read, so what is used is not all known: {why}"
    ));
    Some(Report::ending(request, GuardName::PolicyGuard, outcome))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// How long after it was delivered an object is read: by then all that are named before it are there, too.
const SETTLED_SECONDS: i64 = 10 * 60;

/// How many objects are taken together before what they show is kept, and how many bytes of them as they lie there: a function's memory is small. Of what they
/// show it holds no more than a [`History`] takes, whatever is in them.
const AT_ONCE: usize = 5;
const BYTES_AT_ONCE: u64 = 4 * 1024 * 1024;

/// A larger object is passed over and counted as unread: CloudTrail's have some megabytes at the most, and one that a function cannot hold would end it
/// at each try.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// How many one run reads. What is left the next ones read.
const A_RUN: u64 = 1_000;

/// After so long what passes by itself has passed.
const BEHIND_SECONDS: i64 = 12 * 60 * 60;

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
            match why.may_pass_later {
                true => report.failed.push(why.to_string()),
                false => report.fail_for_good(why.to_string()),
            }
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
        // Where it passes each time, and never passed, it does not pass.
        let is_behind = reading.gathered.complete_at.is_some_and(|at| clock.now.saturating_sub(at) > BEHIND_SECONDS);
        if reading.all(trail, clock, until).await {
            reading.gathered.complete_at = Some(clock.now);
        } else if is_behind {
            let hours = BEHIND_SECONDS / 3_600;
            reading.report.fail_for_good(format!("it was not all read within the last {hours} hours"));
        }
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
                self.report.fail(&error);
                false
            }
        }
    }

    /// Whether all was read that was delivered.
    async fn all<T: TrailObjects>(&mut self, trail: &T, clock: Clock, until: Instant) -> bool {
        let first_day = Clock { now: self.gathered.since }.date();
        let last = Clock { now: clock.now.saturating_sub(SETTLED_SECONDS) }.timestamp();
        let Some(last) = delivery_time(&last) else { return false };
        let folders = match trail.folders().await {
            Ok(folders) => folders,
            Err(error) => {
                self.report.fail(&error);
                return false;
            }
        };
        for folder in folders {
            let mut after = self.gathered.after(&folder, &first_day);
            loop {
                let page = match trail.delivered(&folder, &after).await {
                    Ok(page) => page,
                    Err(error) => {
                        self.report.fail(&error);
                        break;
                    }
                };
                let Some((end, _)) = page.last() else { break };
                after.clone_from(end);
                // What is none of CloudTrail's is passed over: it neither counts nor says how far it was read.
                let delivered = page.iter().filter_map(|(key, bytes)| Some((delivered_at(&folder, key)?, key, *bytes)));
                let (settled, late): (Vec<_>, Vec<_>) = delivered.partition(|(at, _, _)| *at <= last.as_str());
                for some in batches(&settled, AT_ONCE, BYTES_AT_ONCE, |(_, _, bytes)| *bytes) {
                    if Instant::now() >= until || self.report.objects >= A_RUN {
                        return false;
                    }
                    let some: Vec<(&String, u64)> = some.iter().map(|(_, key, bytes)| (*key, *bytes)).collect();
                    if !self.some(trail, &folder, &some).await {
                        return false;
                    }
                }
                if !late.is_empty() || Instant::now() >= until {
                    break;
                }
            }
        }
        self.report.failed.is_empty() && Instant::now() < until
    }

    /// Reads some objects, and keeps what they show. Whether it is kept.
    async fn some<T: TrailObjects>(&mut self, trail: &T, folder: &str, keys: &[(&String, u64)]) -> bool {
        let mut history = History::default();
        let (mut denied, mut read, mut unread) = (0_u64, 0_u64, 0_u64);
        for (key, bytes) in keys {
            if *bytes > MOST_BYTES {
                self.report.fail_for_good(format!("`{key}` has {bytes} bytes, which is more than is read at once"));
                unread = unread.saturating_add(1);
                continue;
            }
            match trail.read(key, self.home, &mut history).await {
                Ok(damaged) => {
                    read = read.saturating_add(1);
                    if damaged > 0 {
                        self.report.fail_for_good(format!("`{key}`: {damaged} records in it cannot be read"));
                    }
                    unread = unread.saturating_add(damaged);
                }
                Err(error) if error.kind == ErrorKind::Transient => {
                    self.report.fail(&error);
                    return false;
                }
                // What is gone, or what nobody can read, is not waited for: whoever may put one object there would end all reading.
                Err(error) => {
                    denied = denied.saturating_add(u64::from(error.kind == ErrorKind::Denied));
                    self.report.fail(&error);
                    unread = unread.saturating_add(1);
                }
            }
        }
        // A permission that is missing may come: then all is still to be read.
        if read == 0 && denied > 0 {
            return false;
        }
        self.report.objects = self.report.objects.saturating_add(read);
        self.report.unread = self.report.unread.saturating_add(unread);
        self.report.records = self.report.records.saturating_add(history.counted);
        if !self.add(history).await {
            return false;
        }
        self.gathered.objects = self.gathered.objects.saturating_add(read);
        self.gathered.unread = self.gathered.unread.saturating_add(unread);
        if let Some((last, _)) = keys.last() {
            self.gathered.read.insert(folder.to_owned(), (*last).clone());
        }
        self.keep().await
    }

    /// Adds what was seen to what is kept of each. Whether all of it is kept.
    async fn add(&mut self, History { summaries, logged, others, .. }: History) -> bool {
        for (principal, summary) in summaries {
            let mut whole = match self.uses.used_by(&principal).await {
                Ok(before) => before.map_or_else(Summary::default, |used| used.summary),
                Err(why) if why.may_pass_later => {
                    self.report.failed.push(why.to_string());
                    return false;
                }
                // Nobody vouches for what lies there, and it keeps nobody else's from being kept. Who asks for it is told that it cannot be read.
                Err(why) => {
                    self.report.fail_for_good(why.to_string());
                    continue;
                }
            };
            whole.merge(&summary);
            whole.expire(self.gathered.begun_at);
            if !self.uses.keep_used(&UsedBy { principal, summary: whole }).await {
                self.report.failed.push("what is used could not be kept".to_owned());
                return false;
            }
        }
        self.gathered.logged.merge(&logged);
        self.gathered.others.add(others);
        true
    }
}
