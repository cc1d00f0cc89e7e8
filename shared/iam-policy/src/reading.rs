//! A statement compiled for matching: its actions and resources, read with the right bound.

use crate::budget::Budget;
use crate::glob::Glob;
use crate::request::Context;
use crate::resource::{Bound, ResourceName, ResourcePattern};
use crate::statement::{ActionElement, ResourceElement, Statement};
use crate::variables::Variables;

/// A compiled statement. Of an Allow it matches at least what the statement allows, of a Deny at most what it denies.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) actions: Set<Glob>,
    pub(crate) resources: Set<ResourcePattern>,
}

/// The patterns of an element.
#[derive(Debug)]
pub(crate) enum Set<T> {
    /// What one of these matches.
    Only(Vec<T>),
    /// What none of these matches: a `Not` form. An absent element is everything but nothing.
    Except(Vec<T>),
}

impl<T> Set<T> {
    pub(crate) fn contains(&self, matches: impl Fn(&T) -> bool) -> bool {
        match self {
            Set::Only(patterns) => patterns.iter().any(matches),
            Set::Except(patterns) => !patterns.iter().any(matches),
        }
    }
}

impl Reading {
    /// For any request: variables are unknown.
    pub(crate) fn new(statement: &Statement) -> Self {
        Self::compile(statement, None)
    }

    /// For one request: variables have the values of its context.
    pub(crate) fn of_request(statement: &Statement, context: &Context) -> Self {
        Self::compile(statement, Some(context))
    }

    /// The action has to be in lower case.
    pub(crate) fn has_action(&self, action: &str, budget: &Budget) -> bool {
        self.actions.contains(|glob| {
            budget.spend(glob.cost(action.len()));
            glob.matches(action)
        })
    }

    /// Whether it is about every resource at first sight.
    pub(crate) fn has_every_resource(&self) -> bool {
        match &self.resources {
            Set::Only(patterns) => patterns.iter().any(ResourcePattern::is_any),
            Set::Except(patterns) => patterns.is_empty(),
        }
    }

    /// Whether it is about each of these names, of which it is known how all begin.
    pub(crate) fn has_each<'n>(
        &self,
        names: impl Iterator<Item = &'n String>,
        start: &str,
        budget: &Budget,
    ) -> Vec<bool> {
        let (patterns, is_only) = match &self.resources {
            Set::Only(patterns) => (patterns, true),
            Set::Except(patterns) => (patterns, false),
        };
        let possible: Vec<&ResourcePattern> = patterns.iter().filter(|p| p.can_match_from(start, budget)).collect();
        // Whose patterns cannot match is not asked about each name.
        if possible.is_empty() {
            return names.map(|_| !is_only).collect();
        }
        let is_about = |name: &String| {
            budget.spend(1);
            let name = ResourceName::new(name);
            possible.iter().any(|pattern| pattern.matches(&name, budget)) == is_only
        };
        names.map(is_about).collect()
    }

    pub(crate) fn has_resource(&self, name: &ResourceName<'_>, budget: &Budget) -> bool {
        self.resources.contains(|pattern| pattern.matches(name, budget))
    }

    fn compile(statement: &Statement, context: Option<&Context>) -> Self {
        let bound = if statement.is_allow() { Bound::Most } else { Bound::Least };
        let globs = |patterns: &[String]| patterns.iter().map(|p| Glob::lower(p)).collect();
        let compile = |patterns: &[String], bound: Bound| {
            let variables = match (statement.variables, context, bound) {
                (false, ..) => Variables::Literal,
                (true, Some(context), _) => Variables::Of(context),
                (true, None, Bound::Most) => Variables::Any,
                (true, None, Bound::Least) => Variables::Refused,
            };
            only_any(patterns.iter().filter_map(|p| ResourcePattern::new(p, bound, variables)).collect())
        };
        Self {
            actions: match &statement.actions {
                ActionElement::Action(patterns) => Set::Only(globs(patterns)),
                ActionElement::NotAction(patterns) => Set::Except(globs(patterns)),
            },
            resources: match &statement.resources {
                ResourceElement::Resource(patterns) => Set::Only(compile(patterns, bound)),
                ResourceElement::NotResource(patterns) => Set::Except(compile(patterns, bound.flipped())),
                ResourceElement::None => Set::Except(Vec::new()),
            },
        }
    }
}

/// Beside a pattern of everything the others say nothing.
fn only_any(patterns: Vec<ResourcePattern>) -> Vec<ResourcePattern> {
    if patterns.iter().any(ResourcePattern::is_any) { vec![ResourcePattern::Any] } else { patterns }
}
