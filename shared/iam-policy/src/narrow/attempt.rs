//! One attempt to narrow: takes apart what causes violations, puts back what can be, and judges the result.

use super::added;
use super::confine::{Surroundings, beside_known};
use super::deputy;
use super::explain::{Gone, How, Taken, taken};
use super::oracle::Oracle;
use super::pieces::{self, Piece};
use super::rebuild;
use super::split::{Forms, MAX_EXCEPTIONS, MAX_EXCEPTIONS_SHOWN, MAX_PATTERNS};
use super::terms::{Audience, Terms};
use super::ways::{self, Going, Way};
use super::weights::weight;
use crate::catalogue::{self, AccessLevel};
use crate::document::Document;
use crate::glob::Glob;
use crate::judge::{Holding, Rules, SensitiveSet, Session, ViolationKind};
use crate::kind::PolicyKind;
use crate::statement::{ActionElement, PrincipalElement, Principals, ResourceElement, Statement, StatementAt};
use std::collections::{BTreeMap, BTreeSet};

/// What a trust policy is for.
const ASSUMING: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// What is good for nothing without one of those.
const BESIDE_ASSUMING: [&str; 2] = ["sts:TagSession", "sts:SetSourceIdentity"];

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
}

impl Plan {
    /// One after the other, until the result of one is right and short enough.
    pub(super) const ALL: [Self; 4] = [
        Self { denies: true, leaves_out_known: true, patterns: MAX_PATTERNS },
        Self { denies: false, leaves_out_known: true, patterns: MAX_PATTERNS },
        Self { denies: false, leaves_out_known: false, patterns: MAX_PATTERNS },
        Self { denies: false, leaves_out_known: false, patterns: 0 },
    ];
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

    /// The policies narrowed in these forms; `None` if that does not do.
    pub(super) fn attempt(&self, faults: &Faults, plan: Plan) -> Option<Narrower> {
        let mut run = Run::new(self, faults, plan);
        run.fragments()?.into_iter().for_each(|fragment| run.take_apart(fragment, true));
        run.put_back_rests();
        run.put_back_parts();
        run.undo_denials();
        run.put_back_parts();
        run.finished()
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

    /// Whether a Deny of these actions takes no more than it shall: nobody else grants them, here or in other documents.
    fn may_deny(&self, broken: &BTreeSet<StatementAt>, actions: &[String]) -> bool {
        let others: &[&Document] = match (self.terms.audience, self.terms.others) {
            (_, Some(others)) => others,
            (Audience::Person, None) => &[],
            (Audience::Guard, None) => return false,
        };
        let is_about = |statement: &Statement| actions.iter().any(|action| ways::is_about(statement, action));
        let is_granted = others.iter().flat_map(|d| d.statements()).any(|s| s.is_allow() && is_about(s));
        let granting: Vec<(StatementAt, &Statement)> = self.allows().filter(|(_, s)| is_about(s)).collect();
        let is_whole = |(_, s): &(StatementAt, &Statement)| matches!(&s.resources, ResourceElement::Resource(list) if list.iter().any(|resource| resource == "*"));
        !is_granted
            && granting.iter().all(|(at, _)| broken.contains(at))
            && (granting.len() == 1 || granting.iter().all(is_whole))
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
    /// The actions that a Deny takes, by document.
    denied: BTreeMap<usize, BTreeSet<String>>,
    gone: Vec<Gone>,
    /// What lets services in of which nothing can be said that would confine them, and why.
    let_alone: Vec<(Piece, &'static str)>,
}

impl<'r, 't, 'a> Run<'r, 't, 'a> {
    fn new(task: &'r Task<'t, 'a>, faults: &'r Faults, plan: Plan) -> Self {
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
            denied: BTreeMap::new(),
            gone: Vec::new(),
            let_alone: Vec::new(),
        }
    }

    /// Takes a statement apart: what is left of it without what is going, what may stay on some of its resources (of a whole
    /// statement), and the parts that go.
    fn take_apart(&mut self, fragment: Fragment, is_whole: bool) {
        let task = self.task;
        let budget = &task.session.budget;
        let Fragment { at, statement, going } = fragment;
        let whole = Piece::new(at, statement, budget);
        if going.of_statement(&whole.statement).is_empty() {
            self.rests.push(whole);
            return;
        }
        let (plan, faults) = (self.plan, self.faults);
        let is_identity = task.holding.kind == PolicyKind::Identity;
        let may_deny = |actions: &[String]| plan.denies && is_identity && task.may_deny(&faults.broken, actions);
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
        let with = |actions: ActionElement| whole.with(budget, |s| s.actions = actions);
        let one = |action: String| with(ActionElement::Action(vec![action]));
        self.rests.extend(rest.kept.map(&with));
        self.wide.extend(rest.wide.into_iter().map(|wide| (with(wide), going.clone())));
        if rest.is_lost {
            self.gone.push(Gone { piece: whole.clone(), how: How::Removed });
        }
        for part in rest.parts {
            // All of a service is not something that a `NotAction` allowed, nor what a person needs of it.
            let is_not_needed = task.terms.audience == Audience::Person;
            if part.ends_with(":*") && (is_not_needed || !whole.statement.actions.patterns().contains(&part)) {
                self.gone.push(Gone { piece: one(part), how: How::Removed });
            } else {
                self.parts.push(one(part));
            }
        }
        if !rest.denied.is_empty() {
            self.denied.entry(at.document).or_default().extend(rest.denied);
        }
    }

    /// Puts back what is left of statements; of what goes, on which resources it need not.
    fn put_back_rests(&mut self) {
        self.oracle.kept.extend(self.deny_pieces());
        let rests = std::mem::take(&mut self.rests);
        self.put_back(rests);
        for (wide, going) in std::mem::take(&mut self.wide) {
            let budget = &self.task.session.budget;
            let dropped = self.oracle.keep_most(wide.by_resource(budget).unwrap_or_else(|| vec![wide]));
            for piece in pieces::joined(dropped, budget) {
                let statement = piece.statement.as_ref().clone();
                self.take_apart(Fragment { at: piece.at, statement, going: going.clone() }, false);
            }
            let rests = std::mem::take(&mut self.rests);
            self.put_back(rests);
        }
    }

    /// The broken statements; where something is wrong on known resources only, what is about it apart, and without them.
    fn fragments(&mut self) -> Option<Vec<Fragment>> {
        let task = self.task;
        let going = task.going(self.faults);
        // A guard takes what is sealed by a Deny of its own.
        let is_left_out = |way: &Way| {
            way.is_about_known
                && (task.terms.audience == Audience::Person
                    || !matches!(way.kind, ViolationKind::ObjectTampering | ViolationKind::LogTampering))
        };
        let is_known = |action: &String| {
            let mut ways = self.faults.ways.iter().filter(|way| way.actions.contains(action)).peekable();
            ways.peek().is_some() && ways.all(is_left_out)
        };
        let on_known =
            Going(going.0.iter().filter(|action| self.plan.leaves_out_known && is_known(action)).cloned().collect());
        let others = Going(going.0.difference(&on_known.0).cloned().collect());
        let mut fragments = Vec::new();
        for at in &self.faults.broken {
            let statement = task.statement(*at)?;
            let hits = on_known.of_statement(statement);
            let known = self.known(&hits);
            let is_hit = |entry: &str| !on_known.matched_by(entry).is_empty();
            let split =
                (!hits.is_empty() && !known.is_empty()).then(|| beside_known(statement, is_hit, &known)).flatten();
            let Some((confined, rest)) = split else {
                fragments.push(Fragment { at: *at, statement: statement.clone(), going: going.clone() });
                continue;
            };
            let piece = Piece::new(*at, confined.clone(), &task.session.budget);
            self.gone.push(Gone { piece, how: How::ExceptOn(known) });
            fragments.push(Fragment { at: *at, statement: confined, going: others.clone() });
            fragments.extend(rest.map(|statement| Fragment { at: *at, statement, going: others.clone() }));
        }
        Some(fragments)
    }

    /// The known resources on which these actions are wrong.
    fn known(&self, actions: &[String]) -> Vec<String> {
        let ways = || self.faults.ways.iter().filter(|way| way.actions.iter().any(|action| actions.contains(action)));
        let rules = self.task.rules;
        let sealed = rules.sealed.resources.iter().filter(|_| ways().any(|w| w.kind == ViolationKind::ObjectTampering));
        let protected = rules.protected.iter().filter(|_| ways().any(|w| w.kind != ViolationKind::ObjectTampering));
        let services: BTreeSet<&str> = actions.iter().filter_map(|action| action.split(':').next()).collect();
        let is_of_service = |pattern: &&String| {
            let service = pattern.split(':').nth(2).unwrap_or("*");
            service.contains(['*', '?']) || services.contains(service)
        };
        let mut known: Vec<String> = protected.chain(sealed).filter(is_of_service).cloned().collect();
        let mut seen = BTreeSet::new();
        known.retain(|pattern| seen.insert(pattern.clone()));
        known
    }

    fn deny_pieces(&self) -> Vec<Piece> {
        let budget = &self.task.session.budget;
        self.denied.iter().map(|(at, actions)| Piece::deny(*at, actions.iter().cloned().collect(), budget)).collect()
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
                    self.gone.push(Gone { piece: dropped, how: How::Removed });
                }
                continue;
            }
            for parts in divided {
                self.put_back(parts);
            }
        }
    }

    /// Puts each part back that can be, by itself, the dearest first. What a Deny takes waits: it is not there, whatever allows it.
    fn put_back_parts(&mut self) {
        let mut parts = std::mem::take(&mut self.parts);
        parts.sort_by_cached_key(|piece| {
            let actions = piece.statement.actions.patterns().iter();
            std::cmp::Reverse(actions.map(|action| weight(action)).max())
        });
        for part in parts {
            let denied = self.denied.get(&part.at.document);
            let is_denied = denied.is_some_and(|denied| {
                part.statement
                    .actions
                    .patterns()
                    .iter()
                    .all(|action| denied.iter().any(|d| d.eq_ignore_ascii_case(action)))
            });
            if is_denied {
                self.parts.push(part);
            } else {
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
        self.gone.extend(dropped.into_iter().map(|piece| Gone { piece, how: How::Removed }));
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
                self.gone.push(Gone { piece: piece.clone(), how: How::Confined(condition) });
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

    /// Takes out of each Deny what need not be there.
    fn undo_denials(&mut self) {
        let all: Vec<(usize, String)> =
            self.denied.iter().flat_map(|(at, actions)| actions.iter().map(|action| (*at, action.clone()))).collect();
        let budget = &self.task.session.budget;
        for (document, action) in all {
            let before = (self.denied.clone(), self.oracle.kept.clone());
            if let Some(actions) = self.denied.get_mut(&document) {
                actions.remove(&action);
            }
            self.denied.retain(|_, actions| !actions.is_empty());
            self.oracle.kept.retain(|piece| piece.at.statement != usize::MAX);
            let denies = self.deny_pieces();
            self.oracle.kept.extend(denies);
            let by = SensitiveSet::of(&ActionElement::Action(vec![action.clone()]), budget);
            if self.oracle.violates_by(by, &[]) {
                (self.denied, self.oracle.kept) = before;
                let granting = self.faults.broken.iter().filter_map(|at| Some((*at, self.task.statement(*at)?)));
                for (at, statement) in granting.filter(|(at, s)| at.document == document && ways::is_about(s, &action))
                {
                    let piece = Piece::new(at, statement.clone(), budget);
                    let piece = piece.with(budget, |s| s.actions = ActionElement::Action(vec![action.clone()]));
                    self.gone.push(Gone { piece, how: How::Denied });
                }
            }
        }
    }

    /// The documents, if they are right.
    fn finished(mut self) -> Option<Narrower> {
        let task = self.task;
        self.drop_what_is_good_for_nothing();
        let kept: Vec<Piece> =
            self.oracle.kept.iter().chain(self.let_alone.iter().map(|(piece, _)| piece)).cloned().collect();
        let documents = |kept: &[Piece]| {
            let documents = task.holding.documents.iter().enumerate().map(|(number, document)| {
                let denied: Vec<String> = self.denied.get(&number).into_iter().flatten().cloned().collect();
                rebuild::rebuild(number, document, &self.faults.broken, kept, &denied)
            });
            documents.collect::<Option<Vec<_>>>()
        };
        let judged = if self.let_alone.is_empty() { None } else { Some(documents(&self.oracle.kept)?) };
        let mut documents = documents(&kept)?;
        if task.terms.audience == Audience::Person || task.holding.kind == PolicyKind::Trust {
            let allows = |d: &Document| d.statements().iter().any(Statement::is_allow);
            if !documents.iter().flatten().any(allows) {
                documents.iter_mut().for_each(|document| *document = None);
            }
        }
        if !self.is_right(&documents, judged.as_deref().unwrap_or(&documents)) {
            return None;
        }
        let original = |at: StatementAt| task.statement(at).cloned();
        let taken = taken(original, task.holding.kind, &kept, &self.gone, &self.faults.ways);
        Some(Narrower { documents, taken, let_alone: self.let_alone.first().map(|(_, why)| *why) })
    }

    /// Whether the documents are no longer than they may be, and keep the rules, as they are written, but for what is let alone.
    fn is_right(&self, documents: &[Option<Document>], without_let_alone: &[Option<Document>]) -> bool {
        let task = self.task;
        let is_short = task.terms.most_bytes.is_none_or(|most| {
            let pairs = documents.iter().flatten().zip(task.holding.documents);
            pairs.into_iter().all(|(after, before)| after.to_json().len() <= most.max(before.to_json().len()))
        });
        let left: Vec<&Document> = without_let_alone.iter().flatten().collect();
        let holding = Holding { documents: &left, ..*task.holding };
        let is_clean = || crate::judge::violations(&holding, task.rules, task.session).is_empty();
        is_short && (!task.is_judged && !task.settled.is_empty() || is_clean())
    }

    /// A role that nobody can assume any more need not say how its sessions are tagged.
    fn drop_what_is_good_for_nothing(&mut self) {
        if self.task.holding.kind != PolicyKind::Trust {
            return;
        }
        let assumes = |statement: &Statement| ASSUMING.iter().any(|action| ways::is_about(statement, action));
        let is_beside = |statement: &Statement| match &statement.actions {
            ActionElement::Action(list) => {
                list.iter().all(|a| BESIDE_ASSUMING.iter().any(|b| a.eq_ignore_ascii_case(b)))
            }
            ActionElement::NotAction(_) => false,
        };
        for at in &self.faults.broken {
            let mine = || self.oracle.kept.iter().filter(|piece| piece.at == *at);
            if self.task.statement(*at).is_some_and(assumes) && mine().all(|piece| is_beside(&piece.statement)) {
                self.gone.extend(mine().map(|piece| Gone { piece: piece.clone(), how: How::Removed }));
                self.oracle.kept.retain(|piece| piece.at != *at);
            }
        }
    }
}
