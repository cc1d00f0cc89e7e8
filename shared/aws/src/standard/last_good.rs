//! Which version of the standard was good last: kept in the evidence bucket, beside memory, for functions that start while the object is bad.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{ObjectLocation, Standard};
use serde::{Deserialize, Serialize};

use super::Place;
use crate::StandardObject;
use crate::failure::broken;
use crate::objects::{Objects, Precondition};

/// The version of the format that is written.
const VERSION: u32 = 1;

/// How many digits of a digest earlier releases kept.
const OLD_DIGEST: usize = 16;

/// What is kept, for errors.
const NOUN: &str = "record of the last good standard";

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

    /// Whether it was kept of this object, whichever version of it is meant now.
    pub(super) fn is_of(&self, location: &ObjectLocation) -> bool {
        self.bucket == location.bucket && self.key == location.key
    }

    /// Whether this standard, read from this object, is the one that was good. S3 never changes a version, so the same one is the same text.
    pub(super) fn is(&self, location: &ObjectLocation, object: &StandardObject, standard: &Standard) -> bool {
        let is_same_version = self.version_id.is_some() && self.version_id == object.version_id;
        self.digest == standard.digest() || (self.is_of(location) && is_same_version && self.began(standard))
    }

    /// Whether this standard, which was just read from [`Self::location`], is the one that was good. A bucket that keeps no versions gives
    /// what is there now.
    pub(super) fn is_still(&self, standard: &Standard) -> bool {
        self.digest == standard.digest() || (self.version_id.is_some() && self.began(standard))
    }

    /// Whether the digest begins as the standard's. Earlier releases kept sixteen digits of it: too few to tell by them alone that a text
    /// is the same, so a version has to vouch for it.
    fn began(&self, standard: &Standard) -> bool {
        self.digest.len() == OLD_DIGEST && standard.digest().starts_with(&self.digest)
    }

    /// Where its text lies.
    pub(super) fn location(&self) -> ObjectLocation {
        ObjectLocation { bucket: self.bucket.clone(), key: self.key.clone(), version_id: self.version_id.clone() }
    }

    /// What is kept, of whichever object; none: nothing ever was.
    ///
    /// # Errors
    /// Something was kept, or may have been, and it is not known what: the record cannot be read, or somebody deleted it.
    pub(super) async fn recall(place: &Place<'_>) -> Result<Option<Self>, WorldError> {
        let stored = match objects(place).get(&key(place)).await {
            Ok(stored) => stored,
            // Before the first bootstrap.
            Err(error) if error.message.starts_with("NoSuchBucket") => None,
            Err(error) => return Err(error),
        };
        let unreadable = |why: String| {
            let subject = format!("`s3://{}/{}`", place.evidence_bucket, key(place));
            broken(&format!("read the {NOUN}"), &subject, ErrorKind::Unreadable, why)
        };
        let Some(stored) = stored else { return Ok(None) };
        // What is from before there were seals says what it said then; the first start takes its place.
        let opened = place.connection.opened_or_older(place.home, &key(place), &stored).await;
        let kept = opened.map_err(|why| unreadable(why.why))?;
        let kept: Self = serde_json::from_value(kept).map_err(|error| unreadable(error.to_string()))?;
        match kept.version {
            VERSION => Ok(Some(kept)),
            other => Err(unreadable(format!("it is of version {other}, and this release reads {VERSION}"))),
        }
    }

    pub(super) async fn keep(&self, place: &Place<'_>) -> Result<(), WorldError> {
        // Plain data always serialises.
        let document = serde_json::to_value(self).unwrap_or_default();
        let sealed = place.connection.sealed(place.home, &key(place), document).await?;
        objects(place).put(&key(place), &sealed, Precondition::None).await.map(drop)
    }
}

fn objects<'a>(place: &Place<'a>) -> Objects<'a> {
    let client = place.connection.evidence();
    Objects { client, home: place.home, bucket: place.evidence_bucket, noun: NOUN }
}

fn key(place: &Place<'_>) -> String {
    format!("state/standard/v1/{}/{}.json", place.home.account, place.home.region)
}
