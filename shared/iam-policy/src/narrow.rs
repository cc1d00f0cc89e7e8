//! The nearest policies without violations.
//!
//! The statements that cause violations are taken apart into pieces, such as one action on one resource for one
//! principal, and as many pieces are put back as can be without a violation. So no piece that is missing in the result
//! could be there.

mod narrowing;
mod oracle;
mod pieces;
mod rebuild;
mod split;

pub use narrowing::{Narrowing, Settled, narrow, narrow_beside};
