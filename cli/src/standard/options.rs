//! What users can set.

use clap::Args;
use parapet_core::Home;
use parapet_guards::ObjectLocation;

use crate::policy::{self, Format};

/// The account that names are filled in for where nobody says one.
const EXAMPLE_ACCOUNT: &str = "123456789012";

/// What `check` knows.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// A standard in YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    pub(super) source: String,
    #[command(flatten)]
    pub(super) home: HomeOptions,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

/// What `diff` knows.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// The standard as it is: a file, `-` for standard input, or `built-in`
    #[arg(value_name = "A")]
    pub(super) old: String,
    /// The standard as it shall be, likewise
    #[arg(value_name = "B")]
    pub(super) new: String,
    #[command(flatten)]
    pub(super) home: HomeOptions,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

/// What `upload` knows.
#[derive(Debug, Args)]
pub struct UploadOptions {
    /// A standard in YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    pub source: String,
    /// Where to put it
    #[arg(value_name = "s3://BUCKET/KEY", value_parser = place)]
    pub place: ObjectLocation,
}

/// Which account and region names are filled in for.
#[derive(Debug, Args)]
pub(super) struct HomeOptions {
    /// The account to fill names in for
    #[arg(long, value_name = "ID", value_parser = policy::account, default_value = EXAMPLE_ACCOUNT)]
    account: String,
    /// The region to fill names in for
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
}

impl HomeOptions {
    pub(super) fn home(&self) -> Home {
        let partition = Home::partition_of(&self.region).to_owned();
        Home { partition, account: self.account.clone(), region: self.region.clone() }
    }
}

/// A place that something can be put into.
fn place(text: &str) -> Result<ObjectLocation, String> {
    let place: ObjectLocation = text.parse()?;
    if place.version_id.is_some() {
        return Err("a version that is there stays as it is: leave `?versionId=` out".to_owned());
    }
    Ok(place)
}
