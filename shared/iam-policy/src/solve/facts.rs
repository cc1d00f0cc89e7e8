//! What a problem can ask of a request: tests, each on one dimension of it.

use super::actions::{ActionSet, Universe};
use super::formula::{Fact, Formula};
use super::key::KeyTest;
use crate::budget::Budget;
use crate::language::Pattern;
use std::collections::HashMap;
use std::rc::Rc;

/// A dimension of requests. Each is independent of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Dimension {
    Action,
    Resource,
    /// The ARN of the caller.
    Principal,
    /// A context key, by its number.
    Key(u32),
}

/// A test on one dimension.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// The action is one of these.
    Action(Rc<ActionSet>),
    /// The text matches.
    Text(Pattern),
    /// The condition key passes.
    Key(KeyTest),
}

/// The tests of a problem, each once.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    tests: Vec<(Dimension, Test)>,
    /// Names of the context keys, in lower case, and as first written.
    keys: Vec<String>,
    spelling: Vec<String>,
    key_numbers: HashMap<String, u32>,
    texts: HashMap<(Dimension, Pattern), Fact>,
    conditions: HashMap<(Dimension, KeyTest), Fact>,
    /// The actions of the problem, unless it is about one.
    pub(super) universe: Rc<Universe>,
}

impl Facts {
    pub(crate) fn new(universe: &Rc<Universe>) -> Self {
        Self { universe: Rc::clone(universe), ..Self::default() }
    }

    pub(crate) fn action(&mut self, set: Rc<ActionSet>) -> Formula {
        Formula::fact(self.push(Dimension::Action, Test::Action(set)))
    }

    /// That the action matches one of the patterns.
    pub(crate) fn is_one_of(&mut self, patterns: &[String], budget: &Budget) -> Formula {
        let set = self.universe.set(patterns, budget);
        self.action(set)
    }

    /// That the resource or the caller matches.
    pub(crate) fn text(&mut self, dimension: Dimension, pattern: Pattern) -> Formula {
        if pattern.is_any() {
            return Formula::TRUE;
        }
        let place = (dimension, pattern);
        if let Some(fact) = self.texts.get(&place) {
            return Formula::fact(*fact);
        }
        let fact = self.push(dimension, Test::Text(place.1.clone()));
        self.texts.insert(place, fact);
        Formula::fact(fact)
    }

    /// That the key passes the test.
    pub(crate) fn key(&mut self, name: &str, test: KeyTest) -> Formula {
        let number = self.key_number(name);
        let place = (Dimension::Key(number), test);
        if let Some(fact) = self.conditions.get(&place) {
            return Formula::fact(*fact);
        }
        let fact = self.push(place.0, Test::Key(place.1.clone()));
        self.conditions.insert(place, fact);
        Formula::fact(fact)
    }

    /// The names of the keys that tests were made for, in lower case.
    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// What tests of a key (in lower case) ask for.
    pub(super) fn asked_of<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a String> {
        let dimension = self.key_numbers.get(key).map(|number| Dimension::Key(*number));
        let tests = self.tests.iter().filter(move |(of, _)| Some(*of) == dimension);
        tests.flat_map(|(_, test)| if let Test::Key(test) = test { test.values() } else { &[] })
    }

    /// Whether any test is about the caller's ARN.
    pub(super) fn asks_for_principal(&self) -> bool {
        self.tests.iter().any(|(dimension, _)| *dimension == Dimension::Principal)
    }

    /// A key, as it was written first.
    pub(super) fn spelling(&self, number: usize) -> Option<&str> {
        self.spelling.get(number).map(String::as_str)
    }

    pub(super) fn get(&self, fact: Fact) -> Option<&(Dimension, Test)> {
        self.tests.get(fact.0 as usize)
    }

    fn key_number(&mut self, name: &str) -> u32 {
        let lower = name.to_ascii_lowercase();
        if let Some(number) = self.key_numbers.get(&lower) {
            return *number;
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(lower.clone());
        self.spelling.push(name.to_owned());
        self.key_numbers.insert(lower, number);
        number
    }

    fn push(&mut self, dimension: Dimension, test: Test) -> Fact {
        let fact = Fact(u32::try_from(self.tests.len()).unwrap_or(u32::MAX));
        self.tests.push((dimension, test));
        fact
    }
}
