//! One attempt to narrow: takes apart what causes violations, puts back what can be, and judges the result.

use super::added;
use super::confine::{self, Surroundings, beside_known};
use super::denials::{self, Denials};
use super::deputy;
use super::explain::{Gone, How, Taken, taken};
use super::oracle::Oracle;
use super::pieces::{self, Piece};
use super::rebuild::{self, Brevity};
use super::sessions::{self, Useless};
use super::split::{self, Forms, MAX_EXCEPTIONS, MAX_EXCEPTIONS_SHOWN, MAX_PATTERNS, MAX_PATTERNS_SHOWN};
use super::terms::{Audience, Terms};
use super::ways::{self, Going, Way};
use super::weights::weight;
use crate::catalogue::{self, AccessLevel};
use crate::document::Document;
use crate::glob::Glob;
use crate::judge::{self, Holding, Rules, SensitiveSet, Session, ViolationKind};
use crate::kind::PolicyKind;
use crate::statement::{ActionElement, PrincipalElement, Principals, ResourceElement, Statement, StatementAt};
use std::collections::BTreeSet;

/// A Deny spares as many resources.
const MAX_SPARED: usize = 64;

/// As many roles are written out in a `NotResource`.
const MAX_ROLES: usize = 9;

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

/// In which forms this attempt may write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// A Deny beside a wildcard.
    pub(super) denies: bool,
    /// `NotResource` of what is known.
    pub(super) leaves_out_known: bool,
    /// As many patterns in the place of a wildcard.
    pub(super) patterns: usize,
    /// A wildcard goes as a whole if nothing short says what of it may stay.
    pub(super) cuts: bool,
}

impl Plan {
    /// One after the other, until the result of one is right and short enough. A guard closes what is open in any case; a
    /// person would refuse a policy of which nothing is left, and is told what does not fit.
    pub(super) fn all(audience: Audience) -> impl Iterator<Item = Self> {
        let (patterns, cuts) = match audience {
            Audience::Person => (MAX_PATTERNS_SHOWN, false),
            Audience::Guard => (MAX_PATTERNS, true),
        };
        let plan = move |(denies, leaves_out_known)| Self { denies, leaves_out_known, patterns, cuts };
        let forms = [(true, true), (false, true), (true, false), (false, false)];
        let last = Self { denies: false, leaves_out_known: false, patterns: 0, cuts };
        forms.into_iter().map(plan).chain(cuts.then_some(last))
    }
}

/// Why an attempt comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// What it writes is not right.
    NotRight,
    /// Nothing short says what may stay.
    NotShort,
    /// It is longer than its place allows.
    TooLong,
}

/// Policies that keep the rules.
pub(super) struct Narrower {
    pub(super) documents: Vec<Option<Document>>,
    pub(super) taken: Vec<Taken>,
    /// Why some services are let alone.
    pub(super) let_alone: Option<&'static str>,
}

/// A part of a statement that is narrowed by itself.
struct Fragment {
    at: StatementAt,
    statement: Statement,
    going: Going,
}

impl<'t, 'a> Task<'t, 'a> {
    pub(super) fn statement(&self, at: StatementAt) -> Option<&'t Statement> {
        self.holding.documents.get(at.document)?.statements().get(at.statement)
    }

    fn allows(&self) -> impl Iterator<Item = (StatementAt, &'t Statement)> + '_ {
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

    /// The policies narrowed in these forms, or why that does not do.
    pub(super) fn attempt(&self, faults: &Faults, plan: Plan) -> Result<Narrower, Failure> {
        let mut granted = BTreeSet::new();
        loop {
            let mut run = Run::new(self, faults, plan, &granted);
            run.take_all_apart()?;
            run.put_back_rests()?;
            run.put_back_parts();
            run.undo_denials();
            let lost = run.lost();
            if lost.is_empty() {
                run.put_back_parts();
                return run.finished();
            }
            // Denied, they would be taken from statements that nothing is wrong with.
            granted.extend(lost);
        }
    }

    /// The actions that are taken to close all ways.
    fn going(&self, faults: &Faults) -> Going {
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
    fn granting<'s>(
        &'s self,
        broken: &'s BTreeSet<StatementAt>,
        action: &'s str,
    ) -> impl Iterator<Item = &'t Statement> + 's {
        let others = self.terms.others.into_iter().flatten().flat_map(|d| d.statements());
        let mine = self.allows().filter(|(at, _)| !broken.contains(at)).map(|(_, statement)| statement);
        mine.chain(others.filter(|s| s.is_allow())).filter(move |s| ways::is_about(s, action))
    }

    /// Whether a Deny of an action could take no more than it shall: who else grants it names the resources, which it spares.
    fn may_deny(&self, broken: &BTreeSet<StatementAt>, action: &str) -> bool {
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

struct Run<'r, 't, 'a> {
    task: &'r Task<'t, 'a>,
    faults: &'r Faults,
    plan: Plan,
    oracle: Oracle<'t, 'a>,
    surroundings: Surroundings,
    /// What is left of statements, not put back yet.
    rests: Vec<Piece>,
    /// Wildcards that match something that is going, which they may keep on some resources.
    wide: Vec<(Piece, Going)>,
    /// What is going.
    parts: Vec<Piece>,
    denials: Denials,
    /// What a Deny would take from others.
    granted: &'r BTreeSet<String>,
    gone: Vec<Gone>,
    /// What lets services in of which nothing can be said that would confine them, and why.
    let_alone: Vec<(Piece, &'static str)>,
    /// The statements that are not written as they were.
    changed: BTreeSet<StatementAt>,
}

impl<'r, 't, 'a> Run<'r, 't, 'a> {
    fn new(task: &'r Task<'t, 'a>, faults: &'r Faults, plan: Plan, granted: &'r BTreeSet<String>) -> Self {
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

    fn take_all_apart(&mut self) -> Result<(), Failure> {
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
    fn put_back_rests(&mut self) -> Result<(), Failure> {
        self.oracle.kept.extend(self.denials.pieces(&self.task.session.budget));
        self.put_back_all_rests()?;
        for (wide, going) in std::mem::take(&mut self.wide) {
            let budget = &self.task.session.budget;
            let dropped = self.oracle.keep_most(wide.by_resource(budget).unwrap_or_else(|| vec![wide]));
            for piece in pieces::joined(dropped, budget) {
                let statement = piece.statement.as_ref().clone();
                self.take_apart(Fragment { at: piece.at, statement, going: going.clone() }, false)?;
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

    /// The broken statements; where something is wrong on known resources only, what is about it apart, and without them.
    fn fragments(&mut self) -> Option<Vec<Fragment>> {
        let task = self.task;
        let going = task.going(self.faults);
        // A guard takes what is sealed by a Deny of its own.
        let is_left_out = |way: &Way| {
            way.is_about_known
                && (task.terms.audience == Audience::Person || way.kind != ViolationKind::ObjectTampering)
        };
        let is_known = |action: &String| {
            let mut ways = self.faults.ways.iter().filter(|way| way.actions.contains(action)).peekable();
            ways.peek().is_some() && ways.all(is_left_out)
        };
        let on_role = |action: &String| !self.stronger(action).is_empty();
        let leaves_out = |action: &&String| self.plan.leaves_out_known && (is_known(action) || on_role(action));
        let on_any: BTreeSet<String> = going.0.iter().filter(leaves_out).cloned().collect();
        let mut fragments = Vec::new();
        for at in &self.faults.broken {
            let statement = task.statement(*at)?;
            let here = on_any.iter().filter(|action| is_known(action) || is_written_out(statement, action));
            let on_known = Going(here.cloned().collect());
            let others = Going(going.0.difference(&on_known.0).cloned().collect());
            let hits = on_known.of_statement(statement);
            let known = self.known(&hits);
            let is_hit = |entry: &str| !on_known.matched_by(entry).is_empty();
            let split =
                (!hits.is_empty() && !known.is_empty()).then(|| beside_known(statement, is_hit, &known)).flatten();
            let Some((confined, rest)) = split else {
                let is_denied = self.denies_on_known(*at, statement, &hits);
                let going = if is_denied { &others } else { &going };
                fragments.push(Fragment { at: *at, statement: statement.clone(), going: going.clone() });
                continue;
            };
            let enveloped = self.enveloped(statement, &hits);
            fragments.extend(enveloped.map(|statement| Fragment { at: *at, statement, going: others.clone() }));
            let piece = Piece::new(*at, confined.clone(), &task.session.budget);
            self.gone.push(Gone::new(piece, How::ExceptOn(known)));
            fragments.push(Fragment { at: *at, statement: confined, going: others.clone() });
            fragments.extend(rest.map(|statement| Fragment { at: *at, statement, going: others.clone() }));
        }
        Some(fragments)
    }

    /// Denies actions on the known resources beside a wildcard for more of their kind, if that can be.
    fn denies_on_known(&mut self, at: StatementAt, statement: &Statement, hits: &[String]) -> bool {
        let task = self.task;
        let may_deny = |action: &String| {
            let is_shown = task.terms.audience == Audience::Person;
            is_shown || task.terms.others.is_some() && task.granting(&self.faults.broken, action).next().is_none()
        };
        // What the envelope allows of a known resource, a Deny would take.
        let is_possible = self.plan.denies
            && task.holding.kind == PolicyKind::Identity
            && task.rules.envelope.is_empty()
            && !hits.is_empty()
            && hits.iter().all(may_deny);
        let on: Vec<(String, Vec<String>)> =
            hits.iter().map(|hit| (hit.clone(), self.known(std::slice::from_ref(hit)))).collect();
        let is_wider = |pattern: &String| confine::is_wider(&statement.resources, pattern);
        if !is_possible || !on.iter().all(|(_, known)| known.iter().any(is_wider)) {
            return false;
        }
        on.into_iter().for_each(|(action, known)| self.denials.add_on(at.document, action, known));
        true
    }

    /// What of a statement about everything the envelope allows of the known resources.
    fn enveloped(&self, statement: &Statement, hits: &[String]) -> impl Iterator<Item = Statement> + use<> {
        let free = |s: &&Statement| {
            s.is_allow() && s.conditions.is_empty() && matches!(s.resources, ResourceElement::Resource(_))
        };
        let envelope = self.task.rules.envelope.iter().flat_map(|document| document.statements()).filter(free);
        let part = |allowed: &Statement| {
            let actions: Vec<String> = hits.iter().filter(|hit| ways::is_about(allowed, hit)).cloned().collect();
            let statement = Statement {
                actions: ActionElement::Action(actions.clone()),
                resources: allowed.resources.clone(),
                ..statement.clone()
            };
            (!actions.is_empty()).then_some(statement)
        };
        envelope.filter_map(part).collect::<Vec<Statement>>().into_iter()
    }

    /// The known resources on which these actions are wrong.
    fn known(&self, actions: &[String]) -> Vec<String> {
        let ways = || self.faults.ways.iter().filter(|way| way.actions.iter().any(|action| actions.contains(action)));
        let rules = self.task.rules;
        let sealed = rules.sealed.resources.iter().filter(|_| ways().any(|w| w.kind == ViolationKind::ObjectTampering));
        let protected = rules.protected.iter().filter(|_| ways().any(|w| w.kind != ViolationKind::ObjectTampering));
        let of_data = actions.iter().filter(|action| self.stronger(action).is_empty());
        let services: BTreeSet<&str> = of_data.filter_map(|action| action.split(':').next()).collect();
        let is_of_service = |pattern: &&String| {
            let service = pattern.split(':').nth(2).unwrap_or("*");
            !services.is_empty() && (service.contains(['*', '?']) || services.contains(service))
        };
        let around =
            |pattern: &String| actions.iter().flat_map(|action| judge::meant(action, pattern)).collect::<Vec<_>>();
        let mut known: Vec<String> = protected.filter(is_of_service).flat_map(around).collect();
        known.extend(sealed.filter(is_of_service).cloned());
        known.extend(actions.iter().flat_map(|action| self.stronger(action)));
        let mut seen = BTreeSet::new();
        known.retain(|pattern| seen.insert(pattern.clone()));
        known
    }

    /// The known roles that an action is wrong on, if they are few.
    fn stronger(&self, action: &str) -> Vec<String> {
        let stronger = self.task.session.roles.stronger(action, MAX_ROLES + 1);
        if stronger.len() > MAX_ROLES { Vec::new() } else { stronger }
    }

    /// Puts back as many of the pieces as can be; those that cannot are confined or divided further, until they cannot be.
    fn put_back(&mut self, pieces: Vec<Piece>) {
        for dropped in self.oracle.keep_most(pieces) {
            let is_service = self.task.holding.kind != PolicyKind::Identity;
            if is_service && (self.keeps_sources(&dropped) || self.is_confined(&dropped)) {
                continue;
            }
            let kind = self.task.holding.kind;
            let divided = dropped.divided(kind, &self.oracle.asked, &self.task.session.budget);
            if divided.is_empty() && (is_service || !self.is_confined(&dropped)) {
                if !self.is_let_alone(&dropped) {
                    self.gone.push(Gone::new(dropped, How::Removed));
                }
                continue;
            }
            for parts in divided {
                self.put_back(parts);
            }
        }
    }

    /// Puts each part back that can be, by itself, the dearest first. What a Deny takes waits: it is not there, whatever allows
    /// it, but on the resources that are spared.
    fn put_back_parts(&mut self) {
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

    /// Takes out of the Denies what need not be there, and spares the resources on which an action may stay.
    fn undo_denials(&mut self) {
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
        self.oracle.kept.retain(|piece| piece.at.statement != usize::MAX);
        self.oracle.kept.extend(denials.pieces(budget));
        let by = SensitiveSet::of(&ActionElement::Action(vec![action.to_owned()]), budget);
        let is_enough = !self.oracle.violates_by(by, &[]);
        match is_enough {
            true => self.denials = denials,
            false => self.oracle.kept = before,
        }
        is_enough
    }

    /// The denied actions of which a Deny takes something from statements that nothing is wrong with.
    fn lost(&self) -> BTreeSet<String> {
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

    /// The documents, if they are right: as they are, or more briefly, if they are too long.
    fn finished(mut self) -> Result<Narrower, Failure> {
        let task = self.task;
        self.drop_what_is_good_for_nothing();
        let judged = self.oracle.kept.clone();
        let let_alone = self.let_alone.iter().map(|(piece, _)| piece);
        let kept: Vec<Piece> = judged.iter().chain(let_alone).cloned().collect();
        for brevity in Brevity::ALL {
            let documents = self.documents(&kept, brevity).ok_or(Failure::NotRight)?;
            if !self.is_short(&documents) {
                continue;
            }
            if !self.is_right(&self.documents(&judged, brevity).ok_or(Failure::NotRight)?) {
                return Err(Failure::NotRight);
            }
            self.say_what_is_violated();
            let original = |at: StatementAt| task.statement(at).cloned();
            let taken = taken(original, task.holding.kind, &kept, &self.gone, &self.faults.ways);
            let let_alone = self.let_alone.first().map(|(_, why)| *why);
            return Ok(Narrower { documents, taken, let_alone });
        }
        Err(Failure::TooLong)
    }

    /// For each piece of a policy that lets others in, what it would violate again.
    fn say_what_is_violated(&mut self) {
        if self.task.holding.kind == PolicyKind::Identity {
            return;
        }
        for gone in &mut self.gone {
            let again = self.oracle.violations_with(&gone.piece);
            gone.violates = again.into_iter().map(|violation| violation.kind).collect();
        }
    }

    fn documents(&self, kept: &[Piece], brevity: Brevity) -> Option<Vec<Option<Document>>> {
        let task = self.task;
        let rebuilt = task.holding.documents.iter().enumerate().map(|(number, document)| {
            rebuild::rebuild(number, document, &self.changed, kept, &self.denials.of(number), brevity)
        });
        let mut documents = rebuilt.collect::<Option<Vec<_>>>()?;
        // A Deny holds for what other policies grant, too; but for who may assume a role there is no other policy.
        if task.holding.kind == PolicyKind::Trust {
            let allows = |d: &Document| d.statements().iter().any(Statement::is_allow);
            if !documents.iter().flatten().any(allows) {
                documents.iter_mut().for_each(|document| *document = None);
            }
        }
        Some(documents)
    }

    /// Whether the documents are no longer than they may be. A place that took more than a person says has another quota.
    fn is_short(&self, documents: &[Option<Document>]) -> bool {
        let Terms { audience, most_bytes, .. } = *self.task.terms;
        let is_short = |most: usize, before: usize, after: usize| match audience {
            Audience::Person if before > most => true,
            _ => after <= most.max(before),
        };
        let mut pairs = documents.iter().zip(self.task.holding.documents);
        most_bytes.is_none_or(|most| {
            pairs.all(|(after, before)| {
                let after = after.as_ref().map_or(0, |after| after.to_json().len());
                is_short(most, before.to_json().len(), after)
            })
        })
    }

    /// Whether the documents keep the rules, as they are written, but for what is let alone.
    fn is_right(&self, documents: &[Option<Document>]) -> bool {
        let task = self.task;
        let left: Vec<&Document> = documents.iter().flatten().collect();
        let holding = Holding { documents: &left, ..*task.holding };
        !task.is_judged && !task.settled.is_empty()
            || crate::judge::violations(&holding, task.rules, task.session).is_empty()
    }

    /// Who can assume no role any more need not say how its sessions are tagged.
    fn drop_what_is_good_for_nothing(&mut self) {
        let task = self.task;
        let is_ours = |at: &StatementAt| match task.terms.audience {
            Audience::Person => !task.settled.contains(at),
            Audience::Guard => task.holding.kind == PolicyKind::Trust && self.faults.broken.contains(at),
        };
        let before: Vec<&Statement> = task.allows().map(|(_, statement)| statement).collect();
        let after: Vec<&Statement> = self.oracle.kept.iter().map(|piece| piece.statement.as_ref()).collect();
        let useless = |piece: &Piece| {
            let is_one = piece.at.statement != usize::MAX && is_ours(&piece.at);
            is_one.then(|| sessions::useless(&piece.statement, &before, &after)).flatten()
        };
        let dropped: Vec<Option<Useless>> = self.oracle.kept.iter().map(useless).collect();
        let budget = &task.session.budget;
        let mut kept = Vec::new();
        for (piece, useless) in std::mem::take(&mut self.oracle.kept).into_iter().zip(dropped) {
            let Some(Useless { gone, left }) = useless else {
                kept.push(piece);
                continue;
            };
            kept.extend(left.map(|left| Piece::new(piece.at, left, budget)));
            self.changed.insert(piece.at);
            self.gone.push(Gone::new(Piece::new(piece.at, gone, budget), How::Useless));
        }
        self.oracle.kept = kept;
    }
}

/// The resources that a statement names; none of everything but some, or of all.
fn named_resources(statement: &Statement) -> Option<&[String]> {
    Some(named(statement)).filter(|all| !all.is_empty() && !all.iter().any(|resource| resource == "*"))
}

fn named(statement: &Statement) -> &[String] {
    match &statement.resources {
        ResourceElement::Resource(list) => list,
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    }
}

/// Whether a statement names an action, and no pattern of it matches it, too.
fn is_written_out(statement: &Statement, action: &str) -> bool {
    let ActionElement::Action(entries) = &statement.actions else { return false };
    let lower = action.to_ascii_lowercase();
    let mut matching = entries.iter().filter(|entry| Glob::lower(entry).matches(&lower)).peekable();
    matching.peek().is_some() && matching.all(|entry| entry.eq_ignore_ascii_case(action))
}
