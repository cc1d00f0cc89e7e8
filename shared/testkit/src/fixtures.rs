//! Names that the tests agree on: those of `events/*.json` and of the built-in standard.

use parapet_core::Home;
use parapet_guards::{Resource, Standard, on};

/// The account.
pub const ACCOUNT: &str = "111122223333";
/// An account that nobody trusts.
pub const STRANGER: &str = "999999999999";
/// 2026-11-23T14:00:00Z.
pub const NOW: i64 = 1_795_442_400;
/// The bucket of the pipeline's data.
pub const DATA_BUCKET: &str = "parapet-ml-data-111122223333-us-east-1";
/// The bucket that CloudTrail delivers to.
pub const LOG_BUCKET: &str = "parapet-logs-111122223333-us-east-1";
/// The bucket of S3 server access logs.
pub const ACCESS_LOG_BUCKET: &str = "parapet-access-logs-111122223333-us-east-1";
/// The bucket of evidence.
pub const EVIDENCE_BUCKET: &str = "parapet-evidence-111122223333-us-east-1";
/// The alias of the pipeline's key.
pub const KEY_ALIAS: &str = "alias/parapet-ml";
/// The role the pipeline runs as.
pub const ML_ROLE: &str = "parapet-ml-service";
/// The managed policy of that role.
pub const ML_POLICY_ARN: &str = "arn:aws:iam::111122223333:policy/parapet-ml-data";
/// The trail.
pub const TRAIL: &str = "parapet";

/// The account and region in which all tests happen.
#[must_use]
pub fn home() -> Home {
    Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: "us-east-1".to_owned() }
}

/// The built-in standard with some values changed, in YAML or JSON.
///
/// # Panics
/// The text is not a standard.
#[must_use]
#[expect(clippy::panic, reason = "a fixture that is wrong has to stop the test")]
pub fn standard(changes: &str) -> Standard {
    Standard::parse(if changes.is_empty() { "{}" } else { changes }, "a test", &home())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A bucket.
#[must_use]
pub fn bucket(name: &str) -> Resource {
    Resource::Bucket(on::Bucket { name: name.to_owned() })
}

/// A role.
#[must_use]
pub fn role(name: &str) -> Resource {
    Resource::Role(on::Role { name: name.to_owned() })
}

/// A managed policy of the account.
#[must_use]
pub fn managed_policy(arn: &str) -> Resource {
    Resource::ManagedPolicy(on::ManagedPolicy { arn: arn.to_owned() })
}

/// A trail.
#[must_use]
pub fn trail(name: &str) -> Resource {
    Resource::Trail(on::Trail { name: name.to_owned() })
}

/// The pipeline's key.
#[must_use]
pub fn key() -> Resource {
    Resource::Key(on::Key { name: KEY_ALIAS.to_owned() })
}
