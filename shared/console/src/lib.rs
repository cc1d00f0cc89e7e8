//! What the command and the lab have in common at a terminal.
//!
//! - [`terminal`]: what a reader sees.
//! - [`trouble`]: what is said when something goes wrong.
//! - [`process`], [`signals`]: what is started, and how it ends.
//! - [`checkout`]: where the sources are, and how cargo builds what is in them.
//!
//! It knows neither AWS nor a guard, so that a command that needs neither builds in seconds.

pub mod checkout;
pub mod process;
pub mod signals;
pub mod terminal;
pub mod trouble;

pub use trouble::{Result, Trouble};
