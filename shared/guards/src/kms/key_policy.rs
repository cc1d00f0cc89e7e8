use iam_policy::{Decision, Document, PolicyKind, Request, decide};
use parapet_core::{ControlId, Resource, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{self, with_statement};
use crate::judge::judgement;

/// The statements that the pipeline needs in its key's policy and does not have. Other keys serve others.
fn missing(subject: &Subject<'_>, document: &Document) -> Vec<serde_json::Value> {
    let is_foundation = matches!(subject.resource, Resource::Key { name } if *name == subject.standard.names.key_alias);
    let needed = if is_foundation { documents::key_statements(subject) } else { Vec::new() };
    needed.into_iter().filter(|statement| !documents::has_statement(document, statement)).collect()
}

/// Whether the key's account can still manage it. AWS KMS Developer Guide, "Default key policy": otherwise "the key becomes
/// unmanageable".
fn is_manageable(subject: &Subject<'_>, document: &Document) -> bool {
    let request = Request {
        principal: subject.home.iam_arn("root"),
        action: "kms:PutKeyPolicy".to_owned(),
        resource: subject.resource.arn(subject.home),
        ..Request::default()
    };
    decide(document, PolicyKind::Resource, &request) == Decision::Allow
}

/// What an open policy let in together with the world, its own account, is not locked out by narrowing it.
fn kept_manageable(subject: &Subject<'_>, before: &Document, narrowed: Document) -> Document {
    let locks_out = is_manageable(subject, before) && !is_manageable(subject, &narrowed);
    match documents::key_statements(subject).into_iter().next().filter(|_| locks_out) {
        Some(owner) => with_statement(Some(&narrowed), owner),
        None => narrowed,
    }
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Document>,
    observed: &Document,
) -> Flaws<'a, Document> {
    let subject = *subject;
    let open = judgement::flaws(&subject, PolicyKind::Resource, judgement::KEY, last_known, observed)?;
    // A key must have a policy: where nothing is left of it, one that leaves the key to its account.
    let narrowed = |flaw: Flaw<'a, Option<Document>>| {
        let before = observed.clone();
        flaw.leaving(move || documents::key_of_account(&subject)).carried_by(
            Document::clone,
            move |document, narrowed| {
                *document = kept_manageable(&subject, &before, narrowed);
            },
        )
    };
    let mut flaws: Vec<_> = open.into_iter().map(narrowed).collect();
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
