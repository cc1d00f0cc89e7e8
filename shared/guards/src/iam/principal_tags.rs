//! The tags of users and roles, by which policies tell who may: `aws:PrincipalTag`. To tag somebody gives him what a policy gives whoever has the
//! tag, and to take one from him may end a Deny.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Violation, ViolationKind};

use crate::Subject;
use crate::control::control;
use crate::flaw::Flaw;
use crate::iam::principal::{POWERS, Policies, PoliciesAction, documents, violations_of};

control! {
    PRINCIPAL_TAG = "IAM.PrincipalTag", Critical, Enforce, fsbp [], cis [],
    "No tag makes a user or role an administrator, or gives one a way to more permissions, that it had not before",
    "A policy that asks for a tag gives its power to whoever has it: to tag somebody takes one call, and no policy changes by it.",
}

const KEY: &str = "aws:principaltag/";

/// What somebody has by his tags alone: those that are asked for become what they were, where that is known. None: it is not by his tags.
pub(super) fn flaws<'a>(
    subject: &Subject<'_>,
    last_known: Option<&Policies>,
    observed: &Policies,
    together: &[Violation],
) -> Option<Vec<Flaw<'a, Policies>>> {
    let now = observed.tags.as_ref().filter(|_| !together.is_empty())?;
    let before = last_known.and_then(|last| last.tags.as_ref());
    if before == Some(now) {
        return None;
    }
    let is_same_but_for_tags = last_known.is_none_or(|last| documents(last) == documents(observed));
    if before.is_none() && !is_same_but_for_tags {
        return None;
    }
    let otherwise = Policies { tags: before.cloned(), ..observed.clone() };
    let excused: BTreeSet<ViolationKind> =
        violations_of(subject, &otherwise, &POWERS).ok()?.into_iter().map(|violation| violation.kind).collect();
    let new: Vec<&Violation> = together.iter().filter(|violation| !excused.contains(&violation.kind)).collect();
    let right = before.map(|before| with_those_asked_for(observed, before, now));
    let flaw = |violation: &&Violation| {
        let detail = format!("a tag that was set or taken, and that a policy asks for, lets it {}", violation.what());
        let flaw = match right.clone() {
            Some(right) => Flaw::new(PRINCIPAL_TAG, detail, move |policies: &mut Policies| policies.tags = Some(right)),
            None => {
                let since = "it is not known since when it has that tag";
                Flaw::without_remedy(PRINCIPAL_TAG, detail).saying(since).unaccepted()
            }
        };
        flaw.shown_by(violation.witness.clone())
    };
    (!new.is_empty()).then(|| new.iter().map(flaw).collect())
}

/// The tags of now, and of those that policies ask for what they were.
fn with_those_asked_for(
    observed: &Policies,
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let keys = documents(observed).into_iter().chain(&observed.boundary).flat_map(|document| document.statements());
    let keys = keys.flat_map(|statement| &statement.conditions).map(|condition| condition.key.to_ascii_lowercase());
    let asked: BTreeSet<String> = keys.filter_map(|key| key.strip_prefix(KEY).map(str::to_owned)).collect();
    let is_asked = |(key, _): &(&String, &String)| asked.contains(&key.to_ascii_lowercase());
    let kept = now.iter().filter(|tag| !is_asked(tag));
    kept.chain(before.iter().filter(is_asked)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The way from tags to others. Those that were not told are nobody's to set.
pub(super) fn diff(from: &Policies, to: &Policies) -> Vec<PoliciesAction> {
    let (Some(from), Some(to)) = (&from.tags, &to.tags) else { return Vec::new() };
    let gone = from.keys().filter(|key| !to.contains_key(*key)).cloned().map(PoliciesAction::RemoveTag);
    let set = to.iter().filter(|(key, value)| from.get(*key) != Some(*value));
    let set = set.map(|(key, value)| PoliciesAction::SetTag { key: key.clone(), value: value.clone() });
    gone.chain(set).collect()
}
