//! What policy documents are judged by, whichever service they belong to.

pub(crate) mod change;
pub(crate) mod fit;
pub(crate) mod judgement;
mod kept;
mod meant;
pub(crate) mod others;
pub(crate) mod own_call;
pub(crate) mod own_grants;
pub(crate) mod pipeline_denied;
pub(crate) mod question;

pub(crate) mod rules;
pub(crate) mod shut_out;

use iam_policy::Document;

/// How many statements a document has, in words.
pub(crate) fn statements(document: &Document) -> String {
    match document.statements().len() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    }
}
