//! Condition keys: who sets each, which requests carry it, and what it proves.

mod key;
mod lookup;
mod table;

pub(crate) use key::{Proof, There};
pub(crate) use lookup::find;
