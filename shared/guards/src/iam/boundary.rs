use std::fmt;

use iam_policy::{Document, PolicyKind, new_access};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::own_role::{self, OWN_ROLE};
use crate::iam::principal;
use crate::iam::resources::SERVICE;
use crate::{Facet, IamEntity, Resource, Standard, Subject, on};

control! {
    PERMISSIONS_BOUNDARY = "IAM.PermissionsBoundary", High, Enforce, fsbp [], cis [],
    "No permissions boundary is removed, replaced by a wider one, or missing where the standard asks for one",
    "The boundary is what keeps a delegated administrator from making another.",
}

/// The permissions boundary of a user or role.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Principal;
    type State = Boundary;
    type Action = BoundaryAction;

    const ROW: Row = Row {
        id: "permissions-boundary",
        name: "permissions boundary",
        service: &SERVICE,
        events: &[
            "CreateUser",
            "CreateRole",
            "PutUserPermissionsBoundary",
            "PutRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "DeleteRolePermissionsBoundary",
        ],
        controls: &[PERMISSIONS_BOUNDARY, OWN_ROLE],
        // Of one that AWS manages also what it says.
        calls_a_look: Some(3),
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&Boundary>, observed: &Boundary) -> Flaws<'a, Boundary> {
        let entity = subject.on::<on::Principal>().map(|principal| &principal.entity);
        let of_own = entity.and_then(|entity| own_role::boundary_of(subject, entity));
        let control = if of_own.is_some() { OWN_ROLE } else { PERMISSIONS_BOUNDARY };
        let of_standard = || subject.standard.required_boundary(entity?, subject.home);
        let required = of_own.or_else(of_standard);
        let seen = seen(observed.arn.as_deref());
        let flaw = match (required, last_known) {
            (Some(required), _) if observed.arn.as_ref() != Some(&required) => {
                Some((other_than(&required, observed.arn.as_deref()), Boundary { arn: Some(required), document: None }))
            }
            (None, Some(last)) if bounds_less(last, observed) => {
                let before = last.arn.as_deref().unwrap_or_default();
                Some((format!("the permissions boundary was `{before}`, and {seen}"), last.clone()))
            }
            _ => None,
        };
        let flaw =
            flaw.map(|(detail, right)| Flaw::new(control, detail, move |boundary: &mut Boundary| *boundary = right));
        Ok(flaw.into_iter().collect())
    }

    /// A boundary is put, and never taken away: nobody is bound less by us.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match &to.arn {
            Some(_) if from.arn != to.arn => vec![BoundaryAction::PutPermissionsBoundary(to.clone())],
            _ => Vec::new(),
        }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            BoundaryAction::PutPermissionsBoundary(boundary) => boundary.clone(),
        }
    }

    /// That a boundary was taken away, or what it was, does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }

    /// What one of Parapet's own roles holds has to be what its boundary says.
    fn follow_ups(
        subject: &Subject<'_>,
        _last: Option<&Self::State>,
        _observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        let Some(on::Principal { entity }) = subject.on() else { return Vec::new() };
        own_role::boundary_of(subject, entity).map(|_| principal::of_all(entity.clone())).into_iter().collect()
    }

    /// AWS has no boundary for groups.
    fn is_asked_of(principal: &on::Principal, _standard: &Standard) -> bool {
        !matches!(principal.entity, IamEntity::Group(_))
    }
}

/// What is done about a permissions boundary.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum BoundaryAction {
    /// Put it.
    PutPermissionsBoundary(Boundary),
}

impl fmt::Display for BoundaryAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutPermissionsBoundary(boundary) => {
                write!(f, "put the permissions boundary {}", boundary.arn.as_deref().unwrap_or_default())
            }
        }
    }
}

/// The permissions boundary of a user or role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Boundary {
    /// The ARN of the policy; none: nothing bounds it.
    pub arn: Option<String>,
    /// What the policy says, where it was read.
    pub document: Option<Document>,
}

/// That a boundary is another than it has to be.
pub(super) fn other_than(required: &str, observed: Option<&str>) -> String {
    format!("the permissions boundary has to be `{required}`, and {}", seen(observed))
}

fn seen(arn: Option<&str>) -> String {
    arn.map_or_else(|| "there is none".to_owned(), |arn| format!("it is `{arn}`"))
}

/// Whether a boundary allows what the one before did not. What the same policy says now, whoever looks at that policy judges. Of one
/// that was not read nothing is known, so it counts as less.
fn bounds_less(last: &Boundary, observed: &Boundary) -> bool {
    let is_other = last.arn.is_some() && last.arn != observed.arn;
    let allows_no_more = match (&last.document, &observed.document) {
        (Some(before), Some(now)) => new_access(&[before], &[now], PolicyKind::Identity).is_none(),
        _ => false,
    };
    is_other && !allows_no_more
}
