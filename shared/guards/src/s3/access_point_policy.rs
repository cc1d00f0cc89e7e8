use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind};
use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::Flaws;
use crate::judge::question::Judged;
use crate::judge::shut_out::{Access, Whose};
use crate::judge::{judgement, statements};
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    ACCESS_POINT_PUBLIC_POLICY = "S3.AccessPointPublic", Critical, Enforce, fsbp [], cis [],
    "No access point's policy is open to everyone",
    "An access point is another door to the same bucket.",
}

control! {
    ACCESS_POINT_FOREIGN_POLICY = "S3.AccessPointForeign", High, Enforce, fsbp [], cis [],
    "No access point's policy lets in an account beyond the trust zone",
    "A bucket policy that delegates to its access points does not show whom they let in.",
}

control! {
    ACCESS_POINT_GUARDS = "S3.AccessPointGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The access point's policy lets Parapet's other functions look after it",
    "What a guard may not read, it cannot mend, and whoever shut it out did so for something.",
}

/// Of an access point's policy.
const ACCESS_POINT: Judged = &[
    (ViolationKind::PublicAccess, ACCESS_POINT_PUBLIC_POLICY),
    (ViolationKind::ForeignPrincipal, ACCESS_POINT_FOREIGN_POLICY),
];

/// What the other functions do with an access point.
const GUARDS: &Access = &Access {
    control: ACCESS_POINT_GUARDS,
    whose: Whose::Others,
    actions: &["s3:GetAccessPoint", "s3:GetAccessPointPolicy", "s3:PutAccessPointPolicy"],
    detail: "of the access point's policy deny Parapet's other functions what they do with it",
    longest: LONGEST_ACCESS_POINT_POLICY,
};

/// An access point's policy; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::AccessPoint;
    type State = Option<Document>;
    type Action = AccessPointPolicyAction;

    const ROW: Row = Row {
        id: "access-point-policy",
        name: "access point policy",
        service: &SERVICE,
        events: &["CreateAccessPoint", "DeleteAccessPoint", "PutAccessPointPolicy", "DeleteAccessPointPolicy"],
        controls: &[ACCESS_POINT_PUBLIC_POLICY, ACCESS_POINT_FOREIGN_POLICY, ACCESS_POINT_GUARDS],
        is_own_policy: true,
        ..Row::OF_ACCESS
    };

    /// Whatever is left of it, the access point serves those whom IAM and the bucket policy let in.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Document>>,
        observed: &Option<Document>,
    ) -> Flaws<'a, Option<Document>> {
        let Some(document) = observed else { return Ok(Vec::new()) };
        let before = last_known.and_then(Option::as_ref);
        let mut flaws = judgement::flaws(subject, PolicyKind::Resource, ACCESS_POINT, before, document)?;
        flaws.extend(GUARDS.flaws(subject, before, document));
        Ok(flaws)
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![
            to.clone().map_or(
                AccessPointPolicyAction::DeleteAccessPointPolicy,
                AccessPointPolicyAction::PutAccessPointPolicy,
            ),
        ]
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            AccessPointPolicyAction::PutAccessPointPolicy(document) => Some(document.clone()),
            AccessPointPolicyAction::DeleteAccessPointPolicy => None,
        }
    }

    /// What the policy belongs to is there without one.
    fn is_empty(state: &Self::State) -> bool {
        state.is_none()
    }
}

/// What is done about an access point's policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum AccessPointPolicyAction {
    /// Put it.
    PutAccessPointPolicy(Document),
    /// Delete it.
    DeleteAccessPointPolicy,
}

impl fmt::Display for AccessPointPolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutAccessPointPolicy(document) => write!(f, "PutAccessPointPolicy with {}", statements(document)),
            Self::DeleteAccessPointPolicy => f.write_str("DeleteAccessPointPolicy"),
        }
    }
}

/// Amazon S3 User Guide, "Access points restrictions and limitations": "Access point policies are limited to 20 KB in size".
pub(super) const LONGEST_ACCESS_POINT_POLICY: usize = 20 * 1024;
