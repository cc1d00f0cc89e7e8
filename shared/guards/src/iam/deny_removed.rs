//! A Deny that is gone, and kept somebody from a power: it comes back.

use std::collections::BTreeSet;

use iam_policy::{Document, Violation, ViolationKind};

use crate::control::control;
use crate::flaw::Flaw;
use crate::iam::principal::{POWERS, Place, Policies, could_be_part, denies_of, inline_of_group, told, violations_of};
use crate::iam::strong::{self, Strength};
use crate::judge::question::inline_quota;
use crate::{Attachment, Finding, IamEntity, Membership, Resource, State, Subject, on};

control! {
    DENY_REMOVED = "IAM.DenyRemoved", Critical, Enforce, fsbp [], cis [],
    "No Deny is taken from somebody, and no boundary widened, that kept him from being an administrator or from a way to more permissions",
    "To take a Deny away gives what stood beside it, and no policy allows more by it: a policy deleted, detached or rewritten, a group left. Nor does one by a boundary that grows.",
}

/// That what denied something is gone, and opens what stood beside it: it comes back, if that is enough. None: that is not why somebody may
/// more than before.
pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    last: &Policies,
    observed: &Policies,
    together: &[Violation],
) -> Option<Vec<Flaw<'a, Policies>>> {
    if together.is_empty() {
        return None;
    }
    let gone = last.denies_gone(observed);
    if gone.is_empty() {
        return None;
    }
    let kinds = |policies: &Policies| -> Option<BTreeSet<ViolationKind>> {
        let found = violations_of(subject, policies, &POWERS).ok()?;
        Some(found.into_iter().map(|violation| violation.kind).collect())
    };
    let before = kinds(last)?;
    let is_new = |violation: &&Violation| !before.contains(&violation.kind);
    let new: Vec<&Violation> = together.iter().filter(is_new).collect();
    // As it would be with all that was denied, and as far as that can be put back from here.
    let (mut denied, mut right) = (observed.clone(), observed.clone());
    for (place, document) in gone {
        match place {
            Place::Inline(name) => drop(denied.inline.insert(name.to_owned(), document.clone())),
            Place::Attached(arn) => drop(denied.attached.insert(arn.to_owned(), document.clone())),
            Place::OfGroup(arn) => drop(denied.of_groups.insert(arn.to_owned(), document.clone())),
        }
        if !is_of_strong_group(subject, last, observed, place) {
            give_back(subject, last, &mut right, (place, document));
        }
    }
    let is_shut = |policies: &Policies| {
        kinds(policies).is_some_and(|left| !new.iter().any(|violation| left.contains(&violation.kind)))
    };
    if new.is_empty() || !is_shut(&denied) {
        return None;
    }
    let right = Some(making_room(subject, last, observed, right)).filter(is_shut);
    let flaw = |violation: &&Violation| {
        let detail = format!("what denied it is gone, so that {}", told(violation, &observed.documents()));
        let flaw = match right.clone() {
            Some(right) => Flaw::new(DENY_REMOVED, detail, move |policies: &mut Policies| *policies = right),
            // It was so before that came.
            None if last.was_strong => Flaw::without_remedy(DENY_REMOVED, detail),
            None => Flaw::without_remedy(DENY_REMOVED, detail).unaccepted(),
        };
        flaw.shown_by(violation.witness.clone())
    };
    Some(new.iter().map(flaw).collect())
}

/// Whether what denied something lay in a group that is strong without it, and was before it came. It stays away: it would shut out all who work
/// with that group, and whoever joined the group meanwhile was judged by what it was.
fn is_of_strong_group(subject: &Subject<'_>, last: &Policies, observed: &Policies, place: Place<'_>) -> bool {
    if !last.was_strong {
        return false;
    }
    let is_strong = |policies: &Policies| strong::strength(subject, policies) == Some(Strength::Strong);
    match (subject.on(), place) {
        (Some(on::Principal { entity: IamEntity::Group(_) }), _) => true,
        (_, Place::OfGroup(arn)) => {
            let group = last.groups.iter().find(|(_, arns)| arns.contains(arn)).map(|(group, _)| group);
            let its = group.and_then(|group| observed.groups.get(group));
            its.is_some_and(|arns| {
                let its = observed.of_groups.iter().filter(|(arn, _)| arns.contains(*arn));
                let attached = its.map(|(arn, document)| (arn.clone(), document.clone())).collect();
                is_strong(&Policies { attached, ..Policies::default() })
            })
        }
        _ => false,
    }
}

/// Puts what denied something back to where it was. Where that would be taken again at once, for what it allows, only what it denied comes back,
/// to the holder alone: else the guard would give and take for ever.
fn give_back(subject: &Subject<'_>, last: &Policies, right: &mut Policies, (place, document): (Place<'_>, &Document)) {
    let Some(on::Principal { entity }) = subject.on() else { return };
    match place {
        Place::Inline(name) => {
            let again = if stays_inline(subject, entity, name, document) {
                Some(document.clone())
            } else {
                denies_of(document)
            };
            right.inline.extend(again.map(|again| (name.to_owned(), again)));
        }
        // What a policy says that is attached still is written elsewhere.
        Place::Attached(arn) if right.attached.contains_key(arn) => {}
        Place::Attached(arn) if stays_attached(subject, entity, arn, document) => {
            right.attached.insert(arn.to_owned(), document.clone());
        }
        Place::Attached(arn) => right.deny_again(arn, document),
        Place::OfGroup(arn) => {
            let Some((group, arns)) = last.groups.iter().find(|(_, arns)| arns.contains(arn)) else { return };
            let holder = IamEntity::Group(group.clone());
            let stays = match inline_of_group(arn) {
                _ if !right.groups.contains_key(group) => stays_member(subject, entity, group, last, arns),
                Some((_, name)) => stays_inline(subject, &holder, name, document),
                None => stays_attached(subject, &holder, arn, document),
            };
            match stays {
                true => right.regain_of_group(last, arn, document),
                false => right.deny_again(arn, document),
            }
        }
    }
}

/// The policies with room for what comes back: of the inline ones what is new goes, the longest first, as far as it has to.
fn making_room(subject: &Subject<'_>, last: &Policies, observed: &Policies, mut right: Policies) -> Policies {
    let length = |document: &Document| document.to_json().len();
    let most = subject.on::<on::Principal>().map_or(usize::MAX, |principal| inline_quota(&principal.entity));
    let is_new = |(name, document): &(&String, &Document)| {
        observed.inline.get(*name) == Some(*document) && last.inline.get(*name) != Some(*document)
    };
    while right.inline.values().map(length).sum::<usize>() > most {
        let longest = right.inline.iter().filter(is_new).max_by_key(|(_, document)| length(document));
        let Some(name) = longest.map(|(name, _)| name.clone()) else { break };
        match last.inline.get(&name) {
            Some(before) => drop(right.inline.insert(name, before.clone())),
            None => drop(right.inline.remove(&name)),
        }
    }
    right
}

/// Whether nothing takes again what is put back: it was taken away, so nothing excuses it.
fn stays(subject: &Subject<'_>, resource: &Resource, state: &State) -> bool {
    let found = state.assess(&Subject { resource, ..*subject }, None);
    found.is_ok_and(|found| !found.iter().any(Finding::is_enforced))
}

fn stays_inline(subject: &Subject<'_>, entity: &IamEntity, name: &str, document: &Document) -> bool {
    let policy = on::InlinePolicy { entity: entity.clone(), name: name.to_owned() };
    let is_half = is_half_for_members(subject, entity, document);
    !is_half && stays(subject, &policy.into(), &State::InlineDocument(Some(document.clone())))
}

fn stays_attached(subject: &Subject<'_>, entity: &IamEntity, arn: &str, document: &Document) -> bool {
    let attachment = on::Attachment { entity: entity.clone(), policy_arn: arn.to_owned() };
    let attached = Attachment::of(true, Some(document.clone()));
    let is_half = is_half_for_members(subject, entity, document);
    !is_half && stays(subject, &attachment.into(), &State::PolicyAttachment(attached))
}

/// Whether a group's document could complete a way for one of its members, so that it would be taken because of him.
fn is_half_for_members(subject: &Subject<'_>, entity: &IamEntity, document: &Document) -> bool {
    matches!(entity, IamEntity::Group(_)) && could_be_part(subject, document)
}

fn stays_member(
    subject: &Subject<'_>,
    entity: &IamEntity,
    group: &str,
    last: &Policies,
    arns: &BTreeSet<String>,
) -> bool {
    let its = arns.iter().filter_map(|arn| Some((arn.clone(), last.of_groups.get(arn)?.clone())));
    let (inline, attached) = its.partition(|(arn, _)| inline_of_group(arn).is_some());
    let joined = on::Membership { user: entity.name().to_owned(), group: group.to_owned() };
    stays(
        subject,
        &joined.into(),
        &State::GroupMembership(Membership { member: true, inline, attached, ..Membership::default() }),
    )
}
