//! What is looked at, grouped by guard, actor and control.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parapet_guards::{ControlId, GuardName};
use parapet_records::Record;

use super::line::actor;
use parapet_guards::Led;

/// How many rows are kept: actors are without number in a log, because a session of a role is one. Later ones count as others.
const MOST_ROWS: usize = 20_000;

/// How much of an actor or a time is kept. An ARN has at most 2,048 characters, and hardly ever a tenth of it.
const LONGEST_TEXT: usize = 512;

/// How often, from when to when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) count: u64,
    pub(super) first: Option<Box<str>>,
    pub(super) last: Option<Box<str>>,
}

/// What one actor did.
#[derive(Debug, Default)]
pub(super) struct Actor {
    pub(super) all: Span,
    pub(super) controls: BTreeMap<ControlId, Span>,
}

/// What was done to what one guard looks after.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) actors: HashMap<Box<str>, Actor>,
    /// Those that there was no room for.
    pub(super) others: Actor,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) guards: BTreeMap<GuardName, Group>,
    rows: usize,
}

impl Table {
    /// Adds a record. It counts once for each guard and control, however many resources it leads to.
    pub(super) fn note(&mut self, record: &Record<'_>, looks: &[Led]) {
        let actor = cut(actor(record));
        let time = record.event_time().map(cut);
        let guards: BTreeSet<GuardName> = looks.iter().map(|look| look.guard).collect();
        for guard in guards {
            let of_guard = looks.iter().filter(|look| look.guard == guard);
            let controls: BTreeSet<ControlId> = of_guard.flat_map(|look| look.controls.iter().copied()).collect();
            let row = self.actor(guard, actor);
            let before = row.controls.len();
            row.all.note(time);
            for control in controls {
                row.controls.entry(control).or_default().note(time);
            }
            self.rows += row.controls.len() - before;
        }
    }

    fn actor(&mut self, guard: GuardName, actor: &str) -> &mut Actor {
        let group = self.guards.entry(guard).or_default();
        if self.rows >= MOST_ROWS && !group.actors.contains_key(actor) {
            return &mut group.others;
        }
        group.actors.entry(actor.into()).or_default()
    }
}

impl Span {
    /// CloudTrail's times sort as text: ISO 8601, in UTC.
    fn note(&mut self, time: Option<&str>) {
        self.count += 1;
        let Some(time) = time else { return };
        if self.first.as_deref().is_none_or(|first| time < first) {
            self.first = Some(time.into());
        }
        if self.last.as_deref().is_none_or(|last| time > last) {
            self.last = Some(time.into());
        }
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_its_ends_whatever_the_order() {
        let mut span = Span::default();
        for time in [None, Some("2026-11-23T14:00:00Z"), Some("2026-11-24T01:00:00Z"), Some("2025-01-01T00:00:00Z")] {
            span.note(time);
        }
        assert_eq!((span.count, span.first.as_deref()), (4, Some("2025-01-01T00:00:00Z")));
        assert_eq!(span.last.as_deref(), Some("2026-11-24T01:00:00Z"));
    }

    #[test]
    fn actors_without_number_take_no_room() {
        let mut table = Table { rows: MOST_ROWS, ..Table::default() };
        table.actor(GuardName::PolicyGuard, "late").all.note(None);
        assert_eq!(table.guards[&GuardName::PolicyGuard].others.all.count, 1);
        table.rows = 0;
        table.actor(GuardName::PolicyGuard, "early").all.note(None);
        table.rows = MOST_ROWS;
        table.actor(GuardName::PolicyGuard, "early").all.note(None);
        assert_eq!(table.guards[&GuardName::PolicyGuard].actors["early"].all.count, 2);
    }
}
