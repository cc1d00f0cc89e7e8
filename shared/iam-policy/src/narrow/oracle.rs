//! Whether what is kept violates anything, and what more can be kept.

use super::pieces::{self, Piece, Pieces};
use crate::document::Document;
use crate::judge::{self, Entry, Holding, Rules, SensitiveSet, Session, Violation, ViolationKind};
use crate::kind::PolicyKind;
use crate::statement::{Statement, StatementAt};
use std::collections::BTreeSet;

/// Judges what is kept.
pub(super) struct Oracle<'h, 'a> {
    pub(super) holding: &'h Holding<'a>,
    rules: &'h Rules,
    pub(super) session: &'h Session<'h>,
    pub(super) kept: Vec<Piece>,
    /// What could not be kept.
    refused: Vec<Piece>,
    limits: Vec<Vec<Entry<'a>>>,
    /// The rules that are about more than what the holder can reach.
    other_rules: Rules,
    /// The actions that the rules are about.
    pub(super) asked: BTreeSet<&'static str>,
}

impl<'h, 'a> Oracle<'h, 'a> {
    /// Nothing is kept yet.
    pub(super) fn new(holding: &'h Holding<'a>, rules: &'h Rules, session: &'h Session<'h>) -> Self {
        let limits = holding.limits.iter().map(|limit| judge::entries(&[*limit], &session.budget)).collect();
        let mut other_rules = rules.clone();
        if holding.kind == PolicyKind::Identity {
            other_rules.kinds.retain(|kind| !kind.is_about_reach());
        }
        Self {
            holding,
            rules,
            session,
            kept: Vec::new(),
            refused: Vec::new(),
            limits,
            other_rules,
            asked: judge::asked_by(rules),
        }
    }

    /// What what is kept violates, with the statements by where they come from.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let (documents, origins) = self.documents(&[]);
        let documents: Vec<&Document> = documents.iter().collect();
        let holding = Holding { documents: &documents, ..*self.holding };
        let mut found = judge::violations(&holding, self.rules, self.session);
        for violation in &mut found {
            let places = violation.statements.iter();
            let mut origins: Vec<StatementAt> =
                places.filter_map(|at| origins.get(at.document)?.get(at.statement).copied()).collect();
            origins.sort_unstable();
            origins.dedup();
            violation.statements = origins;
        }
        found
    }

    /// What what is kept and this violate.
    pub(super) fn violations_with(&self, more: &Piece) -> Vec<Violation> {
        let (documents, _) = self.documents(std::slice::from_ref(more));
        let documents: Vec<&Document> = documents.iter().collect();
        judge::violations(&Holding { documents: &documents, ..*self.holding }, self.rules, self.session)
    }

    /// Whether what is kept and these violate anything.
    ///
    /// What is kept alone violates nothing, so only what these allow can bring a way to too much.
    fn violates(&self, more: &[Piece]) -> bool {
        self.violates_by(more.iter().fold(SensitiveSet::default(), |all, piece| all.union(&piece.traits.actions)), more)
    }

    /// The same, where it is known by which actions it could.
    pub(super) fn violates_by(&self, by: SensitiveSet, more: &[Piece]) -> bool {
        self.violates_others(more) || self.reaches_too_much(by, more)
    }

    /// Whether what is kept, and these, violate what can be seen without a search for a request: first, for it costs the least.
    fn violates_others(&self, more: &[Piece]) -> bool {
        if self.other_rules.kinds.is_empty() {
            return false;
        }
        let (documents, _) = self.documents(more);
        let documents: Vec<&Document> = documents.iter().collect();
        let holding = Holding { documents: &documents, ..*self.holding };
        !judge::violations(&holding, &self.other_rules, self.session).is_empty()
    }

    /// Whether what is kept, and these, allow an identity too much by these actions.
    fn reaches_too_much(&self, by: SensitiveSet, more: &[Piece]) -> bool {
        if self.holding.kind != PolicyKind::Identity || by.is_empty() {
            return false;
        }
        let held = self.kept.iter().chain(more).map(Piece::entry).collect();
        let layers = [held].into_iter().chain(self.limits.iter().cloned()).collect();
        judge::reaches_too_much(layers, by, self.rules, self.session)
    }

    /// Whether a piece, beside what is kept, violates something else than this.
    pub(super) fn violates_more_than(&self, kind: ViolationKind, piece: &Piece) -> bool {
        let mut rules = self.rules.clone();
        rules.kinds.remove(&kind);
        let (documents, _) = self.documents(std::slice::from_ref(piece));
        let documents: Vec<&Document> = documents.iter().collect();
        let holding = Holding { documents: &documents, ..*self.holding };
        !judge::violations(&holding, &rules, self.session).is_empty()
    }

    /// Whether a piece, beside what is kept, gives power, whatever the rules are about.
    pub(super) fn gives_power(&self, piece: &Piece) -> bool {
        let rules = Rules { kinds: [ViolationKind::PrivilegeEscalation].into(), ..self.rules.clone() };
        let held = self.kept.iter().chain([piece]).map(Piece::entry).collect();
        let layers = [held].into_iter().chain(self.limits.iter().cloned()).collect();
        judge::reaches_too_much(layers, piece.traits.actions.clone(), &rules, self.session)
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
    pub(super) fn keep_most(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        self.keep_most_of(Pieces { list: pieces, are_too_much: false })
    }

    /// The same, where it may be known that they cannot all be kept.
    pub(super) fn keep_most_of(&mut self, Pieces { list: mut pieces, are_too_much }: Pieces) -> Vec<Piece> {
        if pieces.is_empty() || self.session.budget.is_exhausted() {
            return pieces;
        }
        if !are_too_much {
            let joined = pieces::joined(pieces.clone(), &self.session.budget);
            if !self.is_too_much(&joined) {
                self.kept.extend(joined);
                return Vec::new();
            }
        }
        if pieces.len() == 1 {
            return pieces;
        }
        let second = pieces.split_off(pieces.len() / 2);
        let mut dropped = self.keep_most(pieces);
        // With all of the first half kept, what is too much is the second.
        dropped.extend(self.keep_most_of(Pieces { list: second, are_too_much: dropped.is_empty() }));
        dropped
    }

    /// Whether what is kept and these violate something. What did once does again: since then more is kept, or less is denied.
    fn is_too_much(&mut self, more: &[Piece]) -> bool {
        let [only] = more else { return self.violates(more) };
        self.session.budget.spend(self.refused.len());
        if self.refused.iter().any(|refused| refused.at == only.at && refused.statement == only.statement) {
            return true;
        }
        let is_too_much = self.violates(more);
        if is_too_much {
            self.refused.push(only.clone());
        }
        is_too_much
    }

    /// Denies just this beside what is kept.
    pub(super) fn deny(&mut self, denials: Vec<Piece>) {
        self.kept.retain(|piece| piece.at.statement != usize::MAX);
        self.kept.extend(denials);
        self.refused.clear();
    }
}
