//! How far one attempt to narrow has come.

use super::confine::Surroundings;
use super::denials::Denials;
use super::explain::Gone;
use super::oracle::Oracle;
use super::pieces::{self, Piece};
use super::plan::Plan;
use super::task::{Faults, Task};
use super::ways::Going;
use crate::statement::StatementAt;
use std::collections::BTreeSet;

/// One attempt, on its way.
pub(super) struct Run<'r, 't, 'a> {
    pub(super) task: &'r Task<'t, 'a>,
    pub(super) faults: &'r Faults,
    pub(super) plan: Plan,
    pub(super) oracle: Oracle<'t, 'a>,
    pub(super) surroundings: Surroundings,
    /// What is left of statements, not put back yet.
    pub(super) rests: Vec<Piece>,
    /// Wildcards that match something that is going, which they may keep on some resources.
    pub(super) wide: Vec<(Piece, Going)>,
    /// What is going.
    pub(super) parts: Vec<Piece>,
    pub(super) denials: Denials,
    /// What a Deny would take from others.
    pub(super) granted: &'r BTreeSet<String>,
    pub(super) gone: Vec<Gone>,
    /// What lets services in of which nothing can be said that would confine them, and why.
    pub(super) let_alone: Vec<(Piece, &'static str)>,
    /// The statements that are not written as they were.
    pub(super) changed: BTreeSet<StatementAt>,
}

impl<'r, 't, 'a> Run<'r, 't, 'a> {
    /// Nothing is taken apart yet.
    pub(super) fn new(task: &'r Task<'t, 'a>, faults: &'r Faults, plan: Plan, granted: &'r BTreeSet<String>) -> Self {
        let mut oracle = Oracle::new(task.holding, task.rules, task.session);
        let aside = if task.is_judged { BTreeSet::new() } else { task.settled.clone() };
        let left_out = faults.broken.union(&aside).copied().collect();
        oracle.kept = pieces::without(task.holding, &left_out, &task.session.budget);
        let statements = task.holding.documents.iter().flat_map(|d| d.statements());
        let surroundings = Surroundings::of(&task.rules.zone, statements);
        Self {
            task,
            faults,
            plan,
            oracle,
            surroundings,
            rests: Vec::new(),
            wide: Vec::new(),
            parts: Vec::new(),
            denials: Denials::default(),
            granted,
            gone: Vec::new(),
            let_alone: Vec::new(),
            changed: faults.broken.clone(),
        }
    }
}
