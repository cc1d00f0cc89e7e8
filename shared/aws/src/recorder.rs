//! Evidence and memory in S3.

use aws_sdk_s3::primitives::ByteStream;
use parapet_core::{Evidence, Facet, Home, Receipt, Recorder, Resource, memory_key};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Connection;

/// How many different pre-images of one resource one event can leave. More would mean that the same event came back again and
/// again onto ever new damage; what comes later goes to the log.
const PRE_IMAGES_AN_EVENT: u32 = 9;

/// Puts evidence into the evidence bucket, and into the log where the bucket cannot be written.
#[derive(Debug)]
pub struct S3Recorder<'a> {
    connection: &'a Connection,
    home: &'a Home,
    bucket: &'a str,
}

impl<'a> S3Recorder<'a> {
    /// A recorder that writes to this bucket, which has to be the home account's.
    #[must_use]
    pub fn new(connection: &'a Connection, home: &'a Home, bucket: &'a str) -> Self {
        Self { connection, home, bucket }
    }
}

impl Recorder for S3Recorder<'_> {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        let mut key = evidence.key.clone();
        for number in 2..=PRE_IMAGES_AN_EVENT {
            match self.put(&key, evidence, Precondition::Absent).await {
                Ok(etag) => return Receipt::Stored { key, etag },
                Err(why) if why != PRECONDITION_FAILED => return log_only(evidence, why),
                // The event was here before. What it left stays: the same pre-image is completed, another gets a key of its own.
                Err(_) => match self.get(&key).await {
                    Some((stored, etag))
                        if stored.get("pre_image") == serde_json::to_value(&evidence.pre_image).ok().as_ref() =>
                    {
                        return Receipt::Stored { key, etag };
                    }
                    _ => key = format!("{}-{number}.json", evidence.key.trim_end_matches(".json")),
                },
            }
        }
        log_only(evidence, format!("there are {PRE_IMAGES_AN_EVENT} pre-images under this event already"))
    }

    async fn close(&self, receipt: &Receipt, evidence: &Evidence) {
        match receipt {
            Receipt::Stored { key, etag } => {
                let evidence = Evidence { key: key.clone(), ..evidence.clone() };
                if let Err(why) = self.put(key, &evidence, Precondition::Unchanged(etag)).await {
                    log("evidence could not be completed", &evidence, &why);
                }
            }
            Receipt::LogOnly { why } => log("evidence, completed", evidence, why),
        }
    }

    async fn recall(&self, resource: &Resource, facet: Facet) -> Option<Value> {
        self.get(&memory_key(self.home, resource, facet)).await.map(|(state, _)| state)
    }

    async fn remember(&self, resource: &Resource, facet: Facet, state: &Value) {
        let key = memory_key(self.home, resource, facet);
        if let Err(why) = self.put(&key, state, Precondition::None).await {
            println!(
                "{}",
                json!({"level": "WARN", "message": "the last compliant state could not be remembered", "key": key, "why": why})
            );
        }
    }

    async fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64) -> u32 {
        let Some((folder, name)) = evidence.key.rsplit_once('/') else { return 0 };
        // `<event id>-<guard>-<resource hash>.json`: all but the event id is the same for every repair of this resource.
        let Some(tail) = name.strip_prefix(evidence.trigger.event_id.as_str()) else { return 0 };
        let list = self
            .connection
            .evidence()
            .list_objects_v2()
            .bucket(self.bucket)
            .prefix(format!("{folder}/"))
            .expected_bucket_owner(&self.home.account);
        let Ok(page) = list.send().await else { return 0 };
        let newest = page
            .contents()
            .iter()
            .filter_map(|object| object.last_modified())
            .map(aws_smithy_types::DateTime::secs)
            .max()
            .unwrap_or_default();
        let since = newest.saturating_sub(i64::try_from(window_seconds).unwrap_or(i64::MAX));
        let same = |object: &&aws_sdk_s3::types::Object| {
            let ours = object.key().is_some_and(|key| key.ends_with(tail));
            ours && object.last_modified().is_some_and(|modified| modified.secs() >= since)
        };
        u32::try_from(page.contents().iter().filter(same).count()).unwrap_or(u32::MAX)
    }
}

/// S3's answer where an object is there already, or has changed.
const PRECONDITION_FAILED: &str = "PreconditionFailed";

/// What has to be so for a write to happen.
enum Precondition<'a> {
    None,
    Absent,
    Unchanged(&'a str),
}

impl S3Recorder<'_> {
    /// Writes JSON; the entity tag of what was written, or why it was not.
    async fn put<T: Serialize + Sync>(
        &self,
        key: &str,
        body: &T,
        precondition: Precondition<'_>,
    ) -> Result<String, String> {
        let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        let put = self
            .connection
            .evidence()
            .put_object()
            .bucket(self.bucket)
            .key(key)
            .expected_bucket_owner(&self.home.account);
        let put = match precondition {
            Precondition::None => put,
            Precondition::Absent => put.if_none_match("*"),
            Precondition::Unchanged(etag) => put.if_match(etag),
        };
        let put = put.content_type("application/json").body(ByteStream::from(body));
        match put.send().await {
            Ok(answer) => Ok(answer.e_tag.unwrap_or_default()),
            Err(error) if crate::failure::code(&error) == PRECONDITION_FAILED => Err(PRECONDITION_FAILED.to_owned()),
            Err(error) => {
                Err(crate::failure::failed("write the evidence", &format!("bucket `{}`", self.bucket), error)
                    .to_string())
            }
        }
    }

    async fn get(&self, key: &str) -> Option<(Value, String)> {
        let get = self
            .connection
            .evidence()
            .get_object()
            .bucket(self.bucket)
            .key(key)
            .expected_bucket_owner(&self.home.account);
        let answer = get.send().await.ok()?;
        let etag = answer.e_tag.unwrap_or_default();
        let bytes = answer.body.collect().await.ok()?.into_bytes();
        Some((serde_json::from_slice(&bytes).ok()?, etag))
    }
}

/// The whole of it, so that nothing is lost: what was found, what is to be written.
fn log_only(evidence: &Evidence, why: String) -> Receipt {
    log("evidence could not be stored", evidence, &why);
    Receipt::LogOnly { why }
}

fn log(message: &str, evidence: &Evidence, why: &str) {
    println!("{}", json!({"level": "ERROR", "message": message, "why": why, "document": evidence}));
}
