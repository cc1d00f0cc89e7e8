//! Conditions: operators, their meaning for one request, and what they confine.

mod cidr;
pub(crate) mod confine;
mod date;
mod eval;
mod tellers;

pub(crate) use date::seconds;
pub(crate) use eval::{holds, takes_variables, value_fits};
pub(crate) use tellers::tellers;
