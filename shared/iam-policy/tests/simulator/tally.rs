//! Comparing many rows, and counting what comes of it.

use crate::classes::Classes;
use crate::decided::ours as decision_of;
use crate::faults::{excused, mended, of_known_caller};
use crate::generator;
use crate::process::{SimRow, Verdict, simulate};
use iam_policy::Decision;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows for one process of the simulator, which is slow to start.
const BATCH: usize = 5_000;

/// A row that the simulator decides otherwise.
struct Disputed {
    index: usize,
    row: SimRow,
    ours: Decision,
}

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) compared: usize,
    pub(crate) classes: Classes,
    /// Of each fault: the disagreements that are gone once it, or one with it, is mended.
    pub(crate) mended: BTreeMap<&'static str, usize>,
    pub(crate) excused: BTreeMap<&'static str, usize>,
    /// Why the simulator does not decide, and how often.
    pub(crate) refused: BTreeMap<String, usize>,
    pub(crate) wrong: Vec<String>,
    disputed: Vec<Disputed>,
}

/// So many rows compared, by a process of the simulator for each processor; `None`: there is no simulator.
pub(crate) fn compared(seed: usize, pairs: usize) -> Option<Tally> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= pairs {
                return Some(tally);
            }
            let rows = (from..pairs.min(from + BATCH)).map(|index| (index, generator::row(seed, index)));
            tally.compare(rows.collect())?;
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies: Option<Vec<Tally>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    let mut all = tallies?.into_iter().reduce(Tally::with)?;
    all.settle()?;
    Some(all)
}

impl Tally {
    fn compare(&mut self, rows: Vec<(usize, SimRow)>) -> Option<()> {
        let (indices, rows): (Vec<usize>, Vec<SimRow>) = rows.into_iter().unzip();
        let verdicts = self.theirs(&rows)?;
        for ((index, row), theirs) in indices.into_iter().zip(rows).zip(verdicts) {
            let Some(theirs) = theirs else { continue };
            let ours = decision_of(&row);
            if let Some(other) = of_known_caller(&row) {
                assert_eq!(decision_of(&other), ours, "another caller for {}: {}", row.to_json(), other.to_json());
            }
            self.compared += 1;
            self.classes.count(index, &row, ours);
            if ours != theirs {
                self.disputed.push(Disputed { index, row, ours });
            }
        }
        Some(())
    }

    /// The simulator's decisions; a row that it refuses has none and is counted.
    fn theirs(&mut self, rows: &[SimRow]) -> Option<Vec<Option<Decision>>> {
        let decided = |verdict| match verdict {
            Verdict::Decided(decision) => Some(decision),
            Verdict::Refused(why) => {
                *self.refused.entry(why).or_default() += 1;
                None
            }
        };
        Some(simulate(rows)?.into_iter().map(decided).collect())
    }

    /// Asks again about what is disputed, in words that the simulator gets right.
    fn settle(&mut self) -> Option<()> {
        self.disputed.sort_by_key(|disputed| disputed.index);
        let disputed = std::mem::take(&mut self.disputed);
        let (rows, faults): (Vec<SimRow>, Vec<_>) = disputed.iter().map(|d| mended(&d.row)).unzip();
        let verdicts = self.theirs(&rows)?;
        for ((Disputed { index, row, ours: decision }, (other, met)), theirs) in
            disputed.iter().zip(rows.iter().zip(faults)).zip(verdicts)
        {
            assert_eq!(decision_of(other), *decision, "other words for {}: {}", row.to_json(), other.to_json());
            if theirs == Some(*decision) {
                met.iter().for_each(|name| *self.mended.entry(name).or_default() += 1);
                continue;
            }
            match theirs.and_then(|theirs| excused(row, *decision, theirs)) {
                Some(excuse) => *self.excused.entry(excuse).or_default() += 1,
                None => {
                    self.wrong.push(format!("pair {index}: {decision:?}, simulator {theirs:?}: {}", other.to_json()));
                }
            }
        }
        Some(())
    }

    fn with(mut self, other: Self) -> Self {
        self.compared += other.compared;
        self.classes.add(other.classes);
        for (why, count) in other.refused {
            *self.refused.entry(why).or_default() += count;
        }
        self.disputed.extend(other.disputed);
        self
    }
}
