//! The security standard: its parts, its defaults, its reading, and what it says of a resource.

mod access;
mod buckets;
mod difference;
mod iam;
mod modes;
mod names;
mod parts;
mod presets;
mod queries;
mod rails;
mod scope;
mod source;
mod syntax;
mod trails;

use std::collections::BTreeMap;

use parapet_core::Mode;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use access::AccessRules;
pub(crate) use buckets::can_be_told;
pub use buckets::{Algorithm, BucketRules, Retention, RetentionMode, TlsVersion, VersioningScope};
pub use difference::{Change, Difference, Direction};
pub(crate) use iam::is_named;
pub use iam::{Principals, RequiredBoundary, ServiceRules, TrustRules, TrustedSubject};
pub use modes::{GeneralMode, PartMode};
pub use names::Names;
pub(crate) use parts::{MEMORY_KEY, NOTIFICATION_KEY};
pub use presets::Preset;
pub use queries::{BucketNeeds, Encryption, Readable};
pub use rails::Rails;
pub use scope::{ContestRules, Exemption, Patterns, SettleRules, SlowContest};
pub(crate) use scope::{GivenPatterns, scopes};
pub use source::{News, ObjectLocation, StandardSource};
pub use trails::{CloudWatchLogs, EventDataStoreRules, EventSize, TrailRules, UsedTrail};

use crate::{ControlId, Scope};
use parapet_core::Home;

/// The standard that is built in: `standard.yaml` at the root of the repository.
const BUILT_IN: &str = include_str!("../../../standard.yaml");

/// The largest standard that is read. What people write stays far below this.
pub const MAX_STANDARD_BYTES: usize = 256 * 1024;

/// All of it: who writes standards may look for two that a shorter one cannot tell apart, and show the stricter one first.
const DIGEST_BYTES: usize = 32;

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
    /// How event data stores have to be.
    pub event_data_stores: EventDataStoreRules,
    /// Whom policies may be open to.
    pub trust: TrustRules,
    /// What of the pipeline's data may be reached.
    pub access: AccessRules,
    /// Who is never touched.
    pub principals: Principals,
    /// Which tools of AWS make roles that are left as they make them.
    pub presets: Vec<Preset>,
    /// What to do about a violation of a control that is not named below.
    pub mode: GeneralMode,
    /// Another mode for some resources.
    pub modes: Vec<PartMode>,
    /// What to do about a violation, by control.
    #[serde(deserialize_with = "modes::by_control")]
    pub controls: BTreeMap<ControlId, Mode>,
    /// What is left alone for a while.
    pub exemptions: Vec<Exemption>,
    /// When a resource counts as contested.
    pub contest: ContestRules,
    /// How much a look at everything may change at once.
    pub rails: Rails,
    /// How long a young resource may stay incomplete.
    pub settle: SettleRules,
    /// Of the text it was read from.
    #[serde(skip)]
    digest: String,
    /// The object that it was read from.
    #[serde(skip)]
    object: Option<ObjectLocation>,
    /// The id of the key that memory is sealed with.
    #[serde(skip)]
    memory_key: Option<String>,
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
    /// The built-in standard, filled in for `home`. The file says nothing but the defaults, so it is not read: that would be a quarter of
    /// what a function does for its first event.
    ///
    /// # Errors
    /// Never with the defaults of this crate; a test holds them to that, and the file to them.
    pub fn built_in(home: &Home) -> Result<Self, StandardError> {
        Self::default().settled(BUILT_IN, "standard.yaml", home)
    }

    /// Reads a standard (YAML or JSON), checks it, and fills the names in for `home`.
    ///
    /// # Errors
    /// It says nothing, or unknown keys, wrong types, impossible values: with line and column, and the nearest valid name.
    pub fn parse(text: &str, origin: &str, home: &Home) -> Result<Self, StandardError> {
        let syntax = |message: String| StandardError::Syntax { origin: origin.to_owned(), message };
        if text.len() > MAX_STANDARD_BYTES {
            return Err(syntax(format!("it has {} bytes; at most {MAX_STANDARD_BYTES} are read", text.len())));
        }
        let standard: Option<Self> = serde_saphyr::from_str(text).map_err(|error| syntax(syntax::explain(&error)))?;
        standard.ok_or_else(|| syntax(syntax::SAYS_NOTHING.to_owned()))?.settled(text, origin, home)
    }

    /// The same for `home`, checked, and as the one that this text says.
    fn settled(mut self, text: &str, origin: &str, home: &Home) -> Result<Self, StandardError> {
        self.names.fill_in(home);
        self.trail.fill_in(home);
        self.digest = crate::evidence::hash(text.as_bytes(), DIGEST_BYTES);
        self.check(origin)?;
        Ok(self)
    }

    /// Which text it was read from: its SHA-256 digest in hexadecimal. Kept with what was accepted under it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The same standard, read from an object: a value beside what it says, and no part of its digest.
    #[must_use]
    pub fn read_from(self, object: ObjectLocation) -> Self {
        Self { object: Some(object), ..self }
    }

    /// The same standard where memory is sealed with this key, by its id or ARN: a value beside what it says, likewise.
    #[must_use]
    pub fn sealed_with(self, key: Option<&str>) -> Self {
        let id = key.map(|key| key.rsplit_once(":key/").map_or(key, |(_, id)| id).to_owned());
        Self { memory_key: id, ..self }
    }

    /// Whether a key, by its id, is the one that memory is sealed with.
    #[must_use]
    pub fn is_memory_key(&self, id: &str) -> bool {
        self.memory_key.as_deref() == Some(id)
    }

    /// Refuses impossible values, by path.
    fn check(&self, origin: &str) -> Result<(), StandardError> {
        let version = match self.version {
            1 => Ok(()),
            other => Err(Refusal::new("version", other.to_string(), "this version of Parapet reads 1")),
        };
        version
            .and_then(|()| self.names.check())
            .and_then(|()| self.buckets.check())
            .and_then(|()| self.service.check())
            .and_then(|()| self.trail.check())
            .and_then(|()| self.event_data_stores.check())
            .and_then(|()| self.trust.check())
            .and_then(|()| self.access.check())
            .and_then(|()| self.principals.check())
            .and_then(|()| self.contest.check())
            .and_then(|()| self.settle.check())
            .and_then(|()| self.check_modes())
            .and_then(|()| self.check_used_trail())
            .map_err(|Refusal { path, found, allowed }| StandardError::Value {
                origin: origin.to_owned(),
                path: path.to_owned(),
                found,
                allowed: allowed.to_owned(),
            })
    }

    /// Bootstrap's own trail and its bucket are nobody else's: what it makes there, it makes for that trail alone.
    fn check_used_trail(&self) -> Result<(), Refusal> {
        let Some(used) = &self.trail.used else { return Ok(()) };
        if used.trail == self.names.trail {
            let allowed = "bootstrap makes that one by itself: leave `trail.use` out";
            return Err(Refusal::new("trail.use.trail", format!("`{}`, as `names.trail` is", used.trail), allowed));
        }
        match self.names.buckets().into_iter().find(|(_, bucket)| *bucket == used.bucket) {
            Some((path, bucket)) => {
                let allowed = "that bucket takes the deliveries of bootstrap's own trail alone";
                Err(Refusal::new("trail.use.bucket", format!("`{bucket}`, as `{path}` is"), allowed))
            }
            None => Ok(()),
        }
    }

    /// The same standard with another evidence bucket, as `PARAPET_EVIDENCE_BUCKET` asks for.
    ///
    /// # Errors
    /// It is no bucket name, or another bucket's of the standard.
    pub fn with_evidence_bucket(mut self, bucket: String) -> Result<Self, StandardError> {
        self.names.evidence_bucket = bucket;
        self.check("PARAPET_EVIDENCE_BUCKET")?;
        Ok(self)
    }
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
            event_data_stores: EventDataStoreRules::default(),
            trust: TrustRules::default(),
            access: AccessRules::default(),
            principals: Principals::default(),
            presets: Vec::new(),
            mode: GeneralMode::Enforce,
            modes: Vec::new(),
            controls: BTreeMap::new(),
            exemptions: Vec::new(),
            contest: ContestRules::default(),
            rails: Rails::default(),
            settle: SettleRules::default(),
            digest: String::new(),
            object: None,
            memory_key: None,
        }
    }
}

/// A value that is well-formed and still impossible.
struct Refusal {
    path: &'static str,
    found: String,
    allowed: &'static str,
}

impl Refusal {
    fn new(path: &'static str, found: impl Into<String>, allowed: &'static str) -> Self {
        Self { path, found: found.into(), allowed }
    }
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
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
        assert_eq!(built_in, Standard::parse(BUILT_IN, "standard.yaml", &home()).unwrap());
        let shortest = Standard::parse("version: 1", "test", &home()).unwrap();
        assert_ne!(built_in.digest(), shortest.digest());
        assert_eq!(built_in, Standard { digest: built_in.digest.clone(), ..shortest });
        assert_eq!(built_in.names, Names::built_in(&home()));
        assert_eq!(built_in.names.log_bucket, "parapet-logs-111122223333-us-east-1");
    }

    /// What was accepted under a text is accepted wherever it lies.
    #[test]
    fn where_it_was_read_from_is_no_part_of_it() {
        let plain = Standard::built_in(&home()).unwrap();
        let read = plain.clone().read_from("s3://rules/a/standard.yaml?versionId=1".parse().unwrap());
        assert_eq!(read.digest(), plain.digest());
        assert!(Difference::between(&plain, &read, 0).is_empty());
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&plain).unwrap());
        assert_eq!(read.own_object(&home()), ["arn:aws:s3:::rules/a/standard.yaml", "arn:aws:s3:::rules"]);
        assert!(plain.own_object(&home()).is_empty() && read.lies_in("rules") && !plain.lies_in("rules"));
        assert!(error("object: s3://rules/standard.yaml").contains("object"));
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
                "controls: {'S4.*': off}",
                "controls: {'S3.*': off, '*3.V*': observe}",
                "mode: off",
                "modes: [{mode: observe}]",
                "modes: [{buckets: [x]}]",
                "modes: [{principals: [jane], mode: observe}]",
                "modes: [{resources: ['s3:::x'], mode: observe}]",
                "controls: {S3.Encryption: enforced}",
                "version: two",
                "version: 2",
                "names: {log_bucket: UPPER}",
                "names: {key_alias: my-key}",
                "names: {key_alias: alias/aws/s3}",
                "names: {trail: [1]}",
                "trust: {accounts: ['12']}",
                "access: {protected: [my-bucket]}",
                "access: {protected: ['arn:aws:s3']}",
                "access: {protected: ['a:b:c:d:e:f']}",
                "access: {envelope: [{Statement: {Effect: Allow}}]}",
                "principals: {own: ['role/*']}",
                "principals: {break_glass: [jane]}",
                "principals: {boundaries: [{principals: [group/a], boundary: b}]}",
                "principals: {boundaries: [{principals: [role/a], boundary: 'b*'}]}",
                "trust: {providers: [okta]}",
                "trust: {networks: [0.0.0.0/0]}",
                "trust: {networks: [office]}",
                "trust: {networks: ['1111']}",
                "trust: {identities: ['AROA*']}",
                "trust: {identities: ['a:b']}",
                "trust: {identities: ['arn:aws:cloudfront::111122223333:distribution/*']}",
                "trust: {subjects: [{provider: gitlab.com, claim: sub, pattern: '*'}]}",
                "trust: {subjects: [{provider: gitlab, claim: sub, pattern: 'x'}]}",
                "trust: {subjects: [{provider: gitlab.com}]}",
                "service: {trusted: ['*']}",
                "service: {trusted: ['*.amazonaws.com']}",
                "service: {trusted: [sagemaker]}",
                "trail: {cloud_watch_logs: {log_group_arn: audit, role_arn: r}}",
                "trail: {cloud_watch_logs: {log_group_arn: 'arn:aws:logs:us-east-1:111122223333:audit', role_arn: r}}",
                "trail: {cloud_watch_logs: {log_group_arn: 'arn:aws:logs:us-east-1:111122223333:log-group:audit:*', role_arn: 'arn:aws:iam::111122223333:user/r'}}",
                "trail: {cloud_watch_logs: {log_group_arn: 'arn:aws:logs:us-east-1:111122223333:log-group:audit:*', role_arn: ':role/r'}}",
                "contest: {repairs: 1}",
                "contest: {window_minutes: 0}",
                "contest: {slow: {repairs: 1, days: 7}}",
                "contest: {slow: {repairs: 8, days: 7}}",
                "contest: {slow: {days: 91}}",
                "settle: {minutes: 1441}",
                "event_data_stores: {retention_days: 3653}",
                "buckets: {log_retention: {mode: GOVERNANCE, days: 0}}",
                "names: {log_bucket: same, evidence_bucket: same}",
                "buckets: {data_retention_days: 36501}",
                "buckets: {minimum_tls: '1.1'}",
                "buckets: {replicate_to: ['arn:aws:s3:::copies']}",
                "buckets: {notify_to: [queue]}",
                "buckets: {notify_to: ['arn:aws:sqs:us-east-1:*:sf-snowpipe-*']}",
                "buckets: {notify_to: ['arn:aws:sqs:us-east-1:123456789012:*']}",
                "buckets: {notify_to: ['arn:aws:s3:::copies']}",
                "exemptions: [{resource: x}]",
                "presets: [ckd]",
                "principals: {deployers: ['role/ci-*']}",
                "principals: {deployers: [group/dev]}",
                "trust: {accounts: ['222233334444'], management_account: '555566667777'}",
                "a: [",
                "- 1",
                "version: 1\nversion: 1",
                "version: 1\n---\nversion: 1",
                "names:\n  trail:",
                "names: {trail: !!binary /w==}",
                "names: x",
                "controls: {S3.Encryption: [off]}",
                "contest: {repairs: x}",
                "version: 'x",
                "version: *b",
                "access: {envelope: [[[[[[[[[[[[",
                "",
            ]
            .map(|text| format!("{text}\n  {}", error(text).replace('\n', "\n  ")))
            .join("\n")
        );
    }

    #[test]
    fn the_last_possible_values_are_read() {
        for text in [
            "buckets: {data_retention_days: 0, access_log_retention_days: 36500}",
            "buckets: {log_retention: {mode: GOVERNANCE, days: 36500}}",
            "contest: {repairs: 2, window_minutes: 1}",
            "contest: {slow: {repairs: 2, days: 2}}",
            "contest: {slow: {repairs: 90, days: 90}}",
            "settle: {minutes: 0}",
            "settle: {minutes: 1440}",
            "access: {protected: ['arn:*:*:*:*:*']}",
        ] {
            assert!(Standard::parse(text, "test", &home()).is_ok(), "{text}");
        }
    }

    /// The built-in values are asked for, and not had by an upload that broke off.
    #[test]
    fn what_says_nothing_is_no_standard() {
        for text in
            ["", " \n\n", "# a comment", "---", "---\n...\n", "--- # c", "\u{feff}", "\u{feff}# c\n", "~", "null"]
        {
            assert!(
                error(text).contains("it says nothing") && error(text).contains("`version: 1`"),
                "{text:?}: {}",
                error(text)
            );
        }
        for text in ["version: 1", "{}", "\u{feff}version: 1", "# a comment\n---\nversion: 1"] {
            assert!(Standard::parse(text, "test", &home()).is_ok(), "{text:?}");
        }
    }

    /// What the parser says to programmers is no help to whoever wrote a standard.
    #[test]
    fn errors_are_no_programmers() {
        for text in [
            "version: 1\nversion: 1",
            "version: 1\n---\nversion: 1",
            "names: {trail: ~}",
            "names: {trail: !!binary /w==}",
        ] {
            let error = error(text);
            assert!(!["Option", "from_str", "u32", "null"].iter().any(|word| error.contains(word)), "{error}");
            assert!(error.contains(" at line ") && error.contains(", column "), "{error}");
        }
    }

    #[test]
    fn a_digest_is_whole() {
        let digest = Standard::parse("version: 1", "test", &home()).unwrap().digest().to_owned();
        // printf 'version: 1' | sha256sum
        assert_eq!(digest, "1a6ddd3533d91cae4b3742d4294fb07ee863a4d667fe598f01365bd68a18bcfd");
    }

    #[test]
    fn a_standard_of_any_length_is_not_read() {
        let of = |bytes: usize| format!("version: 1 {}", "#".repeat(bytes - "version: 1 ".len()));
        assert!(Standard::parse(&of(MAX_STANDARD_BYTES), "test", &home()).is_ok());
        assert!(error(&of(MAX_STANDARD_BYTES + 1)).contains("at most"));
    }

    #[test]
    fn another_evidence_bucket() {
        let with = |name: &str| Standard::built_in(&home()).unwrap().with_evidence_bucket(name.to_owned());
        assert_eq!(with("evidence-1").unwrap().names.evidence_bucket, "evidence-1");
        assert_eq!(with("evidence-1").unwrap().names.trail, "parapet");
        for taken_or_odd in ["parapet-logs-111122223333-us-east-1", "UPPER"] {
            assert!(with(taken_or_odd).unwrap_err().to_string().contains("PARAPET_EVIDENCE_BUCKET"));
        }
    }

    #[test]
    fn an_exemption_ends() {
        let text = "exemptions: [{resource: 'arn:aws:s3:::legacy-*', controls: [S3.Ownership], reason: r, who: w, until: 2027-01-31T00:00:00Z}]";
        let standard = Standard::parse(text, "test", &home()).unwrap();
        let end = standard.exemptions[0].until.unix_timestamp();
        let exempt = |arn, control, now| standard.exempts(arn, ControlId::named(control).unwrap(), now);
        assert!(exempt("arn:aws:s3:::legacy-1", "S3.Ownership", end - 1));
        assert!(!exempt("arn:aws:s3:::legacy-1", "S3.Ownership", end));
        assert!(!exempt("arn:aws:s3:::legacy-1", "S3.Encryption", end - 1));
        assert!(!exempt("arn:aws:s3:::other", "S3.Ownership", end - 1));
    }
}
