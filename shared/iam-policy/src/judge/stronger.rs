//! What turns on a role that is known: it is too much only if the role has more than the holder.

use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::role::{More, Stronger};
use super::roles::{PassedTo, Role};
use super::scenario::Scenario;
use super::tables::roles::{GIVING, TRUSTING, Turn, turn};
use super::targets::Targets;
use std::collections::BTreeSet;

/// Whether an action turns on a role, and those of the home are known.
pub(super) fn is_asked(reach: &Reach<'_>, home: &Home, action: &str) -> bool {
    turn(action).is_some() && reach.roles.are_known(home)
}

/// The action on a known role of the home that has more than the holder; for `iam:PassRole`: so that one of these services takes it.
pub(super) fn reached(reach: &Reach<'_>, home: &Home, action: &str, passed_to: PassedTo) -> Option<Reached> {
    let turn = turn(action)?;
    let given = reach.roles.given(turn, passed_to);
    let asked = Asked { reach, home, action, lower: action.to_ascii_lowercase(), turn, passed_to };
    let as_they_are = given.iter().filter_map(|given| Some((reach.roles.at(given.role, home)?, &given.services)));
    asked.first(as_they_are).or_else(|| {
        // Who says whom a role trusts lets anybody in.
        if !matches!(turn, Turn::Passed | Turn::Assumed) || !asked.is_about(TRUSTING) {
            return None;
        }
        let is_given: BTreeSet<usize> = given.iter().map(|given| given.role).collect();
        let others = reach.roles.places().filter(|place| !is_given.contains(place));
        let others = others.filter_map(|place| reach.roles.at(place, home)).filter(|role| asked.may(role, TRUSTING));
        let any = BTreeSet::new();
        asked.first(others.map(|role| (role, &any)))
    })
}

/// What is asked of each role.
struct Asked<'r, 'a> {
    reach: &'r Reach<'a>,
    home: &'r Home,
    action: &'r str,
    lower: String,
    turn: Turn,
    passed_to: PassedTo,
}

impl<'r, 'a: 'r> Asked<'r, 'a> {
    /// The first that has more and may be used so, each with the services that get it.
    fn first<'s>(&self, roles: impl Iterator<Item = (&'r Role<'a>, &'s BTreeSet<String>)>) -> Option<Reached> {
        let gives = GIVING.into_iter().any(|giving| self.is_about(giving));
        roles.take_while(|_| !self.reach.budget.is_exhausted()).find_map(|(role, services)| {
            let more = self.reach.roles.more(role, self.turn).cloned();
            let is_given = || gives && GIVING.into_iter().any(|giving| self.may(role, giving));
            let more = more.or_else(|| is_given().then_some(More::Given))?;
            let services: Vec<&str> = services.iter().map(String::as_str).collect();
            let passed_to = if services.is_empty() { self.passed_to.unwrap_or_default() } else { &services };
            let mut reached = self.on(role, self.action, Scenario { passed_to, ..Scenario::of(&self.lower) })?;
            reached.role = Some(Stronger { arn: role.arn().to_owned(), more });
            Some(reached)
        })
    }

    fn is_about(&self, action: &str) -> bool {
        self.reach.is_about(&action.to_ascii_lowercase())
    }

    /// Whether the holder may do this to a role.
    fn may(&self, role: &Role<'_>, action: &str) -> bool {
        let lower = action.to_ascii_lowercase();
        !role.is_linked() && self.reach.is_about(&lower) && self.on(role, action, Scenario::of(&lower)).is_some()
    }

    fn on(&self, role: &Role<'_>, action: &str, scenario: Scenario<'_>) -> Option<Reached> {
        let target = Targets::only(role.arn().to_owned(), self.home);
        self.reach.on_most(action, &target, scenario, Own::IsOne)
    }
}
