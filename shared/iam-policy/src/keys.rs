//! Condition keys: who sets each, which requests carry it, what it proves, and what a holder can have of it.

#[rustfmt::skip]
mod data;
mod key;
mod lookup;
mod table;

pub(crate) use key::{Assumed, Proof, There};
pub(crate) use lookup::{assumed, find};
