//! What of a condition confines a grant: its reading by the table of keys.

mod known;
mod proof;
mod value;

pub(crate) use known::{has_provider, of_others};
pub(crate) use proof::words;
pub(crate) use value::{Word, are_few};
