//! What the holder of identity policies can reach.

mod before;
mod brought;
mod case;
mod entry;
mod every;
mod here;
mod holder;
mod preparing;
mod reached;
mod sets;
mod some;
mod stem;

pub(super) use case::Own;
pub(crate) use entry::{Entry, Traits, entries};
pub(super) use holder::{Alike, Reach};
pub(super) use reached::Reached;
