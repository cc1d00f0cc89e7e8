//! Weakening what guards the account.

use super::found::{Way, violation};
use super::holding::Rules;
use super::kinds::ViolationKind;
use super::places::Home;
use super::powers::{could_act_on, is_of_a_kind};
use super::reach::{Alike, Own, Reach, Reached};
use super::scenario::Scenario;
use super::sensitive::SensitiveSet;
use super::tables::tampering;
use super::targets::Targets;
use super::violation::{Target, Violation};
use std::collections::HashMap;
use std::iter::once;
use std::sync::LazyLock;

/// One call.
struct Call {
    action: &'static str,
    lower: String,
    /// Its place among the sensitive actions.
    number: usize,
}

/// All calls, looked up once: most policies have none of them.
static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let call = |action: &'static str| {
        let lower = action.to_ascii_lowercase();
        Some(Call { action, number: SensitiveSet::number(&lower)?, lower })
    };
    tampering::actions().filter_map(call).collect()
});

/// Every call that the holder may make on something that guards.
pub(super) fn found(reach: &Reach<'_>, rules: &Rules) -> Option<Violation> {
    let ways = reached(reach, rules).map(|(action, step)| Way::of(action, step)).collect();
    violation(reach.zone, ViolationKind::GuardTampering, Target::Guards, ways)
}

/// The calls, one by one.
pub(super) fn reached<'r>(
    reach: &'r Reach<'_>,
    rules: &'r Rules,
) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    let aliases =
        rules.guards.iter().filter_map(|pattern| Some(format!("alias/{}", pattern.split_once(OF_ALIASES)?.1)));
    let mut known = Known { reach, aliases: aliases.collect(), tags: &rules.guard_tags, answers: HashMap::new() };
    let calls = CALLS.iter().filter(|call| !rules.guards.is_empty() && reach.asks(call.number));
    calls.filter_map(move |call| Some((call.action, known.on_some(call, &rules.guards)?)))
}

/// Of the ARNs of keys, and of their aliases.
const OF_KEYS: &str = ":key/";
const OF_ALIASES: &str = ":alias/";

/// What was asked before: of the same resources, actions are mostly reached alike.
struct Known<'r, 'a> {
    reach: &'r Reach<'a>,
    /// The names of keys.
    aliases: Vec<String>,
    /// The tags that such resources have.
    tags: &'r [(String, String)],
    answers: HashMap<(Alike, &'r str), Option<Reached>>,
}

impl<'r> Known<'r, '_> {
    /// A call on some resource that guards.
    fn on_some(&mut self, call: &Call, guards: &'r [String]) -> Option<Reached> {
        let (reach, budget) = (self.reach, self.reach.budget);
        let of_service = guards.iter().filter(|pattern| could_act_on(&call.lower, pattern));
        let patterns: Vec<&String> = of_service.filter(|pattern| is_of_a_kind(&call.lower, pattern, budget)).collect();
        let is_about_keys = patterns.iter().all(|pattern| pattern.contains(OF_KEYS));
        let mut places = reach.homes.iter().flat_map(|home| patterns.iter().map(move |pattern| (home, *pattern)));
        let named = places.find_map(|(home, pattern)| self.on_this(home, call, pattern));
        let by_alias = || is_about_keys.then(|| self.on_key(call.action, &call.lower)).flatten();
        named.or_else(by_alias)
    }

    /// An action on a key that guards, which is known by its alias alone: of which id it is nobody says, so that only who may do it to every key
    /// may do it to this one.
    fn on_key(&self, action: &'static str, lower: &str) -> Option<Reached> {
        let reach = self.reach;
        self.aliases.iter().find_map(|alias| {
            let scenario = Scenario { alias: Some(alias), tags: self.tags, ..Scenario::of(lower) };
            reach.homes.iter().find_map(|home| {
                let places = reach.places_of(home, once(lower));
                let keys = Targets::of_action(action, &places).into_iter().filter(|targets| targets.is_of(&[OF_KEYS]));
                keys.collect::<Vec<_>>().iter().find_map(|keys| reach.on_most(action, keys, scenario, Own::One))
            })
        })
    }

    /// The same on a key that is known by its id. It has one of the aliases, and no statement says which.
    fn on_named_key(&self, home: &Home, call: &Call, pattern: &str, scenario: Scenario<'_>) -> Option<Reached> {
        let named = |scenario| self.reach.on_some_of_home(home, call.action, pattern, &[], scenario);
        let mut aliases = self.aliases.iter();
        named(scenario).or_else(|| aliases.find_map(|alias| named(Scenario { alias: Some(alias), ..scenario })))
    }

    fn on_this(&mut self, home: &Home, call: &Call, pattern: &'r str) -> Option<Reached> {
        let reach = self.reach;
        let scenario = Scenario { tags: self.tags, ..Scenario::of(&call.lower) };
        if pattern.contains(OF_KEYS) {
            return self.on_named_key(home, call, pattern, scenario);
        }
        let ask = || reach.on_some_of_home(home, call.action, pattern, &[], scenario);
        let alike = reach.alike(call.number, scenario, home);
        let answer = self.answers.entry((alike, pattern)).or_insert_with(ask).clone();
        answer.map(|mut reached| {
            call.action.clone_into(&mut reached.witness.action);
            reached
        })
    }
}
