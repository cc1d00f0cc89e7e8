//! Between the analysis of policies and the controls: which violation is which control's, and what of it is new.
//!
//! A policy is judged by what has changed. What the last known document violated already, and the new one does not widen, is reported and stays:
//! somebody works with it. Without a memory all of it is new.

use std::rc::Rc;

use iam_policy::{Document, PolicyKind, ViolationKind};
use parapet_core::Mode;

use crate::flaw::{Flaw, Flaws};
use crate::judge::question::{Found, Judged, Question};
use crate::{ControlId, Subject};

/// What the analysis says against a document. Mending one narrows the document, once for all that is enforced: what is new first, what
/// was there before only if it has to be. None: nothing is left of it. One that cannot be narrowed stays.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    kind: PolicyKind,
    judged: Judged,
    last_known: Option<&Document>,
    document: &Document,
) -> Flaws<'a, Option<Document>> {
    let question = Rc::new(Question { subject: *subject, kind, judged, last_known: last_known.cloned() });
    let found = question.found(document, &question.kinds(|mode| mode != Mode::Off))?;
    let flaw = |found: Found| {
        let question = Rc::clone(&question);
        let mend =
            move |document: &mut Option<Document>| *document = document.take().and_then(|it| question.mended(it));
        let flaw = Flaw::new(control_of(judged, found.violation.kind)?, found.violation.to_string(), mend)
            .shown_by(found.violation.witness);
        Some(if found.is_from_before { flaw.from_before() } else { flaw })
    };
    Ok(found.into_iter().filter_map(flaw).collect())
}

/// Whether a document lets in whoever asks, whatever the standard says of that. One that cannot be judged is taken for one that does not.
pub(crate) fn is_open_to_everyone(subject: &Subject<'_>, document: &Document) -> bool {
    Question::of_openness(subject).violations(document, &OPEN.into()).is_ok_and(|violations| !violations.is_empty())
}

/// The document without what lets in whoever asks. The outer none: that cannot be told, the inner: nothing is left.
pub(crate) fn closed_to_everyone(subject: &Subject<'_>, document: &Document) -> Option<Option<Document>> {
    Question::of_openness(subject).narrowed(document, &OPEN.into(), None)
}

const OPEN: [ViolationKind; 1] = [ViolationKind::PublicAccess];

fn control_of(judged: Judged, kind: ViolationKind) -> Option<ControlId> {
    judged.iter().find(|(of, _)| *of == kind).map(|(_, control)| *control)
}
