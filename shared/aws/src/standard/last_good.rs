//! Which version of the standard was good last: kept in the evidence bucket, beside memory, for functions that start while the object is bad.

use aws_sdk_s3::primitives::ByteStream;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::ObjectLocation;
use serde::{Deserialize, Serialize};

use super::Place;
use crate::StandardObject;
use crate::failure::{broken, failed};

/// The version of the format that is written.
const VERSION: u32 = 1;

/// A version of the object that was valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastGood {
    /// [`VERSION`].
    version: u32,
    bucket: String,
    key: String,
    version_id: Option<String>,
    etag: String,
    /// Of its text, as `Standard::digest` says it.
    digest: String,
}

impl LastGood {
    pub(super) fn new(location: &ObjectLocation, object: &StandardObject, digest: &str) -> Self {
        Self {
            version: VERSION,
            bucket: location.bucket.clone(),
            key: location.key.clone(),
            version_id: object.version_id.clone(),
            etag: object.etag.clone(),
            digest: digest.to_owned(),
        }
    }

    /// The digest of its text.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Where its text lies.
    pub(super) fn location(&self) -> ObjectLocation {
        ObjectLocation { bucket: self.bucket.clone(), key: self.key.clone(), version_id: self.version_id.clone() }
    }

    /// What is kept of this object, whichever version is meant; none: nothing, or another object's.
    pub(super) async fn recall(place: &Place<'_>, location: &ObjectLocation) -> Result<Option<Self>, WorldError> {
        const STEP: &str = "read which version of the standard was good last";
        let key = key(place);
        let subject = format!("`s3://{}/{key}`", place.evidence_bucket);
        let get = place.connection.evidence().get_object().bucket(place.evidence_bucket).key(&key);
        let answer = match get.expected_bucket_owner(&place.home.account).send().await {
            Ok(answer) => answer,
            // Before the first standard, and before the first bootstrap.
            Err(error) if matches!(crate::failure::code(&error), "NoSuchKey" | "NoSuchBucket") => return Ok(None),
            Err(error) => return Err(failed(STEP, &subject, error)),
        };
        let body = answer
            .body
            .collect()
            .await
            .map_err(|error| broken(STEP, &subject, ErrorKind::Transient, error.to_string()))?;
        let kept: Self = serde_json::from_slice(&body.to_vec())
            .map_err(|error| broken(STEP, &subject, ErrorKind::Unreadable, error.to_string()))?;
        let is_known = kept.version == VERSION;
        let is_of = kept.bucket == location.bucket && kept.key == location.key;
        Ok(Some(kept).filter(|_| is_known && is_of))
    }

    pub(super) async fn keep(&self, place: &Place<'_>) -> Result<(), WorldError> {
        let key = key(place);
        let put = place.connection.evidence().put_object().bucket(place.evidence_bucket).key(&key);
        // Plain data always serialises.
        let body = serde_json::to_vec(self).unwrap_or_default();
        let put = put.expected_bucket_owner(&place.home.account).content_type("application/json");
        let written = put.body(ByteStream::from(body)).send().await;
        let subject = format!("`s3://{}/{key}`", place.evidence_bucket);
        written.map(drop).map_err(|error| failed("keep which version of the standard is good", &subject, error))
    }
}

fn key(place: &Place<'_>) -> String {
    format!("state/standard/v1/{}/{}.json", place.home.account, place.home.region)
}
