//! Which actions a pattern matches.

use super::action::{self, ActionRange, first_of};
use super::data::SERVICES;
use super::table::{Service, folded_start};
use crate::budget::Budget;
use crate::glob::{Glob, Token};

/// The actions that a pattern in lower case matches: ascending, none twice, and neighbours in one range.
///
/// Only names that begin like the pattern are compared with it, and what a final `*` settles is not compared at all.
/// The result is worth nothing if the budget is exhausted.
pub(crate) fn matching(pattern: &Glob, budget: &Budget) -> Vec<ActionRange> {
    let mut found = Vec::new();
    match Halves::of(pattern) {
        Halves::One if pattern.is_any() => found.push(action::all()),
        Halves::One => by_full_name(pattern, budget, &mut found),
        Halves::Two(service, action) => by_halves(&service, &action, budget, &mut found),
        Halves::More => {}
    }
    found
}

/// A pattern, divided where a name is. A name has exactly one colon, so a colon of the pattern can only be that one.
enum Halves {
    One,
    Two(Glob, Glob),
    More,
}

impl Halves {
    fn of(pattern: &Glob) -> Self {
        let mut parts = pattern.tokens().split(|token| *token == Token::Literal(':'));
        match (parts.next(), parts.next(), parts.next()) {
            (Some(service), Some(action), None) => {
                Halves::Two(service.iter().copied().collect(), action.iter().copied().collect())
            }
            (_, None, _) => Halves::One,
            _ => Halves::More,
        }
    }
}

fn by_halves(service_pattern: &Glob, pattern: &Glob, budget: &Budget, found: &mut Vec<ActionRange>) {
    let start = Start::of(service_pattern);
    let action_start = Start::of(pattern);
    for (index, service) in services_from(&start.literal) {
        if !start.settles && !budget.spend(service_pattern.cost(service.prefix.len())) {
            return;
        }
        if start.settles || service_pattern.matches(service.prefix) {
            actions(index, service, pattern, &action_start, budget, found);
        }
    }
}

fn actions(
    index: usize,
    service: &Service,
    pattern: &Glob,
    start: &Start,
    budget: &Budget,
    found: &mut Vec<ActionRange>,
) {
    let from = service.names.partition_point(|name| folded_start(name, &start.literal).is_lt());
    let to = service.names.partition_point(|name| folded_start(name, &start.literal).is_le());
    if !budget.spend(1) {
        return;
    }
    if start.settles {
        return add(index, from, to, found);
    }
    for number in from..to {
        let name = service.names.get(number);
        if !budget.spend(pattern.cost(name.len())) {
            return;
        }
        if pattern.matches(&name.to_ascii_lowercase()) {
            add(index, number, number + 1, found);
        }
    }
}

/// A pattern without a colon can still match across the colon of a name: `*`, `s3*get*`.
fn by_full_name(pattern: &Glob, budget: &Budget, found: &mut Vec<ActionRange>) {
    let start = Start::of(pattern);
    let mut full = String::new();
    for (index, service) in services_from(&start.literal) {
        if start.settles {
            add(index, 0, service.names.len(), found);
            continue;
        }
        for number in 0..service.names.len() {
            full.clear();
            full.extend([service.prefix, ":", service.names.get(number)]);
            full.make_ascii_lowercase();
            if !budget.spend(pattern.cost(full.len())) {
                return;
            }
            if pattern.matches(&full) {
                add(index, number, number + 1, found);
            }
        }
    }
}

/// How a pattern begins.
struct Start {
    /// What stands before its first wildcard.
    literal: String,
    /// Whether it is that and a `*`: then what begins with it matches.
    settles: bool,
}

impl Start {
    fn of(pattern: &Glob) -> Self {
        let mut rest = pattern.tokens().iter();
        let mut literal = String::new();
        for token in rest.by_ref() {
            match token {
                Token::Literal(c) => literal.push(*c),
                Token::Many => return Self { literal, settles: rest.as_slice().is_empty() },
                Token::One => return Self { literal, settles: false },
            }
        }
        Self { literal, settles: false }
    }
}

/// The services whose prefix begins so.
fn services_from(start: &str) -> impl Iterator<Item = (usize, &'static Service)> {
    let from = SERVICES.partition_point(|s| folded_start(s.prefix, start).is_lt());
    SERVICES.iter().enumerate().skip(from).take_while(move |(_, s)| s.prefix.starts_with(start))
}

fn add(service: usize, from: usize, to: usize, found: &mut Vec<ActionRange>) {
    let first = first_of(service);
    let (start, end) = (first + from as u32, first + to as u32);
    match found.last_mut() {
        Some(last) if last.end == start => last.end = end,
        _ if start < end => found.push(ActionRange { start, end }),
        _ => {}
    }
}
