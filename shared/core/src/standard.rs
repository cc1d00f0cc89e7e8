use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;

use crate::{ControlId, Home, IamEntity, matches};

/// The standard that is built in: `standard.yaml` at the root of the repository.
const BUILT_IN: &str = include_str!("../../../standard.yaml");

/// The largest standard that is read. SSM parameters end at 8 KiB; files of people stay far below this.
const MAX_STANDARD_BYTES: usize = 256 * 1024;

/// The security standard: what is guarded, what is right, and what to do about what is not.
///
/// Whatever is left out has the value of the built-in `standard.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Standard {
    /// The version of the format: 1.
    pub version: u32,
    /// What is guarded.
    pub scope: Scope,
    /// What bootstrap creates.
    pub names: Names,
    /// How buckets have to be.
    pub buckets: BucketRules,
    /// Who may become the ML service role.
    pub service: ServiceRules,
    /// How the trail has to be.
    pub trail: TrailRules,
    /// Whom policies may be open to.
    pub trust: TrustRules,
    /// Who is never touched.
    pub principals: Principals,
    /// What to do about a violation, by control. Not named: enforced.
    pub controls: BTreeMap<ControlId, Mode>,
    /// What is left alone for a while.
    pub exemptions: Vec<Exemption>,
    /// When a resource counts as contested.
    pub contest: ContestRules,
}

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

/// What one bucket has to have beyond what every bucket has to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketNeeds<'a> {
    /// Its default encryption, at least.
    pub encryption: Encryption<'a>,
    /// Whether it is one that bootstrap creates.
    pub foundation: bool,
    /// Where its accesses are logged.
    pub access_log_bucket: Option<&'a str>,
    /// Its Object Lock, at least.
    pub retention: Option<Retention>,
}

/// An encryption, and the alias of its key where one is prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The alias of the key; none: any key of this account.
    pub key_alias: Option<&'a str>,
}

/// A standard that cannot be used.
#[derive(Debug, Error)]
pub enum StandardError {
    /// It cannot be read as the standard's format. The message names line, column and what is allowed.
    #[error("the standard in {origin} is not valid: {message}")]
    Syntax {
        /// Where it came from.
        origin: String,
        /// What is wrong, and where.
        message: String,
    },
    /// A value is of the right type and still impossible.
    #[error("the standard in {origin} is not valid: `{path}` is {found}; {allowed}")]
    Value {
        /// Where it came from.
        origin: String,
        /// Which value.
        path: String,
        /// What it is.
        found: String,
        /// What it may be.
        allowed: String,
    },
}

impl Standard {
    /// The built-in standard, filled in for `home`.
    ///
    /// # Errors
    /// Never with the file this crate was built with; a test holds it to that.
    pub fn built_in(home: &Home) -> Result<Self, StandardError> {
        Self::parse(BUILT_IN, "standard.yaml", home)
    }

    /// Reads a standard (YAML or JSON), checks it, and fills the names in for `home`.
    ///
    /// # Errors
    /// Unknown keys, wrong types, impossible values: with line and column, and the nearest valid name.
    pub fn parse(text: &str, origin: &str, home: &Home) -> Result<Self, StandardError> {
        let syntax = |message: String| StandardError::Syntax { origin: origin.to_owned(), message };
        if text.len() > MAX_STANDARD_BYTES {
            return Err(syntax(format!("it has {} bytes; at most {MAX_STANDARD_BYTES} are read", text.len())));
        }
        let mut standard: Self = serde_saphyr::from_str(text).map_err(|error| syntax(explain(&error)))?;
        standard.names.fill_in(home);
        standard.check(origin)?;
        Ok(standard)
    }

    fn check(&self, origin: &str) -> Result<(), StandardError> {
        let fail = |path: &str, found: String, allowed: &str| {
            Err(StandardError::Value {
                origin: origin.to_owned(),
                path: path.to_owned(),
                found,
                allowed: allowed.to_owned(),
            })
        };
        if self.version != 1 {
            return fail("version", self.version.to_string(), "this version of Parapet reads 1");
        }
        for (path, bucket) in self.names.buckets() {
            if !is_bucket_name(bucket) {
                return fail(
                    path,
                    format!("`{bucket}`"),
                    "a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens",
                );
            }
        }
        let mut buckets: Vec<&str> = self.names.buckets().iter().map(|(_, bucket)| *bucket).collect();
        buckets.sort_unstable();
        if let Some([same, _]) =
            buckets.windows(2).find_map(|pair| <[&str; 2]>::try_from(pair).ok().filter(|[a, b]| a == b))
        {
            return fail("names", format!("the same bucket `{same}` twice"), "each bucket has a name of its own");
        }
        if !self.names.key_alias.starts_with("alias/") || self.names.key_alias.starts_with("alias/aws/") {
            return fail(
                "names.key_alias",
                format!("`{}`", self.names.key_alias),
                "an alias is `alias/...`, and not `alias/aws/...`, which are AWS's own",
            );
        }
        for (path, retention) in [
            ("buckets.log_retention", self.buckets.log_retention),
            ("buckets.evidence_retention", self.buckets.evidence_retention),
        ] {
            const LONGEST_RETENTION_DAYS: u32 = 36_500;
            if !(1..=LONGEST_RETENTION_DAYS).contains(&retention.days) {
                return fail(path, format!("{} days", retention.days), "1 to 36500 days are possible");
            }
        }
        if self.service.trusted.is_empty() {
            return fail(
                "service.trusted",
                "empty".to_owned(),
                "name at least one service, such as `sagemaker.amazonaws.com`",
            );
        }
        if let Some(odd) =
            self.service.trusted.iter().find(|name| name.contains('*') || !name.contains(".amazonaws.com"))
        {
            return fail(
                "service.trusted",
                format!("`{odd}`"),
                "a service principal is written out, such as `sagemaker.amazonaws.com`",
            );
        }
        if let Some(odd) =
            self.trust.accounts.iter().find(|id| id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()))
        {
            return fail("trust.accounts", format!("`{odd}`"), "an account id has twelve digits, in quotes");
        }
        let touched = [
            ("principals.break_glass", &self.principals.break_glass),
            ("principals.administrators", &self.principals.administrators),
            ("principals.own", &self.principals.own),
        ];
        for (path, names) in touched {
            if let Some(odd) =
                names.iter().find(|name| !["user/", "role/", "group/"].iter().any(|kind| name.starts_with(kind)))
            {
                return fail(
                    path,
                    format!("`{odd}`"),
                    "principals are written `user/name`, `role/name` or `group/name`",
                );
            }
        }
        if let Some(odd) = self.principals.own.iter().find(|name| name.contains(['*', '?'])) {
            return fail(
                "principals.own",
                format!("`{odd}`"),
                "Parapet's own roles are named exactly, without `*` and `?`",
            );
        }
        if self.contest.repairs < 2 || self.contest.window_minutes == 0 {
            return fail(
                "contest",
                format!("{} repairs in {} minutes", self.contest.repairs, self.contest.window_minutes),
                "at least 2 repairs, in at least 1 minute",
            );
        }
        Ok(())
    }

    /// What a bucket has to have.
    #[must_use]
    pub fn bucket_needs(&self, bucket: &str) -> BucketNeeds<'_> {
        let names = &self.names;
        let plain = |foundation| BucketNeeds {
            encryption: Encryption { algorithm: self.buckets.encryption, key_alias: None },
            foundation,
            access_log_bucket: None,
            retention: None,
        };
        let protected = |retention| {
            let algorithm = self.buckets.ml_encryption;
            let key_alias = (algorithm != Algorithm::Aes256).then_some(names.key_alias.as_str());
            BucketNeeds {
                encryption: Encryption { algorithm, key_alias },
                foundation: true,
                access_log_bucket: Some(names.access_log_bucket.as_str()),
                retention,
            }
        };
        if bucket == names.ml_data_bucket {
            protected(None)
        } else if bucket == names.log_bucket {
            protected(Some(self.buckets.log_retention))
        } else if bucket == names.evidence_bucket {
            // Not under the pipeline's key: whoever disables the key must not silence the evidence.
            BucketNeeds {
                encryption: Encryption { algorithm: Algorithm::Aes256, key_alias: None },
                access_log_bucket: Some(names.access_log_bucket.as_str()),
                retention: Some(self.buckets.evidence_retention),
                ..plain(true)
            }
        } else if bucket == names.access_log_bucket {
            // Amazon S3 User Guide, "Enabling Amazon S3 server access logging": "You can use default bucket encryption on the
            // destination bucket only if you use AES256 (SSE-S3)", and a bucket with Object Lock cannot be the destination.
            BucketNeeds { encryption: Encryption { algorithm: Algorithm::Aes256, key_alias: None }, ..plain(true) }
        } else {
            plain(false)
        }
    }

    /// Whether a bucket is guarded. Those that bootstrap creates always are.
    #[must_use]
    pub fn covers_bucket(&self, bucket: &str) -> bool {
        self.bucket_needs(bucket).foundation || self.scope.buckets.contains(bucket)
    }

    /// Whether a trail is guarded. The one that bootstrap creates always is.
    #[must_use]
    pub fn covers_trail(&self, trail: &str) -> bool {
        trail == self.names.trail || self.scope.trails.contains(trail)
    }

    /// Why an IAM entity is never touched; `None`: it may be.
    #[must_use]
    pub fn spares(&self, entity: &IamEntity) -> Option<&'static str> {
        let name = entity.to_string();
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, &name));
        if any(&self.principals.break_glass) {
            Some("a break-glass principal")
        } else if any(&self.principals.administrators) {
            Some("an administrator principal")
        } else if self.principals.own.contains(&name) {
            Some("one of Parapet's own roles")
        } else {
            None
        }
    }

    /// Whether an exemption is in force. One that has ended counts for nothing.
    #[must_use]
    pub fn exempts(&self, arn: &str, control: ControlId, now: i64) -> bool {
        self.exemptions.iter().any(|exemption| {
            exemption.until.unix_timestamp() > now
                && exemption.controls.contains(&control)
                && matches(&exemption.resource, arn)
        })
    }
}

impl Names {
    fn fill_in(&mut self, home: &Home) {
        let all = [
            &mut self.key_alias,
            &mut self.ml_data_bucket,
            &mut self.log_bucket,
            &mut self.access_log_bucket,
            &mut self.evidence_bucket,
            &mut self.ml_service_role,
            &mut self.ml_data_policy,
            &mut self.trail,
        ];
        for name in all {
            *name = home.fill(name);
        }
    }

    fn buckets(&self) -> [(&'static str, &str); 4] {
        [
            ("names.ml_data_bucket", &self.ml_data_bucket),
            ("names.log_bucket", &self.log_bucket),
            ("names.access_log_bucket", &self.access_log_bucket),
            ("names.evidence_bucket", &self.evidence_bucket),
        ]
    }
}

fn is_bucket_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

/// The deserializer's message with its place, and the nearest valid name where a name is unknown.
fn explain(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error::{SerdeUnknownField, SerdeUnknownVariant};
    const LEAST_LIKENESS: f64 = 0.7;
    let error = error.without_snippet();
    let (unknown, expected) = match error {
        SerdeUnknownField { field, expected, .. } => (field, expected),
        SerdeUnknownVariant { variant, expected, .. } => (variant, expected),
        _ => return error.to_string(),
    };
    let scored = expected.iter().map(|name| (strsim::jaro_winkler(unknown, name), name));
    match scored.filter(|(likeness, _)| *likeness >= LEAST_LIKENESS).max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, name)) => format!("{error}; did you mean `{name}`?"),
        None => error.to_string(),
    }
}

mod defaults {
    //! The values of `standard.yaml`, for what a user's standard leaves out. A test holds the two equal.
    use super::{
        Algorithm, BTreeMap, BucketRules, ContestRules, Names, Patterns, Principals, Retention, RetentionMode, Scope,
        ServiceRules, Standard, TrailRules, TrustRules,
    };

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    impl Default for Standard {
        fn default() -> Self {
            Self {
                version: 1,
                scope: Scope::default(),
                names: Names::default(),
                buckets: BucketRules::default(),
                service: ServiceRules::default(),
                trail: TrailRules::default(),
                trust: TrustRules::default(),
                principals: Principals::default(),
                controls: BTreeMap::new(),
                exemptions: Vec::new(),
                contest: ContestRules::default(),
            }
        }
    }

    impl Default for Patterns {
        fn default() -> Self {
            Self { include: texts(&["*"]), exclude: Vec::new() }
        }
    }

    impl Default for Names {
        fn default() -> Self {
            Self {
                key_alias: "alias/parapet-ml".to_owned(),
                ml_data_bucket: "parapet-ml-data-{account}-{region}".to_owned(),
                log_bucket: "parapet-logs-{account}-{region}".to_owned(),
                access_log_bucket: "parapet-access-logs-{account}-{region}".to_owned(),
                evidence_bucket: "parapet-evidence-{account}-{region}".to_owned(),
                ml_service_role: "parapet-ml-service".to_owned(),
                ml_data_policy: "parapet-ml-data".to_owned(),
                trail: "parapet".to_owned(),
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
            }
        }
    }

    impl Default for ServiceRules {
        fn default() -> Self {
            Self { trusted: texts(&["sagemaker.amazonaws.com"]) }
        }
    }

    impl Default for TrailRules {
        fn default() -> Self {
            Self { insights: texts(&["ApiCallRateInsight", "ApiErrorRateInsight"]) }
        }
    }

    impl Default for Principals {
        fn default() -> Self {
            let own = [
                "role/parapet-bootstrap",
                "role/parapet-encryption-guard",
                "role/parapet-policy-guard",
                "role/parapet-logging-guard",
            ];
            Self { break_glass: Vec::new(), administrators: Vec::new(), own: texts(&own) }
        }
    }

    impl Default for ContestRules {
        fn default() -> Self {
            Self { repairs: 20, window_minutes: 60 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn error(text: &str) -> String {
        Standard::parse(text, "test", &home()).unwrap_err().to_string()
    }

    #[test]
    fn the_file_states_the_defaults() {
        let built_in = Standard::built_in(&home()).unwrap();
        assert_eq!(built_in, Standard::parse("version: 1", "test", &home()).unwrap());
        assert_eq!(built_in.names.log_bucket, "parapet-logs-111122223333-us-east-1");
    }

    #[test]
    fn json_is_read_too() {
        assert_eq!(
            Standard::parse(r#"{"buckets":{"encryption":"aws:kms"}}"#, "test", &home()).unwrap().buckets.encryption,
            Algorithm::Kms
        );
    }

    #[test]
    fn errors_name_the_place_and_the_remedy() {
        insta::assert_snapshot!(
            [
                "buckts: {}",
                "controls: {S3.Encrypton: off}",
                "controls: {S3.Encryption: enforced}",
                "version: two",
                "version: 2",
                "names: {log_bucket: UPPER}",
                "names: {trail: [1]}",
                "trust: {accounts: ['12']}",
                "principals: {own: ['role/*']}",
                "principals: {break_glass: [jane]}",
                "service: {trusted: ['*']}",
                "buckets: {log_retention: {mode: GOVERNANCE, days: 0}}",
                "names: {log_bucket: same, evidence_bucket: same}",
                "exemptions: [{resource: x}]",
                "a: [",
                "- 1",
            ]
            .map(|text| format!("{text}\n  {}", error(text).replace('\n', "\n  ")))
            .join("\n")
        );
    }

    #[test]
    fn an_exemption_ends() {
        let text = "exemptions: [{resource: 'arn:aws:s3:::legacy-*', controls: [S3.Ownership], reason: r, who: w, until: 2027-01-31T00:00:00Z}]";
        let standard = Standard::parse(text, "test", &home()).unwrap();
        let end = standard.exemptions[0].until.unix_timestamp();
        let exempt = |arn, control, now| standard.exempts(arn, control, now);
        assert!(exempt("arn:aws:s3:::legacy-1", ControlId::BucketOwnership, end - 1));
        assert!(!exempt("arn:aws:s3:::legacy-1", ControlId::BucketOwnership, end));
        assert!(!exempt("arn:aws:s3:::legacy-1", ControlId::BucketEncryption, end - 1));
        assert!(!exempt("arn:aws:s3:::other", ControlId::BucketOwnership, end - 1));
    }
}
