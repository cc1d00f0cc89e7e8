//! Parapet's own roles: who becomes one, or gives it more, has its permissions. They are as their stack makes them, so what is anything else
//! goes; only what the stack's own policy says, nobody here can know.

use iam_policy::{Document, PolicyKind, new_access};
use serde_json::json;

use crate::control::control;
use crate::flaw::Flaw;
use crate::foundation::documents::allows_at_most;
use crate::{GuardName, IamEntity, Subject};

control! {
    OWN_ROLE = "IAM.OwnRole", Critical, Enforce, fsbp [], cis [],
    "Parapet's own roles trust AWS Lambda alone, and hold what their stack gives them",
    "Whoever becomes one of them, or gives one more, has the account and the guards with it.",
}

/// The role of the subject's holder, if it is one of Parapet's own.
pub(super) fn of<'e>(subject: &Subject<'_>, entity: &'e IamEntity) -> Option<&'e str> {
    match entity {
        IamEntity::Role(name) if subject.standard.is_own(entity) => Some(name),
        _ => None,
    }
}

/// Whom it trusts.
pub(super) fn of_trust<'a>(document: &Document) -> Option<Flaw<'a, Document>> {
    let lambda = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let right = Document::from_value(lambda).ok()?;
    (!allows_at_most(document, &right)).then(|| {
        let detail = "one of Parapet's own roles trusts somebody else than AWS Lambda";
        Flaw::new(OWN_ROLE, detail, |document: &mut Document| *document = right)
    })
}

/// What it holds beside what its stack gives it, which attaches no policy to it.
pub(super) fn of_attachment<'a, T: 'a>(detached: fn(&mut T)) -> Flaw<'a, T> {
    Flaw::new(OWN_ROLE, "a policy is attached to one of Parapet's own roles, and its stack attaches none", detached)
}

/// An inline policy of it. The one that its stack gives it changes with the stack: that it is another is told, and only who deploys the stack
/// again brings it back.
pub(super) fn of_inline<'a>(
    role: &str,
    name: &str,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, Option<Document>>> {
    let allows_no_more = |before: &Document| new_access(&[before], &[document], PolicyKind::Identity).is_none();
    if before.is_some_and(|before| before == document || allows_no_more(before)) {
        return None;
    }
    let is_of_the_stack = GuardName::FUNCTIONS.contains(&name) && role.ends_with(name);
    Some(match is_of_the_stack {
        true => Flaw::without_remedy(
            OWN_ROLE,
            "the policy of one of Parapet's own roles allows what it did not: unless the stack was deployed just now, deploy it again",
        ),
        false => Flaw::new(
            OWN_ROLE,
            "one of Parapet's own roles has a policy that its stack does not give it",
            |document: &mut Option<Document>| *document = None,
        ),
    })
}
