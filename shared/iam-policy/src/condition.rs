//! Conditions: operators, their meaning for one request, and what they confine.

mod cidr;
pub(crate) mod confine;
mod date;
mod eval;
mod operator;
mod suggest;

pub(crate) use eval::holds;
pub use operator::{Base, Operator, Order, Quantifier};
pub(crate) use suggest::satisfying;
