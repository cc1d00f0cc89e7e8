//! JSON objects in a bucket of the home account.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use parapet_core::{ErrorKind, Home, WorldError};
use serde::Serialize;

use crate::failure::{broken, code, failed};

/// S3's answer where an object is there already, or has changed.
const PRECONDITION_FAILED: &str = "PreconditionFailed";

/// How many versions of one object are looked at.
#[cfg(feature = "sweep")]
const VERSIONS: i32 = 1_000;

/// The objects of a bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Objects<'a> {
    /// By which they are reached.
    pub(crate) client: &'a aws_sdk_s3::Client,
    /// Whose the bucket has to be.
    pub(crate) home: &'a Home,
    /// The bucket.
    pub(crate) bucket: &'a str,
    /// What they are, for errors: `evidence`.
    pub(crate) noun: &'static str,
}

/// What has to be so for a write to happen.
pub(crate) enum Precondition<'a> {
    /// Nothing.
    None,
    /// Nothing is there.
    Absent,
    /// What is there has this entity tag.
    Unchanged(&'a str),
}

/// What came of a write.
pub(crate) enum Written {
    /// It was written, and has this entity tag.
    As(String),
    /// What had to be so was not.
    Refused,
}

/// An object that was read.
pub(crate) struct Stored {
    /// What it says.
    pub(crate) text: Vec<u8>,
    /// Its entity tag.
    pub(crate) etag: String,
    /// Seconds since 1970.
    pub(crate) stored_at: i64,
}

impl Objects<'_> {
    /// Writes JSON.
    pub(crate) async fn put<T: Serialize + Sync>(
        &self,
        key: &str,
        body: &T,
        precondition: Precondition<'_>,
    ) -> Result<Written, WorldError> {
        // Plain data always serialises.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let put = self.client.put_object().bucket(self.bucket).key(key);
        let put = put.expected_bucket_owner(&self.home.account);
        let put = match precondition {
            Precondition::None => put,
            Precondition::Absent => put.if_none_match("*"),
            Precondition::Unchanged(etag) => put.if_match(etag),
        };
        match put.content_type("application/json").body(ByteStream::from(body)).send().await {
            Ok(answer) => Ok(Written::As(answer.e_tag.unwrap_or_default())),
            Err(error) if code(&error) == PRECONDITION_FAILED => Ok(Written::Refused),
            Err(error) => Err(failed(&format!("write the {}", self.noun), &self.subject(), error)),
        }
    }

    /// Reads an object; none where there is none.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Stored>, WorldError> {
        let step = format!("read the {}", self.noun);
        let get = self.client.get_object().bucket(self.bucket).key(key);
        let answer = match get.expected_bucket_owner(&self.home.account).send().await {
            Ok(answer) => answer,
            // Of a role that may list the bucket, which those of the functions may, S3 says so of what is not there, and of that alone.
            // Nothing of ours deletes: what somebody else deleted was there.
            Err(error) if code(&error) == "NoSuchKey" && !is_deleted(&error) => return Ok(None),
            Err(error) if is_deleted(&error) => {
                let message = "somebody deleted it: what is there is a delete marker";
                return Err(broken(&step, &self.subject(), ErrorKind::Unreadable, message.to_owned()));
            }
            Err(error) => return Err(failed(&step, &self.subject(), error)),
        };
        self.stored(step, answer).await.map(Some)
    }

    /// The versions of an object, the newest first, as many as one page has, and whether there are more. What was deleted has a marker, which is none.
    ///
    /// Amazon S3 API Reference, ListObjectVersions: "Returns metadata about all versions of the objects in a bucket"; of one key they come in the order
    /// in which they were stored, the most recent first (Amazon S3 User Guide, "Listing objects in a versioning-enabled bucket").
    #[cfg(feature = "sweep")]
    pub(crate) async fn versions(&self, key: &str) -> Result<(Vec<String>, bool), WorldError> {
        let list = self.client.list_object_versions().bucket(self.bucket).prefix(key).max_keys(VERSIONS);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let step = format!("list the versions of the {}", self.noun);
        let page = page.map_err(|error| failed(&step, &self.subject(), error))?;
        let has_more = page.is_truncated == Some(true);
        let of_key =
            page.versions.unwrap_or_default().into_iter().filter(|version| version.key.as_deref() == Some(key));
        Ok((of_key.filter_map(|version| version.version_id).collect(), has_more))
    }

    /// Reads one version of an object.
    #[cfg(feature = "sweep")]
    pub(crate) async fn get_version(&self, key: &str, version: &str) -> Result<Stored, WorldError> {
        let step = format!("read a version of the {}", self.noun);
        let get = self.client.get_object().bucket(self.bucket).key(key).version_id(version);
        let answer = get.expected_bucket_owner(&self.home.account).send().await;
        self.stored(step.clone(), answer.map_err(|error| failed(&step, &self.subject(), error))?).await
    }

    async fn stored(&self, step: String, answer: GetObjectOutput) -> Result<Stored, WorldError> {
        let etag = answer.e_tag.unwrap_or_default();
        let stored_at = answer.last_modified.map_or(0, |moment| moment.secs());
        let body = answer.body.collect().await.map_err(|error| WorldError {
            step,
            subject: self.subject(),
            kind: ErrorKind::Transient,
            message: error.to_string(),
            source: Some(Box::new(error)),
        })?;
        Ok(Stored { text: body.to_vec(), etag, stored_at })
    }

    /// The bucket, in words.
    pub(crate) fn subject(&self) -> String {
        format!("bucket `{}`", self.bucket)
    }
}

/// How many bytes an object has, as it is listed. One of which that is not told has as many as can be.
pub(crate) fn bytes_of(object: &Object) -> u64 {
    object.size().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(u64::MAX)
}

/// Whether a version of the object was there and somebody deleted it. Amazon S3 API Reference, GetObject: "If the current version of the
/// object is a delete marker, Amazon S3 behaves as if the object was deleted and includes x-amz-delete-marker: true in the response."
fn is_deleted<E>(error: &SdkError<E, HttpResponse>) -> bool {
    let marker = error.raw_response().and_then(|response| response.headers().get("x-amz-delete-marker"));
    marker == Some("true")
}
