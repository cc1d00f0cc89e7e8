use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind, implies};
use parapet_core::{Arn, Identity};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::iam::identity::{
    IAM_ADMIN, IAM_CONFUSED_SERVICE, IAM_ESCALATION, IAM_EXPOSURE, IAM_GUARD_TAMPERING, IAM_KMS_DECRYPT,
    IAM_LOG_TAMPERING, IAM_NOT_ELEMENT, IAM_PASS_ROLE, IAM_PROTECTED_DATA, IAM_SERVICE_WILDCARD, IAM_STANDARD_OBJECT,
    IDENTITY, SERVICE_ROLE_ONLY,
};
use crate::iam::own_role::{self, OWN_ROLE};
use crate::iam::preset::{self, Known};
use crate::iam::principal::{self, Place};
use crate::iam::resources::{SERVICE, is_foundation_policy};
use crate::judge::judgement;
use crate::judge::others::names_others;
use crate::judge::question::Judged;
use crate::{Facet, IamEntity, Resource, State, Subject, on};

control! {
    IAM_ADMIN_ATTACHMENT = "IAM.AdminAttachment", Critical, Enforce, fsbp ["IAM.1"], cis [],
    "No AWS-managed policy that makes an administrator is attached",
    "The policy itself cannot be changed; its attachment can.",
}

control! {
    IAM_BROAD_ATTACHMENT = "IAM.BroadAttachment", Medium, Observe, fsbp [], cis [],
    "No AWS-managed policy with powers that a policy of the account must not have is attached",
    "Many of AWS's policies for a whole service hold a way to more; detaching one stops whoever works with it, so this is observed unless asked for.",
}

control! {
    SERVICE_ATTACHMENT = "IAM.ServiceAttachment", Medium, Enforce, fsbp [], cis [],
    "The ML policy is attached to the ML service role",
    "Without it the pipeline stands still, and someone hurried grants too much.",
}

/// Of a policy that AWS manages and that is attached. It can only be detached, so what is wrong with it is on controls of its own: many
/// a team lives on one of AWS's policies for a whole service.
const ATTACHED: Judged = &[
    (ViolationKind::Admin, IAM_ADMIN_ATTACHMENT),
    (ViolationKind::PrivilegeEscalation, IAM_BROAD_ATTACHMENT),
    (ViolationKind::PassRole, IAM_BROAD_ATTACHMENT),
    (ViolationKind::LogTampering, IAM_BROAD_ATTACHMENT),
    (ViolationKind::ObjectTampering, IAM_BROAD_ATTACHMENT),
    (ViolationKind::GuardTampering, IAM_GUARD_TAMPERING),
    (ViolationKind::ProtectedData, IAM_BROAD_ATTACHMENT),
    (ViolationKind::KmsDecrypt, IAM_BROAD_ATTACHMENT),
    (ViolationKind::Exposure, IAM_BROAD_ATTACHMENT),
    (ViolationKind::ConfusedService, IAM_BROAD_ATTACHMENT),
    (ViolationKind::ServiceWildcard, IAM_BROAD_ATTACHMENT),
    (ViolationKind::NotElement, IAM_BROAD_ATTACHMENT),
];

/// Whether a policy is attached.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Attachment;
    type State = Attachment;
    type Action = AttachmentAction;

    const ROW: Row = Row {
        id: "policy-attachment",
        name: "policy attachment",
        service: &SERVICE,
        events: &[
            "AttachUserPolicy",
            "AttachRolePolicy",
            "AttachGroupPolicy",
            "DetachUserPolicy",
            "DetachRolePolicy",
            "DetachGroupPolicy",
            "CreateRole",
            "CreatePolicy",
        ],
        controls: &[
            IAM_ADMIN_ATTACHMENT,
            IAM_BROAD_ATTACHMENT,
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
            SERVICE_ROLE_ONLY,
            SERVICE_ATTACHMENT,
            OWN_ROLE,
        ],
        // Of one that is attached also what it says.
        calls_a_look: Some(3),
        // Where a preset may have it so, whom the role trusts.
        calls_beside: 1,
        ..Row::OF_ACCESS
    };

    /// What is wrong with an attachment is mended by detaching, whatever the policy says and whoever else holds it: a policy of the account
    /// is narrowed where it is written. So nobody makes the guard take a policy from others by attaching it once more.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Attachment>,
        observed: &Attachment,
    ) -> Flaws<'a, Attachment> {
        if is_foundation(subject) {
            let detail = "the ML policy is not attached to the ML service role";
            let missing = (!observed.attached).then(|| {
                Flaw::new(SERVICE_ATTACHMENT, detail, |attachment: &mut Attachment| attachment.attached = true)
            });
            return Ok(missing.into_iter().collect());
        }
        let was_attached = last_known.is_some_and(|last| last.attached);
        let is_own = |on: &on::Attachment| own_role::of(subject, &on.entity).is_some();
        if subject.on().is_some_and(is_own) {
            let flaw = (observed.attached && !was_attached).then(|| own_role::of_attachment(detached));
            return Ok(flaw.into_iter().collect());
        }
        let mut flaws = Vec::new();
        if observed.attached && is_beside_its_own(subject, observed) {
            let detail = "the ML service role holds another policy than its own, which service.policies of the standard does not name";
            flaws.push(Flaw::new(SERVICE_ROLE_ONLY, detail, detached));
        }
        if let Some(document) = observed.document.as_ref().filter(|_| observed.attached) {
            let judged = if is_of_aws(subject) { ATTACHED } else { IDENTITY };
            let found = judgement::flaws(subject, PolicyKind::Identity, judged, None, document)?;
            let found = found.into_iter().map(|flaw| flaw.mended_by(detached)).map(staying);
            let mut found: Vec<_> = as_preset(subject, observed, found.collect());
            // Several kinds of violations are one control's; the worst comes first.
            found.dedup_by_key(|flaw| flaw.control());
            flaws.extend(found);
        }
        // AWS changes its policies as it likes, and what changes one of the account's is judged there: what is judged here is that somebody
        // attached one.
        Ok(flaws.into_iter().map(|flaw| if was_attached { flaw.from_before() } else { flaw }).collect())
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from.attached, to.attached) {
            (false, true) => vec![AttachmentAction::Attach],
            (true, false) => vec![AttachmentAction::Detach],
            _ => Vec::new(),
        }
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let attached = match action {
            AttachmentAction::Attach => true,
            AttachmentAction::Detach => false,
        };
        Attachment { attached, ..state.clone() }
    }

    fn is_left_to_aws(state: &Self::State) -> bool {
        state.trust == HoldersTrust::OfAws
    }

    /// The other policies of its holder, where it could complete a way to more with them, or denies something.
    fn follow_ups(
        subject: &Subject<'_>,
        _last: Option<&Self::State>,
        observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        match (subject.on(), observed) {
            // What it spares by a name is judged with the rest of what tells one of such a name.
            (
                Some(on::Attachment { entity, policy_arn }),
                Attachment { attached: true, document: Some(document), .. },
            ) if preset::spares(subject, entity, Place::Attached(policy_arn), document) => {
                vec![principal::of_all(entity.clone())]
            }
            (Some(on::Attachment { entity, .. }), Attachment { attached: true, document: Some(document), .. }) => {
                principal::beside_brought(subject, [document], std::slice::from_ref(entity))
            }
            _ => Vec::new(),
        }
    }

    /// Whom the role trusts, where that decides whether a preset has it so, and whether it is AWS's. What was attached before stays, whoever it is for;
    /// but of a preset's role it would be told at each look.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let on::Attachment { entity: entity @ IamEntity::Role(name), policy_arn } = subject.on()? else { return None };
        let is_new = observed.attached && !last_known.is_some_and(|last| last.attached);
        let is_spared = matches!(preset::of(subject, entity), Some(Known::As(shape)) if shape.may_hold(policy_arn));
        let is_asked = observed.attached && is_spared || is_new && OF_AWS.iter().any(|begin| name.starts_with(begin));
        is_asked.then(|| (on::Role { name: name.clone() }.into(), Facet::RoleTrust))
    }

    fn knowing(
        _subject: &Subject<'_>,
        observed: Self::State,
        known: Option<State>,
        _identity: &Identity,
    ) -> Self::State {
        let trust = match known {
            Some(State::RoleTrust(Some(trust))) if trust.service_linked => HoldersTrust::OfAws,
            Some(State::RoleTrust(Some(trust))) => HoldersTrust::Told(Some(trust.document)),
            _ => HoldersTrust::Told(None),
        };
        Attachment { trust, ..observed }
    }

    fn depends_on_account(observed: &Self::State) -> bool {
        observed.document.as_ref().is_some_and(names_others)
    }
}

/// What is done about an attachment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum AttachmentAction {
    /// Attach the policy that it names.
    Attach,
    /// Detach it.
    Detach,
}

impl fmt::Display for AttachmentAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attach => f.write_str("attach the policy"),
            Self::Detach => f.write_str("detach the policy"),
        }
    }
}

/// The attachment of a managed policy to somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attachment {
    /// Whether it is attached.
    pub attached: bool,
    /// What the policy says. Read only of one that is attached.
    pub document: Option<Document>,
    /// Whom the role trusts that holds it, where that was asked for. Never kept: it is of the moment.
    #[serde(skip)]
    trust: HoldersTrust,
}

/// Whom a role trusts.
#[derive(Clone, Debug, Default, PartialEq)]
enum HoldersTrust {
    /// Nobody asked.
    #[default]
    Unasked,
    /// These; none: there is no such role.
    Told(Option<Document>),
    /// Nobody but AWS can change the role.
    OfAws,
}

/// What the names of roles begin with that AWS alone makes. Anybody's may begin so: their path tells.
const OF_AWS: [&str; 2] = ["AWSReservedSSO_", "AWSServiceRoleFor"];

impl Attachment {
    /// Whether it is attached, and what it says.
    #[must_use]
    pub fn of(attached: bool, document: Option<Document>) -> Self {
        Self { attached, document, trust: HoldersTrust::Unasked }
    }
}

/// What is wrong with the attachment where a preset has roles of such a name: nothing, if the role is as the tool makes it; else what it lacks is
/// said beside. Until it is asked whom the role trusts, it is as without.
fn as_preset<'a>(
    subject: &Subject<'_>,
    observed: &Attachment,
    found: Vec<Flaw<'a, Attachment>>,
) -> Vec<Flaw<'a, Attachment>> {
    let known = subject.on::<on::Attachment>().and_then(|on| Some((preset::of(subject, &on.entity)?, &on.policy_arn)));
    let (preset, lacks) = match (known, &observed.trust) {
        (_, HoldersTrust::OfAws) => return Vec::new(),
        (None, _) => return found,
        (Some((Known::AlmostAs(preset, why), _)), _) => (preset, Some(why)),
        (Some((Known::As(shape), arn)), HoldersTrust::Told(trust)) => {
            (shape.preset(), shape.lacks(arn, trust.as_ref()))
        }
        (Some((Known::As(shape), arn)), HoldersTrust::Unasked) if shape.may_hold(arn) => return found,
        (Some((Known::As(shape), arn)), HoldersTrust::Unasked) => (shape.preset(), shape.lacks(arn, None)),
    };
    match lacks {
        None => Vec::new(),
        Some(lacks) => found.into_iter().map(preset::almost(preset, &lacks)).collect(),
    }
}

/// Whether the subject is the attachment that bootstrap makes.
fn is_foundation(subject: &Subject<'_>) -> bool {
    match subject.on() {
        Some(on::Attachment { entity: IamEntity::Role(role), policy_arn }) => {
            *role == subject.standard.names.ml_service_role
                && is_foundation_policy(subject.standard, subject.home, policy_arn)
        }
        _ => false,
    }
}

fn detached(attachment: &mut Attachment) {
    attachment.attached = false;
}

/// Many a team lives on a policy that reaches Parapet among everything else: one of AWS's cannot be confined, and one of the account's was there
/// before, or is narrowed where it is written. So that alone detaches nothing.
fn staying(flaw: Flaw<'_, Attachment>) -> Flaw<'_, Attachment> {
    match flaw.control() == IAM_GUARD_TAMPERING {
        true => flaw.unmendable().saying(
            "the policy stays attached: a permissions boundary, or a policy of the organization, keeps its holder from that",
        ),
        false => flaw,
    }
}

fn is_of_aws(subject: &Subject<'_>) -> bool {
    subject.on::<on::Attachment>().is_some_and(|attachment| Arn::is_of_aws(&attachment.policy_arn))
}

/// Whether it gives the ML service role what neither its own policy nor the standard does. What a policy of this account says may change
/// later: which ones the role may hold, the standard names.
fn is_beside_its_own(subject: &Subject<'_>, observed: &Attachment) -> bool {
    let Some(on::Attachment { entity: IamEntity::Role(role), policy_arn }) = subject.on() else {
        return false;
    };
    let own = documents::service_policy(subject);
    let document = observed.document.as_ref().filter(|_| is_of_aws(subject));
    let allows_no_more = document.is_some_and(|document| implies(&[document], &[&own], PolicyKind::Identity));
    *role == subject.standard.names.ml_service_role
        && !subject.standard.lets_service_hold(policy_arn, subject.home)
        && !allows_no_more
}
