//! What causes violations is taken apart: what is left of it, and what goes.

use super::explain::{Gone, How};
use super::known::Fragment;
use super::pieces::{self, Piece};
use super::plan::Failure;
use super::run::Run;
use super::split::{self, Forms, MAX_EXCEPTIONS, MAX_EXCEPTIONS_SHOWN};
use super::terms::Audience;
use crate::glob::Glob;
use crate::judge::ViolationKind;
use crate::kind::PolicyKind;
use crate::statement::ActionElement;
use std::collections::BTreeSet;

impl Run<'_, '_, '_> {
    pub(super) fn take_all_apart(&mut self) -> Result<(), Failure> {
        for fragment in self.fragments().ok_or(Failure::NotRight)? {
            self.take_apart(fragment, true)?;
        }
        if self.is_hopeless() { Err(Failure::TooLong) } else { Ok(()) }
    }

    /// Whether what is to be denied or excepted is far too long, whatever of it need not be. To find that out later would cost much.
    fn is_hopeless(&self) -> bool {
        let Some(most) = self.task.terms.most_bytes.filter(|_| !self.plan.cuts) else { return false };
        let added = |number: usize| {
            let denied = self.denials.of(number).into_iter().flat_map(|denial| denial.actions);
            let mine =
                self.rests.iter().chain(self.wide.iter().map(|(wide, _)| wide)).filter(|r| r.at.document == number);
            let excepted = mine.filter_map(|rest| match &rest.statement.actions {
                ActionElement::NotAction(list) => Some(list.clone()),
                ActionElement::Action(_) => None,
            });
            let all: BTreeSet<String> = denied.chain(excepted.flatten()).collect();
            split::shortest(&all.into_iter().collect::<Vec<_>>())
                .iter()
                .map(|entry| entry.len() + r#""",""#.len())
                .sum::<usize>()
        };
        let length = |number: usize| self.task.holding.documents.get(number).map_or(0, |d| d.to_json().len());
        (0..self.task.holding.documents.len()).any(|number| length(number) <= most && added(number) > most * 5 / 4)
    }

    /// Takes a statement apart: what is left of it without what is going, what may stay on some of its resources (of a whole
    /// statement), and the parts that go.
    fn take_apart(&mut self, fragment: Fragment, is_whole: bool) -> Result<(), Failure> {
        let task = self.task;
        let budget = &task.session.budget;
        let Fragment { at, statement, going } = fragment;
        let whole = Piece::new(at, statement, budget);
        if going.of_statement(&whole.statement).is_empty() {
            self.rests.push(whole);
            return Ok(());
        }
        let (plan, faults, granted) = (self.plan, self.faults, self.granted);
        let is_identity = task.holding.kind == PolicyKind::Identity;
        let may_deny = |action: &str| {
            plan.denies && is_identity && !granted.contains(action) && task.may_deny(&faults.broken, action)
        };
        let needed = |service: &str| (task.terms.audience == Audience::Person).then(|| task.needed(service));
        let forms = Forms {
            excepts: task.terms.audience == Audience::Person && !task.rules.has(ViolationKind::NotElement),
            // A guard that meets one of the rules on all power leaves nobody with everything but some.
            exceptions: match task.terms.audience {
                Audience::Person => MAX_EXCEPTIONS_SHOWN,
                Audience::Guard if self.oracle.asked.len() <= MAX_EXCEPTIONS => MAX_EXCEPTIONS,
                Audience::Guard => 0,
            },
            denies: &may_deny,
            needed: &needed,
            patterns: plan.patterns,
            defers: is_whole,
        };
        let rest = forms.without(&whole.statement.actions, &going, budget);
        if rest.is_cut && !plan.cuts {
            return Err(Failure::NotShort);
        }
        let with = |actions: ActionElement| whole.with(budget, |s| s.actions = actions);
        let one = |action: String| with(ActionElement::Action(vec![action]));
        self.rests.extend(rest.kept.map(&with));
        self.wide.extend(rest.wide.into_iter().map(|wide| (with(wide), going.clone())));
        if rest.is_lost {
            self.gone.push(Gone::new(whole.clone(), How::Removed));
        }
        for part in rest.parts {
            // All of a service is not something that a `NotAction` allowed, nor what a person needs of it.
            let is_not_needed = task.terms.audience == Audience::Person;
            if part.ends_with(":*") && (is_not_needed || !whole.statement.actions.patterns().contains(&part)) {
                self.gone.push(Gone::new(one(part), How::Removed));
            } else {
                self.parts.push(one(part));
            }
        }
        self.denials.add(at.document, rest.denied);
        Ok(())
    }

    /// Puts back what is left of statements; of what goes, on which resources it need not.
    pub(super) fn put_back_rests(&mut self) -> Result<(), Failure> {
        self.oracle.kept.extend(self.denials.pieces(&self.task.session.budget));
        self.put_back_all_rests()?;
        for (wide, going) in std::mem::take(&mut self.wide) {
            let budget = &self.task.session.budget;
            let dropped = self.oracle.keep_most(wide.by_resource(budget).unwrap_or_else(|| vec![wide]));
            let denied = self.denials.clone();
            for piece in pieces::joined(dropped, budget) {
                let statement = piece.statement.as_ref().clone();
                self.take_apart(Fragment { at: piece.at, statement, going: going.clone() }, false)?;
            }
            if self.denials != denied {
                self.oracle.deny(self.denials.pieces(budget));
            }
            self.put_back_all_rests()?;
        }
        Ok(())
    }

    fn put_back_all_rests(&mut self) -> Result<(), Failure> {
        let rests = std::mem::take(&mut self.rests);
        self.put_back(rests.clone());
        let is_cut = self.task.holding.kind == PolicyKind::Identity && !rests.iter().all(|rest| self.is_kept(rest));
        if is_cut && !self.plan.cuts { Err(Failure::NotShort) } else { Ok(()) }
    }

    /// Whether something is kept of each wildcard of a piece.
    fn is_kept(&self, rest: &Piece) -> bool {
        let kept = || self.oracle.kept.iter().filter(|piece| piece.at == rest.at).map(|piece| &piece.statement.actions);
        match &rest.statement.actions {
            ActionElement::NotAction(_) => kept().next().is_some(),
            ActionElement::Action(entries) => entries.iter().filter(|entry| entry.contains(['*', '?'])).all(|entry| {
                let glob = Glob::lower(entry);
                kept().any(|actions| {
                    matches!(actions, ActionElement::NotAction(_))
                        || actions.patterns().iter().any(|other| glob.matches(&other.to_ascii_lowercase()))
                })
            }),
        }
    }
}
