//! The ways from some permissions to others: which actions together let their holder act as somebody else, give itself
//! what it does not have, or have data moved as somebody else.
//!
//! The table is written from `ways/`, whose README says what is decided, how and after whom. A way that needs more than
//! another is not in it.

mod path;
#[rustfmt::skip]
mod table;

pub(in crate::judge) use path::Path;
pub(in crate::judge) use table::{ACTIONS, MODELS, MOVES, PASSED, PATHS};
