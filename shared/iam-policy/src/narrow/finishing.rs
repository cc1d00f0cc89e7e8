//! What an attempt comes to is written, and judged as it is written.

use super::explain::{Account, Gone, How};
use super::narrower::Narrower;
use super::pieces::Piece;
use super::plan::Failure;
use super::rebuild::{self, Brevity, Rebuilt};
use super::run::Run;
use super::sessions::{self, Useless};
use super::terms::{Audience, Terms};
use crate::document::Document;
use crate::judge::{self, Holding};
use crate::kind::PolicyKind;
use crate::statement::{Statement, StatementAt};

/// Documents, and of each which statements its own were.
type Written = (Vec<Option<Document>>, Vec<Vec<usize>>);

impl Run<'_, '_, '_> {
    /// The documents, if they are right: as they are, or more briefly, if they are too long.
    pub(super) fn finished(mut self) -> Result<Narrower, Failure> {
        self.drop_what_is_good_for_nothing();
        let judged = self.oracle.kept.clone();
        let let_alone = self.let_alone.iter().map(|(piece, _)| piece);
        let kept: Vec<Piece> = judged.iter().chain(let_alone).cloned().collect();
        for brevity in Brevity::ALL {
            let (documents, origins) = self.documents(&kept, brevity).ok_or(Failure::NotRight)?;
            if !self.is_short(&documents) {
                continue;
            }
            let (to_judge, _) = self.documents(&judged, brevity).ok_or(Failure::NotRight)?;
            if !self.is_right(&to_judge) {
                return Err(Failure::NotRight);
            }
            self.say_what_is_violated();
            let let_alone = self.let_alone.first().map(|(_, why)| *why);
            let accounts = vec![Account { gone: self.gone, ways: self.faults.ways.clone() }];
            return Ok(Narrower { documents, origins, kept, accounts, let_alone });
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

    /// What is kept, written.
    fn documents(&self, kept: &[Piece], brevity: Brevity) -> Option<Written> {
        let task = self.task;
        let rebuilt = task.holding.documents.iter().enumerate().map(|(number, document)| {
            rebuild::rebuild(number, document, &self.changed, kept, &self.denials.of(number), brevity)
        });
        let rebuilt = rebuilt.collect::<Option<Vec<_>>>()?.into_iter();
        let parts = |rebuilt: Option<Rebuilt>| rebuilt.map(|Rebuilt { document, origins }| (document, origins)).unzip();
        let (mut documents, origins): (Vec<Option<Document>>, Vec<Option<Vec<usize>>>) = rebuilt.map(parts).unzip();
        // A Deny holds for what other policies grant, too; but for who may assume a role there is no other policy.
        if task.holding.kind == PolicyKind::Trust {
            let allows = |d: &Document| d.statements().iter().any(Statement::is_allow);
            if !documents.iter().flatten().any(allows) {
                documents.iter_mut().for_each(|document| *document = None);
            }
        }
        Some((documents, origins.into_iter().map(Option::unwrap_or_default).collect()))
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
        !task.is_judged && !task.settled.is_empty() || judge::violations(&holding, task.rules, task.session).is_empty()
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
