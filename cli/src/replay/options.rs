//! What users can set.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use parapet_records::InputFormat;

use crate::policy;

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a reader: what is looked at, by guard, actor and control, as a table
    #[default]
    #[value(alias = "table")]
    Text,
    /// A list of JSON, one element for each record
    Json,
    /// One line of JSON for each record
    Jsonl,
    /// SARIF 2.1.0, for code scanning: a result for each look that a record leads to
    Sarif,
}

/// What the inputs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Input {
    /// What their content tells
    #[default]
    Auto,
    /// JSON, one value after the other, whatever is around the records
    Json,
    /// The same with text before each: exports of CloudWatch Logs, `aws logs tail`
    Lines,
    /// CSV, with the names of its columns in the first row
    Csv,
}

impl From<Input> for InputFormat {
    fn from(input: Input) -> Self {
        match input {
            Input::Auto => Self::Auto,
            Input::Json => Self::Json,
            Input::Lines => Self::Lines,
            Input::Csv => Self::Csv,
        }
    }
}

/// What `parapet replay` knows.
#[derive(Debug, Args)]
pub struct Options {
    /// Logs or folders of logs, `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
    /// What the inputs are, where their content does not tell
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(super) input_format: Input,
    /// The standard to go by [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub(super) standard: Option<PathBuf>,
    /// Ignore the records of all other accounts
    #[arg(long, value_name = "ID", value_parser = policy::account)]
    pub(super) account: Option<String>,
    /// See what the stack in this region sees: ignore what lies in other regions, and take the standard's names for this one
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(super) region: Option<String>,
    /// Look at the live account, too, and say what the guards would change there; nothing is written
    ///
    /// The account and the region are those of the credentials that every AWS tool takes: of the environment, AWS_PROFILE, IAM Identity Center, a
    /// process, a role. Records of other accounts and regions are ignored.
    #[arg(long, conflicts_with_all = ["account", "region"])]
    pub(super) against_account: bool,
}

impl Options {
    /// Whether the live account is to be looked at, too.
    #[must_use]
    pub fn is_against_account(&self) -> bool {
        self.against_account
    }
}

/// A region's name, such as `eu-central-1`.
fn region(text: &str) -> Result<String, String> {
    const LONGEST: usize = 24;
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_name = text.len() <= LONGEST && text.split('-').count() > 2 && text.split('-').all(is_part);
    if is_name { Ok(text.to_owned()) } else { Err("a region is named as `eu-central-1` is".to_owned()) }
}

/// What stands below the options.
pub const HELP: &str = "\
Inputs, told by their content, with gzip or without, in UTF-8 or UTF-16, mixed as they come:
  CloudTrail's log files, records, EventBridge events; one a line, indented, in an array, or one after the other
  aws cloudtrail lookup-events and get-query-results, aws logs filter-log-events and tail, aws athena get-query-results,
  aws sqs receive-message; exports and subscriptions of CloudWatch Logs; dead letters of Lambda, SNS and EventBridge
  CSV of CloudTrail Lake, Athena, Splunk; JSON of Splunk and Elastic, Filebeat's included
Of a folder every file that is one of these is read; the others are named, but for digests and hidden files. docs/replay.md has all of it.
Answers of --format jsonl, one for each record, and of json, the same in a list:
  {\"event_id\", \"event_source\", \"event_name\", \"decision\": \"reconcile|ignored\", \"why\", \"guard\", \"resource\", \"facets\": [..],
  \"controls\": [..], \"actor\"}  and \"also\": [{\"guard\", \"resource\", \"facets\", \"controls\"}] where it leads to more;
  \"file\", \"line\", \"row\" (which value of the file), \"at\" (the path in that value: $.Records[3], $.Messages[0].Body.detail)
With --against-account then one for each resource that was looked at:
  {\"guard\", \"resource\", \"outcome\", \"why\", \"findings\": [..], \"would\": [..]}; outcome Planned: the guard would do what is in would";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_a_name() {
        for name in ["eu-central-1", "us-gov-west-1", "ap-southeast-2"] {
            assert_eq!(region(name).as_deref(), Ok(name));
        }
        for name in ["", "us", "us-east", "US-EAST-1", "us--1", "us-east-1-", "../us-east-1"] {
            assert!(region(name).is_err(), "{name}");
        }
    }
}
