//! Privilege escalation: coming by more permissions with several actions, or as somebody else. And the same for data: having
//! a service move it as somebody else.

use super::found::{Way, violation};
use super::kinds::ViolationKind;
use super::made;
use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::scenario::Scenario;
use super::sensitive;
use super::tables::administrators;
use super::tables::made::MADE;
use super::tables::paths::{MOVES, PATHS, Path};
use super::violation::{Target, Violation};
use std::collections::{BTreeMap, BTreeSet};

const PASS_ROLE: &str = "iam:PassRole";

/// Every path all of whose actions are reached: what the path turns on (the role that is passed, the user that is given a
/// key) has to be every resource of its type, else it may be harmless; what is only needed on the way, some resource.
pub(super) fn found(reach: &Reach<'_>) -> Option<Violation> {
    of_kind(reach, ViolationKind::PrivilegeEscalation)
}

/// Every path on which a service moves data with a role that it is given.
pub(super) fn moves(reach: &Reach<'_>) -> Option<Violation> {
    of_kind(reach, ViolationKind::ConfusedService)
}

fn of_kind(reach: &Reach<'_>, kind: ViolationKind) -> Option<Violation> {
    let mut known = Known::of_each_home(reach);
    let way = |path: &Path| {
        let steps = known.iter_mut().find_map(|known| steps(known, path))?;
        Some(Way::new(path.actions.iter().map(|action| (*action).to_owned()).collect(), steps))
    };
    let mut ways: Vec<Way> = asked(reach, kind).filter_map(way).collect();
    if kind == ViolationKind::PrivilegeEscalation {
        // What is a way on every resource needs no other action.
        let more: Vec<Way> = made::reached(reach).filter(|made| !ways.iter().any(|way| made.has_all_of(way))).collect();
        ways.extend(more);
    }
    violation(reach.zone, kind, Target::EveryResource, ways)
}

/// The ways of a kind all of whose actions some Allow is about, and one of which is asked about.
fn asked<'r>(reach: &'r Reach<'_>, kind: ViolationKind) -> impl Iterator<Item = &'static Path> + 'r {
    let (paths, numbers) = match kind {
        ViolationKind::ConfusedService => (MOVES, &*sensitive::NUMBERS_OF_MOVES),
        _ => (PATHS, &*sensitive::NUMBERS_OF_PATHS),
    };
    paths.iter().zip(numbers).filter(|(_, numbers)| reach.asks_about_all(numbers)).map(|(path, _)| path)
}

/// Whether there is any path.
pub(super) fn is_possible(reach: &Reach<'_>) -> bool {
    is_any_possible(reach, ViolationKind::PrivilegeEscalation) || made::reached(reach).next().is_some()
}

/// Whether there is any on which data is moved.
pub(super) fn is_move_possible(reach: &Reach<'_>) -> bool {
    is_any_possible(reach, ViolationKind::ConfusedService)
}

fn is_any_possible(reach: &Reach<'_>, kind: ViolationKind) -> bool {
    let mut known = Known::of_each_home(reach);
    asked(reach, kind).any(|path| known.iter_mut().any(|known| steps(known, path).is_some()))
}

/// Whether some action is reached, on some resource, that is one of several of a path, or that is one only with what other policies allow
/// before: or one with which something is brought about before.
pub(super) fn is_part_possible(reach: &Reach<'_>) -> bool {
    let some = |action: &str, is_prepared: bool| {
        let lower = action.to_ascii_lowercase();
        let scenario = Scenario { is_prepared, ..Scenario::alone(&lower) };
        reach.homes.iter().any(|home| reach.on_some_resource_of(home, action, scenario).is_some())
    };
    let (alone, together): (Vec<&Path>, Vec<&Path>) = PATHS.iter().partition(|path| path.actions.len() == 1);
    let of_paths = together.into_iter().flat_map(|path| path.actions);
    let of_several: BTreeSet<&str> = of_paths.chain(MADE.iter().flat_map(|made| made.actions)).copied().collect();
    of_several.into_iter().any(|action| some(action, true))
        || alone.iter().flat_map(|path| path.actions).any(|action| some(action, true) && !some(action, false))
        || sensitive::preparing().filter(|action| is_of_paths(action)).any(|action| some(&action, true))
}

/// Whether an action is of a service whose resources a path is about.
fn is_of_paths(action: &str) -> bool {
    let service = |action: &str| action.split(':').next().unwrap_or_default().to_owned();
    let own = service(action);
    PATHS.iter().flat_map(|path| path.actions).any(|other| service(other) == own)
}

/// What was asked before of one home: paths share actions, and all steps of a path are taken in one account.
struct Known<'r, 'a> {
    reach: &'r Reach<'a>,
    home: &'r Home,
    every: BTreeMap<(&'static str, &'static [&'static str]), Option<Reached>>,
    some: BTreeMap<&'static str, Option<Reached>>,
}

/// The steps of a path, that on which it turns first; `None` if one of them is not reached.
fn steps(known: &mut Known<'_, '_>, path: &Path) -> Option<Vec<Reached>> {
    let passes_role = path.actions.contains(&PASS_ROLE);
    let mut turning: Vec<&'static str> = path.actions.to_vec();
    turning.sort_by_key(|action| *action != PASS_ROLE);
    turning
        .into_iter()
        .map(|action| {
            if !passes_role || action == PASS_ROLE {
                known.on_every_resource(action, path.passed_to)
            } else {
                known.on_some_resource(action)
            }
        })
        .collect()
}

impl<'r, 'a> Known<'r, 'a> {
    fn of_each_home(reach: &'r Reach<'a>) -> Vec<Self> {
        reach.homes.iter().map(|home| Self { reach, home, every: BTreeMap::new(), some: BTreeMap::new() }).collect()
    }

    fn on_every_resource(&mut self, action: &'static str, passed_to: &'static [&'static str]) -> Option<Reached> {
        let passed_to = if action == PASS_ROLE { passed_to } else { &[] };
        let (reach, home) = (self.reach, self.home);
        let ask = || {
            let lower = action.to_ascii_lowercase();
            let gives_any = administrators::ACTIONS.iter().any(|(other, _)| *other == action);
            let own = if gives_any { Own::IsEverything } else { Own::IsOne };
            reach.on_every_resource_of(home, action, Scenario { passed_to, ..Scenario::of(&lower) }, own)
        };
        self.every.entry((action, passed_to)).or_insert_with(ask).clone()
    }

    fn on_some_resource(&mut self, action: &'static str) -> Option<Reached> {
        let (reach, home) = (self.reach, self.home);
        let ask = || reach.on_some_resource_of(home, action, Scenario::of(&action.to_ascii_lowercase()));
        self.some.entry(action).or_insert_with(ask).clone()
    }
}
