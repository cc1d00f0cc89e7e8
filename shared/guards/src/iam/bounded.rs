//! Whom a policy bounds that allows more than before: nobody may become an administrator by that, or come to a way to more.

use std::collections::BTreeSet;

use iam_policy::{Document, PolicyKind, ViolationKind, new_access};

use crate::flaw::Flaw;
use crate::iam::deny_removed::DENY_REMOVED;
use crate::iam::managed::ManagedPolicy;
use crate::iam::principal::{POWERS, Policies, of_all, violations, violations_of};
use crate::{Facet, IamEntity, Resource, State, Subject, on};

/// Of how many it is asked what they hold: each is several calls. Where there are more, the policy is judged as if they held everything.
const MOST_ASKED: usize = 40;

/// The next of those it bounds of whom it has to be known what he holds: where the policy came to allow a power that it kept from them.
pub(super) fn asks(
    subject: &Subject<'_>,
    before: Option<&Document>,
    policy: &ManagedPolicy,
) -> Option<(Resource, Facet)> {
    let known = policy.bounded.len();
    let next = policy.boundary_of.get(known).filter(|_| known < MOST_ASKED)?;
    could_free(subject, before?, policy).then(|| of_all(next.clone()))
}

/// With what the next of them holds. Whoever is gone holds nothing.
pub(super) fn knowing(mut policy: ManagedPolicy, known: Option<State>) -> ManagedPolicy {
    policy.bounded.push(match known {
        Some(State::PrincipalPolicies(policies)) => policies,
        _ => Policies::default(),
    });
    policy
}

/// Whether the policy allows more than before, and a power: what it does not allow, nobody whom it bounds has.
fn could_free(subject: &Subject<'_>, before: &Document, policy: &ManagedPolicy) -> bool {
    !new_access(&[before], &[&policy.document], PolicyKind::Identity).is_none()
        && violations(subject, &[&policy.document], None, &POWERS).map_or(true, |found| !found.is_empty())
}

/// That somebody has a power whom the policy kept from it before: it says again what it said.
pub(super) fn freed<'a>(
    subject: &Subject<'a>,
    before: &Document,
    policy: &ManagedPolicy,
) -> Option<Flaw<'a, Option<ManagedPolicy>>> {
    // Nothing was asked where nobody can be freed.
    if policy.bounded.is_empty() {
        return None;
    }
    let known = policy.boundary_of.iter().zip(&policy.bounded);
    let is_freed = |(entity, holds): &(&IamEntity, &Policies)| {
        let holder = Resource::from(on::Principal { entity: (*entity).clone() });
        let subject = Subject { resource: &holder, ..*subject };
        !subject.standard.is_never_touched(entity) && has_more(&subject, holds, before, &policy.document)
    };
    let freed: Vec<String> = known.filter(is_freed).map(|(entity, _)| format!("`{entity}`")).collect();
    let has_unknown = policy.boundary_of.len() > MOST_ASKED
        && policy.bounded.len() == MOST_ASKED
        && could_free(subject, before, policy);
    if freed.is_empty() && !has_unknown {
        return None;
    }
    let whom = if freed.is_empty() { "more of them than were asked about".to_owned() } else { freed.join(", ") };
    let detail = format!(
        "the policy bounds {} principal(s) and does not keep {whom} any more from being an administrator or from a way to more",
        policy.boundary_of.len()
    );
    let (before, observed) = (before.clone(), policy.clone());
    Some(Flaw::new(DENY_REMOVED, detail, move |policy: &mut Option<ManagedPolicy>| {
        *policy = policy.take().map(|_| observed.saying_again(&before));
    }))
}

/// Whether somebody with these policies may more by one boundary than by another. What cannot be decided is more: it is new.
fn has_more(subject: &Subject<'_>, holds: &Policies, before: &Document, now: &Document) -> bool {
    let kinds = |boundary: &Document| -> Option<BTreeSet<ViolationKind>> {
        let bound = Policies { boundary: Some(boundary.clone()), ..holds.clone() };
        let found = violations_of(subject, &bound, &POWERS).ok()?;
        Some(found.into_iter().map(|violation| violation.kind).collect())
    };
    match (kinds(before), kinds(now)) {
        (Some(before), Some(now)) => !now.is_subset(&before),
        _ => true,
    }
}
