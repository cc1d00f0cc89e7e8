use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents;
use crate::iam::resources::{SERVICE, is_foundation_role};
use crate::judge::question::Judged;
use crate::judge::{judgement, statements};
use crate::{Subject, on};

control! {
    ROLE_TRUST_OPEN = "IAM.TrustOpen", Critical, Enforce, fsbp [], cis [],
    "No role trusts everyone",
    "Anybody with an AWS account could become the role.",
}

control! {
    ROLE_TRUST_FOREIGN = "IAM.TrustForeign", High, Enforce, fsbp [], cis [],
    "No role trusts an account outside of the trust zone",
    "A door into the account that another account opens; trust.accounts of the standard names those that are meant.",
}

control! {
    ROLE_TRUST_DEPUTY = "IAM.TrustConfusedDeputy", Medium, Observe, fsbp [], cis [],
    "No role can be reached through a service or a provider that acts for a stranger",
    "AWS's own examples of trust policies have no `aws:SourceAccount`, and services fail where it is added blindly, so this is observed unless asked for.",
}

control! {
    SERVICE_ROLE = "IAM.ServiceRole", High, Enforce, fsbp [], cis [],
    "The ML service role exists and trusts the ML service alone",
    "The pipeline runs as this role, and nobody else may.",
}

/// Of a trust policy.
const TRUST: Judged = &[
    (ViolationKind::TrustWildcard, ROLE_TRUST_OPEN),
    (ViolationKind::ForeignPrincipal, ROLE_TRUST_FOREIGN),
    (ViolationKind::ConfusedDeputy, ROLE_TRUST_DEPUTY),
];

/// That the role exists, and whom it trusts; none where there is no such role.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Role;
    type State = Option<Trust>;
    type Action = TrustAction;

    const ROW: Row = Row {
        id: "role-trust",
        name: "trust policy",
        service: &SERVICE,
        events: &["CreateRole", "UpdateAssumeRolePolicy", "UpdateRole", "DeleteRole"],
        controls: &[ROLE_TRUST_OPEN, ROLE_TRUST_FOREIGN, ROLE_TRUST_DEPUTY, SERVICE_ROLE],
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Trust>>,
        observed: &Option<Trust>,
    ) -> Flaws<'a, Option<Trust>> {
        let foundation = is_foundation_role(subject);
        let asked = documents::service_trust(subject);
        let Some(trust) = observed else {
            let missing = foundation.then(|| {
                Flaw::new(SERVICE_ROLE, "the role does not exist", |trust| {
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
            flaws.push(Flaw::new(SERVICE_ROLE, detail, |document: &mut Document| *document = asked));
        }
        let before = last_known.and_then(Option::as_ref).map(|trust| &trust.document);
        let open = judgement::flaws(subject, PolicyKind::Trust, TRUST, before, &trust.document)?;
        // A role must have a trust policy: where nothing is left of it, one that trusts nobody.
        flaws.extend(open.into_iter().map(|flaw| flaw.leaving(documents::trust_nobody)));
        Ok(flaws
            .into_iter()
            .map(|flaw| flaw.within(|trust: &mut Option<Trust>| Some(&mut trust.as_mut()?.document)))
            .collect())
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from, to) {
            (None, Some(to)) => vec![TrustAction::CreateRole(to.document.clone())],
            (Some(from), Some(to)) if from.document != to.document => {
                vec![TrustAction::UpdateAssumeRolePolicy(to.document.clone())]
            }
            // A role is never deleted by us.
            _ => Vec::new(),
        }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            TrustAction::CreateRole(document) | TrustAction::UpdateAssumeRolePolicy(document) => {
                Some(Trust { document: document.clone(), service_linked: false })
            }
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }
}

/// What is done about a trust policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum TrustAction {
    /// Create the role with this trust policy.
    CreateRole(Document),
    /// Put the trust policy.
    UpdateAssumeRolePolicy(Document),
}

impl fmt::Display for TrustAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateRole(_) => f.write_str("CreateRole"),
            Self::UpdateAssumeRolePolicy(document) => write!(f, "UpdateAssumeRolePolicy with {}", statements(document)),
        }
    }
}

/// Whom a role trusts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trust {
    /// The trust policy.
    pub document: Document,
    /// Whether an AWS service owns the role: such a role cannot be edited.
    pub service_linked: bool,
}
