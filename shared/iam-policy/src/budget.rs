//! How much work one judgement may cost.

use std::cell::Cell;

/// Steps that one call of [`judge`](crate::judge) may take: some tens of milliseconds. A step is a
/// comparison of two characters, or as long as some.
pub(crate) const MAX_STEPS: u64 = 2_200_000;

/// The same for one call of [`narrow`](crate::narrow), which judges again and again, and for each try of what is proposed to a person.
/// Thousands of made-up policies take four million at most; six statements with lists of conditions, or seventy addresses, take up to ten.
pub(crate) const MAX_NARROWING_STEPS: u64 = 10_000_000;

/// The same for one relation, which asks about all actions at once.
pub(crate) const MAX_RELATION_STEPS: u64 = 5_000_000;

/// The same for all comparisons of known roles with the holder of one call.
pub(crate) const MAX_ROLE_STEPS: u64 = 12_000_000;

/// Actions that the policies of one question may name beside those of the catalogue.
pub(crate) const MAX_ACTIONS_BESIDE: usize = 400;

/// Steps that one call may take to make its examples look like AWS's own, beside those of its questions. Once they are spent, an example
/// is any that will do.
const MAX_STEPS_FOR_LOOKS: u64 = 800_000;

/// Choices that a search for a request may have open at once.
pub(crate) const MAX_SEARCH_DEPTH: usize = 2_000;

/// What one question about [languages](crate::language) may cost: some milliseconds.
pub(crate) const MAX_LANGUAGE_STEPS: u64 = 1_000_000;

/// States that one such question may visit.
pub(crate) const MAX_LANGUAGE_STATES: usize = 50_000;

/// Counts work down. Once it is spent the answers of this call are worthless and the caller says "undetermined".
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<u64>,
    left_for_looks: Cell<u64>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self::of(MAX_STEPS)
    }

    pub(crate) fn of(steps: u64) -> Self {
        Self { left: Cell::new(steps), left_for_looks: Cell::new(MAX_STEPS_FOR_LOOKS) }
    }

    /// Another question begins, with so many steps of its own.
    pub(crate) fn renew(&self, steps: u64) {
        self.left.set(steps);
    }

    /// Does something that may take so many steps; if it takes more, the budget is exhausted.
    pub(crate) fn within<T>(&self, steps: u64, work: impl FnOnce() -> T) -> T {
        let beyond = self.left.get().saturating_sub(steps);
        self.left.set(self.left.get() - beyond);
        let done = work();
        if !self.is_exhausted() {
            self.left.set(self.left.get() + beyond);
        }
        done
    }

    /// Does something that is only for the looks of an example, with what is left for that.
    pub(crate) fn for_looks<T>(&self, work: impl FnOnce(&Budget) -> T) -> T {
        let looks = Self::of(self.left_for_looks.get());
        let done = work(&looks);
        self.left_for_looks.set(looks.left.get());
        done
    }

    /// Pays for `steps`; false once the budget is exhausted.
    pub(crate) fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps as u64);
        self.left.set(left);
        left > 0
    }

    /// What to say once it is exhausted.
    pub(crate) fn exhaustion(&self) -> String {
        "it takes more steps to analyse than are allowed".to_owned()
    }

    /// How many steps are left.
    pub(crate) fn left(&self) -> u64 {
        self.left.get()
    }

    pub(crate) fn exhaust(&self) {
        self.left.set(0);
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }
}
