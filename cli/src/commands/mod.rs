//! What the subcommands do.

pub mod demo;
pub mod exports;
pub mod lab;
pub mod watch;
