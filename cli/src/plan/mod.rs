//! `parapet plan`: what enforcement would change in an account. To look at one is the other program's, which speaks with AWS; how the answer
//! reads is here.

mod groups;
pub mod history;
mod html;
mod loses;
mod options;
mod progress;
mod show;

use std::io::{self, Write};

use parapet_core::Home;
use parapet_reconcile::{Plan, PlanRow, Proposal, SeenAccessed, SeenHistory, Unread};
use serde::Serialize;

pub use crate::policy::Exit;
pub use options::{HELP, Options};
pub use progress::Progress;

/// The version of the JSON that is written.
const JSON_VERSION: u32 = 1;

/// A plan, and what it is of.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The account and the region.
    pub home: &'a Home,
    /// The standard, by its name.
    pub standard: &'a str,
    /// What was found.
    pub plan: &'a Plan,
    /// How many calls of AWS that took, those that read what Parapet keeps left out.
    pub calls: u32,
}

impl Answer<'_> {
    /// What it comes to: with something that could not be read, nobody can say that nothing is to be done.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let is_unread = |seen: &SeenHistory| seen.is_incomplete();
        if !self.plan.unread.is_empty() || self.plan.history.as_ref().is_some_and(is_unread) {
            Exit::BadInput
        } else if self.plan.has_changes() {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }

    /// Writes it for a reader.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn text(&self, out: &mut impl Write) -> io::Result<()> {
        show::text(self, out)
    }

    /// Writes it as one page that loads nothing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn html(&self, out: &mut impl Write) -> io::Result<()> {
        html::page(self, out)
    }

    /// Writes it as JSON, as docs/plan.md describes it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { home, standard, plan, calls } = self;
        let document = Document {
            version: JSON_VERSION,
            account: &home.account,
            region: &home.region,
            standard,
            looked_at: plan.looked_at,
            calls: *calls,
            history: plan.history.as_ref(),
            accessed: plan.accessed.as_ref(),
            rows: groups::in_order(&plan.rows),
            unread: &plan.unread,
            proposal: &plan.proposal,
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    account: &'a str,
    region: &'a str,
    standard: &'a str,
    looked_at: parapet_reconcile::Counts,
    calls: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<&'a SeenHistory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accessed: Option<&'a SeenAccessed>,
    rows: Vec<&'a PlanRow>,
    unread: &'a [Unread],
    proposal: &'a Proposal,
}
