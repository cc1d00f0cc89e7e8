//! How many records there were, and what came of them.

use std::fmt::Write as _;

use parapet_core::Ignored;

use super::judge::{Verdict, Why};

/// Counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Inputs that could be opened.
    pub(super) inputs: u64,
    /// Records that were read.
    pub(super) records: u64,
    /// Those of them that something is looked at for.
    pub(super) looks: u64,
    /// Records and inputs that could not be read, or only in part.
    pub(super) unreadable: u64,
    /// Whether there was a list of records, be it an empty one.
    pub(super) has_lists: bool,
    failed: u64,
    read_only: u64,
    no_guard: u64,
    other_account: u64,
    other_region: u64,
    not_a_record: u64,
    no_management: u64,
    by_guard: u64,
}

impl Tally {
    /// Counts a record.
    pub(super) fn note(&mut self, verdict: &Verdict) {
        self.records += 1;
        let count = match verdict {
            Verdict::Reconcile(_) => &mut self.looks,
            Verdict::Ignored(Why::Category(_)) => &mut self.no_management,
            Verdict::Ignored(Why::NoGuard(_)) => &mut self.no_guard,
            Verdict::Ignored(Why::Guard(_)) => &mut self.by_guard,
            Verdict::Ignored(Why::Glance(why)) => match why {
                Ignored::FailedCall(_) => &mut self.failed,
                Ignored::ReadOnly => &mut self.read_only,
                Ignored::OtherAccount(_) => &mut self.other_account,
                Ignored::OtherRegion(_) => &mut self.other_region,
                _ => &mut self.not_a_record,
            },
        };
        *count += 1;
    }

    /// All of it, for a reader.
    pub(super) fn summary(&self) -> String {
        if self.records == 0 && !self.has_lists {
            return "nothing was read".to_owned();
        }
        let mut text = format!("{} in {}: ", counted(self.records, "record"), counted(self.inputs, "input"));
        let ignored = self.records - self.looks;
        // Writing to memory does not fail.
        let _ = writeln!(text, "{} to look at, {ignored} ignored", self.looks);
        let reasons = [
            (self.read_only, "the call only read"),
            (self.failed, "the call failed"),
            (self.no_guard, "the event concerns no guard"),
            (self.other_account, "the event is of another account"),
            (self.other_region, "the resource is of another region"),
            (self.no_management, "the event is no management event"),
            (self.by_guard, "the guard leaves it alone"),
            (self.not_a_record, "the record has no name or source of an event"),
        ];
        let width = reasons.iter().map(|(count, _)| count.to_string().len()).max().unwrap_or_default();
        for (count, what) in reasons.into_iter().filter(|(count, _)| *count > 0) {
            let _ = writeln!(text, "  {count:>width$}  {what}");
        }
        if self.unreadable > 0 {
            let _ = writeln!(text, "{} could not be read", self.unreadable);
        }
        text
    }
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
