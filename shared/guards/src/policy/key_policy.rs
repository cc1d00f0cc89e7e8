use iam_policy::Document;
use parapet_core::{ControlId, Finding, Subject};

use crate::foundation::documents::{self, with_statement};

fn missing(subject: &Subject<'_>, document: &Document) -> Vec<serde_json::Value> {
    documents::key_statements(subject)
        .into_iter()
        .filter(|statement| !documents::has_statement(document, statement))
        .collect()
}

pub(super) fn assess(subject: &Subject<'_>, observed: &Document) -> Option<Finding> {
    let missing = missing(subject, observed);
    (!missing.is_empty()).then(|| {
        Finding::on(
            ControlId::KeyPolicy,
            subject,
            format!("{} statement(s) that the pipeline needs are missing", missing.len()),
        )
    })?
}

pub(super) fn comply(subject: &Subject<'_>, observed: &Document) -> Document {
    let missing = if subject.enforces(ControlId::KeyPolicy) { missing(subject, observed) } else { Vec::new() };
    missing.into_iter().fold(observed.clone(), |document, statement| with_statement(Some(&document), statement))
}
