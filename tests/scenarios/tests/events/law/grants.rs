//! What an account grants: what nobody may lose by a guard who did not lose it by a call.

use std::collections::BTreeMap;

use iam_policy::{Document, PolicyKind, new_access};
use parapet_guards::{IamEntity, Resource, State};

use super::world::Snapshot;

/// One thing that is granted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Grant {
    /// It is there or not.
    There,
    /// As much as a document allows.
    Says(PolicyKind, Document),
}

/// All that is granted, each with its name.
pub(super) fn grants(account: &Snapshot) -> BTreeMap<String, Grant> {
    let mut grants = BTreeMap::new();
    for (entity, holder) in &account.iam.holders {
        let says = |document: &Document| Grant::Says(PolicyKind::Identity, document.clone());
        grants.extend(holder.inline.iter().map(|(name, document)| (format!("{entity}'s {name}"), says(document))));
        grants.extend(holder.attached.iter().map(|arn| (format!("{arn} attached to {entity}"), Grant::There)));
        let active = holder.keys.iter().filter(|(_, active)| **active);
        grants.extend(active.map(|(id, _)| (format!("{entity}'s key {id}"), Grant::There)));
        grants.extend(holder.login.iter().map(|_| (format!("{entity}'s password"), Grant::There)));
        if let (IamEntity::Role(_), Some(trust)) = (entity, &holder.trust) {
            grants.insert(format!("trust of {entity}"), Grant::Says(PolicyKind::Trust, trust.clone()));
        }
    }
    for (arn, policy) in &account.iam.policies {
        grants.insert(arn.clone(), Grant::Says(PolicyKind::Identity, policy.document().clone()));
    }
    grants.extend(account.iam.members.iter().map(|(user, group)| (format!("{user} in {group}"), Grant::There)));
    for ((resource, facet), state) in &account.others {
        let document = match state {
            State::BucketPolicy(document)
            | State::AccessPointPolicy(document)
            | State::RepositoryPolicy(document)
            | State::LakePolicy(document) => document.as_ref(),
            State::KeyPolicy(document) => Some(document),
            State::KeyGrants(all) => {
                grants.extend(all.iter().map(|grant| (format!("grant {} of {resource}", grant.id), Grant::There)));
                None
            }
            _ => None,
        };
        if let Some(document) = document {
            grants
                .insert(format!("{facet} of {}", name(resource)), Grant::Says(PolicyKind::Resource, document.clone()));
        }
    }
    grants
}

fn name(resource: &Resource) -> String {
    resource.to_string()
}

/// Whether something of a grant is missing that was there before, and that every call which changed it left.
pub(super) fn lost(before: &Grant, left: &[Option<Grant>], after: Option<&Grant>) -> bool {
    let Grant::Says(kind, was) = before else { return left.iter().all(Option::is_some) && after.is_none() };
    statements(was).iter().any(|statement| {
        // What is denied now was denied by somebody's call.
        let gives = |document: &Document| new_access(&[document], &[statement], *kind).is_none();
        let is_left = |grant: &Option<Grant>| matches!(grant, Some(Grant::Says(_, left)) if gives(left));
        let is_given = match after {
            Some(Grant::Says(_, after)) => without_transport(after).is_some_and(|after| gives(&after)),
            _ => false,
        };
        gives(was) && left.iter().all(is_left) && !is_given
    })
}

/// The document without what shuts out who does not speak TLS: that is asked of every bucket.
fn without_transport(document: &Document) -> Option<Document> {
    let is_about_transport = |index: &usize| {
        let statement = &document.statements()[*index];
        !statement.is_allow() && statement.conditions.iter().any(|condition| condition.key == "aws:SecureTransport")
    };
    document.without_statements(&(0..document.statements().len()).filter(is_about_transport).collect())
}

/// Each statement that allows something, by itself.
fn statements(document: &Document) -> Vec<Document> {
    let all = 0..document.statements().len();
    let alone = |index: usize| {
        let others = all.clone().filter(|other| *other != index).collect();
        document.without_statements(&others)
    };
    all.clone().filter(|&index| document.statements()[index].is_allow()).filter_map(alone).collect()
}
