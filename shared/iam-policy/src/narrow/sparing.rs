//! What a Deny need not take is spared.

use super::denials::{self, Denials};
use super::explain::{Gone, How};
use super::pieces::Piece;
use super::run::Run;
use super::task::{named, named_resources};
use super::ways;
use crate::judge::SensitiveSet;
use crate::statement::{ActionElement, Statement};
use std::collections::BTreeSet;

/// A Deny spares as many resources.
const MAX_SPARED: usize = 64;

impl Run<'_, '_, '_> {
    /// Takes out of the Denies what need not be there, and spares the resources on which an action may stay.
    pub(super) fn undo_denials(&mut self) {
        let task = self.task;
        for action in self.denials.actions() {
            if self.is_denied_so(self.denials.without(&action), &action) {
                continue;
            }
            let on = self.denials.on(&action).to_vec();
            if !on.is_empty() {
                self.say_denied(&action, &How::ExceptOn(on));
                continue;
            }
            let mine = task.allows().map(|(_, statement)| statement).filter(|s| ways::is_about(s, &action));
            let resources = mine.chain(task.granting(&self.faults.broken, &action)).flat_map(named);
            let mut seen = BTreeSet::new();
            let named = resources.filter(|r| *r != "*" && denials::concerns(&action, r) && seen.insert(*r));
            let named: Vec<&String> = named.take(MAX_SPARED).collect();
            self.spare(&action, &named);
            let spared = self.denials.spared(&action).unwrap_or_default().to_vec();
            self.say_denied(&action, &How::Denied(spared));
        }
    }

    fn say_denied(&mut self, action: &str, how: &How) {
        let task = self.task;
        let broken = self.faults.broken.iter().filter_map(|at| Some((*at, task.statement(*at)?)));
        for (at, statement) in broken.filter(|(_, statement)| ways::is_about(statement, action)) {
            let piece = Piece::new(at, statement.clone(), &task.session.budget);
            let piece =
                piece.with(&task.session.budget, |s| s.actions = ActionElement::Action(vec![action.to_owned()]));
            self.gone.push(Gone::new(piece, how.clone()));
        }
    }

    /// Spares as many resources as can be. Halving: mostly all or none can.
    fn spare(&mut self, action: &str, resources: &[&String]) {
        let denials = resources.iter().fold(self.denials.clone(), |all, resource| all.sparing(action, resource));
        if resources.is_empty() || self.is_denied_so(denials, action) || resources.len() == 1 {
            return;
        }
        let (first, second) = resources.split_at(resources.len() / 2);
        self.spare(action, first);
        self.spare(action, second);
    }

    /// Denies less of an action, if that is enough.
    fn is_denied_so(&mut self, denials: Denials, action: &str) -> bool {
        let budget = &self.task.session.budget;
        let before = self.oracle.kept.clone();
        self.oracle.deny(denials.pieces(budget));
        let by = SensitiveSet::of(&ActionElement::Action(vec![action.to_owned()]), budget);
        let is_enough = !self.oracle.violates_by(by, &[]);
        match is_enough {
            true => self.denials = denials,
            false => self.oracle.kept = before,
        }
        is_enough
    }

    /// The denied actions of which a Deny takes something from statements that nothing is wrong with.
    pub(super) fn lost(&self) -> BTreeSet<String> {
        let is_lost = |action: &String| {
            let spared = self.denials.spared(action).unwrap_or_default();
            if !self.denials.on(action).is_empty() {
                return false;
            }
            let is_spared =
                |s: &Statement| named_resources(s).is_some_and(|all| all.iter().all(|r| spared.contains(r)));
            !self.task.granting(&self.faults.broken, action).all(is_spared)
        };
        self.denials.actions().into_iter().filter(is_lost).collect()
    }
}
