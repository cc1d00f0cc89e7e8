//! What users can set.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::policy;

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a reader: what is looked at, by guard, actor and control
    #[default]
    Table,
    /// One line of JSON for each record
    Jsonl,
}

/// What `parapet replay` knows.
#[derive(Debug, Args)]
pub struct Options {
    /// Logs or folders of logs, `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
    /// The standard to go by [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub(super) standard: Option<PathBuf>,
    /// Ignore the records of all other accounts
    #[arg(long, value_name = "ID", value_parser = policy::account)]
    pub(super) account: Option<String>,
    /// Look at the live account, too, and say what the guards would change there; nothing is written
    ///
    /// The account and the region are those of the credentials that every AWS tool takes: of the environment, AWS_PROFILE, IAM Identity Center, a
    /// process, a role. Records of other accounts and regions are ignored.
    #[arg(long, conflicts_with = "account")]
    pub(super) against_account: bool,
}

impl Options {
    /// Whether the live account is to be looked at, too.
    #[must_use]
    pub fn is_against_account(&self) -> bool {
        self.against_account
    }
}

/// What stands below the options.
pub const HELP: &str = "\
Inputs, with gzip or without: log files ({\"Records\": [..]}), records, EventBridge events; one a line, indented, or in an
array. Of a folder every .json, .jsonl and .ndjson is read, with or without .gz, but no digests and no hidden files.
Answers of --format jsonl, one for each record:
  {\"event_id\", \"event_source\", \"event_name\", \"decision\": \"reconcile|ignored\", \"why\", \"guard\", \"resource\", \"facets\": [..],
  \"controls\": [..], \"actor\"}  and \"also\": [{\"guard\", \"resource\", \"facets\", \"controls\"}] where it leads to more
With --against-account then one for each resource that was looked at:
  {\"guard\", \"resource\", \"outcome\", \"why\", \"findings\": [..], \"would\": [..]}; outcome Planned: the guard would do what is in would";
