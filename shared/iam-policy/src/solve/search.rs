//! The search for a request that makes a formula true.
//!
//! Each dimension has its own decision procedure, which gives an example together with the answer. So the search always
//! holds a concrete request that fits what was asserted so far, and only looks at the disjunctions that this request
//! does not satisfy. It branches on the one with the fewest ways out; a way that was tried is excluded from its
//! siblings, so that no part of the space is searched twice.

use super::actions::ActionSet;
use super::caller::Caller;
use super::facts::{Dimension, Facts, Test};
use super::formula::{Formula, Literal};
use super::key::{self, Carried, KeyTest};
use crate::budget::{Budget, MAX_SEARCH_DEPTH};
use crate::language::{self, Pattern};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// How many unsatisfied disjunctions are compared before one is taken.
const LOOKED_AT: usize = 6;

/// What a comparison of the search itself costs, in steps of the budget.
const STEPS_OF_A_LOOK: usize = 16;

/// A request that was found. What the formula does not ask for is not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// An index into the universe.
    pub(crate) action: Option<usize>,
    pub(crate) resource: Option<String>,
    pub(crate) principal: Option<String>,
    /// Condition keys as they were written first, and what the request carries of them.
    pub(crate) context: BTreeMap<String, Vec<String>>,
}

/// An example of one dimension.
#[derive(Clone, Debug)]
enum Example {
    Action(usize),
    Text(String),
    Key(Carried),
}

/// What was asserted of one dimension, and an example that fits it.
#[derive(Clone, Debug)]
struct Known {
    literals: Vec<Literal>,
    /// The actions left; none for other dimensions.
    actions: Option<Rc<ActionSet>>,
    example: Rc<Example>,
}

/// Everything asserted so far.
type State = BTreeMap<Dimension, Known>;

/// A choice among the ways to satisfy a disjunction.
struct Choice<'f> {
    state: State,
    open: Vec<&'f Formula>,
    /// The ways not tried yet, the next one last.
    ways: Vec<&'f Formula>,
}

struct Search<'a> {
    facts: &'a Facts,
    caller: &'a Caller,
    budget: &'a Budget,
    examples: HashMap<(Dimension, Vec<Literal>), Option<Rc<Example>>>,
}

/// A request for which all formulas are true; `None` if there is none, or the budget is exhausted.
pub(crate) fn find(formulas: &[&Formula], facts: &Facts, caller: &Caller, budget: &Budget) -> Option<Found> {
    let mut search = Search { facts, caller, budget, examples: HashMap::new() };
    let mut state = State::new();
    let mut open = Vec::new();
    let mut is_open = formulas.iter().all(|f| search.assert(&mut state, &mut open, f));
    let mut choices: Vec<Choice<'_>> = Vec::new();
    loop {
        if budget.is_exhausted() {
            return None;
        }
        if is_open {
            match search.next_choice(&state, &open) {
                Next::Satisfied => return Some(search.found(&state)),
                Next::Choose(at, ways) => {
                    if choices.len() >= MAX_SEARCH_DEPTH {
                        budget.exhaust();
                        return None;
                    }
                    open.swap_remove(at);
                    choices.push(Choice { state, open, ways });
                }
                Next::Stuck => {}
            }
        }
        (state, open, is_open) = loop {
            let choice = choices.last_mut()?;
            match choice.ways.pop() {
                Some(way) => {
                    let is_last = choice.ways.is_empty();
                    let (mut state, mut open) = if is_last {
                        (std::mem::take(&mut choice.state), std::mem::take(&mut choice.open))
                    } else {
                        (choice.state.clone(), choice.open.clone())
                    };
                    if is_last {
                        choices.pop();
                    } else if let Formula::Is(literal) = way {
                        // What was tried is not tried again among the others.
                        if !search.assert_literal(&mut choice.state, literal.opposite()) {
                            choice.ways.clear();
                        }
                    }
                    let is_open = search.assert(&mut state, &mut open, way);
                    break (state, open, is_open);
                }
                None => {
                    choices.pop();
                }
            }
        };
    }
}

enum Next<'f> {
    /// The example of the state satisfies every disjunction.
    Satisfied,
    /// This disjunction, with the ways that are left, is to be decided next.
    Choose(usize, Vec<&'f Formula>),
    /// Some disjunction has no way left.
    Stuck,
}

impl<'a> Search<'a> {
    /// Adds a formula to what is asserted; disjunctions go to `open`. False if it cannot be.
    fn assert<'f>(&mut self, state: &mut State, open: &mut Vec<&'f Formula>, formula: &'f Formula) -> bool {
        match formula {
            Formula::Is(literal) => self.assert_literal(state, *literal),
            Formula::All(members) => {
                // Single facts first: they are cheap, and most contradictions are among them.
                let (facts, rest): (Vec<&Formula>, Vec<&Formula>) =
                    members.iter().partition(|m| matches!(m, Formula::Is(_)));
                facts.into_iter().chain(rest).all(|m| self.assert(state, open, m))
            }
            Formula::Any(members) if members.is_empty() => false,
            Formula::Any(_) => {
                open.push(formula);
                true
            }
        }
    }

    /// False if the literal contradicts; the state is worth nothing then.
    fn assert_literal(&mut self, state: &mut State, literal: Literal) -> bool {
        let Some((dimension, test)) = self.facts.get(literal.fact) else { return false };
        if let (Some(known), Test::Text(_) | Test::Key(_)) = (state.get_mut(dimension), test) {
            self.budget.spend(STEPS_OF_A_LOOK);
            let Err(place) = known.literals.binary_search(&literal) else { return true };
            known.literals.insert(place, literal);
            if passes(test, &known.example, self.budget) != literal.holds {
                let Some(example) = self.example(*dimension, &known.literals) else { return false };
                known.example = example;
            }
            return true;
        }
        match self.with(state, literal) {
            Some((dimension, known)) => {
                state.insert(dimension, known);
                true
            }
            None => false,
        }
    }

    /// What is known of the literal's dimension once it is asserted; `None` if it contradicts.
    fn with(&mut self, state: &State, literal: Literal) -> Option<(Dimension, Known)> {
        self.budget.spend(STEPS_OF_A_LOOK);
        let (dimension, test) = self.facts.get(literal.fact)?;
        let before = state.get(dimension);
        let mut literals = before.map(|k| k.literals.clone()).unwrap_or_default();
        let Err(place) = literals.binary_search(&literal) else {
            return Some((*dimension, before?.clone()));
        };
        literals.insert(place, literal);
        if let Test::Action(set) = test {
            self.budget.spend(self.facts.universe.len() / 64);
            let left = match before.and_then(|k| k.actions.as_deref()) {
                Some(actions) => actions.meet(set, literal.holds),
                None if literal.holds => set.as_ref().clone(),
                None => ActionSet::full(&self.facts.universe).meet(set, false),
            };
            let example = Rc::new(Example::Action(left.first()?));
            return Some((*dimension, Known { literals, actions: Some(Rc::new(left)), example }));
        }
        let example = match before {
            Some(known) if passes(test, &known.example, self.budget) == literal.holds => Rc::clone(&known.example),
            _ => self.example(*dimension, &literals)?,
        };
        Some((*dimension, Known { literals, actions: None, example }))
    }

    /// An example of a dimension in which all literals are true.
    fn example(&mut self, dimension: Dimension, literals: &[Literal]) -> Option<Rc<Example>> {
        let place = (dimension, literals.to_vec());
        if let Some(known) = self.examples.get(&place) {
            return known.clone();
        }
        let example = match dimension {
            Dimension::Action => None,
            Dimension::Resource | Dimension::Principal => {
                let (mut all, mut none): (Vec<&Pattern>, Vec<&Pattern>) = (Vec::new(), Vec::new());
                for literal in literals {
                    if let Some((_, Test::Text(pattern))) = self.facts.get(literal.fact) {
                        if literal.holds { all.push(pattern) } else { none.push(pattern) }
                    }
                }
                language::shortest(&all, &none, self.budget).map(Example::Text)
            }
            Dimension::Key(number) => {
                let test = |l: &Literal| match self.facts.get(l.fact) {
                    Some((_, Test::Key(test))) => Some((test, l.holds)),
                    _ => None,
                };
                let tests: Vec<(&KeyTest, bool)> = literals.iter().filter_map(test).collect();
                key::carried(&tests, self.usual(number), self.budget).map(Example::Key)
            }
        };
        let example = example.map(Rc::new);
        self.examples.insert(place, example.clone());
        example
    }

    fn usual(&self, key: u32) -> Option<&'static str> {
        self.caller.usual(self.facts.keys().get(key as usize)?)
    }

    /// The disjunction to decide next: of the first few that the example does not satisfy, the one with the fewest ways.
    fn next_choice<'f>(&mut self, state: &State, open: &[&'f Formula]) -> Next<'f> {
        let mut best: Option<(usize, Vec<&'f Formula>)> = None;
        let mut looked_at = 0;
        for (at, formula) in open.iter().enumerate() {
            let Formula::Any(members) = formula else { continue };
            if self.is_true(state, formula) {
                continue;
            }
            let ways: Vec<&'f Formula> = members.iter().rev().filter(|m| self.is_possible(state, m)).collect();
            match ways.len() {
                0 => return Next::Stuck,
                1 => return Next::Choose(at, ways),
                n if best.as_ref().is_none_or(|(_, ways)| n < ways.len()) => best = Some((at, ways)),
                _ => {}
            }
            looked_at += 1;
            if looked_at >= LOOKED_AT || self.budget.is_exhausted() {
                break;
            }
        }
        best.map_or(Next::Satisfied, |(at, ways)| Next::Choose(at, ways))
    }

    /// Whether the formula is true of the example.
    fn is_true(&self, state: &State, formula: &Formula) -> bool {
        match formula {
            Formula::Is(literal) => self.is_true_of_example(state, *literal),
            Formula::All(members) => members.iter().all(|m| self.is_true(state, m)),
            Formula::Any(members) => members.iter().any(|m| self.is_true(state, m)),
        }
    }

    fn is_true_of_example(&self, state: &State, literal: Literal) -> bool {
        self.budget.spend(STEPS_OF_A_LOOK);
        let Some((dimension, test)) = self.facts.get(literal.fact) else {
            return false;
        };
        match state.get(dimension) {
            Some(known) => passes(test, &known.example, self.budget) == literal.holds,
            None => self.passes_by_default(*dimension, test) == literal.holds,
        }
    }

    /// Whether a dimension of which nothing is asserted passes a test with its default.
    fn passes_by_default(&self, dimension: Dimension, test: &Test) -> bool {
        match (test, dimension) {
            (Test::Action(set), _) => set.contains(0),
            (Test::Text(pattern), _) => pattern.matches(DEFAULT_TEXT),
            (Test::Key(test), Dimension::Key(number)) => {
                test.holds(&self.usual(number).map(str::to_owned).into_iter().collect(), self.budget)
            }
            (Test::Key(test), _) => test.holds(&Carried::new(), self.budget),
        }
    }

    /// Whether the formula does not contradict the state at first sight: each of its facts alone.
    fn is_possible(&mut self, state: &State, formula: &Formula) -> bool {
        match formula {
            Formula::Is(literal) => self.is_true_of_example(state, *literal) || self.with(state, *literal).is_some(),
            Formula::All(members) => members.iter().all(|m| match m {
                Formula::Is(literal) => {
                    self.is_true_of_example(state, *literal) || self.with(state, *literal).is_some()
                }
                _ => true,
            }),
            Formula::Any(_) => true,
        }
    }

    fn found(&self, state: &State) -> Found {
        let mut found = Found::default();
        for (number, key) in self.facts.keys().iter().enumerate() {
            if let (Some(usual), Some(name)) = (self.caller.usual(key), self.facts.spelling(number)) {
                found.context.insert(name.to_owned(), vec![usual.to_owned()]);
            }
        }
        for (dimension, known) in state {
            match (dimension, known.example.as_ref()) {
                (Dimension::Action, Example::Action(action)) => found.action = Some(*action),
                (Dimension::Resource, Example::Text(text)) => found.resource = Some(text.clone()),
                (Dimension::Principal, Example::Text(text)) => found.principal = Some(text.clone()),
                (Dimension::Key(number), Example::Key(values)) if !values.is_empty() => {
                    let name = self.facts.spelling(*number as usize).unwrap_or_default();
                    found.context.insert(name.to_owned(), values.clone());
                }
                _ => {}
            }
        }
        found
    }
}

/// What stands for a resource or a caller of which nothing is asked.
pub(super) const DEFAULT_TEXT: &str = "*";

fn passes(test: &Test, example: &Example, budget: &Budget) -> bool {
    match (test, example) {
        (Test::Action(set), Example::Action(action)) => set.contains(*action),
        (Test::Text(pattern), Example::Text(text)) => pattern.matches_paid(text, budget),
        (Test::Key(test), Example::Key(carried)) => test.holds(carried, budget),
        _ => false,
    }
}
