//! Where a standard lies.

use std::fmt;
use std::str::FromStr;

use super::StandardError;
use super::names::is_bucket_name;

/// How a place in S3 is written.
const FORM: &str = "it is written `s3://bucket/key`, or `s3://bucket/key?versionId=..` for one version of it";

/// Where a function's standard lies, as `PARAPET_STANDARD` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandardSource {
    /// In the binary.
    BuiltIn,
    /// Here it is, YAML or JSON.
    Inline(String),
    /// In a file of the package.
    File(String),
    /// In a bucket.
    Object(ObjectLocation),
}

/// An object in S3: `s3://bucket/key`, followed as it changes, or `s3://bucket/key?versionId=..`, one version for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectLocation {
    /// The bucket, which has to be the account's own.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version that is meant; none: the newest.
    pub version_id: Option<String>,
}

/// What came of a standard that was read anew, as logs name it and alarms look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is not valid or cannot be read, and the last good one is kept.
    NotTaken,
    /// It is taken, and asks for less.
    Looser,
    /// It is taken.
    Taken,
}

impl StandardSource {
    /// Reads what `PARAPET_STANDARD` says.
    ///
    /// # Errors
    /// It is a place that is not read, or a malformed one.
    pub fn parse(text: &str) -> Result<Self, StandardError> {
        let refuse = |message: String| StandardError::Syntax { origin: text.to_owned(), message };
        if text.trim().is_empty() {
            return Ok(Self::BuiltIn);
        }
        if let Some(parameter) = text.strip_prefix("ssm:") {
            return Err(refuse(format!(
                "it is in the SSM parameter `{parameter}`, which this version does not read: give its text, a file in the package, or \
                 an object in a bucket (`s3://bucket/key`)"
            )));
        }
        if text.starts_with("s3:") {
            return text.parse().map(Self::Object).map_err(refuse);
        }
        // A path is one line without a colon followed by a space, which every mapping has, and not a JSON object.
        let is_path = !text.contains('\n') && !text.contains(": ") && !text.trim_start().starts_with('{');
        Ok(if is_path { Self::File(text.to_owned()) } else { Self::Inline(text.to_owned()) })
    }
}

/// As `s3://bucket/key` says it. The error is what it should be.
impl FromStr for ObjectLocation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// Amazon S3 User Guide, "Naming Amazon S3 objects": a key has at most 1,024 bytes.
        const LONGEST_KEY: usize = 1_024;
        const VERSION: &str = "?versionId=";
        let (place, version_id) = match text.split_once(VERSION) {
            Some((place, version)) => (place, Some(version)),
            None => (text, None),
        };
        let (bucket, key) = place.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).ok_or(FORM)?;
        if !is_bucket_name(bucket) {
            return Err(format!("`{bucket}` is no bucket's name: {FORM}"));
        }
        // A `?` begins what S3 would take for a part of the key and a person for an option; to policies, `*` and `$` are more than
        // themselves, too.
        if key.is_empty()
            || key.len() > LONGEST_KEY
            || key.contains(['?', '*', '$'])
            || version_id.is_some_and(str::is_empty)
        {
            return Err(FORM.to_owned());
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version_id: version_id.map(str::to_owned) })
    }
}

impl fmt::Display for ObjectLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        self.version_id.iter().try_for_each(|version| write!(f, "?versionId={version}"))
    }
}

impl News {
    /// The word in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotTaken => "not-taken",
            Self::Looser => "looser",
            Self::Taken => "taken",
        }
    }

    /// The level of the line in the log.
    #[must_use]
    pub fn level(self) -> &'static str {
        match self {
            Self::NotTaken => "ERROR",
            Self::Looser => "WARN",
            Self::Taken => "INFO",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_may_be_told() {
        for (text, expected) in [
            ("", StandardSource::BuiltIn),
            (" \n", StandardSource::BuiltIn),
            ("version: 1", StandardSource::Inline("version: 1".into())),
            ("{}", StandardSource::Inline("{}".into())),
            ("my-standard.yaml", StandardSource::File("my-standard.yaml".into())),
            ("/opt/standard.yaml", StandardSource::File("/opt/standard.yaml".into())),
        ] {
            assert_eq!(StandardSource::parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_place_in_s3_reads_as_it_is_written() {
        for (text, bucket, key, version_id) in [
            ("s3://my-bucket/a", "my-bucket", "a", None),
            ("s3://my-bucket/a/b.yaml", "my-bucket", "a/b.yaml", None),
            ("s3://my-bucket/a b: c", "my-bucket", "a b: c", None),
            ("s3://my-bucket/a?versionId=v.1", "my-bucket", "a", Some("v.1")),
        ] {
            let location =
                ObjectLocation { bucket: bucket.into(), key: key.into(), version_id: version_id.map(str::to_owned) };
            assert_eq!(location.to_string(), text);
            assert_eq!(StandardSource::parse(text).unwrap(), StandardSource::Object(location), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_says_how_one_is_written() {
        for text in [
            "s3:bucket/key",
            "s3://bucket",
            "s3://bucket/",
            "s3:///key",
            "s3://UPPER/key",
            "s3://bucket/key?versionId=",
            "s3://bucket/key?version=1",
            "s3://bucket/key*",
            "s3://bucket/${key}",
        ] {
            let error = StandardSource::parse(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("`s3://bucket/key`"), "{error}");
        }
        let ssm = StandardSource::parse("ssm:/my/standard").unwrap_err().to_string();
        assert!(ssm.contains("`/my/standard`") && ssm.contains("`s3://bucket/key`"), "{ssm}");
    }
}
