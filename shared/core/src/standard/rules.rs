//! The parts of the standard, as they are written.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{ControlId, matches};

/// What to do about a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Repair it.
    Enforce,
    /// Report it.
    Observe,
    /// Do not look.
    Off,
}

/// What is guarded.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Which buckets, by name.
    pub buckets: Patterns,
    /// Which trails, by name.
    pub trails: Patterns,
}

/// Names to take in and to leave out; leaving out wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Patterns {
    /// In, if one of these matches.
    pub include: Vec<String>,
    /// Out, if one of these matches.
    pub exclude: Vec<String>,
}

impl Patterns {
    /// Whether a name is in.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.include) && !any(&self.exclude)
    }
}

/// What bootstrap creates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// The alias of the KMS key.
    pub key_alias: String,
    /// The bucket of the pipeline's data.
    pub ml_data_bucket: String,
    /// The bucket that CloudTrail delivers to.
    pub log_bucket: String,
    /// The bucket of S3 server access logs.
    pub access_log_bucket: String,
    /// The bucket of evidence.
    pub evidence_bucket: String,
    /// The role the pipeline runs as.
    pub ml_service_role: String,
    /// The managed policy of that role.
    pub ml_data_policy: String,
    /// The trail.
    pub trail: String,
}

/// Server-side encryption algorithms, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// SSE-S3.
    #[serde(rename = "AES256")]
    Aes256,
    /// SSE-KMS.
    #[serde(rename = "aws:kms")]
    Kms,
    /// Two layers of SSE-KMS.
    #[serde(rename = "aws:kms:dsse")]
    KmsDsse,
}

impl Algorithm {
    /// As S3 writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aes256 => "AES256",
            Self::Kms => "aws:kms",
            Self::KmsDsse => "aws:kms:dsse",
        }
    }
}

/// How buckets have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BucketRules {
    /// The least encryption of every bucket in scope.
    pub encryption: Algorithm,
    /// The least encryption of the data and log buckets.
    pub ml_encryption: Algorithm,
    /// Object Lock of the log bucket.
    pub log_retention: Retention,
    /// Object Lock of the evidence bucket.
    pub evidence_retention: Retention,
}

/// A default retention of Object Lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// Days from the writing of an object.
    pub days: u32,
}

/// Who may shorten a retention. The order is that of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RetentionMode {
    /// Whoever has `s3:BypassGovernanceRetention`.
    Governance,
    /// Nobody.
    Compliance,
}

/// Who may become the ML service role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceRules {
    /// AWS service principals.
    pub trusted: Vec<String>,
}

/// How the trail has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrailRules {
    /// Which insights it computes.
    pub insights: Vec<String>,
}

/// Whom policies may be open to, besides this account.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustRules {
    /// Account ids.
    pub accounts: Vec<String>,
    /// Organization ids, `o-...`.
    pub organizations: Vec<String>,
}

/// Who is never touched: `user/name`, `role/name`, `group/name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Principals {
    /// For emergencies; patterns.
    pub break_glass: Vec<String>,
    /// Those who administer the account; patterns.
    pub administrators: Vec<String>,
    /// Parapet's own; exact names.
    pub own: Vec<String>,
}

/// A resource to be left as it is, for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Its ARN; a pattern.
    pub resource: String,
    /// Which controls.
    pub controls: Vec<ControlId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub who: String,
    /// Until when, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// When a resource counts as contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContestRules {
    /// How many repairs of one resource...
    pub repairs: u32,
    /// ... within how many minutes.
    pub window_minutes: u32,
}
