use iam_policy::{Document, PolicyKind};
use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::guard::policy::PolicyAction;
use crate::guard::policy::is_foundation_role;
use crate::judge::judgement;

/// Whom a role trusts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// The trust policy.
    pub document: Document,
    /// Whether an AWS service owns the role: such a role cannot be edited.
    pub service_linked: bool,
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Trust>>,
    observed: &Option<Trust>,
) -> Flaws<'a, Option<Trust>> {
    let foundation = is_foundation_role(subject);
    let asked = documents::service_trust(subject);
    let Some(trust) = observed else {
        let missing = foundation.then(|| {
            Flaw::new(ControlId::ServiceRole, "the role does not exist", |trust| {
                *trust = Some(Trust { document: asked, service_linked: false });
            })
        });
        return Ok(missing.into_iter().collect());
    };
    if trust.service_linked {
        return Ok(Vec::new());
    }
    let mut flaws = Vec::new();
    if foundation && !documents::allows_at_most(&trust.document, &asked) {
        let detail = "the role trusts others than the ML service";
        flaws.push(Flaw::new(ControlId::ServiceRole, detail, |document: &mut Document| *document = asked));
    }
    let before = last_known.and_then(Option::as_ref).map(|trust| &trust.document);
    let open = judgement::flaws(subject, PolicyKind::Trust, judgement::TRUST, before, &trust.document)?;
    // A role must have a trust policy: where nothing is left of it, one that trusts nobody.
    flaws.extend(open.into_iter().map(|flaw| flaw.leaving(documents::trust_nobody)));
    Ok(flaws
        .into_iter()
        .map(|flaw| flaw.within(|trust: &mut Option<Trust>| Some(&mut trust.as_mut()?.document)))
        .collect())
}

pub(crate) fn diff(from: Option<&Trust>, to: Option<&Trust>) -> Vec<PolicyAction> {
    match (from, to) {
        (None, Some(to)) => vec![PolicyAction::CreateRole(to.document.clone())],
        (Some(from), Some(to)) if from.document != to.document => {
            vec![PolicyAction::UpdateAssumeRolePolicy(to.document.clone())]
        }
        // A role is never deleted by us.
        _ => Vec::new(),
    }
}

pub(crate) fn step(trust: Option<&Trust>, action: &PolicyAction) -> Option<Trust> {
    match action {
        PolicyAction::CreateRole(document) | PolicyAction::UpdateAssumeRolePolicy(document) => {
            Some(Trust { document: document.clone(), service_linked: false })
        }
        _ => trust.cloned(),
    }
}
