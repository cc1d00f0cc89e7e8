//! Administrator-equivalence of identity policies.

use super::found::{Way, violation};
use super::kinds::ViolationKind;
use super::reach::{Own, Reach, Reached};
use super::scenario::{Aim, Scenario};
use super::tables::administrators::ACTIONS;
use super::violation::{Target, Violation};

/// Some action on every resource, with no condition that confines it.
pub(super) fn found(reach: &Reach<'_>) -> Option<Violation> {
    let ways = reached(reach).map(|(action, step)| Way::of(action, step)).collect();
    violation(reach.zone, ViolationKind::Admin, Target::EveryResource, ways)
}

/// The actions by which the holder gives any permission.
pub(super) fn reached<'r>(reach: &'r Reach<'_>) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    ACTIONS.into_iter().filter_map(|action| Some((action, on_all(reach, action)?)))
}

fn on_all(reach: &Reach<'_>, action: &'static str) -> Option<Reached> {
    let lower = action.to_ascii_lowercase();
    if !reach.asks_about(&lower) {
        return None;
    }
    let scenario = Scenario { aim: Aim::Oneself, ..Scenario::of_itself(&lower) };
    reach.on_every_resource(action, scenario, Own::of_action(action))
}
