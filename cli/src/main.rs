//! The `parapet` command.

use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use parapet_cli::commands::lab::Ending;
use parapet_cli::commands::{demo, lab};
use parapet_cli::lab::Options;
use parapet_cli::signals::EXIT_INTERRUPTED;
use parapet_cli::terminal::Output;
use parapet_cli::trouble::During;
use parapet_cli::{Result, Trouble, policy, replay};
use tokio::runtime::Runtime;

/// Guardrails for the AWS account behind an ML pipeline, on a local AWS: nothing is sent to Amazon, and no account is needed.
#[derive(Debug, Parser)]
#[command(name = "parapet", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Attack an account that Parapet guards, and see each attack undone.
    ///
    /// Starts a lab, makes each attack with an intruder's own key, and measures how long it takes until the account, read
    /// with other credentials, is as it was. Exits with 0 if every attack was repaired and every harmless call left alone.
    Demo {
        #[command(flatten)]
        start: Start,
        /// How often each attack is measured on a warm function, after once on a cold one
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
        repeat: u32,
    },
    /// Start a local AWS with Parapet deployed on it, and show what happens there.
    ///
    /// Prints `export NAME=value` lines for a shell, then `ready`. Then every recorded call and what the guards made of it
    /// goes to stderr, until Ctrl-C.
    Lab {
        #[command(flatten)]
        start: Start,
        /// Leave it running in the background
        #[arg(long)]
        detach: bool,
        /// End the one in the background
        #[arg(long, conflicts_with_all = ["detach", "port", "release_dir", "standard"])]
        stop: bool,
    },
    /// Judge IAM policies in files, without an account: what they allow and none should, what a new one allows more.
    Policy {
        #[command(subcommand)]
        command: policy::Command,
    },
    /// Say what the guards would look at, and why, for each record of CloudTrail logs. Nothing is sent anywhere.
    ///
    /// Exits with 0 if everything could be read, with 1 if something could not, with 2 if nothing could.
    #[command(after_help = replay::HELP)]
    Replay(replay::Options),
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, clap::Args)]
struct Start {
    /// Where the local AWS listens on 127.0.0.1 [default: any free port]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIR")]
    release_dir: Option<PathBuf>,
    /// Deploy with the standard in this file instead of the built-in one
    #[arg(long, value_name = "FILE")]
    standard: Option<PathBuf>,
}

impl Start {
    fn options(self, detached: bool) -> Result<Options> {
        let standard = self.standard.map(|file| {
            std::fs::read_to_string(&file).during(&format!("the standard `{}` cannot be read", file.display()))
        });
        Ok(Options { port: self.port, release_dir: self.release_dir, standard: standard.transpose()?, detached })
    }
}

fn main() -> ExitCode {
    let colour = if Output::Stderr.has_colours() { ColorChoice::Auto } else { ColorChoice::Never };
    let arguments = Cli::command().color(colour).get_matches();
    let command = Cli::from_arg_matches(&arguments).map_or_else(|error| error.exit(), |cli| cli.command);
    run(command).unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    let ending = match command {
        Command::Demo { start, repeat } => runtime()?.block_on(demo::run(&start.options(false)?, repeat))?,
        Command::Lab { stop: true, .. } => runtime()?.block_on(lab::stop())?,
        Command::Lab { start, detach, .. } => runtime()?.block_on(lab::run(start.options(detach)?))?,
        Command::Policy { command } => return Ok(ExitCode::from(policy::run(&command).code())),
        Command::Replay(options) => return Ok(ExitCode::from(replay::run(&options).code())),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "parapet", &mut stdout());
            Ending::Good
        }
    };
    Ok(match ending {
        Ending::Good => ExitCode::SUCCESS,
        Ending::Bad => ExitCode::FAILURE,
        Ending::Interrupted => ExitCode::from(EXIT_INTERRUPTED),
    })
}

fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Trouble::from)
}
