//! Takes apart what causes violations, and puts back what can be.

use super::oracle::Oracle;
use super::pieces::{self, Piece};
use super::rebuild;
use crate::document::Document;
use crate::judge::{Holding, Rules, Session};
use crate::statement::StatementAt;
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

/// The nearest policies without violations.
///
/// Guarantees:
/// - [`judge`](crate::judge) finds nothing in them, so narrowing them again changes nothing.
/// - They allow nothing that the first did not, and everything that the first did but for what the removed pieces allow.
/// - No removed piece (an entry of `Action`, `Resource` or `Principal` of an Allow, or a whole statement) could have been
///   kept as it stands.
/// - Only statements that cause violations are changed; all others, and every Deny, are kept as they were written.
///
/// A wildcard within one service that has to go is replaced by what else it matches, if a few patterns say that (actions
/// that do not exist yet are then no longer allowed), and a `NotAction` comes to name more actions; else they go as a
/// whole, with what is harmless in them.
pub fn narrow(holding: &Holding<'_>, rules: &Rules) -> Narrowing {
    let free = Free { settled: BTreeSet::new(), is_judged: true };
    let session = Session::to_narrow(holding);
    match narrow_within(holding, rules, &free, &session) {
        _ if session.budget.is_exhausted() => Narrowing::Undetermined(session.budget.exhaustion()),
        Some(narrowing) => narrowing,
        None => Narrowing::Undetermined("a statement could not be written back".to_owned()),
    }
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
    let free = Free { settled: settled.clone(), is_judged: are == Settled::Judged };
    let session = Session::to_narrow(holding);
    match narrow_within(holding, rules, &free, &session) {
        _ if session.budget.is_exhausted() => Narrowing::Undetermined(session.budget.exhaustion()),
        Some(narrowing) => narrowing,
        None => Narrowing::Undetermined("what is settled violates the rules, or cannot be written back".to_owned()),
    }
}

/// Which statements may be changed: all but the settled ones.
struct Free {
    settled: BTreeSet<StatementAt>,
    is_judged: bool,
}

fn narrow_within(holding: &Holding<'_>, rules: &Rules, free: &Free, session: &Session<'_>) -> Option<Narrowing> {
    let aside = if free.is_judged { BTreeSet::new() } else { free.settled.clone() };
    let mut oracle = Oracle::new(holding, rules, session);
    let mut broken: BTreeSet<StatementAt> = BTreeSet::new();
    // Without the statements that cause a violation, others may cause one.
    loop {
        let left_out = broken.union(&aside).copied().collect();
        oracle.kept = pieces::without(holding, &left_out, &session.budget);
        let causes = oracle.causes();
        if causes.is_empty() {
            break;
        }
        let before = broken.len();
        broken.extend(causes.difference(&free.settled));
        if session.budget.is_exhausted() || broken.len() == before {
            return None;
        }
    }
    if broken.is_empty() {
        return Some(Narrowing::Unchanged);
    }
    for at in &broken {
        let whole = pieces::whole(holding, *at, &session.budget)?;
        put_back(&mut oracle, vec![whole]);
    }
    let documents = holding.documents.iter().enumerate();
    let rebuilt = documents.map(|(number, document)| rebuild::rebuild(number, document, &broken, &oracle.kept));
    Some(Narrowing::Changed(rebuilt.collect::<Option<Vec<_>>>()?))
}

/// Puts back as many of the pieces as can be; those that cannot are divided further, until they cannot be.
fn put_back(oracle: &mut Oracle<'_, '_>, pieces: Vec<Piece>) {
    for dropped in oracle.keep_most(pieces) {
        for parts in dropped.divided(oracle.holding.kind, &oracle.asked, &oracle.session.budget) {
            put_back(oracle, parts);
        }
    }
}
