//! Findings in SARIF 2.1.0, which GitHub code scanning and editors read.
//!
//! - [`rule`]: what can be found, and how bad it is.
//! - [`result`]: what was found, and where.
//! - [`writer`]: writes one after the other, so that memory does not grow with what is found.
//!
//! [`Rule`], [`Result`] and [`Writer`] are all of it. Nothing here knows what is looked for: a command says its rules first, then its results. What of SARIF is filled in is what GitHub shows
//! (GitHub Docs, "SARIF support for code scanning").

mod result;
mod rule;
mod writer;

pub use result::{Location, Result};
pub use rule::{Level, Rule};
pub use writer::Writer;
