//! What users can set.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// What `parapet plan` knows.
#[derive(Debug, Args)]
pub struct Options {
    /// The standard that would be enforced, in YAML or JSON, `-` for standard input [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub standard: Option<String>,
    /// Write JSON, as docs/plan.md describes it
    #[arg(long)]
    pub json: bool,
    /// Write the plan into this file as well, as one page for a browser: it loads nothing from anywhere
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
    /// Write what was met and may be meant into this file: a standard to accept line by line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub proposal: Option<PathBuf>,
    /// Logs of CloudTrail, folders of them, `s3://bucket/prefix`, `-` for standard input: each repair that changes what a principal may do
    /// says which of the requests in them it would end
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub history: Vec<PathBuf>,
    /// Ask IAM when those last used which services whose documents a repair changes, and say of each repair what of that it would end. A report
    /// for each user or role: some seconds, four side by side
    #[arg(long)]
    pub last_accessed: bool,
    /// The profile whose credentials are taken [default: AWS_PROFILE, or as every AWS tool finds them]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region whose keys, trails, buckets and repositories are looked at [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// What stands below the options.
pub const HELP: &str = "\
Nothing is written to the account. The credentials are those that every AWS tool takes: of the environment, a profile, IAM Identity Center
(`aws sso login`), a process, a role. They need no more than policies/plan.json allows, which only reads; docs/plan.md says what of it AWS's own
SecurityAudit and ViewOnlyAccess lack.
When a repair is made:
  on schedule      by the next sweep: bootstrap made the resource, or what is wrong is known to be new
  only when asked  by an operator: it was there before, or nobody knows since when
  never            it is only told: its control is in `observe`, an exemption covers it, or no call of Parapet's mends it
With --history, \"loses 0 of 1,204 requests seen\" is what the repair would end of what was seen to be used. What a trail does not log, and what a
record does not tell, is called unknown, not unused; docs/plan.md says what counts. --last-accessed sees 400 days and needs no logs; it tells less.";
