//! What one question may cost.

use crate::budget::{Budget, MAX_LANGUAGE_STEPS};
use std::cell::Cell;

/// Pays from the budget, and exhausts it once this one question has cost more than [`MAX_LANGUAGE_STEPS`].
pub(super) struct Fuel<'a> {
    budget: &'a Budget,
    left: Cell<u64>,
}

impl<'a> Fuel<'a> {
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self { budget, left: Cell::new(MAX_LANGUAGE_STEPS) }
    }

    /// Pays for `steps`; false once there is nothing left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps as u64);
        self.left.set(left);
        if left == 0 {
            self.exhaust();
        }
        self.budget.spend(steps)
    }

    pub(super) fn exhaust(&self) {
        self.budget.exhaust();
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.budget.is_exhausted()
    }
}
