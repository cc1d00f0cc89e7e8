//! The nearest policies that keep the rules.

use super::explain::Taken;
use super::narrower::Narrower;
use super::plan::{Failure, Plan};
use super::task::Task;
use super::terms::{Audience, Terms};
use crate::budget::{MAX_NARROWING_STEPS, MAX_STEPS};
use crate::document::Document;
use crate::judge::{self, Breach, Holding, Roles, Rules, Session, Severity, Violation, ViolationKind};
use crate::statement::StatementAt;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What [`narrow`] made of policies.
#[derive(Clone, Debug, PartialEq)]
pub enum Narrowing {
    /// They violate nothing.
    Unchanged,
    /// The same documents without their violations, in their order; `None` for one of which nothing is left.
    Changed(Vec<Option<Document>>),
    /// It could not be decided, and why.
    Undetermined(String),
}

/// What [`propose`] made of policies.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// Nothing can be taken, and what is wrong all the same.
    Unchanged(Vec<Left>),
    /// Narrower policies.
    Changed(Narrowed),
    /// It could not be decided, and why.
    Undetermined(String),
}

/// Narrower policies, and what makes them that.
#[derive(Clone, Debug, PartialEq)]
pub struct Narrowed {
    /// The same documents without their violations, in their order; `None` for one of which nothing is left.
    pub documents: Vec<Option<Document>>,
    /// What was taken, and what for.
    pub taken: Vec<Taken>,
    /// What they still violate, because nothing mechanical helps.
    pub left: Vec<Left>,
}

/// A rule that is still violated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The rule.
    pub kind: ViolationKind,
    /// Why nothing was done.
    pub why: &'static str,
}

/// The nearest policies without violations.
///
/// Guarantees:
/// - [`judge`](crate::judge()) finds nothing in them, so narrowing them again changes nothing.
/// - They allow nothing that the first did not, and everything that the first did but for what the removed pieces allow.
/// - No removed piece (an entry of `Action`, `Resource` or `Principal` of an Allow, a value of its conditions, or a whole
///   statement) could have been kept as it stands.
/// - Of the ways to too much, those actions go that cost the least together: `iam:PassRole`, and the jobs stay.
/// - Only statements that cause violations are changed; all others, and every Deny, are kept as they were written.
///
/// A wildcard within one service that has to go is replaced by what else it matches, if a few patterns say that (actions
/// that do not exist yet are then no longer allowed), and a `NotAction` comes to name more actions; else they go as a
/// whole, with what is harmless in them. A condition that is missing is added, where it is known what it has to say.
pub fn narrow(holding: &Holding<'_>, rules: &Rules) -> Narrowing {
    narrow_beside(holding, rules, &BTreeSet::new(), Settled::Judged)
}

/// What becomes of the violations of statements that [`narrow_beside`] must not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// They are judged with the others: nothing that the others can say may violate anything together with them.
    Judged,
    /// They are accepted: the others are judged by themselves, with every Deny.
    Accepted,
}

/// The nearest policies without violations in which some statements, the settled ones, stay as they are. As [`narrow`] but for that.
///
/// [`Narrowing::Undetermined`] also if the settled statements alone violate a rule by which they are judged.
pub fn narrow_beside(holding: &Holding<'_>, rules: &Rules, settled: &BTreeSet<StatementAt>, are: Settled) -> Narrowing {
    let terms = Terms::default();
    let is_judged = are == Settled::Judged;
    let narrowed = |session: &Session<'_>| {
        let task = Task { holding, rules, terms: &terms, settled, is_judged, session };
        match narrower(&task) {
            _ if session.budget.is_exhausted() => Narrowing::Undetermined(session.budget.exhaustion()),
            Ok(None) => Narrowing::Unchanged,
            Ok(Some(narrower)) => Narrowing::Changed(narrower.documents),
            Err(_) => {
                Narrowing::Undetermined("what is settled violates the rules, or cannot be written back".to_owned())
            }
        }
    };
    let documents = |narrowing: &Narrowing| match narrowing {
        Narrowing::Changed(documents) if is_judged => Some(documents.clone()),
        _ => None,
    };
    beside_roles(holding, rules, narrowed, documents)
}

/// The nearest policies without violations, and what was taken for what. As [`narrow`], but on these terms.
///
/// A person is shown what a guard does not do:
/// - `*` becomes a `NotAction` (a guard takes it as a whole: nobody asked for everything but a few), and a service's
///   wildcard gets a Deny of the few beside it, in the same document. A guard writes a Deny only if it knows the
///   [others](Terms::others).
/// - What fits in no form, or makes a document longer than it may be, is [left](Narrowed::left), and the rest narrowed.
/// - Where nothing mechanical helps, nothing is done: [`Narrowed::left`] says so. An Allow of a whole service is replaced
///   by the access levels that other statements show are needed, if they show any; of a `NotAction`, `NotResource` or
///   `NotPrincipal` nobody but its author knows what was meant.
pub fn propose(holding: &Holding<'_>, rules: &Rules, terms: &Terms<'_>) -> Proposal {
    let documents = |proposal: &Proposal| match proposal {
        Proposal::Changed(narrowed) => Some(narrowed.documents.clone()),
        _ => None,
    };
    beside_roles(holding, rules, |session| proposed(holding, rules, terms, session), documents)
}

/// What did not fit is tried again in what is left, so often.
const MAX_ROUNDS_OF_LEFT: usize = 3;

fn proposed(holding: &Holding<'_>, rules: &Rules, terms: &Terms<'_>, session: &Session<'_>) -> Proposal {
    let settled = BTreeSet::new();
    let task = Task { holding, rules, terms, settled: &settled, is_judged: true, session };
    let Round { narrower, mut left, mut is_all } = match round(&task) {
        Ok(round) => round,
        Err(why) => return Proposal::Undetermined(why),
    };
    let Some(mut narrower) = narrower else { return Proposal::Unchanged(left) };
    for _ in 0..MAX_ROUNDS_OF_LEFT {
        if is_all {
            break;
        }
        let documents: Vec<&Document> = narrower.documents.iter().flatten().collect();
        let holding = Holding { documents: &documents, ..*holding };
        // What was found so far is right, whatever comes of this.
        let Ok(next) = round(&Task { holding: &holding, ..task }) else { break };
        is_all = next.is_all || next.narrower.is_none();
        left.extend(next.left);
        if let Some(next) = next.narrower {
            narrower = narrower.then(next);
        }
    }
    changed(&narrower, &task, left)
}

/// What comes of policies that are narrowed once.
struct Round {
    /// `None`: nothing can be taken.
    narrower: Option<Narrower>,
    /// What it was not narrowed for.
    left: Vec<Left>,
    /// Whether all of that is left because nothing mechanical helps, and nothing because it did not fit.
    is_all: bool,
}

/// Narrows policies for all that fits together; why not, if nothing that can be written is right.
fn round(task: &Task<'_, '_>) -> Result<Round, String> {
    let session = task.session;
    session.budget.renew(MAX_NARROWING_STEPS);
    let (found, mut left) = match task.terms.audience {
        Audience::Person => {
            let found = judge::violations(task.holding, task.rules, session);
            let left = left(task, &found);
            (found, left)
        }
        Audience::Guard => (Vec::new(), Vec::new()),
    };
    let mut is_all = true;
    loop {
        session.budget.renew(MAX_NARROWING_STEPS);
        let mut rules = task.rules.clone();
        rules.kinds.retain(|kind| !left.iter().any(|left| left.kind == *kind));
        let failure = match narrower(&Task { rules: &rules, ..*task }) {
            _ if session.budget.is_exhausted() => return Err(session.budget.exhaustion()),
            Ok(narrower) => return Ok(Round { narrower, left, is_all }),
            Err(failure) => failure,
        };
        // What does not fit is left to the person, and the rest is narrowed.
        match found.iter().filter(|violation| rules.has(violation.kind)).max_by_key(|violation| to_be_left(violation)) {
            Some(violation) => left.push(Left { kind: violation.kind, why: why_left(failure) }),
            None => return Err("nothing that can be written keeps the rules".to_owned()),
        }
        is_all = false;
    }
}

fn changed(narrower: &Narrower, task: &Task<'_, '_>, left: Vec<Left>) -> Proposal {
    let taken = narrower.taken(|at| task.statement(at).cloned(), task.holding.kind);
    let alone = narrower.let_alone.map(|why| Left { kind: ViolationKind::ConfusedDeputy, why });
    if taken.is_empty() && alone.is_some() {
        return Proposal::Unchanged(left.into_iter().chain(alone).collect());
    }
    let after: Vec<&Document> = narrower.documents.iter().flatten().collect();
    let after = Holding { documents: &after, ..*task.holding };
    task.session.budget.renew(MAX_NARROWING_STEPS);
    let is_left = |left: &Left| {
        let rules = Rules { kinds: [left.kind].into(), ..task.rules.clone() };
        !judge::violations(&after, &rules, task.session).is_empty()
    };
    // Of a kind that did not fit twice, the last reason is the one that holds.
    let mut told = BTreeSet::new();
    let mut left: Vec<Left> = left.into_iter().rev().filter(|left| told.insert(left.kind)).filter(is_left).collect();
    left.reverse();
    left.extend(alone);
    Proposal::Changed(Narrowed { documents: narrower.documents.clone(), taken, left })
}

/// What does not fit together: the least severe kind is left first, and of these the one that takes the most actions.
fn to_be_left(violation: &Violation) -> (Reverse<Severity>, usize) {
    let alone = match &violation.breach {
        Breach::Reach { ways, .. } => ways.iter().filter(|way| way.len() == 1).count(),
        Breach::Entrance { .. } | Breach::Exception { .. } => 0,
    };
    (Reverse(violation.kind.severity()), alone)
}

fn why_left(failure: Failure) -> &'static str {
    match failure {
        Failure::TooLong => {
            "what would have to be denied makes the policy longer than its place allows: a Deny in a policy of its own would do"
        }
        Failure::NotShort | Failure::NotRight => {
            "all of a wildcard would have to go, for nothing short says what of it may stay"
        }
    }
}

/// The kinds of violations that can turn on a role.
const OF_ROLES: [ViolationKind; 3] =
    [ViolationKind::PrivilegeEscalation, ViolationKind::ConfusedService, ViolationKind::PassRole];

/// How often known roles are compared again.
const MAX_ROUNDS: usize = 3;

/// What is narrowed where roles are known. What is taken from the holder, a role has more: so they are compared with what was left, and it
/// is narrowed again from the beginning, until no role has come to have more. At last, with nothing.
fn beside_roles<T>(
    holding: &Holding<'_>,
    rules: &Rules,
    narrowed: impl Fn(&Session<'_>) -> T,
    documents: impl Fn(&T) -> Option<Vec<Option<Document>>>,
) -> T {
    let session = Session::to_narrow(holding).knowing(Roles::beside(holding, rules));
    let result = narrowed(&session);
    let about_roles = rules.kinds.iter().copied().filter(|kind| OF_ROLES.contains(kind)).collect();
    let about_roles = Rules { kinds: about_roles, ..rules.clone() };
    if rules.roles.is_empty() || about_roles.kinds.is_empty() {
        return result;
    }
    let Some(after) = documents(&result) else { return result };
    again_beside_roles((holding, rules, &about_roles), &session, (result, after), &narrowed, &documents, MAX_ROUNDS)
}

/// The same, after a first time.
fn again_beside_roles<T>(
    (holding, rules, about_roles): (&Holding<'_>, &Rules, &Rules),
    before: &Session<'_>,
    (result, after): (T, Vec<Option<Document>>),
    narrowed: &impl Fn(&Session<'_>) -> T,
    documents: &impl Fn(&T) -> Option<Vec<Option<Document>>>,
    rounds: usize,
) -> T {
    let held: Vec<&Document> = after.iter().flatten().collect();
    let left = Holding { documents: &held, ..*holding };
    let session = Session::to_narrow(&left).knowing(before.roles.beside_less(&left, rules));
    let is_clean = judge::violations(&left, about_roles, &session).is_empty() && !session.budget.is_exhausted();
    if is_clean || rounds == 0 {
        return result;
    }
    let nothing = Holding { documents: &[], ..*holding };
    let roles = if rounds > 1 { session.roles } else { before.roles.beside_less(&nothing, rules) };
    let session = Session::to_narrow(holding).knowing(roles);
    let result = narrowed(&session);
    let Some(after) = documents(&result) else { return result };
    again_beside_roles((holding, rules, about_roles), &session, (result, after), narrowed, documents, rounds - 1)
}

/// The first failure to narrow that tells the most; `None`: nothing is wrong.
fn narrower(task: &Task<'_, '_>) -> Result<Option<Narrower>, Failure> {
    // What cannot be judged by itself is not judged again and again. What is proposed has to be clean for the next proposal, too.
    let steps = match task.terms.audience {
        Audience::Person => MAX_NARROWING_STEPS / 3,
        Audience::Guard => MAX_STEPS,
    };
    let faults = task.session.budget.within(steps, || task.faults()).ok_or(Failure::NotRight)?;
    if faults.broken.is_empty() {
        return Ok(None);
    }
    let mut failures = Vec::new();
    for plan in Plan::all(task.terms.audience) {
        match task.attempt(&faults, plan) {
            Ok(narrower) => return Ok(Some(narrower)),
            Err(failure) => failures.push(failure),
        }
    }
    Err(failures.into_iter().max().unwrap_or(Failure::NotRight))
}

/// What nothing mechanical helps against.
fn left(task: &Task<'_, '_>, found: &[Violation]) -> Vec<Left> {
    let why = |violation: &Violation| match (violation.kind, &violation.breach) {
        // No power comes of it: it is taken where nothing else is asked for.
        (ViolationKind::ConfusedService, _) if task.rules.kinds.len() > 1 => {
            Some("a service moves data with a role, and gives no power: whether it may is for a person to say")
        }
        (ViolationKind::NotElement, _) => Some("only its author knows what was meant instead"),
        (ViolationKind::ServiceWildcard, Breach::Reach { ways, .. }) => {
            let services = ways.iter().flatten().filter_map(|way| way.split(':').next());
            let is_shown = services.into_iter().all(|service| !task.needed(service).is_empty());
            (!is_shown).then_some("no statement shows which actions of the service are needed")
        }
        _ => None,
    };
    let mut left: Vec<Left> = found.iter().filter_map(|v| Some(Left { kind: v.kind, why: why(v)? })).collect();
    left.dedup();
    left
}
