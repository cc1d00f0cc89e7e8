//! What turns on a role that is known: it is too much only if the role has more than the holder.

use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::role::{More, Stronger};
use super::roles::{PassedTo, Role};
use super::scenario::Scenario;
use super::tables::roles::{GIVING, TRUSTING, Turn, turn};
use super::targets::Targets;
use crate::glob::Glob;
use crate::variables::Variables;
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
    asked.first(as_they_are, None).or_else(|| {
        // Who says whom a role trusts lets anybody in.
        let trusting = Some(TRUSTING).filter(|_| matches!(turn, Turn::Passed | Turn::Assumed));
        let trusting = trusting.and_then(|trusting| Change::new(reach, home, trusting))?;
        let is_given: BTreeSet<usize> = given.iter().map(|given| given.role).collect();
        let others = reach.roles.places().filter(|place| !is_given.contains(place));
        let any = BTreeSet::new();
        asked.first(others.filter_map(|place| Some((reach.roles.at(place, home)?, &any))), Some(&trusting))
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
    /// The first that has more and may be used so, each with the services that get it; after a change, if one is needed.
    fn first<'s>(
        &self,
        roles: impl Iterator<Item = (&'r Role<'a>, &'s BTreeSet<String>)>,
        after: Option<&Change<'_, '_>>,
    ) -> Option<Reached> {
        let giving: Vec<Change<'_, '_>> =
            GIVING.into_iter().filter_map(|giving| Change::new(self.reach, self.home, giving)).collect();
        roles.take_while(|_| !self.reach.budget.is_exhausted()).find_map(|(role, services)| {
            let more = self.reach.roles.more(role, self.turn).cloned();
            let is_given = || giving.iter().any(|giving| giving.is_allowed(role));
            let more = more.or_else(|| is_given().then_some(More::Given))?;
            if !after.is_none_or(|change| change.is_allowed(role)) {
                return None;
            }
            let services: Vec<&str> = services.iter().map(String::as_str).collect();
            let passed_to = if services.is_empty() { self.passed_to.unwrap_or_default() } else { &services };
            let scenario = Scenario { passed_to, ..Scenario::of(&self.lower) };
            let mut reached = on(self.reach, self.home, role, self.action, scenario)?;
            reached.role = Some(Stronger { arn: role.arn().to_owned(), more });
            Some(reached)
        })
    }
}

/// An action that makes a role another.
struct Change<'r, 'a> {
    reach: &'r Reach<'a>,
    home: &'r Home,
    action: &'static str,
    lower: String,
    /// What the roles are called that it is allowed on.
    named: Vec<Glob>,
}

impl<'r, 'a> Change<'r, 'a> {
    /// `None`: it is allowed on none.
    fn new(reach: &'r Reach<'a>, home: &'r Home, action: &'static str) -> Option<Self> {
        let lower = action.to_ascii_lowercase();
        reach.on_some_resource_of(home, action, Scenario::of(&lower))?;
        let named = reach.allowed_resources(&lower);
        let named = named.iter().filter_map(|pattern| Variables::Any.glob(pattern)).collect();
        Some(Self { reach, home, action, lower, named })
    }

    fn is_allowed(&self, role: &Role<'_>) -> bool {
        let is_named = || self.named.iter().any(|glob| glob.matches(role.arn()));
        let scenario = Scenario::of(&self.lower);
        !role.is_linked() && is_named() && on(self.reach, self.home, role, self.action, scenario).is_some()
    }
}

/// An action on one role.
fn on(reach: &Reach<'_>, home: &Home, role: &Role<'_>, action: &str, scenario: Scenario<'_>) -> Option<Reached> {
    let target = Targets::only(role.arn().to_owned(), home);
    reach.on_most(action, &target, scenario, Own::One)
}
