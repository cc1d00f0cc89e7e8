//! From what a holder reaches to a violation.

use super::kinds::ViolationKind;
use super::reach::Reached;
use super::violation::{Breach, Target, Violation};
use crate::statement::StatementAt;
use crate::zone::TrustZone;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A way to too much: the actions that it takes, and how each of them is reached, the one to show first.
pub(super) struct Way {
    actions: Vec<String>,
    steps: Vec<Rc<Reached>>,
}

impl Way {
    /// Of one action.
    pub(super) fn of(action: impl Into<String>, step: Reached) -> Self {
        Self::new(vec![action.into()], vec![Rc::new(step)])
    }

    /// Of several; with what the holder does before, so that it may.
    pub(super) fn new(mut actions: Vec<String>, steps: Vec<Rc<Reached>>) -> Self {
        for action in steps.iter().flat_map(|step| &step.before) {
            if !actions.contains(action) {
                actions.push(action.clone());
            }
        }
        Self { actions, steps }
    }

    /// Whether it takes nothing but these actions.
    pub(super) fn is_within(&self, actions: &[&str]) -> bool {
        self.actions.iter().all(|own| actions.contains(&own.as_str()))
    }
}

/// The violation that these ways make, if there is any.
pub(super) fn violation(zone: &TrustZone, kind: ViolationKind, target: Target, found: Vec<Way>) -> Option<Violation> {
    let first = found.first()?.steps.first()?;
    let witness = first.witness.clone();
    let role = first.role.clone();
    let assumed_account = zone.account.is_empty().then(|| first.home.account.clone());
    let steps = found.iter().flat_map(|way| &way.steps);
    let statements: BTreeSet<StatementAt> = steps.flat_map(|step| step.statements.iter().copied()).collect();
    let ways = found.into_iter().map(|way| way.actions).collect();
    let breach = Breach::Reach { ways, target };
    Some(Violation { kind, statements: statements.into_iter().collect(), witness, breach, assumed_account, role })
}
