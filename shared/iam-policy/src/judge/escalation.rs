//! Privilege escalation: coming by more permissions with several actions, or as somebody else. And the same for data: having
//! a service move it as somebody else.

use super::found::{self, violation};
use super::kinds::ViolationKind;
use super::made;
use super::places::Home;
use super::reach::{Alike, Own, Reach, Reached};
use super::scenario::{Aim, Scenario};
use super::sensitive;
use super::stronger;
use super::tables::administrators;
use super::tables::made::MADE;
use super::tables::paths::PATHS;
use super::together;
use super::violation::{Target, Violation};
use super::ways::{MOVING, OF_SEVERAL, RUNS, SERVICES, Step, Way};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A role that is passed to a service that is not named.
const TO_ANY: &[&str] = &[];

/// Every way all of whose actions are reached: what it turns on (the role that is passed, the user that is given a
/// key) has to be every resource of its type, else it may be harmless; what is only needed on the way, some resource.
pub(super) fn found(reach: &Reach<'_>) -> Option<Violation> {
    let mut ways = reached(reach, &RUNS);
    // What is a way on every resource needs no other action.
    let more: Vec<found::Way> = made::reached(reach, &ways).collect();
    ways.extend(more);
    violation(reach.zone, ViolationKind::PrivilegeEscalation, Target::EveryResource, ways)
}

/// Every way on which a service moves data with a role that it is given.
pub(super) fn moves(reach: &Reach<'_>) -> Option<Violation> {
    violation(reach.zone, ViolationKind::ConfusedService, Target::EveryResource, reached(reach, &MOVING))
}

/// Whether there is any way.
pub(super) fn is_possible(reach: &Reach<'_>) -> bool {
    is_any_possible(reach, &RUNS) || made::reached(reach, &[]).next().is_some()
}

/// Whether there is any on which data is moved.
pub(super) fn is_move_possible(reach: &Reach<'_>) -> bool {
    is_any_possible(reach, &MOVING)
}

/// Whether some action is reached, on some resource, that is one of several of a way, or that is one only with what other policies allow
/// before: or one with which something is brought about before.
pub(super) fn is_part_possible(reach: &Reach<'_>) -> bool {
    let some = |action: &str, is_prepared: bool| {
        let lower = action.to_ascii_lowercase();
        let scenario = Scenario { is_prepared, ..Scenario::alone(&lower) };
        reach.homes.iter().any(|home| reach.on_some_resource_of(home, action, scenario).is_some())
    };
    let mut of_several = OF_SEVERAL.iter().chain(MADE.iter().flat_map(|made| made.actions));
    let mut alone = PATHS.iter().filter(|path| path.actions.len() == 1).flat_map(|path| path.actions);
    of_several.any(|action| some(action, true))
        || alone.any(|action| some(action, true) && !some(action, false))
        || sensitive::preparing().filter(|action| is_of_ways(action)).any(|action| some(&action, true))
}

/// Whether an action is of a service whose resources a way is about.
fn is_of_ways(action: &str) -> bool {
    action.split(':').next().is_some_and(|service| SERVICES.contains(service))
}

/// The ways of a table that are reached, in its order.
fn reached(reach: &Reach<'_>, ways: &'static [Way]) -> Vec<found::Way> {
    let mut known = Known::of_each_home(reach);
    let mut found: BTreeMap<usize, found::Way> = BTreeMap::new();
    let (passing, others): (Vec<_>, Vec<_>) = ways.iter().enumerate().partition(|(_, way)| way.passes_role());
    for (place, way) in others.into_iter().chain(passing) {
        if way.without_role.iter().any(|other| found.contains_key(other)) {
            continue;
        }
        if let Some(steps) = known.iter_mut().find_map(|known| known.steps(way)) {
            let actions = way.steps.iter().map(|step| step.action.to_owned()).collect();
            found.insert(place, found::Way::new(actions, steps));
        }
    }
    found.into_values().collect()
}

fn is_any_possible(reach: &Reach<'_>, ways: &'static [Way]) -> bool {
    let mut known = Known::of_each_home(reach);
    ways.iter().any(|way| known.iter_mut().any(|known| known.steps(way).is_some()))
}

/// A question about an action: its number, whom a role is passed to, and the region.
type Asked = (usize, &'static [&'static str], Option<String>);

/// What was asked before of one home: ways share actions, and all steps of a way are taken in one account.
struct Known<'r, 'a> {
    reach: &'r Reach<'a>,
    home: &'r Home,
    /// The region that all steps are taken in; `None`: each in any.
    region: Option<String>,
    every: BTreeMap<Asked, Option<Rc<Reached>>>,
    /// The roles that the holder gives what it likes; `None`: not asked yet.
    given: Option<Vec<made::Given>>,
    /// Passing one of them, by the services that it goes to.
    passed: BTreeMap<&'static [&'static str], Option<Rc<Reached>>>,
    /// The same as `every`, on a known role that has more than the holder.
    stronger: BTreeMap<(usize, &'static [&'static str]), Option<Rc<Reached>>>,
    some: BTreeMap<(usize, Option<String>), Option<Rc<Reached>>>,
    /// On some resource, of actions that are reached alike. Which of them the witness shows does not matter: it is never the first.
    alike: HashMap<Alike, Option<Rc<Reached>>>,
    /// Whether two steps can be about one resource.
    together: BTreeMap<(usize, usize), bool>,
}

impl<'r, 'a> Known<'r, 'a> {
    fn of_each_home(reach: &'r Reach<'a>) -> Vec<Self> {
        let of = |home| Self {
            reach,
            home,
            region: None,
            every: BTreeMap::new(),
            given: None,
            passed: BTreeMap::new(),
            stronger: BTreeMap::new(),
            some: BTreeMap::new(),
            alike: HashMap::new(),
            together: BTreeMap::new(),
        };
        reach.homes.iter().map(of).collect()
    }

    /// The steps of a way, that on which it turns first; `None` if one of them is not reached.
    fn steps(&mut self, way: &'static Way) -> Option<Vec<Rc<Reached>>> {
        let reach = self.reach;
        let is_asked = way.steps.iter().any(|step| reach.asks(step.number));
        if !is_asked || !way.steps.iter().all(|step| reach.has(step.number)) {
            return None;
        }
        self.region = None;
        let anywhere = self.steps_here(way)?;
        if !self.are_together(way) {
            return None;
        }
        let regional = way.steps.iter().filter(|step| reach.tells_regions_apart(step.number)).count();
        if regional < 2 {
            return Some(anywhere);
        }
        // What is made in one region is not used in another.
        let places = reach.places_of(self.home, way.steps.iter().map(|step| step.lower.as_str()));
        let found = places.into_iter().find_map(|place| {
            self.region = Some(place.region);
            self.steps_here(way)
        });
        self.region = None;
        found
    }

    /// Whether all steps that are taken on some resource can be about one. (Those on every resource are.)
    fn are_together(&mut self, way: &'static Way) -> bool {
        let reach = self.reach;
        let some: Vec<&Step> = way.steps.iter().filter(|step| way.passes_role() && !step.passes_role()).collect();
        let pairs =
            some.iter().enumerate().flat_map(|(place, first)| some.iter().skip(place + 1).map(move |s| (first, s)));
        pairs.into_iter().all(|(first, second)| {
            let asked = (first.number, second.number);
            *self.together.entry(asked).or_insert_with(|| together::can_be_one(reach, first, second))
        })
    }

    /// The same, in the region that is looked at, or whichever.
    fn steps_here(&mut self, way: &'static Way) -> Option<Vec<Rc<Reached>>> {
        let turns = |step: &Step| !way.passes_role() || step.passes_role();
        let here =
            |step| if turns(step) { self.on_what_it_turns(step, way.passed_to) } else { self.on_some_resource(step) };
        way.steps.iter().map(here).collect()
    }

    /// On every resource, or a role that the holder gives what it likes; where the roles are known, on one that has more than the holder,
    /// too.
    fn on_what_it_turns(&mut self, step: &'static Step, passed_to: &'static [&'static str]) -> Option<Rc<Reached>> {
        let every = self.on_every_resource(step, passed_to).or_else(|| self.on_a_role_of_its_own(step, passed_to))?;
        let (reach, home) = (self.reach, self.home);
        if !stronger::is_asked(reach, home, step.action) {
            return Some(every);
        }
        let ask = || stronger::reached(reach, home, step.action, Some(passed_to)).map(Rc::new);
        self.stronger.entry((step.number, passed_to)).or_insert_with(ask).clone()
    }

    /// The services that matter, where a role is passed.
    fn asked_of(&self, step: &Step, passed_to: &'static [&'static str]) -> &'static [&'static str] {
        let is_confined = step.passes_role() && self.reach.asks_for(step.number, "iam:passedtoservice");
        if is_confined { passed_to } else { TO_ANY }
    }

    /// Passing a role that the holder gives what it likes.
    fn on_a_role_of_its_own(&mut self, step: &Step, passed_to: &'static [&'static str]) -> Option<Rc<Reached>> {
        if !step.passes_role() {
            return None;
        }
        let passed_to = self.asked_of(step, passed_to);
        let (reach, home) = (self.reach, self.home);
        let given = self.given.get_or_insert_with(|| made::given(reach, home));
        self.passed.entry(passed_to).or_insert_with(|| made::passed(reach, given, passed_to).map(Rc::new)).clone()
    }

    fn on_every_resource(&mut self, step: &'static Step, passed_to: &'static [&'static str]) -> Option<Rc<Reached>> {
        let passed_to = self.asked_of(step, passed_to);
        let (reach, home) = (self.reach, self.home);
        let region = self.region_of(step);
        let ask = || {
            let own = match administrators::is_on_oneself(step.action) {
                true => Own::of_action(step.action),
                false => Own::One,
            };
            // Who is trusted to become somebody stronger, that one's trust policy says, which is judged by itself. Some leave it to this one.
            let (aim, tags, families): (_, &[(String, String)], _) = match step.action == ASSUME_ROLE {
                true => (Aim::Open, &reach.zone.open_tags, &reach.zone.open_families),
                false => (Aim::Stronger, &[], &reach.zone.strong_families),
            };
            let scenario = Scenario { passed_to, region: region.as_deref(), aim, tags, ..Scenario::of(&step.lower) };
            let every = reach.on_every_resource_of(home, step.action, scenario, own);
            every.or_else(|| reach.on_one_of_families(home, step.action, scenario, families)).map(Rc::new)
        };
        self.every.entry((step.number, passed_to, region.clone())).or_insert_with(ask).clone()
    }

    fn on_some_resource(&mut self, step: &'static Step) -> Option<Rc<Reached>> {
        let place = (step.number, self.region_of(step));
        if let Some(known) = self.some.get(&place) {
            return known.clone();
        }
        let (reach, home) = (self.reach, self.home);
        let scenario = Scenario { region: place.1.as_deref(), ..Scenario::of(&step.lower) };
        let ask = || reach.on_some_resource_of(home, step.action, scenario).map(Rc::new);
        let alike = reach.alike(step.number, scenario, home);
        let found = self.alike.entry(alike).or_insert_with(ask).clone();
        self.some.insert(place, found.clone());
        found
    }

    /// The region that is looked at. Buckets of any region are used in any other.
    fn region_of(&self, step: &Step) -> Option<String> {
        self.region.clone().filter(|_| !step.lower.starts_with("s3:"))
    }
}
