//! What users can set.

use std::ops::Range;

use clap::Args;
use parapet_guards::key_time;

/// Where evidence lies.
#[derive(Debug, Args)]
pub struct BucketOptions {
    /// The evidence bucket [default: as the built-in standard calls it]
    #[arg(long, value_name = "BUCKET", env = "PARAPET_EVIDENCE_BUCKET")]
    pub bucket: Option<String>,
}

/// What `index` knows.
#[derive(Debug, Args)]
pub struct IndexOptions {
    /// Where
    #[command(flatten)]
    pub place: BucketOptions,
    /// Read all evidence again, also of events that are more than fifteen days older than the evidence
    #[arg(long)]
    pub rebuild: bool,
}

/// What `list` knows.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// What
    #[command(flatten)]
    pub wanted: Wanted,
    /// Where
    #[command(flatten)]
    pub place: BucketOptions,
    /// Take the index as it is, instead of bringing it up to date first
    #[arg(long, conflicts_with = "resource")]
    pub no_update: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Write a list of JSON objects, as in docs/schema/index-entry-1.json
    #[arg(long)]
    pub json: bool,
}

/// Which evidence.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Wanted {
    /// Repairs of the resource with this ARN
    #[arg(long, value_name = "ARN", value_parser = arn)]
    pub resource: Option<String>,
    /// Repairs after calls of this user or role, by its ARN or name; of a role, of all sessions or of one. `-`: who is not named
    #[arg(long, value_name = "ARN|NAME", allow_hyphen_values = true)]
    pub actor: Option<String>,
    /// Repairs of what happened on this day, in UTC
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub day: Option<String>,
}

/// What `show` knows.
#[derive(Debug, Args)]
pub struct ShowOptions {
    /// Its key, as `list` and reports say it
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Where
    #[command(flatten)]
    pub place: BucketOptions,
    /// Write it as JSON, as in docs/schema/evidence-2.json
    #[arg(long)]
    pub json: bool,
}

fn arn(text: &str) -> Result<String, String> {
    if parapet_core::Arn::parse(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err("it is no ARN, such as `arn:aws:s3:::my-bucket`".to_owned())
    }
}

/// A day as keys write it.
fn day(text: &str) -> Result<String, String> {
    let digits = key_time(&format!("{text}T00:00:00Z")).map(|time| time.replace("T000000Z", ""));
    let number = |range: Range<usize>| {
        digits.as_ref().and_then(|digits| digits.get(range)?.parse::<u32>().ok()).unwrap_or_default()
    };
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    let is_day = (1..=days_of(year, month)).contains(&day);
    digits.filter(|_| is_day).ok_or_else(|| "it is no day, such as `2026-11-23`".to_owned())
}

/// How many days a month has; none: there is no such month.
fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(day("2026-11-23").as_deref(), Ok("20261123"));
        assert_eq!(day("2028-02-29").as_deref(), Ok("20280229"));
        for bad in
            ["", "today", "2026-11", "2026-13-01", "2026-02-29", "2026-1-023", "2026-11-00", "20261123", "2026-11-23T"]
        {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn arns() {
        assert!(arn("arn:aws:s3:::b").is_ok());
        assert!(arn("my-bucket").is_err());
    }
}
