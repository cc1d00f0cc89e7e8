use iam_policy::{Document, PolicyKind};
use parapet_core::Subject;

use super::judgement;
use crate::flaw::Flaws;

pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    observed: &Option<Document>,
) -> Flaws<'a, Option<Document>> {
    match observed {
        Some(document) => judgement::flaws(
            subject,
            PolicyKind::Identity,
            judgement::IDENTITY,
            last_known.and_then(Option::as_ref),
            document,
        ),
        None => Ok(Vec::new()),
    }
}
