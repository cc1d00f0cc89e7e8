//! The `parapet` command.

use std::process::ExitCode;

use parapet_cli::{arguments, run};

fn main() -> ExitCode {
    run(arguments::read()).unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        ExitCode::FAILURE
    })
}
