//! One attempt to narrow: takes apart what causes violations, puts back what can be, and judges the result.

use super::narrower::Narrower;
use super::plan::{Failure, Plan};
use super::run::Run;
use super::task::{Faults, Task};
use std::collections::BTreeSet;

impl Task<'_, '_> {
    /// The policies narrowed in these forms, or why that does not do.
    pub(super) fn attempt(&self, faults: &Faults, plan: Plan) -> Result<Narrower, Failure> {
        let mut granted = BTreeSet::new();
        loop {
            let mut run = Run::new(self, faults, plan, &granted);
            run.take_all_apart()?;
            run.put_back_rests()?;
            run.put_back_parts();
            run.undo_denials();
            let lost = run.lost();
            if lost.is_empty() {
                run.put_back_parts();
                return run.finished();
            }
            // Denied, they would be taken from statements that nothing is wrong with.
            granted.extend(lost);
        }
    }
}
