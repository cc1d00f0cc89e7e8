//! What all principals of an account were seen to ask for.

use std::collections::BTreeMap;

use parapet_core::Home;
use serde_json::Value;

use super::call::{Call, Passed};
use super::kept::UsedBy;
use super::logged::Logged;
use super::summary::{Summary, Use};
use crate::IamEntity;

/// How many principals are told apart. Whoever may make roles makes any number.
pub const MAX_PRINCIPALS: usize = 10_000;

/// How many uses of all of them, so that a history takes some hundred megabytes at most, whatever is in it.
pub const MAX_USES: usize = 200_000;

/// What the users and roles of an account were seen to ask for, within bounds.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// By who asked.
    pub summaries: BTreeMap<IamEntity, Summary>,
    /// What the trail logs, as far as it shows.
    pub logged: Logged,
    /// Requests of users and roles beyond those that are told apart.
    pub others: Use,
    /// How many records counted for somebody.
    pub counted: u64,
    /// How many did not, by why.
    pub passed: BTreeMap<Passed, u64>,
    /// How many uses are told apart.
    uses: usize,
}

impl History {
    /// What was kept of some principals, without what is too old.
    #[must_use]
    pub fn kept(used: impl IntoIterator<Item = UsedBy>, logged: Logged, mut others: Use, now: i64) -> Self {
        others.expire(now);
        let current = |UsedBy { principal, mut summary }: UsedBy| {
            summary.expire(now);
            (principal, summary)
        };
        let summaries = used.into_iter().map(current).collect();
        Self { summaries, logged, others, ..Self::default() }
    }

    /// The members of a record that are read.
    #[must_use]
    pub fn members() -> Vec<&'static str> {
        let mut members: Vec<&str> = Call::MEMBERS.iter().chain(Logged::MEMBERS).copied().collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// Adds a record. What it says is only counted: nothing is looked at, or written, because of it.
    pub fn note(&mut self, record: &Value, home: &Home) {
        let call = match Call::of(record, home) {
            Ok(call) => call,
            Err(why) => return self.pass(why),
        };
        self.counted += 1;
        self.logged.note(record, call.time);
        let is_known = self.summaries.contains_key(&call.entity);
        if !is_known && self.summaries.len() >= MAX_PRINCIPALS {
            self.others.add(Use { count: call.asked.len() as u64, last: call.time });
            return;
        }
        let room = MAX_USES.saturating_sub(self.uses);
        let summary = self.summaries.entry(call.entity.clone()).or_default();
        self.uses += summary.note_within(&call, room);
    }

    /// Adds a record that counts for nobody.
    pub fn pass(&mut self, why: Passed) {
        *self.passed.entry(why).or_default() += 1;
    }

    /// What somebody was seen to ask for; none: he was not seen.
    #[must_use]
    pub fn of(&self, entity: &IamEntity) -> Option<&Summary> {
        self.summaries.get(entity)
    }

    /// Whether there was more than is told apart.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.uses >= MAX_USES || !self.others.is_nothing()
    }
}
