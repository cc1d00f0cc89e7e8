//! The role of the policy guard, which may not change what it is itself. It is kept as the policy guard keeps those of the others, by the same
//! words, and by one look at the whole of it: what is wrong with one part is mended by what the others are once they are right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use iam_policy::Document;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, mended};
use crate::iam::own_role;
use crate::iam::resources::SERVICE;
use crate::iam::{boundary, managed, own_boundary};
use crate::{
    Boundary, BoundaryAction, IamEntity, ManagedAction, ManagedPolicy, Policies, PoliciesAction, Subject, TrustAction,
    on,
};

control! {
    POLICY_GUARD_ROLE = "IAM.PolicyGuardRole", Critical, Enforce, fsbp [], cis [],
    "The policy guard's own role trusts AWS Lambda alone, and holds what its stack gives it, within its boundary",
    "The policy guard keeps the roles of the others, and may not change its own: whoever does has every permission, or blinds it.",
}

/// Whom the role trusts, what it holds, what bounds it and what that says; none where there is no such role.
pub struct Unit;

impl Aspect for Unit {
    type On = on::OwnRole;
    type State = Option<WholeRole>;
    type Action = WholeRoleAction;

    const ROW: Row = Row {
        id: "own-role",
        name: "role of the policy guard",
        service: &SERVICE,
        events: &[
            "CreateRole",
            "DeleteRole",
            "UpdateAssumeRolePolicy",
            "AttachRolePolicy",
            "PutRolePolicy",
            "DeleteRolePolicy",
            "PutRolePermissionsBoundary",
            "DeleteRolePermissionsBoundary",
            "CreatePolicy",
            "CreatePolicyVersion",
            "SetDefaultPolicyVersion",
            "DeletePolicy",
        ],
        controls: &[POLICY_GUARD_ROLE],
        // Each policy that it holds, and each version of what bounds it.
        calls_a_look: None,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<WholeRole>>,
        observed: &Option<WholeRole>,
    ) -> Flaws<'a, Option<WholeRole>> {
        let Some(on::OwnRole { name }) = subject.on() else { return Ok(Vec::new()) };
        let Some(role) = observed else { return Ok(vec![own_role::missing().on(POLICY_GUARD_ROLE)]) };
        let before = last_known.and_then(Option::as_ref);
        let flaws = of_trust(role)
            .into_iter()
            .chain(of_attached(role))
            .chain(of_inline(name, before, role))
            .chain(of_boundary(subject, before, role))
            .chain(of_policy(subject, before, role));
        Ok(flaws.map(|flaw| flaw.on(POLICY_GUARD_ROLE).within(|role: &mut Option<WholeRole>| role.as_mut())).collect())
    }

    /// Nobody becomes it and it holds nothing more before anything comes back. Neither the role nor what bounds it is ever made, and nothing is
    /// attached to it.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        let trust = (from.trust != to.trust).then(|| TrustAction::UpdateAssumeRolePolicy(to.trust.clone()));
        let detached = from.attached.difference(&to.attached).cloned().map(PoliciesAction::DetachPolicy);
        let deleted = from.inline.keys().filter(|name| !to.inline.contains_key(*name));
        let put = to.inline.iter().filter(|(name, document)| from.inline.get(*name) != Some(*document));
        let put = put.map(|(name, document)| (name.clone(), document.clone()));
        let says = match (&from.boundary, &to.boundary) {
            (Some(_), Some(_)) if from.boundary != to.boundary => managed::Unit::diff(&from.boundary, &to.boundary),
            _ => Vec::new(),
        };
        let bound = |role: &WholeRole| Boundary { arn: role.boundary_arn.clone(), document: None };
        let mut actions: Vec<WholeRoleAction> = trust.map(WholeRoleAction::Trust).into_iter().collect();
        actions.extend(detached.map(WholeRoleAction::Holds));
        actions.extend(deleted.cloned().map(PoliciesAction::DeletePolicyOf).map(WholeRoleAction::Holds));
        actions.extend(says.into_iter().map(WholeRoleAction::Says));
        actions.extend(boundary::Unit::diff(&bound(from), &bound(to)).into_iter().map(WholeRoleAction::Bound));
        actions.extend(
            put.map(|(name, document)| PoliciesAction::PutPolicyOf { name, document }).map(WholeRoleAction::Holds),
        );
        actions
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut role = state.clone()?;
        match action {
            WholeRoleAction::Trust(
                TrustAction::CreateRole(document) | TrustAction::UpdateAssumeRolePolicy(document),
            ) => {
                role.trust = document.clone();
            }
            WholeRoleAction::Holds(PoliciesAction::DetachPolicy(arn)) => drop(role.attached.remove(arn)),
            WholeRoleAction::Holds(PoliciesAction::DeletePolicyOf(name)) => drop(role.inline.remove(name)),
            WholeRoleAction::Holds(PoliciesAction::PutPolicyOf { name, document }) => {
                role.inline.insert(name.clone(), document.clone());
            }
            // The others are about users and groups.
            WholeRoleAction::Holds(_) => {}
            WholeRoleAction::Bound(BoundaryAction::PutPermissionsBoundary(boundary)) => {
                role.boundary_arn.clone_from(&boundary.arn);
            }
            WholeRoleAction::Says(action) => role.boundary = managed::Unit::step(&role.boundary, action),
        }
        Some(role)
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What the policy that bounds it said does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.is_some()
    }
}

/// What is done about the role: what is done about each of its parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum WholeRoleAction {
    /// Whom it trusts.
    Trust(TrustAction),
    /// What it holds.
    Holds(PoliciesAction),
    /// What bounds it.
    Bound(BoundaryAction),
    /// What that says.
    Says(ManagedAction),
}

impl fmt::Display for WholeRoleAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trust(action) => action.fmt(f),
            Self::Holds(action) => action.fmt(f),
            Self::Bound(action) => action.fmt(f),
            Self::Says(action) => write!(f, "{action} of its boundary"),
        }
    }
}

/// A role of Parapet's own, as its stack makes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WholeRole {
    /// Whom it trusts.
    pub trust: Document,
    /// What is attached to it, by ARN.
    pub attached: BTreeSet<String>,
    /// What is embedded in it, by name.
    pub inline: BTreeMap<String, Document>,
    /// The ARN of what bounds it; none: nothing does.
    pub boundary_arn: Option<String>,
    /// The policy that its stack bounds it by, whatever bounds it now; none: there is no such policy. Who holds that, nobody asks here.
    pub boundary: Option<ManagedPolicy>,
}

fn of_trust<'a>(role: &WholeRole) -> Option<Flaw<'a, WholeRole>> {
    own_role::of_trust(&role.trust).map(|flaw| flaw.within(|role: &mut WholeRole| Some(&mut role.trust)))
}

fn of_attached<'a>(role: &WholeRole) -> Option<Flaw<'a, WholeRole>> {
    let detached = |role: &mut WholeRole| role.attached.clear();
    (!role.attached.is_empty()).then(|| own_role::of_attachment(detached))
}

/// Each policy that its stack does not give it.
fn of_inline<'a>(name: &str, before: Option<&WholeRole>, role: &WholeRole) -> Vec<Flaw<'a, WholeRole>> {
    let known = |policy: &String| before.and_then(|before| before.inline.get(policy));
    let flaw = |(policy, document): (&String, &Document)| {
        let flaw = own_role::of_inline(name, policy, known(policy), document)?;
        let policy = policy.clone();
        Some(flaw.mended_by(move |role: &mut WholeRole| drop(role.inline.remove(&policy))))
    };
    role.inline.iter().filter_map(flaw).collect()
}

/// What bounds it, and what that says. Where there is no such policy, AWS takes none of that name.
fn of_boundary<'a>(subject: &Subject<'_>, before: Option<&WholeRole>, role: &WholeRole) -> Vec<Flaw<'a, WholeRole>> {
    let Some(policy) = &role.boundary else { return vec![own_boundary::missing()] };
    let said = own_boundary::of_document(subject, before.and_then(|before| before.boundary.as_ref()), policy)
        .map(|flaw| flaw.carried_by(|role: &WholeRole| role.boundary.clone(), |role, policy| role.boundary = policy));
    let required =
        own_role::boundary_of(subject, &entity(subject)).filter(|arn| role.boundary_arn.as_ref() != Some(arn));
    let bound = required.map(|required| {
        let detail = boundary::other_than(&required, role.boundary_arn.as_deref());
        Flaw::new(POLICY_GUARD_ROLE, detail, |role: &mut WholeRole| role.boundary_arn = Some(required))
    });
    said.into_iter().chain(bound).collect()
}

/// The policy that its stack gives it: what its boundary says, once that is right.
fn of_policy<'a>(subject: &Subject<'_>, before: Option<&WholeRole>, role: &WholeRole) -> Option<Flaw<'a, WholeRole>> {
    let of_boundary = of_boundary(subject, before, role).into_iter().map(|flaw| flaw.on(POLICY_GUARD_ROLE));
    let right = mended(subject, of_boundary.collect(), role);
    let held = move |role: &WholeRole| Policies {
        inline: role.inline.clone(),
        boundary: right.boundary.as_ref().map(|policy| policy.document.clone()),
        boundary_arn: right.boundary_arn.clone(),
        ..Policies::default()
    };
    let flaw = own_role::of_policies(subject, &entity(subject), &held(role))?;
    Some(flaw.carried_by(held, |role, policies: Policies| role.inline = policies.inline))
}

/// The role, as one that holds policies.
fn entity(subject: &Subject<'_>) -> IamEntity {
    let name = subject.on::<on::OwnRole>().map(|role| role.name.clone());
    IamEntity::Role(name.unwrap_or_default())
}
