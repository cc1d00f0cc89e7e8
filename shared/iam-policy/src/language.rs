//! Sets of strings: is there a string that these patterns match and those do not, and which is the shortest.
//!
//! Exact over an unlimited alphabet: all characters that no pattern names are alike, and one stands for them. What cannot
//! be told within [`MAX_LANGUAGE_STEPS`](crate::budget::MAX_LANGUAGE_STEPS) exhausts the budget, and then the answer
//! means nothing.

mod closed;
mod fold;
mod fuel;
mod pattern;
mod question;
mod screen;
mod search;
#[cfg(test)]
mod tests;

pub(crate) use pattern::Pattern;
pub(crate) use question::{covers, is_satisfiable, shortest};
