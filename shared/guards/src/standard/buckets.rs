//! How buckets have to be.

use parapet_core::{Arn, matches};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::names::is_bucket_name;
use crate::flaw::is_account_id;

/// Server-side encryption algorithms, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// How many days no lifecycle rule may delete an object, or an old version of one, of the data bucket.
    pub data_retention_days: u32,
    /// The same of the access-log bucket, which Object Lock cannot protect.
    pub access_log_retention_days: u32,
    /// The least version of TLS of every bucket in scope; none: any.
    pub minimum_tls: Option<TlsVersion>,
    /// Which buckets have to keep old versions.
    pub versioning: VersioningScope,
    /// Names of buckets that objects may be replicated to, whoever owns them.
    pub replicate_to: Vec<String>,
    /// ARNs of topics, queues and functions that may be told of changes to objects, whoever owns them; patterns, each of one account.
    pub notify_to: Vec<String>,
}

/// Which buckets have to keep old versions. The order is that of strictness.
///
/// What is kept costs, and stays until a lifecycle rule ends it; and CloudFormation deletes no bucket with objects in it, old versions included. So by
/// default it is the pipeline's buckets. One that has kept versions goes on to do so, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersioningScope {
    /// Those that bootstrap makes, those of `access.protected`, and the one that the standard lies in.
    Pipeline,
    /// All in scope.
    All,
}

impl VersioningScope {
    /// As the standard writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::All => "all",
        }
    }
}

/// Versions of TLS, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    V1_2,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    V1_3,
}

impl TlsVersion {
    /// As `s3:TlsVersion` says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// A default retention of Object Lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// Days from the writing of an object.
    pub days: u32,
}

/// Who may shorten a retention. The order is that of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum RetentionMode {
    /// Whoever has `s3:BypassGovernanceRetention`.
    Governance,
    /// Nobody.
    Compliance,
}

impl RetentionMode {
    /// As S3 writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

impl Default for BucketRules {
    fn default() -> Self {
        let year = Retention { mode: RetentionMode::Governance, days: 365 };
        Self {
            encryption: Algorithm::Aes256,
            ml_encryption: Algorithm::Kms,
            log_retention: year,
            evidence_retention: year,
            data_retention_days: 30,
            access_log_retention_days: 90,
            minimum_tls: None,
            versioning: VersioningScope::Pipeline,
            replicate_to: Vec::new(),
            notify_to: Vec::new(),
        }
    }
}

impl BucketRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        const LONGEST_RETENTION_DAYS: u32 = 36_500;
        for (path, retention) in
            [("buckets.log_retention", self.log_retention), ("buckets.evidence_retention", self.evidence_retention)]
        {
            if !(1..=LONGEST_RETENTION_DAYS).contains(&retention.days) {
                return Err(Refusal::new(path, format!("{} days", retention.days), "1 to 36500 days are possible"));
            }
        }
        for (path, days) in [
            ("buckets.data_retention_days", self.data_retention_days),
            ("buckets.access_log_retention_days", self.access_log_retention_days),
        ] {
            if days > LONGEST_RETENTION_DAYS {
                return Err(Refusal::new(path, format!("{days} days"), "0 to 36500 days are possible"));
            }
        }
        if let Some(odd) = self.replicate_to.iter().find(|name| !is_bucket_name(name)) {
            let allowed = "a bucket is named in full, without `*` and without its ARN";
            return Err(Refusal::new("buckets.replicate_to", format!("`{odd}`"), allowed));
        }
        let odd = self.notify_to.iter().find(|pattern| !is_told_pattern(pattern));
        odd.map_or(Ok(()), |odd| {
            let allowed = "who is told is the ARN of a topic, a queue or a function, with `*` and `?` but in its account, and with a name that begins";
            Err(Refusal::new("buckets.notify_to", format!("`{odd}`"), allowed))
        })
    }

    /// Whether the topic, queue or function of this ARN may be told of changes to objects, whoever owns it. No wildcard reaches beyond its part of
    /// the ARN.
    #[must_use]
    pub fn may_notify(&self, arn: &str) -> bool {
        let Some(told) = Arn::parse(arn) else { return false };
        let parts =
            |arn: Arn<'_>| [arn.partition, arn.service, arn.region, arn.account, arn.resource].map(str::to_owned);
        let told = parts(told);
        let is_meant = |pattern: &String| {
            let pattern = Arn::parse(pattern).map(parts);
            pattern.is_some_and(|pattern| pattern.iter().zip(&told).all(|(pattern, part)| matches(pattern, part)))
        };
        self.notify_to.iter().any(is_meant)
    }
}

/// Whether the standard can name who has this ARN under `buckets.notify_to`: a topic, a queue or a function.
pub(crate) fn can_be_told(arn: &str) -> bool {
    !arn.contains(['*', '?', '\'']) && is_told_pattern(arn)
}

/// Whether it is a pattern for the ARNs of topics, queues or functions of one account: whoever has an account could have one in any.
fn is_told_pattern(pattern: &str) -> bool {
    let Some(arn) = Arn::parse(pattern) else { return false };
    let name = arn.resource.strip_prefix("function:").unwrap_or(arn.resource);
    matches!(arn.service, "sns" | "sqs" | "lambda")
        && is_account_id(arn.account)
        && !name.is_empty()
        && !name.starts_with(['*', '?'])
}
