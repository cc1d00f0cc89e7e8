//! How far a plan is: standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parapet_reconcile::PlanProgress;

use crate::terminal::Output;

/// How often a second it is drawn.
const DRAWS_A_SECOND: u8 = 10;

/// A line on a terminal; nothing otherwise. How much there is to look at, no call tells beforehand.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Default for Progress {
    fn default() -> Self {
        if !Output::Stderr.is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND));
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar }
    }
}

impl Progress {
    /// Says how far it is.
    pub fn tell(&self, PlanProgress { kind, plan }: PlanProgress<'_>) {
        let (seen, found) = (plan.looked_at.resources, plan.rows.len());
        self.bar.set_message(format!("{seen} resources, {found} things are wrong; looking at every {kind}"));
        self.bar.tick();
    }

    /// Says of how many IAM told when they last used what.
    pub fn tell_accessed(&self, told: usize, of: usize) {
        self.bar.set_message(format!("IAM told of {told} of {of} users and roles when they last used which services"));
        self.bar.tick();
    }

    /// The line goes away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
