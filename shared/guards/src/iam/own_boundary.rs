//! The policies that bound Parapet's own roles: what they say is the most that the guards may do, and what the roles' own policies say.

use iam_policy::{Document, PolicyKind, ViolationKind, new_access};

use crate::flaw::Flaw;
use crate::iam::identity::IDENTITY;
use crate::iam::managed::ManagedPolicy;
use crate::iam::own_role::{DEPLOY, OWN_ROLE};
use crate::iam::principal::violations;
use crate::{IamEntity, Subject, on};

/// Which of Parapet's own roles the policy is the boundary of, by the name that the stack gives it.
pub(super) fn bounded(subject: &Subject<'_>) -> Option<IamEntity> {
    let role = role_of(&subject.on::<on::ManagedPolicy>()?.arn)?;
    subject.standard.is_own(&role).then_some(role)
}

/// Which role a policy would bound, were it of the stack.
pub(super) fn role_of(arn: &str) -> Option<IamEntity> {
    let name = arn.rsplit(':').next()?.strip_prefix("policy/")?;
    Some(IamEntity::Role(name.strip_suffix("-boundary")?.to_owned()))
}

/// That there is none.
pub(super) fn missing<'a, T: 'a>() -> Flaw<'a, T> {
    let detail = format!("the policy that bounds one of Parapet's own roles does not exist: {DEPLOY}");
    Flaw::without_remedy(OWN_ROLE, detail)
}

/// What it says, where that takes something from the role or gives it a power that it had not: it says again what it said. A deployment of
/// another version of Parapet says more, too, and gives no such power. Where nothing is remembered, what it said is what its oldest version
/// says, because the stack made that.
pub(super) fn of_document<'a>(
    subject: &Subject<'_>,
    last_known: Option<&ManagedPolicy>,
    policy: &ManagedPolicy,
) -> Option<Flaw<'a, Option<ManagedPolicy>>> {
    let before = last_known.map_or_else(|| policy.oldest(), |last| Some(&last.document))?.clone();
    let now = &policy.document;
    if now.equivalent_text(&before) {
        return None;
    }
    let takes = !new_access(&[now], &[&before], PolicyKind::Identity).is_none();
    let what = match (takes, gives_power(subject, &before, now)) {
        (false, false) => return None,
        (true, false) => "takes from it what the stack gives",
        (_, true) => "gives it a power that it had not",
    };
    let detail = format!(
        "the policy that bounds one of Parapet's own roles {what}: it says again what it said; a deployment that is meant to do that needs \
         this control in `observe`"
    );
    Some(Flaw::new(OWN_ROLE, detail, move |policy: &mut Option<ManagedPolicy>| {
        *policy = policy.as_ref().map(|policy| policy.saying_again(&before));
    }))
}

/// Whether a document has a power by one of the enforced rules that the one before had not. What cannot be decided is one.
fn gives_power(subject: &Subject<'_>, before: &Document, now: &Document) -> bool {
    let enforced = IDENTITY.iter().filter(|(_, control)| subject.enforces(*control)).map(|(kind, _)| *kind);
    let enforced: Vec<ViolationKind> = enforced.collect();
    let powers = |document: &Document| violations(subject, &[document], None, &enforced);
    match (powers(before), powers(now)) {
        (Ok(before), Ok(now)) => now.iter().any(|power| before.iter().all(|known| known.kind != power.kind)),
        _ => true,
    }
}
