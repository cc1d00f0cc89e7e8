use std::fmt;

use iam_policy::{Document, PolicyKind, Search, new_access_in};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::iam::identity::{
    IAM_ADMIN, IAM_CONFUSED_SERVICE, IAM_ESCALATION, IAM_EXPOSURE, IAM_KMS_DECRYPT, IAM_LOG_TAMPERING, IAM_NOT_ELEMENT,
    IAM_PASS_ROLE, IAM_PROTECTED_DATA, IAM_SERVICE_WILDCARD, IAM_STANDARD_OBJECT, IDENTITY,
};
use crate::iam::principal;
use crate::iam::resources::{SERVICE, is_foundation_policy};
use crate::judge::{judgement, rules, statements};
use crate::{Facet, IamEntity, Resource, Subject, on};

control! {
    BOUNDARY_WIDENED = "IAM.BoundaryWidened", Medium, Observe, fsbp [], cis [],
    "No policy that bounds somebody allows more than before",
    "A boundary that grows bounds nobody; yet it grows with the work of those whom it bounds, so this is observed unless asked for.",
}

control! {
    SERVICE_POLICY = "IAM.ServicePolicy", High, Enforce, fsbp [], cis [],
    "The ML policy grants the data bucket and its key, and nothing more",
    "What the pipeline can reach, an intruder in it can reach.",
}

/// That the managed policy exists, and what it says; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::ManagedPolicy;
    type State = Option<ManagedPolicy>;
    type Action = ManagedAction;

    const ROW: Row = Row {
        id: "managed-document",
        name: "managed policy",
        service: &SERVICE,
        events: &[
            "CreatePolicy",
            "CreatePolicyVersion",
            "SetDefaultPolicyVersion",
            "DeletePolicyVersion",
            "DeletePolicy",
            "AttachUserPolicy",
            "AttachRolePolicy",
            "AttachGroupPolicy",
        ],
        controls: &[
            IAM_ADMIN,
            IAM_ESCALATION,
            IAM_PASS_ROLE,
            IAM_LOG_TAMPERING,
            IAM_STANDARD_OBJECT,
            IAM_PROTECTED_DATA,
            IAM_KMS_DECRYPT,
            IAM_EXPOSURE,
            IAM_CONFUSED_SERVICE,
            IAM_SERVICE_WILDCARD,
            IAM_NOT_ELEMENT,
            BOUNDARY_WIDENED,
            SERVICE_POLICY,
        ],
        // Versions, holders, whom it bounds, and the document; two lists more than a page each are rare.
        calls_a_look: Some(5),
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<ManagedPolicy>>,
        observed: &Option<ManagedPolicy>,
    ) -> Flaws<'a, Option<ManagedPolicy>> {
        let foundation = is_foundation(subject);
        let asked = documents::service_policy(subject);
        let Some(policy) = observed else {
            let missing = foundation.then(|| {
                Flaw::new(SERVICE_POLICY, "the policy does not exist", move |policy| *policy = Some(created(&asked)))
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
            flaws.push(Flaw::new(SERVICE_POLICY, detail, |policy: &mut Option<ManagedPolicy>| {
                *policy = policy.as_ref().map(|policy| with_document(policy, asked));
            }));
        }
        // What a policy gives to those who are never touched, or bounds, and nobody else holds, is theirs.
        let (untouchable, others) = spared(subject, policy);
        if is_theirs(&untouchable, &others, policy) {
            return Ok(flaws);
        }
        // What was theirs was never judged, so it excuses nothing for whoever else gets it.
        let was_judged = |last: &ManagedPolicy| {
            let (untouchable, others) = spared(subject, last);
            !is_theirs(&untouchable, &others, last)
        };
        let judged = last_known.and_then(Option::as_ref).filter(|last| was_judged(last)).map(|last| &last.document);
        let wide = judgement::flaws(subject, PolicyKind::Identity, IDENTITY, judged, &policy.document)?;
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

    /// A policy loses its holders before its document, so that at no moment is more allowed than before.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let attachments = |policy: &Option<ManagedPolicy>| {
            policy.as_ref().map(|policy| policy.attached_to.clone()).unwrap_or_default()
        };
        let (held, holds) = (attachments(from), attachments(to));
        let mut actions: Vec<ManagedAction> =
            held.iter().filter(|entity| !holds.contains(entity)).cloned().map(ManagedAction::DetachFrom).collect();
        match (from, to) {
            (Some(from), None) => {
                actions.extend(from.other_versions.iter().cloned().map(ManagedAction::DeletePolicyVersion));
                actions.push(ManagedAction::DeletePolicy);
            }
            (None, Some(to)) => actions.push(ManagedAction::CreatePolicy(to.document.clone())),
            (Some(from), Some(to)) if from.document != to.document => {
                let surplus = (from.other_versions.len() + 2).saturating_sub(VERSIONS_A_POLICY);
                actions
                    .extend(from.other_versions.iter().take(surplus).cloned().map(ManagedAction::DeletePolicyVersion));
                actions.push(ManagedAction::CreatePolicyVersion(to.document.clone()));
            }
            _ => {}
        }
        actions.extend(holds.iter().filter(|entity| !held.contains(entity)).cloned().map(ManagedAction::AttachTo));
        actions
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let Some(mut policy) = state.clone() else {
            return match action {
                ManagedAction::CreatePolicy(document) => Some(created(document)),
                _ => None,
            };
        };
        match action {
            ManagedAction::CreatePolicyVersion(document) => {
                let next = next_version(&policy);
                policy.other_versions.push(std::mem::replace(&mut policy.default_version, next));
                policy.document = document.clone();
            }
            ManagedAction::DeletePolicyVersion(version) => policy.other_versions.retain(|other| other != version),
            ManagedAction::DetachFrom(entity) => policy.attached_to.retain(|other| other != entity),
            ManagedAction::AttachTo(entity) => policy.attached_to.push(entity.clone()),
            ManagedAction::DeletePolicy => return None,
            _ => {}
        }
        Some(policy)
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What a policy said that bounds somebody does not show.
    fn is_judged_by_memory(observed: &Self::State) -> bool {
        observed.as_ref().is_some_and(|policy| !policy.boundary_of.is_empty())
    }

    /// The other policies of its holders, where it could complete a way to more with them.
    fn follow_ups(subject: &Subject<'_>, observed: &Self::State) -> Vec<(Resource, Facet)> {
        let policy = observed.iter();
        policy.flat_map(|policy| principal::beside(subject, [&policy.document], &policy.attached_to)).collect()
    }
}

/// What is done about a managed policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum ManagedAction {
    /// Create it.
    CreatePolicy(Document),
    /// Make room: a policy has at most five versions.
    DeletePolicyVersion(String),
    /// Make this the default version.
    CreatePolicyVersion(Document),
    /// Take it from somebody.
    DetachFrom(IamEntity),
    /// Give it to somebody.
    AttachTo(IamEntity),
    /// Delete it.
    DeletePolicy,
}

impl fmt::Display for ManagedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatePolicy(_) => f.write_str("CreatePolicy"),
            Self::DeletePolicyVersion(version) => write!(f, "DeletePolicyVersion {version}"),
            Self::CreatePolicyVersion(document) => write!(f, "CreatePolicyVersion with {}", statements(document)),
            Self::DetachFrom(entity) => write!(f, "detach from {entity}"),
            Self::AttachTo(entity) => write!(f, "attach to {entity}"),
            Self::DeletePolicy => f.write_str("DeletePolicy"),
        }
    }
}

/// IAM User Guide, "IAM and AWS STS quotas": "Versions per managed policy: 5".
pub const VERSIONS_A_POLICY: usize = 5;

/// A managed policy of this account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    let policy = subject.on::<on::ManagedPolicy>();
    policy.is_some_and(|policy| is_foundation_policy(subject.standard, subject.home, &policy.arn))
}

/// Whether the document is not ours to narrow: those hold it who are never touched, or it bounds somebody, whom narrowing would cut
/// off. What others hold of it is taken from them instead.
fn keeps_document(untouchable: &[IamEntity], policy: &ManagedPolicy) -> bool {
    !untouchable.is_empty() || !policy.boundary_of.is_empty()
}

/// Whether a policy is of those who are never touched alone, or bounds somebody and nobody else holds it.
fn is_theirs(untouchable: &[IamEntity], others: &[IamEntity], policy: &ManagedPolicy) -> bool {
    keeps_document(untouchable, policy) && others.is_empty()
}

/// Those it is attached to who are never touched, and the rest.
fn spared(subject: &Subject<'_>, policy: &ManagedPolicy) -> (Vec<IamEntity>, Vec<IamEntity>) {
    policy.attached_to.iter().cloned().partition(|entity| subject.standard.spares(entity).is_some())
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
    let flaw = Flaw::new(BOUNDARY_WIDENED, detail, move |policy: &mut Option<ManagedPolicy>| {
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
