//! The `parapet` command line: arguments, and faces over libraries.
//!
//! - [`arguments`]: what users can say.
//! - [`policy`]: `parapet policy`, which judges policies in files.
//! - [`replay`]: `parapet replay`, which says what the guards would look at for the records of logs.
//! - [`sarif`]: findings in the form that code scanning reads, for every command that has some.
//! - [`standard`]: `parapet standard`, which checks and compares standards.
//! - [`evidence`]: `parapet evidence`, which finds what was repaired.
//! - [`plan`]: `parapet plan`, which says what enforcement would change.
//! - [`sweep`]: `parapet sweep`, which asks the deployed sweep.
//! - [`companion`]: what needs the AWS SDK is done by a second program, `parapet-live`, which is started with the same arguments.
//!
//! Nothing here speaks with AWS, so that the command builds in seconds.

pub mod arguments;
pub mod companion;
pub mod evidence;
pub mod plan;
pub mod policy;
pub mod replay;
pub mod sarif;
pub mod standard;
pub mod sweep;

use std::io::{Write, stdout};
use std::process::ExitCode;

use arguments::{Cli, Command};
use clap::CommandFactory;
use clap_complete::generate;

pub(crate) use parapet_console::{Result, Trouble, terminal, trouble};

/// Runs a command that needs no AWS.
///
/// # Errors
/// It needs the other program, which cannot be started.
pub fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Policy { command } => Ok(ExitCode::from(policy::run(&command).code())),
        Command::Standard { command } if !command.needs_aws() => Ok(ExitCode::from(standard::run(&command).code())),
        Command::Replay(options) if !options.is_against_account() => Ok(ExitCode::from(replay::run(&options).code())),
        Command::Completions { shell } => {
            // In memory first: what generates panics where it cannot write.
            let mut script = Vec::new();
            generate(shell, &mut Cli::command(), "parapet", &mut script);
            stdout().write_all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Demo { .. } | Command::Lab { .. } => companion::run(&command),
        Command::Standard { .. } => Ok(companion::run(&command).unwrap_or_else(|trouble| {
            eprintln!("{trouble}");
            ExitCode::from(standard::Exit::BadInput.code())
        })),
        Command::Evidence { .. } => Ok(companion::run(&command).unwrap_or_else(|trouble| {
            eprintln!("{trouble}");
            ExitCode::from(evidence::Exit::BadInput.code())
        })),
        Command::Plan(_) => Ok(companion::run(&command).unwrap_or_else(|trouble| {
            eprintln!("{trouble}");
            ExitCode::from(plan::Exit::BadInput.code())
        })),
        Command::Sweep(_) => Ok(companion::run(&command).unwrap_or_else(|trouble| {
            eprintln!("{trouble}");
            ExitCode::from(sweep::Exit::BadInput.code())
        })),
        Command::Replay(_) => Ok(companion::run(&command).unwrap_or_else(|trouble| {
            eprintln!("{trouble}");
            ExitCode::from(replay::Exit::Nothing.code())
        })),
    }
}
