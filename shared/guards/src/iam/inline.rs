use std::collections::BTreeSet;
use std::fmt;

use iam_policy::{Document, PolicyKind, implies, new_access};
use serde::Serialize;

use crate::aspect::{Aspect, Row};
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
use crate::iam::resources::SERVICE;
use crate::judge::change::is_allow;
use crate::judge::others::names_others;
use crate::judge::{judgement, statements};
use crate::{Facet, IamEntity, Resource, Subject, on};

/// What an inline policy says; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::InlinePolicy;
    type State = Option<Document>;
    type Action = InlineAction;

    const ROW: Row = Row {
        id: "inline-document",
        name: "inline policy",
        service: &SERVICE,
        events: &[
            "PutUserPolicy",
            "PutRolePolicy",
            "PutGroupPolicy",
            "DeleteUserPolicy",
            "DeleteRolePolicy",
            "DeleteGroupPolicy",
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
            SERVICE_ROLE_ONLY,
            OWN_ROLE,
        ],
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Document>>,
        observed: &Option<Document>,
    ) -> Flaws<'a, Option<Document>> {
        let Some(document) = observed else { return Ok(Vec::new()) };
        let before = last_known.and_then(Option::as_ref);
        if let Some(on::InlinePolicy { entity, name }) = subject.on()
            && let Some(role) = own_role::of(subject, entity)
        {
            return Ok(own_role::of_inline(role, name, before, document).into_iter().collect());
        }
        let mut flaws: Vec<_> = beside_its_own(subject, before, document).into_iter().collect();
        flaws.extend(judged(subject, before, document)?);
        Ok(flaws)
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![to.clone().map_or(InlineAction::DeleteInlinePolicy, InlineAction::PutInlinePolicy)]
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            InlineAction::PutInlinePolicy(document) => Some(document.clone()),
            InlineAction::DeleteInlinePolicy => None,
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What it denied before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.is_some()
    }

    /// The other policies of its holder, where it could complete a way to more with them, or denied before what it does not deny now. Each is
    /// several reads, so only then.
    fn follow_ups(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        match (subject.resource, observed) {
            (Resource::InlinePolicy(on::InlinePolicy { entity, .. }), _) if own_role::of(subject, entity).is_some() => {
                vec![principal::of_all(entity.clone())]
            }
            // What it spares by a name is judged with the rest of what tells one of such a name.
            (Resource::InlinePolicy(on::InlinePolicy { entity, .. }), Some(document))
                if preset::spares(subject, entity, Place::Inline(""), document) =>
            {
                vec![principal::of_all(entity.clone())]
            }
            (Resource::InlinePolicy(on::InlinePolicy { entity, .. }), Some(document)) => {
                let before = last_known.and_then(Option::as_ref);
                principal::beside_change(subject, before, document, std::slice::from_ref(entity))
            }
            _ => Vec::new(),
        }
    }

    fn depends_on_account(observed: &Self::State) -> bool {
        observed.as_ref().is_some_and(names_others)
    }
}

/// What is wrong with what a policy says. Of a preset's own policy, which it gives its role, the ways to more and to Parapet's stack are told and stay,
/// and what reaches the logs or the data goes as ever.
fn judged<'a>(subject: &Subject<'a>, before: Option<&Document>, document: &Document) -> Flaws<'a, Option<Document>> {
    let flaws = |judged| judgement::flaws(subject, PolicyKind::Identity, judged, before, document);
    let known = subject.on::<on::InlinePolicy>().and_then(|on| preset::of(subject, &on.entity));
    let (preset, lacks) = match known {
        None => return flaws(IDENTITY),
        Some(Known::As(shape)) if shape.may_say(document) => {
            let why = format!("the preset `{}` has it so: who may become the role has all that", shape.preset().name());
            let told = flaws(preset::TOOLS_OWN)?.into_iter().map(|flaw| flaw.unmendable().saying(&why));
            return Ok(told.chain(flaws(preset::NOT_ITS_OWN)?).collect());
        }
        Some(Known::As(shape)) => (shape.preset(), "such a role's own policy allows less".to_owned()),
        Some(Known::AlmostAs(preset, why)) => (preset, why),
    };
    Ok(flaws(IDENTITY)?.into_iter().map(preset::almost(preset, &lacks)).collect())
}

/// What is done about an inline policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum InlineAction {
    /// Put it.
    PutInlinePolicy(Document),
    /// Delete it.
    DeleteInlinePolicy,
}

impl fmt::Display for InlineAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutInlinePolicy(document) => write!(f, "put the inline policy with {}", statements(document)),
            Self::DeleteInlinePolicy => f.write_str("delete the inline policy"),
        }
    }
}

/// An inline policy of the ML service role that allows more than its own does. What it denies stays: that is stricter.
fn beside_its_own<'a>(
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, Option<Document>>> {
    let Some(on::InlinePolicy { entity: IamEntity::Role(role), .. }) = subject.on() else {
        return None;
    };
    let own = documents::service_policy(subject);
    if *role != subject.standard.names.ml_service_role || implies(&[document], &[&own], PolicyKind::Identity) {
        return None;
    }
    let detail = "the ML service role has an inline policy that allows more than its own";
    let flaw = Flaw::new(SERVICE_ROLE_ONLY, detail, |document: &mut Option<Document>| {
        *document = document.as_ref().and_then(|document| {
            let allows: BTreeSet<usize> =
                (0..document.statements().len()).filter(|&index| is_allow(document, index)).collect();
            document.without_statements(&allows)
        });
    });
    let is_known = before.is_some_and(|before| new_access(&[before], &[document], PolicyKind::Identity).is_none());
    Some(if is_known { flaw.from_before() } else { flaw })
}
