use iam_policy::{Document, PolicyKind, Search, new_access_in};
use parapet_core::{ControlId, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::guard::policy::PolicyAction;
use crate::guard::policy::is_foundation_policy;
use crate::judge::judgement;
use crate::judge::rules;

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

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<ManagedPolicy>>,
    observed: &Option<ManagedPolicy>,
) -> Flaws<'a, Option<ManagedPolicy>> {
    let foundation = is_foundation(subject);
    let asked = documents::service_policy(subject);
    let Some(policy) = observed else {
        let missing = foundation.then(|| {
            Flaw::new(ControlId::ServicePolicy, "the policy does not exist", move |policy| {
                *policy = Some(created(&asked))
            })
        });
        return Ok(missing.into_iter().collect());
    };
    let mut flaws = Vec::new();
    let before = last_known.and_then(Option::as_ref).map(|policy| &policy.document);
    if let Some(before) = before.filter(|_| !policy.boundary_of.is_empty() && !foundation)
        && let Some(flaw) = widened(subject, before, policy)
    {
        flaws.push(flaw);
    }
    if foundation && !documents::allows_at_most(&policy.document, &asked) {
        let detail = "the policy grants more than the data bucket and its key";
        flaws.push(Flaw::new(ControlId::ServicePolicy, detail, |policy: &mut Option<ManagedPolicy>| {
            *policy = policy.as_ref().map(|policy| with_document(policy, asked));
        }));
    }
    // What a policy gives to those who are never touched, or bounds, and nobody else holds, is theirs.
    let (untouchable, others) = spared(subject, policy);
    if keeps_document(&untouchable, policy) && others.is_empty() {
        return Ok(flaws);
    }
    let wide = judgement::flaws(subject, PolicyKind::Identity, judgement::IDENTITY, before, &policy.document)?;
    flaws.extend(wide.into_iter().map(|flaw| {
        let (observed, untouchable) = (policy.clone(), untouchable.clone());
        flaw.carried_by(
            |policy: &Option<ManagedPolicy>| policy.as_ref().map(|policy| policy.document.clone()),
            move |policy: &mut Option<ManagedPolicy>, narrowed: Option<Document>| {
                *policy = policy.take().and_then(|policy| with_less(policy, narrowed, &observed, untouchable));
            },
        )
    }));
    Ok(flaws)
}

/// A policy that bounds somebody and allows more than before: whom it bounds may do more.
fn widened<'a>(
    subject: &Subject<'a>,
    before: &Document,
    policy: &ManagedPolicy,
) -> Option<Flaw<'a, Option<ManagedPolicy>>> {
    let more = new_access_in(&rules::zone(subject), &[before], &[&policy.document], PolicyKind::Identity);
    if more.is_none() {
        return None;
    }
    let detail = format!("the policy bounds {} principal(s) and allows more than before", policy.boundary_of.len());
    let (before, observed) = (before.clone(), policy.clone());
    let flaw = Flaw::new(ControlId::BoundaryWidened, detail, move |policy: &mut Option<ManagedPolicy>| {
        *policy = policy.take().map(|_| with_document(&observed, before));
    });
    Some(match more {
        Search::Found(witness) => flaw.shown_by(*witness),
        Search::None | Search::Undetermined(_) => flaw,
    })
}

/// The policy once its document is narrowed. Where the document is not ours to narrow, others lose the policy instead. However
/// often it is narrowed, there is one new version beside those that were observed.
fn with_less(
    policy: ManagedPolicy,
    narrowed: Option<Document>,
    observed: &ManagedPolicy,
    untouchable: Vec<IamEntity>,
) -> Option<ManagedPolicy> {
    match narrowed {
        Some(document) if document == policy.document => Some(policy),
        _ if keeps_document(&untouchable, observed) => Some(ManagedPolicy { attached_to: untouchable, ..policy }),
        Some(document) => Some(with_document(observed, document)),
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
pub(crate) fn diff(from: Option<&ManagedPolicy>, to: Option<&ManagedPolicy>) -> Vec<PolicyAction> {
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

/// A policy as it is when it is made.
fn created(document: &Document) -> ManagedPolicy {
    ManagedPolicy {
        document: document.clone(),
        default_version: "v1".to_owned(),
        other_versions: Vec::new(),
        attached_to: Vec::new(),
        boundary_of: Vec::new(),
    }
}

pub(crate) fn step(policy: Option<&ManagedPolicy>, action: &PolicyAction) -> Option<ManagedPolicy> {
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
