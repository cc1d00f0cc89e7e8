use iam_policy::{Document, PolicyKind};
use parapet_core::{Assessment, ControlId, Finding, Subject};

use super::judgement;
use crate::foundation::documents::{self, with_statement};

fn missing(subject: &Subject<'_>, document: &Document) -> Vec<serde_json::Value> {
    documents::key_statements(subject)
        .into_iter()
        .filter(|statement| !documents::has_statement(document, statement))
        .collect()
}

pub(super) fn assess(subject: &Subject<'_>, observed: &Document) -> Assessment {
    let mut all = judgement::findings(subject, observed, PolicyKind::Resource, ControlId::KeyPolicy)?;
    let missing = missing(subject, observed);
    if !missing.is_empty() {
        let detail = format!("{} statement(s) that the pipeline needs are missing", missing.len());
        all.extend(Finding::on(ControlId::KeyPolicy, subject, detail));
    }
    Ok(all)
}

pub(super) fn comply(subject: &Subject<'_>, observed: &Document) -> Document {
    if !subject.enforces(ControlId::KeyPolicy) {
        return observed.clone();
    }
    let narrowed = judgement::narrowed(subject, observed, PolicyKind::Resource, ControlId::KeyPolicy);
    let missing = documents::key_statements(subject)
        .into_iter()
        .filter(|statement| !narrowed.as_ref().is_some_and(|document| documents::has_statement(document, statement)));
    let mended =
        missing.fold(narrowed.clone(), |document, statement| Some(with_statement(document.as_ref(), statement)));
    mended.unwrap_or_else(|| observed.clone())
}
