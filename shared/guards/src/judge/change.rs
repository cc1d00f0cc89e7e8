//! What of a document is new: beyond what the document before it allowed.

use std::collections::BTreeSet;

use iam_policy::{Document, PolicyKind, Violation, ViolationKind, new_access};

use crate::foundation::documents::statements_shared_with;

/// A document beside the one that was known before it.
///
/// A statement that allows nothing beyond what was allowed before, under every Deny that stands now, is old. All others are new, also
/// where that cannot be decided.
#[derive(Debug)]
pub(crate) struct Change {
    /// The Allow statements that are new.
    new: BTreeSet<usize>,
    /// The Allow statements that are old.
    old: BTreeSet<usize>,
}

impl Change {
    /// What is new of `document` where `before` was known; without it, everything.
    pub(crate) fn from(before: Option<&Document>, document: &Document, kind: PolicyKind) -> Self {
        let allows = (0..document.statements().len()).filter(|&index| is_allow(document, index));
        let is_old = before.map(|before| statements_beyond(before, document, kind));
        let (old, new) = allows.partition(|index| is_old.as_ref().is_some_and(|beyond| !beyond.contains(index)));
        Self { new, old }
    }

    /// Whether nothing is known to have been there before.
    pub(crate) fn is_all_new(&self) -> bool {
        self.old.is_empty()
    }

    /// The statements that were there before.
    pub(crate) fn old(&self) -> &BTreeSet<usize> {
        &self.old
    }

    /// The document with what is new alone, and every Deny; none: nothing is new, and nothing is denied.
    pub(crate) fn new_part(&self, document: &Document) -> Option<Document> {
        document.without_statements(&self.old)
    }

    /// The document as it would be without what is new.
    pub(crate) fn old_part(&self, document: &Document) -> Option<Document> {
        document.without_statements(&self.new)
    }

    /// Whether a violation was there before: the document before had one of its kind, what is new takes no part in it, and makes none
    /// by itself.
    ///
    /// A finding about a resource is of one statement. One about what a holder can reach names all statements that are enough, and may
    /// leave out one that is enough for a part: so there the new ones are asked by themselves, too.
    pub(crate) fn is_from_before(
        &self,
        violation: &Violation,
        before: &BTreeSet<ViolationKind>,
        by_new_part: &BTreeSet<ViolationKind>,
    ) -> bool {
        let takes_part = violation.statements.iter().any(|at| !self.old.contains(&at.statement));
        !takes_part && before.contains(&violation.kind) && !by_new_part.contains(&violation.kind)
    }
}

/// The Allow statements of `document` that allow something which `before` did not.
fn statements_beyond(before: &Document, document: &Document, kind: PolicyKind) -> BTreeSet<usize> {
    let shared = statements_shared_with(document, before);
    // A Deny that is gone opens what stands beside it.
    let keeps_denies = {
        let kept = statements_shared_with(before, document);
        (0..before.statements().len()).all(|index| is_allow(before, index) || kept.contains(&index))
    };
    let allows = || (0..document.statements().len()).filter(|&index| is_allow(document, index));
    let is_beyond = |index: usize| {
        let is_written_there = keeps_denies && shared.contains(&index);
        let others: BTreeSet<usize> = allows().filter(|other| *other != index).collect();
        let reaches_beyond = || match document.without_statements(&others) {
            Some(alone) => !new_access(&[before], &[&alone], kind).is_none(),
            None => false,
        };
        !is_written_there && reaches_beyond()
    };
    allows().filter(|&index| is_beyond(index)).collect()
}

/// Whether the statement of this index is an Allow.
pub(crate) fn is_allow(document: &Document, index: usize) -> bool {
    document.statements().get(index).is_some_and(iam_policy::Statement::is_allow)
}
