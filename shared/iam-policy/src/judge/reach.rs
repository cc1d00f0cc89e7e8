//! What the holder of identity policies can reach.

mod brought;
mod case;
mod entry;
mod holder;
mod reached;

pub(super) use case::{EntryNumber, Own};
pub(crate) use entry::{Entry, Traits, entries};
pub(super) use holder::Reach;
pub(super) use reached::Reached;
