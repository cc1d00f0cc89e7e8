//! The `parapet` command line: the guardrails on a local AWS, to try out, to watch and to test.
//!
//! - [`lab`]: a local AWS with the whole product deployed on it as it would be on the real one.
//! - [`demo`]: attacks on that account, and how long each stays unrepaired.
//! - [`commands`]: what `parapet lab` and `parapet demo` do.
//! - [`policy`]: `parapet policy`, which judges policies in files and needs no lab.
//! - [`replay`]: `parapet replay`, which says what the guards would look at for the records of logs.
//!
//! The end-to-end tests use the lab and the demo's attacks through this library.

pub mod commands;
pub mod demo;
pub mod lab;
pub mod policy;
pub mod process;
pub mod replay;
pub mod signals;
pub mod terminal;
pub mod trouble;

pub use trouble::{Result, Trouble};
