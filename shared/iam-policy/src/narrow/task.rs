//! What is to be narrowed, and what is wrong with it.

use super::oracle::Oracle;
use super::pieces;
use super::terms::{Audience, Terms};
use super::ways::{self, Going, Way};
use crate::catalogue::{self, AccessLevel};
use crate::glob::Glob;
use crate::judge::{Holding, Rules, Session};
use crate::statement::{ActionElement, ResourceElement, Statement, StatementAt};
use std::collections::BTreeSet;

/// What is asked.
pub(super) struct Task<'t, 'a> {
    pub(super) holding: &'t Holding<'a>,
    pub(super) rules: &'t Rules,
    pub(super) terms: &'t Terms<'t>,
    pub(super) settled: &'t BTreeSet<StatementAt>,
    /// Whether the settled statements are judged with the others.
    pub(super) is_judged: bool,
    pub(super) session: &'t Session<'t>,
}

/// What is wrong.
pub(super) struct Faults {
    /// The statements that have to change.
    pub(super) broken: BTreeSet<StatementAt>,
    pub(super) ways: Vec<Way>,
}

impl<'t, 'a> Task<'t, 'a> {
    pub(super) fn statement(&self, at: StatementAt) -> Option<&'t Statement> {
        self.holding.documents.get(at.document)?.statements().get(at.statement)
    }

    pub(super) fn allows(&self) -> impl Iterator<Item = (StatementAt, &'t Statement)> + '_ {
        let numbered = self.holding.documents.iter().enumerate();
        let all = numbered.flat_map(|(document, d)| {
            d.statements().iter().enumerate().map(move |(statement, s)| (StatementAt { document, statement }, s))
        });
        all.filter(|(_, statement)| statement.is_allow())
    }

    /// The statements that cause violations, and what they are. Without these, others may cause one.
    pub(super) fn faults(&self) -> Option<Faults> {
        let aside = if self.is_judged { BTreeSet::new() } else { self.settled.clone() };
        let mut oracle = Oracle::new(self.holding, self.rules, self.session);
        let mut faults = Faults { broken: BTreeSet::new(), ways: Vec::new() };
        loop {
            let left_out = faults.broken.union(&aside).copied().collect();
            oracle.kept = pieces::without(self.holding, &left_out, &self.session.budget);
            let violations = oracle.violations();
            if violations.is_empty() {
                return Some(faults);
            }
            if faults.broken.is_empty() {
                faults.ways = ways::of(&violations);
            }
            let before = faults.broken.len();
            let causes = violations.iter().flat_map(|violation| violation.statements.iter().copied());
            faults.broken.extend(causes.filter(|at| !self.settled.contains(at)));
            if self.session.budget.is_exhausted() || faults.broken.len() == before {
                return None;
            }
        }
    }

    /// The actions that are taken to close all ways.
    pub(super) fn going(&self, faults: &Faults) -> Going {
        let broken = || faults.broken.iter().filter_map(|at| Some((*at, self.statement(*at)?)));
        let is_settled = |way: &Way, action: &str| {
            let settled = way.statements.iter().filter(|at| self.settled.contains(at));
            settled.filter_map(|at| self.statement(*at)).any(|s| ways::is_about(s, action))
        };
        let is_ours = |action: &str| broken().any(|(_, statement)| ways::is_about(statement, action));
        let can_go = |way: &Way, action: &str| {
            let is_possible = |action: &str| is_ours(action) && !is_settled(way, action);
            if way.actions.iter().any(|other| is_possible(other)) { is_possible(action) } else { is_ours(action) }
        };
        let place = |action: &str| broken().position(|(_, s)| ways::is_about(s, action)).unwrap_or(usize::MAX);
        Going::closing(&faults.ways, can_go, place, &self.session.budget)
    }

    /// The statements that nothing is wrong with and that allow an action, here or in other documents.
    pub(super) fn granting<'s>(
        &'s self,
        broken: &'s BTreeSet<StatementAt>,
        action: &'s str,
    ) -> impl Iterator<Item = &'t Statement> + 's {
        let others = self.terms.others.into_iter().flatten().flat_map(|d| d.statements());
        let mine = self.allows().filter(|(at, _)| !broken.contains(at)).map(|(_, statement)| statement);
        mine.chain(others.filter(|s| s.is_allow())).filter(move |s| ways::is_about(s, action))
    }

    /// Whether a Deny of an action could take no more than it shall: who else grants it names the resources, which it spares.
    pub(super) fn may_deny(&self, broken: &BTreeSet<StatementAt>, action: &str) -> bool {
        let are_known = self.terms.audience == Audience::Person || self.terms.others.is_some();
        are_known && self.granting(broken, action).all(|s| named_resources(s).is_some())
    }

    /// What of a service other statements show is needed: the levels of the actions that they name on everything. Who is given some of them
    /// on what is named has those: what is needed of the rest, that does not say, but not to give others access.
    pub(super) fn needed(&self, service: &str) -> BTreeSet<AccessLevel> {
        use AccessLevel::{List, Read, Tagging, Write};
        let mut levels = BTreeSet::new();
        let mut is_named = false;
        for (_, statement) in self.allows() {
            let ActionElement::Action(list) = &statement.actions else { continue };
            let is_on_everything = match &statement.resources {
                ResourceElement::Resource(resources) => resources.iter().any(|resource| resource == "*"),
                ResourceElement::NotResource(_) | ResourceElement::None => true,
            };
            for entry in list {
                let Some((prefix, name)) = entry.split_once(':') else { continue };
                if !prefix.eq_ignore_ascii_case(service) || name.chars().all(|c| c == '*') {
                    continue;
                }
                is_named = true;
                if is_on_everything {
                    let matched = catalogue::matching(&Glob::lower(entry), &self.session.budget);
                    levels.extend(matched.into_iter().flatten().map(|id| id.access_level()));
                }
            }
        }
        if levels.is_empty() && is_named { [List, Read, Tagging, Write].into() } else { levels }
    }
}

/// The resources that a statement names; none of everything but some, or of all.
pub(super) fn named_resources(statement: &Statement) -> Option<&[String]> {
    Some(named(statement)).filter(|all| !all.is_empty() && !all.iter().any(|resource| resource == "*"))
}

pub(super) fn named(statement: &Statement) -> &[String] {
    match &statement.resources {
        ResourceElement::Resource(list) => list,
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    }
}
