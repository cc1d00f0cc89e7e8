//! What has to go: the ways to too much that policies have, and the actions that close them all.

use super::hitting::{self, Set};
use super::weights::weight;
use crate::budget::Budget;
use crate::glob::Glob;
use crate::judge::{Breach, Target, Violation, ViolationKind};
use crate::solve::FUTURE_ACTION;
use crate::statement::{Statement, StatementAt};
use std::collections::BTreeSet;

/// One way to too much, or the fault of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it violates.
    pub kind: ViolationKind,
    /// The actions that it takes together, as AWS spells them; empty where it is not the holder who reaches too much.
    pub actions: Vec<String>,
    /// The statements that cause the violation.
    pub(super) statements: Vec<StatementAt>,
    /// Whether it is about named resources only.
    pub(super) is_about_known: bool,
}

/// All ways of these violations.
pub(super) fn of(violations: &[Violation]) -> Vec<Way> {
    let ways = |violation: &Violation| {
        let (ways, target) = match &violation.breach {
            Breach::Reach { ways, target } => (ways.clone(), Some(*target)),
            Breach::Entrance { .. } | Breach::Exception { .. } => (vec![Vec::new()], None),
        };
        let (kind, statements) = (violation.kind, violation.statements.clone());
        // What opens something protected opens everything else, too.
        let is_named = matches!(target, Some(Target::Protected | Target::Sealed | Target::Guards));
        let is_about_known = is_named && kind != ViolationKind::Exposure;
        ways.into_iter().map(move |actions| Way { kind, actions, statements: statements.clone(), is_about_known })
    };
    violations.iter().flat_map(ways).collect()
}

/// Actions that are taken away; `s3:*` for all that a service has and will have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Going(pub(super) BTreeSet<String>);

impl Going {
    /// The actions, the lightest together, without which no way is left. Only what `can_go` is asked for; of a way in which
    /// nothing can, nothing. Of two that are as good, the later one goes, by its place.
    pub(super) fn closing(
        ways: &[Way],
        can_go: impl Fn(&Way, &str) -> bool,
        place: impl Fn(&str) -> usize,
        budget: &Budget,
    ) -> Self {
        let named: BTreeSet<&String> = ways.iter().flat_map(|way| &way.actions).collect();
        let mut elements: Vec<&String> = named.into_iter().collect();
        elements.sort_by_cached_key(|action| std::cmp::Reverse(place(action)));
        let number = |action: &String| elements.iter().position(|element| *element == action);
        let set = |way: &Way| -> Set { way.actions.iter().filter(|a| can_go(way, a)).filter_map(number).collect() };
        let sets: Vec<Set> = ways.iter().map(set).collect();
        let weights: Vec<u32> = elements.iter().map(|action| weight(action)).collect();
        let taken = hitting::lightest(&sets, &weights, budget);
        Self(taken.into_iter().filter_map(|number| elements.get(number)).map(|action| (*action).clone()).collect())
    }

    /// Those that a pattern for actions matches.
    pub(super) fn matched_by(&self, pattern: &str) -> Vec<String> {
        let glob = Glob::lower(pattern);
        self.0.iter().filter(|action| glob.matches(&name_of(action))).cloned().collect()
    }

    /// Those that a statement is about.
    pub(super) fn of_statement(&self, statement: &Statement) -> Vec<String> {
        self.0.iter().filter(|action| is_about(statement, action)).cloned().collect()
    }
}

/// Whether a statement is about an action of a way.
pub(super) fn is_about(statement: &Statement, action: &str) -> bool {
    statement.actions.is_about(&name_of(action))
}

/// In lower case; of a whole service, one that does not exist yet.
fn name_of(action: &str) -> String {
    match action.split_once(':') {
        Some((service, "*")) => format!("{}:{FUTURE_ACTION}", service.to_ascii_lowercase()),
        _ => action.to_ascii_lowercase(),
    }
}
