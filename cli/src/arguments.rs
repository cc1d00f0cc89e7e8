//! What users can say.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::terminal::Output;
use crate::{evidence, plan, policy, replay, standard, sweep};

/// Guardrails for the AWS account behind an ML pipeline, on a local AWS: nothing is sent to Amazon, and no account is needed, but for the commands
/// and options that say so.
#[derive(Debug, Parser)]
#[command(name = "parapet", version, long_version = LONG_VERSION.as_str())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Attack an account that Parapet guards, and see each attack undone.
    ///
    /// Starts a lab, makes each attack with an intruder's own key, and measures how long it takes until the account, read
    /// with other credentials, is as it was. Exits with 0 if every attack was repaired and every harmless call left alone.
    Demo {
        /// How
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
        /// How
        #[command(flatten)]
        start: Start,
        /// Run this script as the administrator before Parapet is deployed: what it makes was there before
        ///
        /// It has the settings that the export lines name, and no input; what it says goes to stderr. It is run by `sh` if it is not
        /// executable. The lab stops if it fails, or has not ended after 10 minutes. What it leaves running is ended.
        #[arg(long, value_name = "SCRIPT", value_hint = ValueHint::FilePath)]
        before: Option<PathBuf>,
        /// Show a call in CloudTrail's LookupEvents so many seconds after it; on AWS that takes minutes [default: 3]
        #[arg(long, value_name = "SECONDS")]
        lookup_delay: Option<u16>,
        /// Leave it running in the background
        #[arg(long)]
        detach: bool,
        /// End the one in the background
        #[arg(long, conflicts_with_all = ["detach", "port", "release_dir", "standard", "before", "lookup_delay"])]
        stop: bool,
    },
    /// Judge IAM policies in files, without an account: what they allow and none should, what a new one allows more; write those of an organization.
    Policy {
        /// What to ask
        #[command(subcommand)]
        command: policy::Command,
    },
    /// Check standards and compare them, without an account; put one into a bucket.
    Standard {
        /// What to do
        #[command(subcommand)]
        command: standard::Command,
    },
    /// Find what the guards repaired: by resource, by actor, by day.
    Evidence {
        /// What to do
        #[command(subcommand)]
        command: evidence::Command,
    },
    /// Say what enforcement would change in a live account. Nothing is written there.
    ///
    /// Looks at everything in the standard's scope with your own credentials, which only have to read. Exits with 0 if nothing would be changed, with
    /// 1 if something would, with 2 if something could not be read.
    #[command(after_help = plan::HELP)]
    Plan(plan::Options),
    /// Have the deployed sweep look at everything, accept what is there, or mend what is old.
    ///
    /// Exits with 0 if all was done, with 1 if something was not, with 2 if the sweep could not be asked or refused.
    #[command(after_help = sweep::HELP)]
    Sweep(sweep::Options),
    /// Say what the guards would look at, and why, for each record of CloudTrail logs.
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

/// How a lab is started.
#[derive(Debug, Args)]
pub struct Start {
    /// Where the local AWS listens on 127.0.0.1 [default: any free port]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Use the functions' binaries in this directory instead of building them
    #[arg(long, value_name = "DIR")]
    pub release_dir: Option<PathBuf>,
    /// Deploy with the standard in this file instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub standard: Option<PathBuf>,
}

impl Command {
    /// Whether it starts a lab with functions that have to be built.
    #[must_use]
    pub fn needs_functions(&self) -> bool {
        match self {
            Self::Demo { start, .. } | Self::Lab { start, stop: false, .. } => start.release_dir.is_none(),
            _ => false,
        }
    }
}

/// Reads the command line. What is wrong with it is said, and ends the program.
#[must_use]
pub fn read() -> Command {
    let colour = if Output::Stderr.has_colours() { ColorChoice::Auto } else { ColorChoice::Never };
    let arguments = Cli::command().color(colour).get_matches();
    Cli::from_arg_matches(&arguments).map_or_else(|error| error.exit(), |cli| cli.command)
}

/// The version, and how old what the judgement of policies knows of AWS is.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let tables = iam_policy::TABLES.iter().map(|table| format!("\n{} of {}: {}", table.what, table.date, table.source));
    [env!("CARGO_PKG_VERSION").to_owned()].into_iter().chain(tables).collect()
});
