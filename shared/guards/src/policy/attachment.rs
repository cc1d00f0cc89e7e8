use iam_policy::Document;
use parapet_core::{Assessment, ControlId, Finding, Resource, Subject};
use serde::{Deserialize, Serialize};

use super::{PolicyAction, is_foundation_policy, judgement};
use parapet_core::IamEntity;

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

pub(super) fn assess(subject: &Subject<'_>, observed: &Attachment) -> Assessment {
    if is_foundation(subject) {
        let missing = (!observed.attached).then(|| {
            Finding::on(
                ControlId::ServiceAttachment,
                subject,
                "the ML policy is not attached to the ML service role".to_owned(),
            )
        });
        return Ok(missing.flatten().into_iter().collect());
    }
    match observed.document.as_ref().filter(|_| observed.attached) {
        Some(document) => {
            judgement::findings(subject, document, iam_policy::PolicyKind::Identity, ControlId::IamAdminAttachment)
        }
        None => Ok(Vec::new()),
    }
}

pub(super) fn comply(subject: &Subject<'_>, observed: &Attachment) -> Attachment {
    let attached = if is_foundation(subject) {
        observed.attached || subject.enforces(ControlId::ServiceAttachment)
    } else {
        let violates = assess(subject, observed).is_ok_and(|findings| findings.iter().any(Finding::is_enforced));
        observed.attached && !violates
    };
    Attachment { attached, document: observed.document.clone() }
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
