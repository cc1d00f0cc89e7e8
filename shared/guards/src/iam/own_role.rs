//! Parapet's own roles: who becomes one, or gives it more, has its permissions; who takes from one blinds it. They are as their stack makes
//! them, no more and no less, so what is anything else goes, and what is missing comes back.

use iam_policy::{Document, PolicyKind, Statement, new_access};
use serde_json::json;

use crate::control::control;
use crate::flaw::Flaw;
use crate::foundation::documents::allows_at_most;
use crate::iam::principal::Policies;
use crate::{Arns, GuardName, IamEntity, Standard, Subject};

control! {
    OWN_ROLE = "IAM.OwnRole", Critical, Enforce, fsbp [], cis [],
    "Parapet's own roles trust AWS Lambda alone, and hold what their stack gives them, within its boundary",
    "Whoever becomes one of them, or gives one more, has the account and the guards with it; whoever takes from one blinds it.",
}

/// What to do where nobody here can mend it.
pub(super) const DEPLOY: &str = "deploy the stack again, with `sam deploy`";

/// The role of the subject's holder, if it is one of Parapet's own.
pub(super) fn of<'e>(subject: &Subject<'_>, entity: &'e IamEntity) -> Option<&'e str> {
    match entity {
        IamEntity::Role(name) if subject.standard.is_own(entity) => Some(name),
        _ => None,
    }
}

/// The role that the policy guard cannot keep, because it may not change what it is itself: the logging guard keeps it, and what bounds it.
pub(super) fn kept_beside() -> IamEntity {
    IamEntity::Role(format!("parapet-{}", GuardName::PolicyGuard))
}

/// Whether it is that role.
pub(super) fn is_kept_beside(standard: &Standard, entity: &IamEntity) -> bool {
    let kept = kept_beside();
    let is_role = matches!(entity, IamEntity::Role(_)) && entity.name().eq_ignore_ascii_case(kept.name());
    is_role && standard.is_own(entity)
}

/// Why the policy guard leaves that role alone, and what is its.
pub(super) fn left_beside(standard: &Standard, entity: &IamEntity) -> Option<String> {
    is_kept_beside(standard, entity).then(|| {
        format!("`{entity}` and what bounds it are kept by the {}", GuardName::LoggingGuard.as_str().replace('-', " "))
    })
}

/// Which function's role it is, by the name that the stack gives it. Names are not distinguished by case.
fn function_of(role: &str) -> Option<&'static str> {
    let named = role.to_ascii_lowercase();
    let function = named.strip_prefix("parapet-")?;
    GuardName::FUNCTIONS.iter().copied().find(|known| *known == function)
}

/// The ARN of what bounds one of Parapet's own roles, by the name that the stack gives it.
pub(super) fn boundary_of(subject: &Subject<'_>, entity: &IamEntity) -> Option<String> {
    let function = function_of(of(subject, entity)?)?;
    Some(subject.home.iam_arn(&format!("policy/parapet-{function}-boundary")))
}

/// Whom it trusts: AWS Lambda, and nobody else.
pub(super) fn of_trust<'a>(document: &Document) -> Option<Flaw<'a, Document>> {
    let lambda = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let right = Document::from_value(lambda).ok()?;
    let is_all = allows_at_most(&right, document) && document.statements().iter().all(Statement::is_allow);
    let detail = match (allows_at_most(document, &right), is_all) {
        (true, true) => return None,
        (true, false) => {
            "one of Parapet's own roles does not trust AWS Lambda any more, so that its function cannot run"
        }
        (false, _) => "one of Parapet's own roles trusts somebody else than AWS Lambda",
    };
    Some(Flaw::new(OWN_ROLE, detail, |document: &mut Document| *document = right))
}

/// That the role itself is gone.
pub(super) fn missing<'a, T: 'a>() -> Flaw<'a, T> {
    Flaw::without_remedy(OWN_ROLE, format!("one of Parapet's own roles does not exist: {DEPLOY}"))
}

/// What it holds beside what its stack gives it, which attaches no policy to it.
pub(super) fn of_attachment<'a, T: 'a>(detached: fn(&mut T)) -> Flaw<'a, T> {
    Flaw::new(OWN_ROLE, "a policy is attached to one of Parapet's own roles, and its stack attaches none", detached)
}

/// An inline policy of it that its stack does not give it. The one that it does is judged beside the role's boundary.
pub(super) fn of_inline<'a>(
    role: &str,
    name: &str,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, Option<Document>>> {
    let allows_no_more = |before: &Document| new_access(&[before], &[document], PolicyKind::Identity).is_none();
    let is_known = before.is_some_and(|before| before == document || allows_no_more(before));
    (function_of(role) != Some(name) && !is_known).then(|| {
        Flaw::new(
            OWN_ROLE,
            "one of Parapet's own roles has a policy that its stack does not give it",
            |document: &mut Option<Document>| *document = None,
        )
    })
}

/// The policy that its stack gives it. The stack makes it of the same text as the role's boundary, so what bounds it says what it has to hold:
/// whoever changes one of the two changes half of what a deployment changes.
pub(super) fn of_policies<'a>(
    subject: &Subject<'_>,
    entity: &IamEntity,
    observed: &Policies,
) -> Option<Flaw<'a, Policies>> {
    let function = function_of(of(subject, entity)?)?;
    let is_of_stack = observed.boundary_arn == boundary_of(subject, entity);
    let right = observed.boundary.clone().filter(|_| is_of_stack);
    let held = observed.inline.get(function);
    if let (Some(held), Some(right)) = (held, &right)
        && held.equivalent_text(right)
    {
        return None;
    }
    let detail = match held {
        None => "one of Parapet's own roles lost the policy that its stack gives it",
        Some(_) => "the policy of one of Parapet's own roles is another than its stack gives it",
    };
    Some(match right {
        Some(right) => Flaw::new(OWN_ROLE, detail, move |policies: &mut Policies| {
            policies.inline.insert(function.to_owned(), right);
        }),
        None => {
            let detail = format!("{detail}, or its boundary is, so that it cannot be told which: {DEPLOY}");
            Flaw::without_remedy(OWN_ROLE, detail).unaccepted()
        }
    })
}
