//! The catalogue of AWS actions: what exists, what it acts on, and what kind of access it is.
//!
//! It is as complete as the AWS service authorization reference was on the day of its [`SOURCE`]: a newer action is
//! not in it, so that "no action matches" never means "this pattern allows nothing". Nothing is parsed or allocated
//! before the first look-up, and a look-up is a binary search. Case never matters in a question; answers are spelled
//! as AWS spells them.

mod action;
#[rustfmt::skip]
mod data;
mod matching;
mod table;
#[cfg(test)]
mod tests;

pub use action::{AccessLevel, ActionId, ActionRange, actions_of, all, count, find, services};
pub(crate) use matching::matching;

/// The edition of the catalogue: the package that it comes from, and its version.
pub const SOURCE: &str = data::SOURCE;

/// The day of that edition, which its version ends with.
pub const DATE: &str = "2026-09-26";
