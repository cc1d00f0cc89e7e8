//! What of a condition confines a grant: its reading by the table of keys.

mod proof;
mod value;

pub(crate) use proof::words;
pub(crate) use value::{Word, are_few};
