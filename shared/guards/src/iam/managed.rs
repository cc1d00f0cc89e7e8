use std::collections::BTreeMap;
use std::fmt;

use iam_policy::{Document, PolicyKind, Search, new_access_in};
use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, mended};
use crate::foundation::documents;
use crate::iam::bounded;
use crate::iam::deny_removed::DENY_REMOVED;
use crate::iam::identity::{
    IAM_ADMIN, IAM_CONFUSED_SERVICE, IAM_ESCALATION, IAM_EXPOSURE, IAM_GUARD_TAMPERING, IAM_KMS_DECRYPT,
    IAM_LOG_TAMPERING, IAM_NOT_ELEMENT, IAM_PASS_ROLE, IAM_PROTECTED_DATA, IAM_SERVICE_WILDCARD, IAM_STANDARD_OBJECT,
    IDENTITY,
};
use crate::iam::own_boundary;
use crate::iam::own_role::OWN_ROLE;
use crate::iam::principal::{self, Policies};
use crate::iam::resources::{SERVICE, is_foundation_policy};
use crate::judge::others::names_others;
use crate::judge::{judgement, rules, statements};
use crate::{Facet, IamEntity, Resource, State, Subject, on};

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
        ],
        controls: &[
            IAM_ADMIN,
            IAM_ESCALATION,
            IAM_PASS_ROLE,
            IAM_LOG_TAMPERING,
            IAM_STANDARD_OBJECT,
            IAM_GUARD_TAMPERING,
            IAM_PROTECTED_DATA,
            IAM_KMS_DECRYPT,
            IAM_EXPOSURE,
            IAM_CONFUSED_SERVICE,
            IAM_SERVICE_WILDCARD,
            IAM_NOT_ELEMENT,
            BOUNDARY_WIDENED,
            DENY_REMOVED,
            SERVICE_POLICY,
            OWN_ROLE,
        ],
        // Where it bounds somebody and came to allow more, also what each of them holds.
        calls_a_look: None,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<ManagedPolicy>>,
        observed: &Option<ManagedPolicy>,
    ) -> Flaws<'a, Option<ManagedPolicy>> {
        let foundation = is_foundation(subject);
        let asked = documents::service_policy(subject);
        let of_own = own_boundary::bounded(subject).is_some();
        let Some(policy) = observed else {
            let missing = foundation.then(|| {
                Flaw::new(SERVICE_POLICY, "the policy does not exist", move |policy| *policy = Some(created(&asked)))
            });
            return Ok(missing.into_iter().chain(of_own.then(own_boundary::missing)).collect());
        };
        let mut flaws = Vec::new();
        let before = last_known.and_then(Option::as_ref).map(|policy| &policy.document);
        if let Some(said) = before.or_else(|| policy.oldest()).filter(|_| !foundation && !of_own) {
            flaws.extend(bounded::freed(subject, said, policy));
        }
        if of_own {
            flaws.extend(own_boundary::of_document(subject, last_known.and_then(Option::as_ref), policy));
        }
        if let Some(before) = before.filter(|_| !policy.boundary_of.is_empty() && !foundation && !of_own)
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
        if of_own && policy.attached_to.is_empty() {
            return Ok(flaws);
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
        let judged = last_known.and_then(Option::as_ref).filter(|last| was_judged(last));
        let before = judged.map(|last| &last.document);
        flaws.extend(deploying(subject, before, policy));
        let wide = judgement::flaws_of_held(subject, IDENTITY, &policy.attached_to, before, &policy.document)?;
        flaws.extend(wide.into_iter().map(|flaw| {
            let (subject, observed, last, untouchable) =
                (*subject, policy.clone(), judged.cloned(), untouchable.clone());
            flaw.carried_by(
                |policy: &Option<ManagedPolicy>| policy.as_ref().map(|policy| policy.document.clone()),
                move |policy: &mut Option<ManagedPolicy>, narrowed: Option<Document>| {
                    let less = |policy| with_less(&subject, policy, narrowed, last.as_ref(), &observed, untouchable);
                    *policy = policy.take().and_then(less);
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
            (Some(from), Some(to)) if from.has_other(&to.default_version, &to.document) => {
                actions.push(ManagedAction::SetDefaultPolicyVersion(to.default_version.clone()));
            }
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
                policy.set_default(next, document.clone());
            }
            ManagedAction::SetDefaultPolicyVersion(version) => {
                let document = policy.versions.get(version).and_then(|version| version.document.clone());
                if let Some(document) = document {
                    policy.go_back_to(version.clone(), document);
                }
            }
            ManagedAction::DeletePolicyVersion(version) => policy.drop_version(version),
            ManagedAction::DetachFrom(entity) => policy.attached_to.retain(|other| other != entity),
            ManagedAction::AttachTo(entity) => policy.attached_to.push(entity.clone()),
            ManagedAction::DeletePolicy => return None,
            _ => {}
        }
        Some(policy)
    }

    /// What those hold whom it bounds, where it came to allow them more.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let policy = observed.as_ref()?;
        let is_judged = !is_foundation(subject) && own_boundary::bounded(subject).is_none();
        let before = last_known.and_then(Option::as_ref).map(|last| &last.document).or_else(|| policy.oldest());
        bounded::asks(subject, before.filter(|_| is_judged), policy)
    }

    fn knowing(_: &Subject<'_>, observed: Self::State, known: Option<State>, _: &Identity) -> Self::State {
        observed.map(|policy| bounded::knowing(policy, known))
    }

    /// A document is never changed: another is another version.
    fn made_at(state: &Self::State) -> Option<i64> {
        let policy = state.as_ref()?;
        policy.versions.get(&policy.default_version)?.made_at
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What a policy said that bounds somebody, or denied somebody something, does not show.
    fn is_judged_by_memory(subject: &Subject<'_>, observed: &Self::State) -> bool {
        let is_used = |policy: &ManagedPolicy| !policy.boundary_of.is_empty() || !policy.attached_to.is_empty();
        observed.as_ref().is_some_and(|policy| is_used(policy) || own_boundary::bounded(subject).is_some())
    }

    /// The other policies of its holders, where it could complete a way to more with them, or denied before what it does not deny now.
    fn follow_ups(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        // What bounds one of Parapet's own roles says what that holds.
        if let Some(role) = own_boundary::bounded(subject) {
            return vec![principal::of_all(role)];
        }
        let Some(policy) = observed else { return Vec::new() };
        let before = last_known.and_then(Option::as_ref).map(|last| &last.document);
        principal::beside_change(subject, before, &policy.document, &policy.attached_to)
    }

    fn depends_on_account(observed: &Self::State) -> bool {
        observed.as_ref().is_some_and(|policy| names_others(&policy.document))
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
    /// Go back to another version.
    SetDefaultPolicyVersion(String),
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
            Self::SetDefaultPolicyVersion(version) => write!(f, "SetDefaultPolicyVersion {version}"),
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
    /// What the first of these hold, where that was asked for, of the moment.
    #[serde(skip)]
    pub bounded: Vec<Policies>,
    /// What is known of each version, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, PolicyVersion>,
}

/// A version of a policy. What it says never changes, and its id is never given again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyVersion {
    /// When it was made, in seconds since 1970, where AWS told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub made_at: Option<i64>,
    /// What it says. Of the default version it stands in the policy; of one that cannot be understood it is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document: Option<Document>,
}

impl ManagedPolicy {
    /// Whether it has a version of this id, which is not the default one, and which says this.
    fn has_other(&self, id: &String, document: &Document) -> bool {
        let says = self.versions.get(id).and_then(|version| version.document.as_ref());
        self.other_versions.contains(id) && says == Some(document)
    }

    /// Makes a version the default one. The one that was stays beside it.
    fn set_default(&mut self, id: String, document: Document) {
        self.other_versions.retain(|other| *other != id);
        if let Some(version) = self.versions.get_mut(&id) {
            version.document = None;
        }
        let said = std::mem::replace(&mut self.document, document);
        let before = std::mem::replace(&mut self.default_version, id);
        self.versions.entry(before.clone()).or_default().document = Some(said);
        self.other_versions.push(before);
    }

    /// Makes another version the default one.
    fn go_back_to(&mut self, id: String, document: Document) {
        self.set_default(id, document);
        self.other_versions.sort_by_key(|id| number(id));
    }

    /// What its oldest version says, where that is not the default one.
    pub(super) fn oldest(&self) -> Option<&Document> {
        let oldest = self.other_versions.first().filter(|id| number(id) < number(&self.default_version))?;
        self.versions.get(oldest)?.document.as_ref()
    }

    /// The policy as it says this: by the version that does, where there is one.
    pub(super) fn saying_again(&self, document: &Document) -> Self {
        match self.other_versions.iter().find(|id| self.has_other(id, document)) {
            Some(id) => with_version(self, id.clone(), document.clone()),
            None => with_document(self, document.clone()),
        }
    }

    fn drop_version(&mut self, id: &str) {
        self.other_versions.retain(|other| other != id);
        self.versions.remove(id);
    }

    /// Whether a version more would have to take the place of another.
    fn is_full(&self) -> bool {
        self.other_versions.len() + 1 >= VERSIONS_A_POLICY
    }
}

/// How long after a version was made it counts as what was written just now. What is older was made earlier, and switched to.
const NEW_SECONDS: i64 = 15 * 60;

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

/// A policy by which its holders become the deploy role of a preset, where one of them deploys, or nobody holds it yet: the document stays, and whoever else
/// holds it loses it.
fn deploying<'a>(
    subject: &Subject<'a>,
    before: Option<&Document>,
    policy: &ManagedPolicy,
) -> Option<Flaw<'a, Option<ManagedPolicy>>> {
    let question = judgement::of_held(subject, IDENTITY, &policy.attached_to, before);
    let found = judgement::deploys(&question, &policy.document)?;
    let is_meant =
        |entity: &IamEntity| subject.standard.is_deployer(entity) || subject.standard.spares(entity).is_some();
    let (meant, others): (Vec<IamEntity>, Vec<IamEntity>) = policy.attached_to.iter().cloned().partition(is_meant);
    let detail = found.violation.to_string();
    let flaw = if others.is_empty() {
        let why = "it stays, for nobody holds it but those whom the standard names under `principals`";
        Flaw::without_remedy(IAM_ESCALATION, detail).saying(why)
    } else {
        let why = "those who hold it and do not stand under `principals.deployers` of the standard lose it";
        let flaw = Flaw::new(IAM_ESCALATION, detail, move |policy: &mut Option<ManagedPolicy>| {
            if let Some(policy) = policy {
                policy.attached_to.retain(|entity| meant.contains(entity));
            }
        });
        flaw.saying(why)
    };
    let flaw = flaw.shown_by(found.violation.witness);
    Some(if found.is_from_before { flaw.from_before() } else { flaw })
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
        *policy = policy.take().map(|_| observed.saying_again(&before));
    });
    Some(match more {
        Search::Found(witness) => flaw.shown_by(*witness),
        Search::None | Search::Undetermined(_) => flaw,
    })
}

/// The policy once its document is narrowed. Where the document is not ours to narrow, others lose the policy instead. However
/// often it is narrowed, there is one new version beside those that were observed.
///
/// Where the default version was switched to, or nothing would be left of it, or a version would have to make room for the narrowed one,
/// the policy goes back to a version that is right, if there is one: whoever holds the policy lives on that.
fn with_less(
    subject: &Subject<'_>,
    policy: ManagedPolicy,
    narrowed: Option<Document>,
    last: Option<&ManagedPolicy>,
    observed: &ManagedPolicy,
    untouchable: Vec<IamEntity>,
) -> Option<ManagedPolicy> {
    if narrowed.as_ref() == Some(&policy.document) {
        return Some(policy);
    }
    if keeps_document(&untouchable, observed) {
        return Some(ManagedPolicy { attached_to: untouchable, ..policy });
    }
    let is_nothing_left = !narrowed.as_ref().is_some_and(grants);
    let goes_back = is_nothing_left || observed.is_full() || was_switched_to(subject, last, observed);
    // Of bootstrap's the standard says how it is.
    let back = (goes_back && !is_foundation(subject)).then(|| gone_back(subject, last, observed)).flatten();
    back.or_else(|| narrowed.map(|document| with_document(observed, document)))
}

/// Whether a document grants anything by itself.
fn grants(document: &Document) -> bool {
    document.statements().iter().any(iam_policy::Statement::is_allow)
}

/// Whether the default version was there before it became that: a later one is, or it was made some time ago, or it was remembered as
/// another.
fn was_switched_to(subject: &Subject<'_>, last: Option<&ManagedPolicy>, observed: &ManagedPolicy) -> bool {
    let id = &observed.default_version;
    let is_latest = observed.other_versions.iter().all(|other| number(other) < number(id));
    let made_at = observed.versions.get(id).and_then(|version| version.made_at);
    let is_old = made_at.is_some_and(|made_at| subject.now.saturating_sub(made_at) > NEW_SECONDS);
    let was_another = last.is_some_and(|last| last.other_versions.contains(id));
    !is_latest || is_old || was_another
}

/// The policy as it was before: with the version that was the default one, as far as is remembered, else with the latest other one that is
/// right. None: no version is.
fn gone_back(subject: &Subject<'_>, last: Option<&ManagedPolicy>, observed: &ManagedPolicy) -> Option<ManagedPolicy> {
    let is_right = |document: &Document| {
        let before = last.map(|last| &last.document);
        let flaws = judgement::flaws_of_held(subject, IDENTITY, &observed.attached_to, before, document);
        flaws.is_ok_and(|flaws| mended(subject, flaws, &Some(document.clone())).as_ref() == Some(document))
    };
    let remembered = last.filter(|last| is_right(&last.document));
    let its_version = |last: &ManagedPolicy| {
        observed.has_other(&last.default_version, &last.document).then(|| last.default_version.clone())
    };
    if let Some(last) = remembered {
        return Some(match its_version(last) {
            Some(id) => with_version(observed, id, last.document.clone()),
            None => with_document(observed, last.document.clone()),
        });
    }
    let others = observed.other_versions.iter().rev();
    let mut known = others.filter_map(|id| Some((id, observed.versions.get(id)?.document.as_ref()?)));
    let (id, document) = known.find(|(_, document)| is_right(document))?;
    Some(with_version(observed, id.clone(), document.clone()))
}

fn with_version(policy: &ManagedPolicy, id: String, document: Document) -> ManagedPolicy {
    let mut policy = policy.clone();
    policy.go_back_to(id, document);
    policy
}

/// The policy with a new default version: the oldest of five makes room.
fn with_document(policy: &ManagedPolicy, document: Document) -> ManagedPolicy {
    let next = next_version(policy);
    let mut policy = policy.clone();
    while policy.is_full() {
        let Some(oldest) = policy.other_versions.first().cloned() else { break };
        policy.drop_version(&oldest);
    }
    policy.set_default(next, document);
    policy
}

/// IAM numbers versions on and never uses a number again. The one it will give is at least this.
fn next_version(policy: &ManagedPolicy) -> String {
    let ids = policy.other_versions.iter().chain([&policy.default_version]);
    format!("v{}", ids.map(|id| number(id)).max().unwrap_or_default().saturating_add(1))
}

fn number(id: &str) -> u64 {
    id.trim_start_matches('v').parse().unwrap_or_default()
}

/// A policy as it is when it is made.
fn created(document: &Document) -> ManagedPolicy {
    ManagedPolicy {
        document: document.clone(),
        default_version: "v1".to_owned(),
        other_versions: Vec::new(),
        attached_to: Vec::new(),
        boundary_of: Vec::new(),
        bounded: Vec::new(),
        versions: BTreeMap::new(),
    }
}
