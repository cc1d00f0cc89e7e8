//! Administrator-equivalence of identity policies.

use super::powers::Found;
use super::reach::{Own, Reach, Reached};
use super::scenario::Scenario;
use super::targets::Targets;

/// The actions with which a principal alone gives itself or others any permission.
pub(super) const ACTIONS: [&str; 7] = [
    "iam:PutUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachGroupPolicy",
    "iam:CreatePolicyVersion",
];

/// AWS's own policies that make an administrator: the snapshot of tests/admin.rs finds them.
pub(super) const ADMINISTRATOR_POLICIES: [&str; 4] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
];

/// Some action on every resource, with no condition that confines it.
pub(super) fn found(reach: &Reach<'_>) -> Option<Found> {
    let reached: Vec<(&str, Reached)> =
        ACTIONS.iter().filter_map(|action| Some((*action, on_all(reach, action)?))).collect();
    let actions: Vec<&str> = reached.iter().map(|(action, _)| *action).collect();
    let statements = reached.iter().flat_map(|(_, r)| r.statements.iter().copied()).collect();
    let holder = super::holder_of(&statements);
    let detail =
        format!("{holder} give anyone any permission, with {} on every resource", super::listed(&actions, "action"));
    Some(Found { first: reached.into_iter().next()?.1, statements, detail })
}

pub(super) fn reached<'r>(reach: &'r Reach<'_>) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    ACTIONS.iter().filter_map(|action| Some((*action, on_all(reach, action)?)))
}

fn on_all(reach: &Reach<'_>, action: &'static str) -> Option<Reached> {
    let lower = action.to_ascii_lowercase();
    let target = match action {
        "iam:PutUserPolicy" | "iam:AttachUserPolicy" => "user",
        "iam:PutRolePolicy" | "iam:AttachRolePolicy" => "role",
        "iam:PutGroupPolicy" | "iam:AttachGroupPolicy" => "group",
        _ => "policy",
    };
    if !reach.asks_about(&lower) {
        return None;
    }
    let targets = Targets::every(&format!("arn:{}:iam::{}:{target}/*", reach.zone.partition, reach.zone.account));
    reach.on_most(action, &targets, Scenario::of(&lower), Own::IsEverything)
}
