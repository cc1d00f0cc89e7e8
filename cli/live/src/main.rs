//! The `parapet` command with the AWS SDK: `demo` and `lab` on a local AWS, `replay --against-account`,
//! `plan`, `standard upload` and `evidence` on a live one. The rest is that of the command without it, which starts this one.

mod account;
mod demo;
mod evidence;
mod exports;
mod history;
mod lab;
mod last_accessed;
mod plan;
mod standard;
mod summary;
mod sweep;
mod watch;

use std::process::ExitCode;

use lab::Ending;
use parapet_cli::arguments::{self, Command, Start};
use parapet_cli::replay;
use parapet_console::signals::EXIT_INTERRUPTED;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_lab::{Options, Script};
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    run(arguments::read()).unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    let ending = match command {
        Command::Demo { start, repeat } => runtime()?.block_on(demo::run(&options(start, false)?, repeat))?,
        Command::Lab { stop: true, .. } => runtime()?.block_on(lab::stop())?,
        Command::Lab { start, before, lookup_delay, detach, .. } => {
            let before = before.as_deref().map(Script::find).transpose()?;
            let options = Options { before, lookup_delay, ..options(start, detach)? };
            runtime()?.block_on(lab::run(options))?
        }
        Command::Replay(options) if options.is_against_account() => {
            return Ok(ExitCode::from(replay::run_against(&options, &account::open).code()));
        }
        Command::Standard { command: parapet_cli::standard::Command::Upload(options) } => {
            return Ok(ExitCode::from(runtime()?.block_on(standard::upload(&options)).code()));
        }
        Command::Evidence { command } => {
            return Ok(ExitCode::from(runtime()?.block_on(evidence::run(&command)).code()));
        }
        Command::Sweep(options) => {
            return Ok(ExitCode::from(runtime()?.block_on(sweep::run(&options)).code()));
        }
        Command::Plan(options) => {
            return Ok(ExitCode::from(runtime()?.block_on(plan::run(&options)).code()));
        }
        other => return parapet_cli::run(other),
    };
    Ok(match ending {
        Ending::Good => ExitCode::SUCCESS,
        Ending::Bad => ExitCode::FAILURE,
        Ending::Interrupted => ExitCode::from(EXIT_INTERRUPTED),
    })
}

fn options(start: Start, detached: bool) -> Result<Options> {
    let standard = start.standard.map(|file| {
        std::fs::read_to_string(&file).during(&format!("the standard `{}` cannot be read", file.display()))
    });
    let standard = standard.transpose()?;
    Ok(Options { port: start.port, release_dir: start.release_dir, standard, detached, ..Options::default() })
}

fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().map_err(Trouble::from)
}
