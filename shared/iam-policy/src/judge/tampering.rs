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
    let mut known = Known { reach, answers: HashMap::new() };
    let calls = CALLS.iter().filter(|call| !rules.guards.is_empty() && reach.asks(call.number));
    calls.filter_map(move |call| Some((call.action, known.on_some(call, &rules.guards)?)))
}

/// Of the ARNs of keys, and of their aliases.
const OF_KEYS: &str = ":key/";
const OF_ALIASES: &str = ":alias/";

/// What was asked before: of the same resources, actions are mostly reached alike.
struct Known<'r, 'a> {
    reach: &'r Reach<'a>,
    answers: HashMap<(Alike, &'r str), Option<Reached>>,
}

impl<'r> Known<'r, '_> {
    /// A call on some resource that guards.
    fn on_some(&mut self, call: &Call, guards: &'r [String]) -> Option<Reached> {
        let (reach, budget) = (self.reach, self.reach.budget);
        let of_service = guards.iter().filter(|pattern| could_act_on(&call.lower, pattern));
        let patterns: Vec<&String> = of_service.filter(|pattern| is_of_a_kind(&call.lower, pattern, budget)).collect();
        if patterns.is_empty() {
            return self.on_key(call.action, &call.lower, guards);
        }
        let mut places = reach.homes.iter().flat_map(|home| patterns.iter().map(move |pattern| (home, *pattern)));
        places.find_map(|(home, pattern)| self.on_this(home, call, pattern))
    }

    /// An action on a key that guards, which is known by its alias. What it is called otherwise nobody knows, so that only who may do it to every
    /// key may do it to this one.
    fn on_key(&self, action: &'static str, lower: &str, guards: &[String]) -> Option<Reached> {
        let reach = self.reach;
        let mut aliases = guards.iter().filter_map(|pattern| pattern.split_once(OF_ALIASES));
        aliases.find_map(|(_, alias)| {
            let alias = format!("alias/{alias}");
            let scenario = Scenario { alias: Some(&alias), ..Scenario::of(lower) };
            reach.homes.iter().find_map(|home| {
                let places = reach.places_of(home, once(lower));
                let keys = Targets::of_action(action, &places).into_iter().filter(|targets| targets.is_of(&[OF_KEYS]));
                keys.collect::<Vec<_>>().iter().find_map(|keys| reach.on_most(action, keys, scenario, Own::One))
            })
        })
    }

    fn on_this(&mut self, home: &Home, call: &Call, pattern: &'r str) -> Option<Reached> {
        let reach = self.reach;
        let scenario = Scenario::of(&call.lower);
        let ask = || reach.on_some_of_home(home, call.action, pattern, &[], scenario);
        let alike = reach.alike(call.number, scenario, home);
        let answer = self.answers.entry((alike, pattern)).or_insert_with(ask).clone();
        answer.map(|mut reached| {
            call.action.clone_into(&mut reached.witness.action);
            reached
        })
    }
}
