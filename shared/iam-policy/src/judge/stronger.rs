//! What turns on a role that is known: it is too much only if the role has more than the holder.

use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::role::{More, Stronger};
use super::roles::Role;
use super::scenario::Scenario;
use super::tables::roles::{GIVING, TRUSTING, Turn, turn};
use super::targets::Targets;
use std::collections::BTreeSet;

/// Whether an action turns on a role, and those of the home are known.
pub(super) fn is_asked(reach: &Reach<'_>, home: &Home, action: &str) -> bool {
    turn(action).is_some() && reach.roles.are_known(home)
}

/// The action on a known role of the home that has more than the holder; for `iam:PassRole`: so that one of these services takes it, of
/// all where none are given.
pub(super) fn reached(reach: &Reach<'_>, home: &Home, action: &str, passed_to: Option<&[&str]>) -> Option<Reached> {
    let turn = turn(action)?;
    let lower = action.to_ascii_lowercase();
    let on = |role: &Role<'_>, action: &str, scenario: Scenario<'_>| {
        let target = Targets::only(role.arn().to_owned(), home);
        reach.on_most(action, &target, scenario, Own::IsOne)
    };
    let may = |role: &Role<'_>, action: &str| {
        let lower = action.to_ascii_lowercase();
        !role.is_linked() && reach.is_about(&lower) && on(role, action, Scenario::of(&lower)).is_some()
    };
    reach.roles.of(home).take_while(|_| !reach.budget.is_exhausted()).find_map(|role| {
        if role.is_linked() && (turn != Turn::Passed || passed_to.is_none()) {
            return None;
        }
        let services = if turn == Turn::Passed { reach.roles.taking(role, passed_to) } else { BTreeSet::new() };
        let is_let_in = match turn {
            Turn::Passed => !services.is_empty(),
            Turn::Assumed => reach.roles.lets_its_account_in(role),
            Turn::Trusting => true,
            Turn::Unbound => role.is_bound(),
        };
        // Who says whom a role trusts lets anybody in.
        if !is_let_in && (turn == Turn::Unbound || !may(role, TRUSTING)) {
            return None;
        }
        let more = if turn == Turn::Unbound { reach.roles.more_unbound(role) } else { reach.roles.more(role) };
        let more = more.cloned().or_else(|| GIVING.into_iter().any(|a| may(role, a)).then_some(More::Given))?;
        let services: Vec<&str> = services.iter().map(String::as_str).collect();
        let passed_to = if services.is_empty() { passed_to.unwrap_or_default() } else { &services };
        let mut reached = on(role, action, Scenario { passed_to, ..Scenario::of(&lower) })?;
        reached.role = Some(Stronger { arn: role.arn().to_owned(), more });
        Some(reached)
    })
}
