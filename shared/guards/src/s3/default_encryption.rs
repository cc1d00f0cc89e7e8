use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Algorithm, Encryption, KmsKey, Subject, on};

control! {
    BUCKET_ENCRYPTION = "S3.Encryption", High, Enforce, fsbp [], cis [],
    "Default encryption is on, with a key the account controls",
    "Objects written under a weaker or a foreign key are readable, or lost, by somebody else's decision.",
}

control! {
    BUCKET_SSE_C_BLOCKED = "S3.SseCBlocked", High, Enforce, fsbp [], cis [],
    "Encryption with customer-provided keys is blocked",
    "Ransomware re-encrypts objects with a key that only the attacker holds.",
}

/// Default encryption, bucket key, blocked encryption types.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = BucketEncryption;
    whole!();

    const ROW: Row = Row {
        id: "bucket-encryption",
        name: "default encryption",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketEncryption", "DeleteBucketEncryption"],
        controls: &[BUCKET_ENCRYPTION, BUCKET_SSE_C_BLOCKED],
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&BucketEncryption>,
        observed: &BucketEncryption,
    ) -> Flaws<'a, BucketEncryption> {
        let Some((_, needs)) = bucket_needs(subject) else { return Ok(Vec::new()) };
        let mut flaws = Vec::new();
        let before = subject.excuse(last_known);
        let asked = strong_enough(subject, needs.encryption, None, observed);
        let nearest = strong_enough(subject, needs.encryption, before, observed);
        if asked != *observed {
            let least = if needs.encryption.is_exact { "exactly" } else { "at least" };
            let (seen, asked) = (observed.strength(), asked.strength());
            let detail = format!("default encryption is {seen}; {least} {asked} is asked for");
            let was_so = nearest == *observed;
            let flaw = Flaw::new(BUCKET_ENCRYPTION, detail, |encryption: &mut BucketEncryption| {
                *encryption = nearest;
            });
            flaws.push(if was_so { flaw.from_before() } else { flaw });
        }
        if !observed.sse_c_blocked {
            let detail = "objects may be written under customer-provided keys (SSE-C)";
            let flaw = Flaw::new(BUCKET_SSE_C_BLOCKED, detail, |encryption: &mut BucketEncryption| {
                encryption.sse_c_blocked = true;
            });
            flaws.push(if before.is_some_and(|before| !before.sse_c_blocked) { flaw.from_before() } else { flaw });
        }
        Ok(flaws)
    }
}

impl Words for Unit {
    fn words(encryption: &BucketEncryption) -> String {
        format!("PutBucketEncryption {encryption}")
    }
}

/// The default encryption of a bucket. Every bucket has one: Amazon S3 User Guide, "Setting default server-side encryption
/// behavior": "all Amazon S3 buckets have encryption configured by default".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BucketEncryption {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key; none with SSE-S3.
    pub key: Option<KmsKey>,
    /// Whether one data key serves many objects. It saves KMS calls, and means nothing without SSE-KMS.
    pub bucket_key: bool,
    /// Whether writes with a customer-provided key are refused.
    pub sse_c_blocked: bool,
}

impl BucketEncryption {
    /// Algorithm, key and bucket key, in words.
    fn strength(&self) -> String {
        let key = self.key.as_ref().map(|key| format!(" with {key}")).unwrap_or_default();
        let bucket_key = if self.bucket_key { ", bucket key" } else { "" };
        format!("{}{key}{bucket_key}", self.algorithm.as_str())
    }
}

impl fmt::Display for BucketEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, SSE-C {}", self.strength(), if self.sse_c_blocked { "blocked" } else { "allowed" })
    }
}

/// The nearest encryption, SSE-C aside, that is as strong as needed: a stronger algorithm stays, and so does a key of this
/// account where none is prescribed. Not where exactly one is asked for: evidence and memory under somebody's key are that somebody's to
/// silence. No stronger is needed than before, and whose key it was before may have it.
fn strong_enough(
    subject: &Subject<'_>,
    needed: Encryption<'_>,
    before: Option<&BucketEncryption>,
    observed: &BucketEncryption,
) -> BucketEncryption {
    if needed.is_exact {
        let bucket_key = observed.bucket_key && observed.algorithm == needed.algorithm;
        return BucketEncryption { algorithm: needed.algorithm, key: None, bucket_key, ..observed.clone() };
    }
    let prescribed = needed.key_alias.map(|alias| KmsKey::Alias(alias.to_owned()));
    let least = before.map_or(needed.algorithm, |before| before.algorithm.min(needed.algorithm));
    let was_theirs = |key: &KmsKey| {
        before.and_then(|before| before.key.as_ref()).is_some_and(|before| before == key || before.is_of_owner_of(key))
    };
    let is_foreign = observed.key.as_ref().is_some_and(|key| key.is_foreign(subject.home) && !was_theirs(key));
    let (algorithm, key) = if prescribed.is_none() && is_foreign {
        // A key of another account is that account's to withdraw. Back to the floor, whose key is this account's.
        (least, (least != Algorithm::Aes256).then_some(KmsKey::AwsManaged))
    } else {
        let algorithm = observed.algorithm.max(least);
        let key = if algorithm == Algorithm::Aes256 {
            None
        } else {
            prescribed.or_else(|| observed.key.clone()).or(Some(KmsKey::AwsManaged))
        };
        (algorithm, key)
    };
    // The standard asks for the bucket key with its own key. Elsewhere it is the owner's choice; with DSSE-KMS there is none:
    // "S3 Bucket Keys aren't supported for DSSE-KMS" (Amazon S3 User Guide, "Using dual-layer server-side encryption").
    let bucket_key = match algorithm {
        Algorithm::Kms => observed.bucket_key || needed.bucket_key,
        Algorithm::KmsDsse => observed.bucket_key && observed.algorithm == Algorithm::KmsDsse,
        Algorithm::Aes256 => observed.bucket_key,
    };
    BucketEncryption { algorithm, key, bucket_key, sse_c_blocked: observed.sse_c_blocked }
}
