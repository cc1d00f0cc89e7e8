//! Finding a request that policies allow, or proving that there is none.
//!
//! What a policy allows is a formula over facts about a request: its action is among these, its resource matches this
//! pattern, its key passes this test. [`Compiler`] makes the formula, [`find`] solves it. Both are exact but for policy
//! variables, which take representative values ([`bindings`]).

mod actions;
mod bindings;
mod caller;
mod compile;
mod example;
mod facts;
mod formula;
mod key;
mod likely;
mod real;
mod search;
#[cfg(test)]
mod tests;

pub(crate) use actions::{FUTURE_ACTION, Universe};
pub(crate) use bindings::{EXAMPLE_ACCOUNT, bindings, one_or_none, used};
pub(crate) use caller::Caller;
pub(crate) use compile::{Compiler, Frame, of_account};
pub(crate) use example::{Taste, asked, asked_about, witness};
pub(crate) use facts::Facts;
pub(crate) use formula::Formula;
pub(crate) use key::KeyTest;
pub(crate) use real::filled;
