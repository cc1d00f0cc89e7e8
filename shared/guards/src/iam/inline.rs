use std::collections::BTreeSet;

use iam_policy::{Document, PolicyKind, implies, new_access};
use parapet_core::{ControlId, IamEntity, Resource, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::judge::change::is_allow;
use crate::judge::judgement;

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    observed: &Option<Document>,
) -> Flaws<'a, Option<Document>> {
    let Some(document) = observed else { return Ok(Vec::new()) };
    let before = last_known.and_then(Option::as_ref);
    let mut flaws: Vec<_> = beside_its_own(subject, before, document).into_iter().collect();
    flaws.extend(judgement::flaws(subject, PolicyKind::Identity, judgement::IDENTITY, before, document)?);
    Ok(flaws)
}

/// An inline policy of the ML service role that allows more than its own does. What it denies stays: that is stricter.
fn beside_its_own<'a>(
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, Option<Document>>> {
    let Resource::InlinePolicy { entity: IamEntity::Role(role), .. } = subject.resource else { return None };
    let own = documents::service_policy(subject);
    if *role != subject.standard.names.ml_service_role || implies(&[document], &[&own], PolicyKind::Identity) {
        return None;
    }
    let detail = "the ML service role has an inline policy that allows more than its own";
    let flaw = Flaw::new(ControlId::ServiceRoleOnly, detail, |document: &mut Option<Document>| {
        *document = document.as_ref().and_then(|document| {
            let allows: BTreeSet<usize> =
                (0..document.statements().len()).filter(|&index| is_allow(document, index)).collect();
            document.without_statements(&allows)
        });
    });
    let is_known = before.is_some_and(|before| new_access(&[before], &[document], PolicyKind::Identity).is_none());
    Some(if is_known { flaw.from_before() } else { flaw })
}
