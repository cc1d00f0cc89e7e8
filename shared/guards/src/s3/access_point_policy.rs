use iam_policy::{Document, PolicyKind};
use parapet_core::Subject;

use crate::flaw::Flaws;
use crate::judge::judgement;

/// Whatever is left of it, the access point serves those whom IAM and the bucket policy let in.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    observed: &Option<Document>,
) -> Flaws<'a, Option<Document>> {
    match observed {
        Some(document) => {
            let before = last_known.and_then(Option::as_ref);
            judgement::flaws(subject, PolicyKind::Resource, judgement::ACCESS_POINT, before, document)
        }
        None => Ok(Vec::new()),
    }
}
