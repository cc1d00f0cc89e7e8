//! The nearest policies without violations.
//!
//! From the ways to too much that policies have, the lightest set of actions is chosen without which none of them is left
//! (`ways`, `weights`, `hitting`). The statements that cause violations are written without these (`split`, `confine`), and
//! taken apart into pieces, such as one action on one resource for one principal, where that is not enough (`pieces`). As many
//! pieces are put back as can be without a violation, so that no piece that is missing in the result could be there.

mod added;
mod attempt;
mod confine;
mod denials;
mod deputy;
mod element;
mod explain;
mod finishing;
mod hitting;
mod known;
mod narrower;
mod narrowing;
mod oracle;
mod pieces;
mod plan;
mod putting;
mod rebuild;
mod run;
mod sessions;
mod sources;
mod sparing;
mod split;
mod taking;
mod task;
mod terms;
mod ways;
mod weights;

pub use element::Element;
pub use explain::{How, Taken};
pub use narrowing::{Left, Narrowed, Narrowing, Proposal, Settled, narrow, narrow_beside, propose};
pub use terms::{Audience, Terms};
pub use ways::Way;
