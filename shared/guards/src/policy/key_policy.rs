use iam_policy::{Document, PolicyKind};
use parapet_core::{ControlId, Resource, Subject};

use super::judgement;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{self, with_statement};

/// The statements that the pipeline needs in its key's policy and does not have. Other keys serve others.
fn missing(subject: &Subject<'_>, document: &Document) -> Vec<serde_json::Value> {
    let is_foundation = matches!(subject.resource, Resource::Key { name } if *name == subject.standard.names.key_alias);
    let needed = if is_foundation { documents::key_statements(subject) } else { Vec::new() };
    needed.into_iter().filter(|statement| !documents::has_statement(document, statement)).collect()
}

pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Document>,
    observed: &Document,
) -> Flaws<'a, Document> {
    let subject = *subject;
    let open = judgement::flaws(&subject, PolicyKind::Resource, judgement::KEY, last_known, observed)?;
    // A key must have a policy: where nothing is left of it, one that leaves the key to its account.
    let mut flaws: Vec<_> =
        open.into_iter().map(|flaw| flaw.leaving(move || documents::key_of_account(&subject))).collect();
    let number = missing(&subject, observed).len();
    if number > 0 {
        let detail = format!("{number} statement(s) that the pipeline needs are missing");
        flaws.push(Flaw::new(ControlId::KeyPolicy, detail, move |document: &mut Document| {
            for statement in missing(&subject, document) {
                *document = with_statement(Some(document), statement);
            }
        }));
    }
    Ok(flaws)
}
