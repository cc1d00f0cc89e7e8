//! What a trail delivered, as a person reads it who may: the objects below a place of any bucket.

use std::fmt;

use aws_sdk_s3::config::Region;
use aws_sdk_s3::types::Object;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use parapet_core::{ErrorKind, WorldError};

use crate::Connection;
use crate::failure::{broken, failed};

/// The objects below a place of a bucket.
pub struct LogObjects {
    client: aws_sdk_s3::Client,
    bucket: String,
    prefix: String,
}

/// A page of them.
#[derive(Debug)]
pub struct LogPage {
    /// Their keys, with how many bytes each has.
    pub objects: Vec<(String, u64)>,
    /// From where the next page is; none: there is none.
    pub next: Option<String>,
}

/// It is the same for the same place.
impl fmt::Debug for LogObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogObjects(s3://{}/{})", self.bucket, self.prefix)
    }
}

impl LogObjects {
    /// Those of a bucket whose keys begin so. The bucket may lie in another region, and be another account's.
    ///
    /// # Errors
    /// AWS does not say where the bucket is: there is none, or no answer.
    pub async fn at(connection: &Connection, bucket: &str, prefix: &str) -> Result<Self, WorldError> {
        let head = connection.s3().head_bucket().bucket(bucket).send().await;
        let region = match head {
            Ok(answer) => answer.bucket_region,
            // A bucket of another region, and one that nobody lets look at, are told the same way.
            Err(error) => match error.raw_response().and_then(region_told) {
                Some(region) => Some(region),
                None => return Err(failed("find the bucket", &subject(bucket), error)),
            },
        };
        Ok(Self {
            client: connection.s3_of(region.map(Region::new)),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// The objects after those of an earlier page, but for folders and the digests of logs.
    ///
    /// # Errors
    /// AWS denies the list, or gives no answer.
    pub async fn page(&self, after: Option<String>) -> Result<LogPage, WorldError> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix);
        let page = list.set_continuation_token(after).send().await;
        let page = page.map_err(|error| failed("list the logs", &subject(&self.bucket), error))?;
        let sized = |object: &Object| {
            let key = object.key().filter(|key| is_log(key))?;
            Some((key.to_owned(), object.size().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(u64::MAX)))
        };
        let next = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
        Ok(LogPage { objects: page.contents.iter().flatten().filter_map(sized).collect(), next })
    }

    /// What an object holds.
    ///
    /// # Errors
    /// AWS denies it, it is not there any more, or the answer breaks off.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, WorldError> {
        const STEP: &str = "read a log";
        let subject = format!("`{}`", self.name(key));
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let answer = answer.map_err(|error| failed(STEP, &subject, error))?;
        let body = answer.body.collect().await;
        Ok(body.map_err(|error| broken(STEP, &subject, ErrorKind::Transient, error.to_string()))?.to_vec())
    }

    /// An object, as a person names it.
    #[must_use]
    pub fn name(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

/// CloudTrail, "Digest file location": the digests lie in a folder beside the logs.
fn is_log(key: &str) -> bool {
    !key.ends_with('/') && !key.contains("/CloudTrail-Digest/")
}

/// Amazon S3 API Reference, HeadBucket: `x-amz-bucket-region`, "The Region that the bucket is located."
fn region_told(response: &HttpResponse) -> Option<String> {
    response.headers().get("x-amz-bucket-region").map(str::to_owned)
}

fn subject(bucket: &str) -> String {
    format!("bucket `{bucket}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_folders_are_no_logs() {
        for (key, expected) in [
            ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/23/x.json.gz", true),
            ("AWSLogs/o-1/111122223333/CloudTrail-Digest/eu-west-1/2026/11/23/x.json.gz", false),
            ("AWSLogs/111122223333/CloudTrail/", false),
            ("exported", true),
        ] {
            assert_eq!(is_log(key), expected, "{key}");
        }
    }
}
