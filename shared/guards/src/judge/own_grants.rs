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
    let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
    let is_new = |index: &usize| !known.contains(index);
    let statements = || document.statements().iter().enumerate().filter(|(index, _)| is_new(index));
    let granted =
        |statement: &Statement| if statement.is_allow() { named(subject, statement) } else { BTreeSet::new() };
    let names: BTreeSet<String> = statements().flat_map(|(_, statement)| granted(statement)).collect();
    let indices: BTreeSet<usize> =
        statements().filter(|(_, statement)| !granted(statement).is_empty()).map(|(index, _)| index).collect();
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let detail = format!("the policy itself lets in {}, whatever their own policies say", names.join(", "));
    Some(Flaw::new(control, detail, move |document: &mut Option<Document>| {
        *document = document.take().and_then(|document| document.without_statements(&indices));
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
