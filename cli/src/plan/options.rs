//! What users can set.

use clap::Args;

/// What `parapet plan` knows.
#[derive(Debug, Args)]
pub struct Options {
    /// The standard that would be enforced, in YAML or JSON, `-` for standard input [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub standard: Option<String>,
    /// Write JSON, as docs/plan.md describes it
    #[arg(long)]
    pub json: bool,
}

/// What stands below the options.
pub const HELP: &str = "\
Nothing is written to the account. The account is the one of the credentials in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN), the region AWS_REGION. They only have to read: docs/plan.md
says what.
When a repair is made:
  on schedule      by the next sweep: bootstrap made the resource, or what is wrong is known to be new
  only when asked  by an operator: it was there before, or nobody knows since when
  never            it is only told: its control is in `observe`, an exemption covers it, or no call of Parapet's mends it";
