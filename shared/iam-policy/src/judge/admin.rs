//! Administrator-equivalence of identity policies.

use super::found::{Way, violation};
use super::kinds::ViolationKind;
use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::scenario::Scenario;
use super::tables::administrators::ACTIONS;
use super::targets::Targets;
use super::violation::{Target, Violation};

/// Some action on every resource, with no condition that confines it.
pub(super) fn found(reach: &Reach<'_>) -> Option<Violation> {
    let ways = reached(reach).map(|(action, step)| Way::of(action, step)).collect();
    violation(reach.zone, ViolationKind::Admin, Target::EveryResource, ways)
}

/// The actions by which the holder gives any permission.
pub(super) fn reached<'r>(reach: &'r Reach<'_>) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    ACTIONS.into_iter().filter_map(|(action, target)| Some((action, on_all(reach, action, target)?)))
}

fn on_all(reach: &Reach<'_>, action: &'static str, target: &'static str) -> Option<Reached> {
    let lower = action.to_ascii_lowercase();
    if !reach.asks_about(&lower) {
        return None;
    }
    let every = |home: &Home| Targets::every(&format!("arn:{}:iam::{}:{target}/*", home.partition, home.account), home);
    // Who has the name of a user is that user, but no role, group or policy is.
    let is_named_like_users = target != "user" && reach.uses_variable("aws:username");
    let own = if is_named_like_users { Own::IsOne } else { Own::IsEverything };
    let reached = |home: &Home| reach.on_most(action, &every(home), Scenario::alone(&lower), own);
    reach.homes.iter().find_map(reached)
}
