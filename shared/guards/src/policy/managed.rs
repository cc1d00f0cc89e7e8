use iam_policy::Document;
use parapet_core::{Assessment, ControlId, Finding, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};

use super::{PolicyAction, is_foundation_policy, judgement};
use crate::foundation::documents;

/// IAM User Guide, "IAM and AWS STS quotas": "Versions per managed policy: 5".
pub const VERSIONS_A_POLICY: usize = 5;

/// A managed policy of this account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// What its default version says.
    pub document: Document,
    /// The id of the default version.
    pub default_version: String,
    /// The ids of the other versions, oldest first.
    pub other_versions: Vec<String>,
    /// To whom it is attached.
    pub attached_to: Vec<IamEntity>,
    /// Whose permissions boundary it is. A boundary grants nothing: IAM User Guide, "Permissions boundaries for IAM entities".
    #[serde(default)]
    pub boundary_of: Vec<IamEntity>,
}

fn is_foundation(subject: &Subject<'_>) -> bool {
    matches!(subject.resource, Resource::ManagedPolicy { arn } if is_foundation_policy(subject, arn))
}

/// Whether the document is not ours to narrow: those hold it who are never touched, or it bounds somebody, whom narrowing would cut
/// off. What others hold of it is taken from them instead.
fn keeps_document(untouchable: &[IamEntity], policy: &ManagedPolicy) -> bool {
    !untouchable.is_empty() || !policy.boundary_of.is_empty()
}

/// Those it is attached to who are never touched, and the rest.
fn spared(subject: &Subject<'_>, policy: &ManagedPolicy) -> (Vec<IamEntity>, Vec<IamEntity>) {
    policy.attached_to.iter().cloned().partition(|entity| subject.standard.spares(entity).is_some())
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<&ManagedPolicy>) -> Assessment {
    let foundation = is_foundation(subject);
    let Some(policy) = observed else {
        let missing =
            foundation.then(|| Finding::on(ControlId::ServicePolicy, subject, "the policy does not exist".to_owned()));
        return Ok(missing.flatten().into_iter().collect());
    };
    // What a policy gives to those who are never touched, or bounds, and nobody else holds, is theirs.
    let (untouchable, others) = spared(subject, policy);
    let is_theirs = keeps_document(&untouchable, policy) && others.is_empty();
    let mut all = if is_theirs { Vec::new() } else { judgement::identity(subject, &policy.document)? };
    if foundation && !documents::allows_at_most(&policy.document, &documents::service_policy(subject)) {
        all.extend(Finding::on(
            ControlId::ServicePolicy,
            subject,
            "the policy grants more than the data bucket and its key".to_owned(),
        ));
    }
    Ok(all)
}

pub(super) fn comply(subject: &Subject<'_>, observed: Option<&ManagedPolicy>) -> Option<ManagedPolicy> {
    let mends_policy = is_foundation(subject) && subject.enforces(ControlId::ServicePolicy);
    let asked = || documents::service_policy(subject);
    let Some(policy) = observed else {
        return mends_policy.then(|| ManagedPolicy {
            document: asked(),
            default_version: "v1".to_owned(),
            other_versions: Vec::new(),
            attached_to: Vec::new(),
            boundary_of: Vec::new(),
        });
    };
    if mends_policy && !documents::allows_at_most(&policy.document, &asked()) {
        return Some(with_document(policy, asked()));
    }
    let (untouchable, _) = spared(subject, policy);
    match judgement::narrowed_identity(subject, &policy.document) {
        Some(document) if document == policy.document => Some(policy.clone()),
        _ if keeps_document(&untouchable, policy) => Some(ManagedPolicy { attached_to: untouchable, ..policy.clone() }),
        Some(document) => Some(with_document(policy, document)),
        None => None,
    }
}

/// The policy with a new default version: the oldest of five makes room.
fn with_document(policy: &ManagedPolicy, document: Document) -> ManagedPolicy {
    let mut other_versions = policy.other_versions.clone();
    while other_versions.len() + 1 >= VERSIONS_A_POLICY {
        other_versions.remove(0);
    }
    other_versions.push(policy.default_version.clone());
    ManagedPolicy {
        document,
        default_version: next_version(policy),
        other_versions,
        attached_to: policy.attached_to.clone(),
        boundary_of: policy.boundary_of.clone(),
    }
}

/// IAM numbers versions on and never uses a number again. The one it will give is at least this.
fn next_version(policy: &ManagedPolicy) -> String {
    let number = |id: &String| id.trim_start_matches('v').parse::<u64>().unwrap_or_default();
    let last = policy.other_versions.iter().chain([&policy.default_version]).map(number).max().unwrap_or_default();
    format!("v{}", last.saturating_add(1))
}

/// A policy loses its holders before its document, so that at no moment is more allowed than before.
pub(super) fn diff(from: Option<&ManagedPolicy>, to: Option<&ManagedPolicy>) -> Vec<PolicyAction> {
    let attachments =
        |policy: Option<&ManagedPolicy>| policy.map(|policy| policy.attached_to.clone()).unwrap_or_default();
    let (held, holds) = (attachments(from), attachments(to));
    let mut actions: Vec<PolicyAction> =
        held.iter().filter(|entity| !holds.contains(entity)).cloned().map(PolicyAction::DetachFrom).collect();
    match (from, to) {
        (Some(from), None) => {
            actions.extend(from.other_versions.iter().cloned().map(PolicyAction::DeletePolicyVersion));
            actions.push(PolicyAction::DeletePolicy);
        }
        (None, Some(to)) => actions.push(PolicyAction::CreatePolicy(to.document.clone())),
        (Some(from), Some(to)) if from.document != to.document => {
            let surplus = (from.other_versions.len() + 2).saturating_sub(VERSIONS_A_POLICY);
            actions.extend(from.other_versions.iter().take(surplus).cloned().map(PolicyAction::DeletePolicyVersion));
            actions.push(PolicyAction::CreatePolicyVersion(to.document.clone()));
        }
        _ => {}
    }
    actions.extend(holds.iter().filter(|entity| !held.contains(entity)).cloned().map(PolicyAction::AttachTo));
    actions
}

pub(super) fn step(policy: Option<&ManagedPolicy>, action: &PolicyAction) -> Option<ManagedPolicy> {
    let created = |document: &Document| ManagedPolicy {
        document: document.clone(),
        default_version: "v1".to_owned(),
        other_versions: Vec::new(),
        attached_to: Vec::new(),
        boundary_of: Vec::new(),
    };
    let Some(policy) = policy else {
        return match action {
            PolicyAction::CreatePolicy(document) => Some(created(document)),
            _ => None,
        };
    };
    let mut policy = policy.clone();
    match action {
        PolicyAction::CreatePolicyVersion(document) => {
            let next = next_version(&policy);
            policy.other_versions.push(std::mem::replace(&mut policy.default_version, next));
            policy.document = document.clone();
        }
        PolicyAction::DeletePolicyVersion(version) => policy.other_versions.retain(|other| other != version),
        PolicyAction::DetachFrom(entity) => policy.attached_to.retain(|other| other != entity),
        PolicyAction::AttachTo(entity) => policy.attached_to.push(entity.clone()),
        PolicyAction::DeletePolicy => return None,
        _ => {}
    }
    Some(policy)
}
