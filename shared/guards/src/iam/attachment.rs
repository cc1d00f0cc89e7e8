use iam_policy::{Document, PolicyKind, implies};
use parapet_core::{ControlId, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::guard::policy::PolicyAction;
use crate::guard::policy::is_foundation_policy;
use crate::judge::judgement;

/// The attachment of a managed policy to somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Whether it is attached.
    pub attached: bool,
    /// What the policy says. Read only of a policy that AWS manages and that is attached: a policy of this account is judged by
    /// itself.
    pub document: Option<Document>,
}

/// Whether the subject is the attachment that bootstrap makes.
fn is_foundation(subject: &Subject<'_>) -> bool {
    match subject.resource {
        Resource::Attachment { entity: IamEntity::Role(role), policy_arn } => {
            *role == subject.standard.names.ml_service_role && is_foundation_policy(subject, policy_arn)
        }
        _ => false,
    }
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Attachment>,
    observed: &Attachment,
) -> Flaws<'a, Attachment> {
    if is_foundation(subject) {
        let detail = "the ML policy is not attached to the ML service role";
        let missing = (!observed.attached).then(|| {
            Flaw::new(ControlId::ServiceAttachment, detail, |attachment: &mut Attachment| attachment.attached = true)
        });
        return Ok(missing.into_iter().collect());
    }
    let mut flaws = Vec::new();
    if observed.attached && is_beside_its_own(subject, observed) {
        let detail = "the ML service role holds another policy than its own, which service.policies of the standard does not name";
        flaws.push(Flaw::new(ControlId::ServiceRoleOnly, detail, detached));
    }
    if let Some(document) = observed.document.as_ref().filter(|_| observed.attached) {
        let found = judgement::flaws(subject, PolicyKind::Identity, judgement::ATTACHED, None, document)?;
        let mut found: Vec<_> = found.into_iter().map(|flaw| flaw.mended_by(detached)).collect();
        // Several kinds of violations are one control's; the worst comes first.
        found.dedup_by_key(|flaw| flaw.control());
        flaws.extend(found);
    }
    // AWS changes its policies as it likes: what is judged is that somebody attached one.
    let was_attached = last_known.is_some_and(|last| last.attached);
    Ok(flaws.into_iter().map(|flaw| if was_attached { flaw.from_before() } else { flaw }).collect())
}

fn detached(attachment: &mut Attachment) {
    attachment.attached = false;
}

/// Whether it gives the ML service role what neither its own policy nor the standard does. Of a policy of this account it is not known
/// what it says: who may hold it, the standard names.
fn is_beside_its_own(subject: &Subject<'_>, observed: &Attachment) -> bool {
    let Resource::Attachment { entity: IamEntity::Role(role), policy_arn } = subject.resource else { return false };
    let own = documents::service_policy(subject);
    let allows_no_more =
        observed.document.as_ref().is_some_and(|document| implies(&[document], &[&own], PolicyKind::Identity));
    *role == subject.standard.names.ml_service_role
        && !subject.standard.lets_service_hold(policy_arn, subject.home)
        && !allows_no_more
}

pub(crate) fn diff(from: &Attachment, to: &Attachment) -> Vec<PolicyAction> {
    match (from.attached, to.attached) {
        (false, true) => vec![PolicyAction::Attach],
        (true, false) => vec![PolicyAction::Detach],
        _ => Vec::new(),
    }
}

pub(crate) fn step(attachment: &Attachment, action: &PolicyAction) -> Attachment {
    let attached = match action {
        PolicyAction::Attach => true,
        PolicyAction::Detach => false,
        _ => attachment.attached,
    };
    Attachment { attached, document: attachment.document.clone() }
}
