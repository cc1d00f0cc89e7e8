//! What the holder of identity policies can reach.

mod case;
mod entry;
mod holder;

pub(super) use case::Own;
pub(crate) use entry::{Entry, Traits, entries};
pub(super) use holder::{Reach, Reached};
