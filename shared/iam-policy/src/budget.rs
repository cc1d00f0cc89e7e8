//! How much work one judgement may cost.

use std::cell::Cell;

/// Character comparisons that one call of [`judge`](crate::judge) or [`narrow`](crate::narrow) may make.
pub(crate) const MAX_STEPS: u64 = 30_000_000;

/// States that one inclusion test may visit: only a pattern written to be slow has more than a few dozen.
pub(crate) const MAX_COVER_STATES: usize = 2_000;

/// Counts work down. Once it is spent the answers of this call are worthless and the caller says "undetermined".
#[derive(Debug)]
pub(crate) struct Budget(Cell<u64>);

impl Budget {
    pub(crate) fn new() -> Self {
        Self::of(MAX_STEPS)
    }

    pub(crate) fn of(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    /// Pays for `steps`; false once the budget is exhausted.
    pub(crate) fn spend(&self, steps: usize) -> bool {
        let left = self.0.get().saturating_sub(steps as u64);
        self.0.set(left);
        left > 0
    }

    pub(crate) fn exhaust(&self) {
        self.0.set(0);
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.0.get() == 0
    }
}
