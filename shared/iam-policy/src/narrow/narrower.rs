//! Narrower policies, and the account of what made them that: of one attempt, or of several, one after the other.

use super::explain::{self, Account, Gone, How, Taken};
use super::pieces::Piece;
use super::ways::Way;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::statement::{Statement, StatementAt};

/// Policies that keep the rules.
pub(super) struct Narrower {
    pub(super) documents: Vec<Option<Document>>,
    /// Of each statement of a document, which one it was; the Denies that were added at its end were none.
    pub(super) origins: Vec<Vec<usize>>,
    /// What is kept of the first policies.
    pub(super) kept: Vec<Piece>,
    /// What was taken from them, once or in several rounds.
    pub(super) accounts: Vec<Account>,
    /// Why some services are let alone.
    pub(super) let_alone: Option<&'static str>,
}

impl Narrower {
    /// What was taken of the first policies.
    pub(super) fn taken(&self, original: impl Fn(StatementAt) -> Option<Statement>, kind: PolicyKind) -> Vec<Taken> {
        explain::taken(original, kind, &self.kept, &self.accounts)
    }

    /// After one more round, in which the policies that are left were narrowed again: told as if it had been done to the first ones.
    pub(super) fn then(self, next: Self) -> Self {
        let Self { documents, origins, accounts, .. } = self;
        let places: Vec<usize> = (0..).zip(&documents).filter(|(_, d)| d.is_some()).map(|(place, _)| place).collect();
        let first_of = |at: StatementAt| {
            let document = *places.get(at.document)?;
            Some(StatementAt { document, statement: *origins.get(document)?.get(at.statement)? })
        };
        let kept: Vec<Piece> = next.kept.into_iter().filter_map(|piece| piece.moved(first_of)).collect();
        let further = next.accounts.into_iter().map(|account| account.moved(first_of));
        let earlier = accounts.into_iter().map(|account| account.less_what_is_gone(&kept));
        let accounts = earlier.chain(further).collect();
        let (mut documents, mut all_origins) = (documents, origins.clone());
        for ((place, document), after) in places.iter().zip(next.documents).zip(next.origins) {
            let first = |statement: usize| origins.get(*place)?.get(statement).copied();
            if let (Some(left), Some(of)) = (documents.get_mut(*place), all_origins.get_mut(*place)) {
                *left = document;
                *of = after.into_iter().map_while(first).collect();
            }
        }
        Self { documents, origins: all_origins, kept, accounts, let_alone: next.let_alone }
    }
}

impl Account {
    /// The same, of the statements as they were before.
    fn moved(self, first_of: impl Fn(StatementAt) -> Option<StatementAt>) -> Self {
        let gone = self.gone.into_iter().filter_map(|gone| Some(Gone { piece: gone.piece.moved(&first_of)?, ..gone }));
        let way = |way: Way| Way { statements: way.statements.iter().filter_map(|at| first_of(*at)).collect(), ..way };
        Self { gone: gone.collect(), ways: self.ways.into_iter().map(way).collect() }
    }

    /// Without what was confined first, and has gone since.
    fn less_what_is_gone(mut self, kept: &[Piece]) -> Self {
        let is_there = |gone: &Gone| {
            let mine = kept.iter().filter(|piece| piece.at == gone.piece.at);
            let actions = gone.piece.statement.actions.patterns();
            mine.flat_map(|piece| piece.statement.actions.patterns()).any(|action| actions.contains(action))
        };
        self.gone.retain(|gone| !matches!(gone.how, How::Confined(_) | How::ExceptOn(_)) || is_there(gone));
        self
    }
}
