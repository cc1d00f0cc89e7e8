use iam_policy::{Document, PolicyKind};
use parapet_core::{ControlId, IamEntity, Resource, Subject};
use serde::{Deserialize, Serialize};

use super::{PolicyAction, is_foundation_policy, judgement};
use crate::flaw::{Flaw, Flaws};

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

pub(super) fn flaws<'a>(
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
    let Some(document) = observed.document.as_ref().filter(|_| observed.attached) else { return Ok(Vec::new()) };
    // AWS changes its policies as it likes: what is judged is that somebody attached one.
    let was_attached = last_known.is_some_and(|last| last.attached);
    let flaws = judgement::flaws(subject, PolicyKind::Identity, judgement::ATTACHED, None, document)?;
    Ok(flaws
        .into_iter()
        .map(|flaw| flaw.mended_by(|attachment: &mut Attachment| attachment.attached = false))
        .map(|flaw| if was_attached { flaw.from_before() } else { flaw })
        .collect())
}

pub(super) fn diff(from: &Attachment, to: &Attachment) -> Vec<PolicyAction> {
    match (from.attached, to.attached) {
        (false, true) => vec![PolicyAction::Attach],
        (true, false) => vec![PolicyAction::Detach],
        _ => Vec::new(),
    }
}

pub(super) fn step(attachment: &Attachment, action: &PolicyAction) -> Attachment {
    let attached = match action {
        PolicyAction::Attach => true,
        PolicyAction::Detach => false,
        _ => attachment.attached,
    };
    Attachment { attached, document: attachment.document.clone() }
}
