use iam_policy::{Document, PolicyKind};
use parapet_core::{Assessment, ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

use super::judgement::{findings, narrowed};
use super::{PolicyAction, is_foundation_role};
use crate::foundation::documents;

/// Whom a role trusts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// The trust policy.
    pub document: Document,
    /// Whether an AWS service owns the role: such a role cannot be edited.
    pub service_linked: bool,
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<&Trust>) -> Assessment {
    let foundation = is_foundation_role(subject);
    let Some(trust) = observed else {
        let missing =
            foundation.then(|| Finding::on(ControlId::ServiceRole, subject, "the role does not exist".to_owned()));
        return Ok(missing.flatten().into_iter().collect());
    };
    if trust.service_linked {
        return Ok(Vec::new());
    }
    let mut all = findings(subject, &trust.document, PolicyKind::Trust, ControlId::RoleTrustOpen)?;
    if foundation && !documents::allows_at_most(&trust.document, &documents::service_trust(subject)) {
        all.extend(Finding::on(
            ControlId::ServiceRole,
            subject,
            "the role trusts others than the ML service".to_owned(),
        ));
    }
    Ok(all)
}

pub(super) fn comply(subject: &Subject<'_>, observed: Option<&Trust>) -> Option<Trust> {
    let mends_role = is_foundation_role(subject) && subject.enforces(ControlId::ServiceRole);
    let asked = || Trust { document: documents::service_trust(subject), service_linked: false };
    let Some(trust) = observed else {
        return mends_role.then(asked);
    };
    if trust.service_linked {
        return Some(trust.clone());
    }
    if mends_role && !documents::allows_at_most(&trust.document, &asked().document) {
        return Some(asked());
    }
    // A role must have a trust policy: where nothing is left of it, one that trusts nobody.
    let document = narrowed(subject, &trust.document, PolicyKind::Trust, ControlId::RoleTrustOpen)
        .unwrap_or_else(documents::trust_nobody);
    Some(Trust { document, service_linked: false })
}

pub(super) fn diff(from: Option<&Trust>, to: Option<&Trust>) -> Vec<PolicyAction> {
    match (from, to) {
        (None, Some(to)) => vec![PolicyAction::CreateRole(to.document.clone())],
        (Some(from), Some(to)) if from.document != to.document => {
            vec![PolicyAction::UpdateAssumeRolePolicy(to.document.clone())]
        }
        // A role is never deleted by us.
        _ => Vec::new(),
    }
}

pub(super) fn step(trust: Option<&Trust>, action: &PolicyAction) -> Option<Trust> {
    match action {
        PolicyAction::CreateRole(document) | PolicyAction::UpdateAssumeRolePolicy(document) => {
            Some(Trust { document: document.clone(), service_linked: false })
        }
        _ => trust.cloned(),
    }
}
