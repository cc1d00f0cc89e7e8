//! What was taken apart is put back, as far as it can be.

use super::added;
use super::deputy;
use super::explain::{Gone, How};
use super::pieces::{Piece, Pieces};
use super::run::Run;
use super::terms::Audience;
use super::weights::weight;
use crate::judge::ViolationKind;
use crate::kind::PolicyKind;
use crate::statement::{ActionElement, PrincipalElement, Principals};

impl Run<'_, '_, '_> {
    /// Puts back as many of the pieces as can be; those that cannot are confined or divided further, until they cannot be.
    pub(super) fn put_back(&mut self, pieces: Vec<Piece>) {
        self.put_back_most(Pieces { list: pieces, are_too_much: false });
    }

    fn put_back_most(&mut self, pieces: Pieces) {
        for dropped in self.oracle.keep_most_of(pieces) {
            let is_service = self.task.holding.kind != PolicyKind::Identity;
            if is_service && (self.keeps_sources(&dropped) || self.is_confined(&dropped)) {
                continue;
            }
            let kind = self.task.holding.kind;
            let divided = dropped.divided(kind, &self.oracle.asked, &self.task.session.budget);
            match divided {
                Some(parts) => self.put_back_most(parts),
                None if !is_service && self.is_confined(&dropped) => {}
                None if self.is_let_alone(&dropped) => {}
                None => self.gone.push(Gone::new(dropped, How::Removed)),
            }
        }
    }

    /// Puts each part back that can be, by itself, the dearest first. What a Deny takes waits: it is not there, whatever allows
    /// it, but on the resources that are spared.
    pub(super) fn put_back_parts(&mut self) {
        let budget = &self.task.session.budget;
        let mut parts = std::mem::take(&mut self.parts);
        parts.sort_by_cached_key(|piece| {
            let actions = piece.statement.actions.patterns().iter();
            std::cmp::Reverse(actions.map(|action| weight(action)).max())
        });
        for part in parts {
            let [action] = part.statement.actions.patterns() else { continue };
            let (on_spared, waits) = match self.denials.spared(action) {
                None => (Some(part), None),
                Some([]) => (None, Some(part)),
                Some(spared) => (part.on_some(budget, |resource| spared.contains(resource)), None),
            };
            self.parts.extend(waits);
            if let Some(part) = on_spared
                && !self.is_exception_undone(&part)
            {
                self.put_back(vec![part]);
            }
        }
    }

    /// Keeps of a piece about one principal those for whom a service may act, if it names some of them; the others go.
    fn keeps_sources(&mut self, piece: &Piece) -> bool {
        let is_one = matches!(&piece.statement.principals, PrincipalElement::Principal(Principals::Listed(list)) if list.len() == 1);
        let sources = is_one.then(|| piece.by_value_of(deputy::is_source, &self.task.session.budget)).flatten();
        let Some(sources) = sources else { return false };
        let count = sources.len();
        let dropped = self.oracle.keep_most(sources);
        if dropped.len() == count {
            return false;
        }
        self.gone.extend(dropped.into_iter().map(|piece| Gone::new(piece, How::Removed)));
        true
    }

    /// Takes an exception out of a `NotAction` again, if that can be.
    fn is_exception_undone(&mut self, part: &Piece) -> bool {
        let [action] = part.statement.actions.patterns() else { return false };
        let original = self.task.statement(part.at).map(|s| s.actions.patterns()).unwrap_or_default();
        let excepts = |piece: &Piece| {
            matches!(&piece.statement.actions, ActionElement::NotAction(list) if list.contains(action) && !original.contains(action))
                && piece.at == part.at
                && piece.statement.resources == part.statement.resources
                && piece.statement.conditions == part.statement.conditions
        };
        let Some(index) = self.oracle.kept.iter().position(excepts) else { return false };
        if !self.oracle.keep_most(vec![part.clone()]).is_empty() {
            return false;
        }
        self.oracle.kept.pop();
        if let Some(piece) = self.oracle.kept.get_mut(index) {
            *piece = piece.with(&self.task.session.budget, |s| {
                if let ActionElement::NotAction(list) = &mut s.actions {
                    list.retain(|entry| entry != action);
                }
            });
        }
        true
    }

    /// Keeps a piece under the condition that it lacks, if that is enough.
    fn is_confined(&mut self, piece: &Piece) -> bool {
        let mut is_enough = false;
        for condition in self.surroundings.missing(&piece.statement, self.task.holding.kind) {
            let confined = piece.with(&self.task.session.budget, |s| added::add(s, &condition));
            // Where a role could still be given to what gives power, a person would not give it.
            let is_power = self.task.terms.audience == Audience::Person
                && self.task.holding.kind == PolicyKind::Identity
                && condition.key == "iam:PassedToService"
                && self.oracle.gives_power(&confined);
            if !is_power && self.oracle.keep_most(vec![confined]).is_empty() {
                self.gone.push(Gone::new(piece.clone(), How::Confined(condition)));
                is_enough = true;
            }
        }
        is_enough
    }

    /// Whether a person has to decide on a service of which nothing can be said that would confine it.
    fn is_let_alone(&mut self, piece: &Piece) -> bool {
        let is_shown = self.task.terms.audience == Audience::Person && self.task.holding.kind != PolicyKind::Identity;
        let why = is_shown.then(|| self.surroundings.why_none(&piece.statement)).flatten();
        let Some(why) = why.filter(|_| !self.oracle.violates_more_than(ViolationKind::ConfusedDeputy, piece)) else {
            return false;
        };
        self.let_alone.push((piece.clone(), why));
        true
    }
}
