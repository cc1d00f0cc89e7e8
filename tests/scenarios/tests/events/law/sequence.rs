//! A sequence of calls on an account with a history, answered by all guards; and what the law says of the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use parapet_core::{Outcome, Severity};
use parapet_guards::{Baseline, GuardName, Memory, Recorder, Report, Standard};
use parapet_reconcile::{Clock, Place, Run, baseline, handle};
use parapet_testkit::fixtures::standard;
use parapet_testkit::{Journal, MemoryRecorder};
use serde_json::Value;

use super::calls::{Call, perform};
use super::chance::Chance;
use super::grants::{Grant, grants, lost};
use super::history;
use super::power::{Powers, Way};
use super::world::{Land, Snapshot};

/// Who is never touched, and who is watched.
pub(super) const STANDARD: &str = "principals: {protected: [user/maintenance], break_glass: [role/break-glass]}";

/// When records arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Each before the next call.
    Each,
    /// All after the last call.
    After,
    /// Some calls late, and in another order: which, the number says.
    Late(u64),
}

/// What is tried.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sequence {
    pub(super) pieces: u32,
    pub(super) calls: Vec<Call>,
    pub(super) delivery: Delivery,
}

/// What is wrong at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// Somebody got somewhere, and no report speaks of it.
    Unreported { who: String, to: &'static str, by: Vec<String> },
    /// A guard took what the calls left.
    Lost(String),
}

/// What came of a sequence.
pub(super) struct Ended {
    pub(super) failures: Vec<Failure>,
    /// Which calls changed something.
    pub(super) effective: Vec<bool>,
    pub(super) reports: Vec<Report>,
    /// The records, for a reader.
    pub(super) records: Vec<Value>,
}

/// Accounts as they were before, by the pieces of their history.
pub(super) struct Histories {
    standard: Standard,
    known: BTreeMap<u32, Rc<History>>,
}

/// An account before, and what there is to know of it.
struct History {
    snapshot: Snapshot,
    /// What was kept of it.
    memories: Vec<Memory>,
    baseline: Baseline,
    /// Who had a way.
    paths: BTreeSet<Way>,
    grants: BTreeMap<String, Grant>,
}

impl Histories {
    pub(super) fn new() -> Self {
        Self { standard: standard(STANDARD), known: BTreeMap::new() }
    }

    async fn of(&mut self, pieces: u32) -> Rc<History> {
        if !self.known.contains_key(&pieces) {
            let (snapshot, journal) = (history::account(pieces), Journal::default());
            let land = Land::of(&snapshot, &history::names(), &journal);
            let recorder = MemoryRecorder::new(&journal);
            let (home, standard) = (history::place(), &self.standard);
            let place = Place { home: &home, standard, world: &land, recorder: &recorder };
            recorder.keep_baseline(&history::begun(standard.digest())).await;
            let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: land.now() - 1_000 }, dry: false };
            let kept = baseline(&place, run, None).await;
            assert_eq!(kept.unread, Vec::<String>::new());
            let history = History {
                paths: Powers::of(&snapshot).paths().into_keys().collect(),
                grants: grants(&snapshot),
                memories: recorder.memories(),
                baseline: kept,
                snapshot,
            };
            self.known.insert(pieces, Rc::new(history));
        }
        Rc::clone(&self.known[&pieces])
    }
}

/// Makes the calls and delivers their records.
pub(super) async fn play(histories: &mut Histories, sequence: &Sequence) -> Ended {
    let before = histories.of(sequence.pieces).await;
    let journal = Journal::default();
    let land = Land::of(&before.snapshot, &history::names(), &journal);
    let recorder = MemoryRecorder::new(&journal);
    for memory in &before.memories {
        recorder.remember(memory).await;
    }
    recorder.keep_baseline(&before.baseline).await;
    let mut scene = Scene { land, recorder, standard: &histories.standard, reports: Vec::new() };
    let mut ended = Ended { failures: Vec::new(), effective: Vec::new(), reports: Vec::new(), records: Vec::new() };
    let mut left = Left::new();
    let mut waiting: Vec<(usize, Value)> = Vec::new();
    let mut delays = Chance::of(match sequence.delivery {
        Delivery::Late(seed) => seed,
        _ => 0,
    });
    let mut was = (before.snapshot.clone(), before.grants.clone());
    for (number, call) in sequence.calls.iter().enumerate() {
        scene.land.seconds_pass(20);
        let record = perform(call, &scene.land);
        let is = scene.land.snapshot();
        let is_effective = is != was.0;
        ended.effective.push(is_effective);
        if is_effective {
            let granted = grants(&is);
            note(&mut left, &was.1, &granted);
            was = (is, granted);
        }
        if let Some(record) = record {
            ended.records.push(record.clone());
            let due = match sequence.delivery {
                Delivery::Each => number,
                Delivery::After => sequence.calls.len(),
                Delivery::Late(_) => number + delays.below(4),
            };
            waiting.push((due, record));
        }
        let (due, later) = waiting.into_iter().partition(|(due, _)| *due <= number);
        waiting = later;
        if !due.is_empty() {
            scene.deliver(shuffled(due, sequence.delivery, &mut delays)).await;
            let is = scene.land.snapshot();
            if is != was.0 {
                was = (is.clone(), grants(&is));
            }
        }
    }
    scene.deliver(shuffled(waiting, sequence.delivery, &mut delays)).await;
    let after = scene.land.snapshot();
    ended.failures = failures(before.as_ref(), &left, &after, &scene.reports);
    ended.reports = scene.reports;
    ended
}

fn shuffled(mut due: Vec<(usize, Value)>, delivery: Delivery, chance: &mut Chance) -> Vec<Value> {
    if let Delivery::Late(_) = delivery {
        for last in (1..due.len()).rev() {
            due.swap(last, chance.below(last + 1));
        }
    }
    due.into_iter().map(|(_, record)| record).collect()
}

/// What each call made of what is granted, where it changed that.
type Left = BTreeMap<String, Vec<Option<Grant>>>;

/// Notes what a call made of what is granted.
fn note(left: &mut Left, was: &BTreeMap<String, Grant>, is: &BTreeMap<String, Grant>) {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for name in names.into_iter().filter(|name| was.get(*name) != is.get(*name)) {
        left.entry(name.clone()).or_default().push(is.get(name).cloned());
    }
}

struct Scene<'a> {
    standard: &'a Standard,
    land: Land,
    recorder: MemoryRecorder,
    reports: Vec<Report>,
}

impl Scene<'_> {
    async fn deliver(&mut self, records: Vec<Value>) {
        let home = history::place();
        for record in records {
            let (source, event) = (record["eventSource"].as_str().unwrap(), record["eventName"].as_str().unwrap());
            for &guard in GuardName::ALL {
                if !guard.events().iter().any(|(from, name)| *from == source && *name == event) {
                    continue;
                }
                let place = Place { home: &home, standard: self.standard, world: &self.land, recorder: &self.recorder };
                // What fails is delivered again, twice.
                for _ in 0..3 {
                    self.land.seconds_pass(1);
                    let run = Run { guard, clock: Clock { now: self.land.now() }, dry: false };
                    let report = handle(&place, run, &record).await;
                    let again = report.retry;
                    self.reports.push(report);
                    if !again {
                        break;
                    }
                }
            }
        }
    }
}

fn failures(before: &History, left: &Left, after: &Snapshot, reports: &[Report]) -> Vec<Failure> {
    let mut failures = BTreeSet::new();
    let are = Powers::of(after).paths();
    for (key, path) in are.into_iter().filter(|(key, _)| !before.paths.contains(key)) {
        if !reports.iter().any(|report| speaks_of(report, &path.by)) {
            failures.insert(Failure::Unreported { who: key.0, to: path.to, by: path.by });
        }
    }
    let is = grants(after);
    for (name, grant) in &before.grants {
        let of_calls = left.get(name).map(Vec::as_slice).unwrap_or_default();
        if lost(grant, of_calls, is.get(name)) {
            failures.insert(Failure::Lost(name.clone()));
        }
    }
    failures.into_iter().collect()
}

/// Whether a report says that something of weight is new and wrong with one of these.
fn speaks_of(report: &Report, names: &[String]) -> bool {
    let is_bad = |severity| matches!(severity, Severity::High | Severity::Critical);
    let says = report.findings.iter().any(|finding| !finding.was_before && is_bad(finding.severity))
        || matches!(
            report.outcome,
            Outcome::Undetermined(_) | Outcome::Unresolved(_) | Outcome::Blocked(_) | Outcome::Failed(_)
        );
    let resource = report.resource.as_deref().unwrap_or_default();
    // A look at several tells of one, with the findings of all.
    says && (resource.is_empty() || names.iter().any(|name| resource.contains(name.as_str())))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreported { who, to, .. } => write!(f, "{who} got to {to}, unreported"),
            Self::Lost(name) => write!(f, "lost: {name}"),
        }
    }
}

/// The shortest sequence that fails in the same way: without a call, without a piece of the history, with records in time.
pub(super) async fn minimised(histories: &mut Histories, sequence: &Sequence, failure: &Failure) -> Sequence {
    let mut least = sequence.clone();
    loop {
        let mut candidates: Vec<Sequence> = Vec::new();
        for number in 0..least.calls.len() {
            let mut shorter = least.clone();
            shorter.calls.remove(number);
            candidates.push(shorter);
        }
        let bits = (0..history::PIECES.len()).filter(|bit| least.pieces & (1 << bit) != 0);
        candidates.extend(bits.map(|bit| Sequence { pieces: least.pieces & !(1 << bit), ..least.clone() }));
        if least.delivery != Delivery::Each {
            candidates.push(Sequence { delivery: Delivery::Each, ..least.clone() });
        }
        if matches!(least.delivery, Delivery::Late(_)) {
            candidates.push(Sequence { delivery: Delivery::After, ..least.clone() });
        }
        let mut found = None;
        for candidate in candidates {
            if fails(histories, &candidate, failure).await {
                found = Some(candidate);
                break;
            }
        }
        match found {
            Some(shorter) => least = shorter,
            None => return least,
        }
    }
}

pub(super) async fn fails(histories: &mut Histories, sequence: &Sequence, failure: &Failure) -> bool {
    let same = |other: &Failure| match (other, failure) {
        (Failure::Unreported { who, to, .. }, Failure::Unreported { who: mine, to: its, .. }) => {
            who == mine && to == its
        }
        (other, failure) => other == failure,
    };
    play(histories, sequence).await.failures.iter().any(same)
}
