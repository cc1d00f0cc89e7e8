//! The nearest policies without violations.
//!
//! The statements that cause violations are taken apart into pieces, such as one action on one resource for one
//! principal, and as many pieces are put back as can be without a violation. So no piece that is missing in the result
//! could be there.

mod pieces;
mod rebuild;
mod split;

use crate::document::Document;
use crate::judge::{self, Entry, Holding, Rules, SensitiveSet, Session};
use crate::kind::PolicyKind;
use crate::statement::Statement;
use crate::statement::StatementAt;
use pieces::Piece;
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
    let limits = holding.limits.iter().map(|limit| judge::entries(&[*limit], &session.budget)).collect();
    let mut other_rules = rules.clone();
    if holding.kind == PolicyKind::Identity {
        other_rules.kinds.retain(|kind| !kind.is_about_reach());
    }
    let mut oracle =
        Oracle { holding, rules, session, kept: Vec::new(), limits, other_rules, asked: judge::asked_by(rules) };
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

/// Judges what is kept.
struct Oracle<'h, 'a> {
    holding: &'h Holding<'a>,
    rules: &'h Rules,
    session: &'h Session<'h>,
    kept: Vec<Piece>,
    limits: Vec<Vec<Entry<'a>>>,
    /// The rules that are about more than what the holder can reach.
    other_rules: Rules,
    /// The actions that the rules are about.
    asked: BTreeSet<&'static str>,
}

impl Oracle<'_, '_> {
    /// The statements that cause a violation of what is kept.
    fn causes(&self) -> BTreeSet<StatementAt> {
        let (documents, origins) = self.documents(&[]);
        let documents: Vec<&Document> = documents.iter().collect();
        let holding = Holding { documents: &documents, ..*self.holding };
        let found = judge::violations(&holding, self.rules, self.session);
        let places = found.into_iter().flat_map(|violation| violation.statements);
        places.filter_map(|at| origins.get(at.document)?.get(at.statement).copied()).collect()
    }

    /// Whether what is kept and these violate anything.
    ///
    /// What is kept alone violates nothing, so only what these allow can bring a way to too much.
    fn violates(&self, more: &[Piece]) -> bool {
        let by = more.iter().fold(SensitiveSet::default(), |all, piece| all.union(&piece.traits.actions));
        if self.holding.kind == PolicyKind::Identity && !by.is_empty() {
            let held = self.kept.iter().chain(more).map(Piece::entry).collect();
            let layers = [held].into_iter().chain(self.limits.iter().cloned()).collect();
            if judge::reaches_too_much(layers, by, self.rules, self.session) {
                return true;
            }
        }
        if self.other_rules.kinds.is_empty() {
            return false;
        }
        let (documents, _) = self.documents(more);
        let documents: Vec<&Document> = documents.iter().collect();
        let holding = Holding { documents: &documents, ..*self.holding };
        !judge::violations(&holding, &self.other_rules, self.session).is_empty()
    }

    /// What is kept and these, as documents, and where each statement comes from.
    fn documents(&self, more: &[Piece]) -> (Vec<Document>, Vec<Vec<StatementAt>>) {
        let mut statements: Vec<(Vec<Statement>, Vec<StatementAt>)> =
            vec![Default::default(); self.holding.documents.len()];
        for piece in self.kept.iter().chain(more) {
            if let Some((list, origins)) = statements.get_mut(piece.at.document) {
                list.push(piece.statement.as_ref().clone());
                origins.push(piece.at);
            }
        }
        statements.into_iter().map(|(list, origins)| (Document::of_statements(list), origins)).unzip()
    }

    /// Keeps as many as can be, the first ones first; returns the others. Halving: most of them can be kept.
    fn keep_most(&mut self, mut pieces: Vec<Piece>) -> Vec<Piece> {
        if pieces.is_empty() || self.session.budget.is_exhausted() {
            return pieces;
        }
        let joined = pieces::joined(pieces.clone(), &self.session.budget);
        if !self.violates(&joined) {
            self.kept.extend(joined);
            return Vec::new();
        }
        if pieces.len() == 1 {
            return pieces;
        }
        let second = pieces.split_off(pieces.len() / 2);
        let mut dropped = self.keep_most(pieces);
        dropped.extend(self.keep_most(second));
        dropped
    }
}
