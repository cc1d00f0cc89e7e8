//! Whom a resource policy lets in of the account itself: that one needs no policy of his own then, and no other judgement shows it.

use std::collections::BTreeSet;

use iam_policy::{Document, PrincipalElement, PrincipalType, Principals, Statement};
use parapet_core::Arn;

use crate::flaw::Flaw;
use crate::foundation::documents::statements_shared_with;
use crate::{Arns, ControlId, IamEntity, Subject};

/// That the policy of one of the pipeline's own resources has come to let in somebody of the account whom nothing names: told, unless the standard
/// says otherwise.
pub(crate) fn flaw<'a>(
    control: ControlId,
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, Option<Document>>> {
    if !subject.is_foundation() {
        return None;
    }
    let subject = *subject;
    let granting = move |document: &Document, before: Option<&Document>| -> Vec<(usize, BTreeSet<String>)> {
        let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
        let statements = document.statements().iter().enumerate();
        let new = statements.filter(|(index, statement)| statement.is_allow() && !known.contains(index));
        new.map(|(index, statement)| (index, named(&subject, statement)))
            .filter(|(_, names)| !names.is_empty())
            .collect()
    };
    let names: BTreeSet<String> = granting(document, before).into_iter().flat_map(|(_, names)| names).collect();
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let detail = format!("the policy itself lets in {}, whatever their own policies say", names.join(", "));
    let before = before.cloned();
    Some(Flaw::new(control, detail, move |state: &mut Option<Document>| {
        // As it is by now: what was wrong for another reason is gone.
        *state = state.take().and_then(|document| {
            let gone = granting(&document, before.as_ref()).into_iter().map(|(index, _)| index).collect();
            document.without_statements(&gone)
        });
    }))
}

/// Those of the account whom a statement names, beside its root user, Parapet's and the pipeline's roles, and whom the standard never touches.
/// To name the account leaves it to its own policies, as without.
fn named(subject: &Subject<'_>, statement: &Statement) -> BTreeSet<String> {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => listed
            .iter()
            .filter(|entry| entry.kind == PrincipalType::Aws && is_of_account(subject, &entry.value))
            .map(|entry| entry.value.clone())
            .collect(),
        // Everyone is judged by itself; under a condition it may be everyone of the account.
        PrincipalElement::Principal(Principals::Everyone) if !statement.conditions.is_empty() => {
            ["*".to_owned()].into()
        }
        PrincipalElement::NotPrincipal(_) => ["*".to_owned()].into(),
        PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::None => BTreeSet::new(),
    }
}

fn is_of_account(subject: &Subject<'_>, name: &str) -> bool {
    if name == "*" {
        return true;
    }
    let Some(arn) = Arn::parse(name).filter(|arn| arn.account == subject.home.account) else { return false };
    let role = IamEntity::Role(arn.resource.rsplit('/').next().unwrap_or_default().to_owned());
    let user = IamEntity::User(role.name().to_owned());
    let standard = subject.standard;
    let is_meant = |entity: &IamEntity| {
        standard.is_never_touched(entity)
            || standard.is_own(entity)
            || subject.home.iam_arn(&format!("role/{}", standard.names.ml_service_role)) == name
    };
    let entity = if arn.resource.starts_with("user/") { &user } else { &role };
    arn.resource != "root" && !is_meant(entity)
}
