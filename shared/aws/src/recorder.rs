//! Evidence and memory in S3.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use parapet_core::{Evidence, Facet, Home, Receipt, Recorder, Resource, memory_key};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Connection;

/// How many different pre-images of one resource one event can leave. More would mean that the same event came back again and
/// again onto ever new damage; what comes later goes to the log.
const PRE_IMAGES_AN_EVENT: u32 = 9;

/// How many pages of a day's evidence, of 1,000 objects each, are counted for contest detection. The count is of one day (UTC),
/// and on a day with more evidence than this it is a lower bound.
const PAGES_A_COUNT: u32 = 5;

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
        for number in 1..=PRE_IMAGES_AN_EVENT {
            let key = numbered(&evidence.key, number);
            match self.put(&key, evidence, Precondition::Absent).await {
                Ok(etag) => return Receipt::Stored { key, etag },
                Err(why) if why != PRECONDITION_FAILED => return log_only(evidence, why),
                // The event was here before. What it left stays: the same pre-image is completed, another gets the next key.
                Err(_) => match self.get(&key).await {
                    Some((stored, etag)) if has_pre_image(&stored, evidence) => return Receipt::Stored { key, etag },
                    _ => {}
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
        let Some((folder, _)) = evidence.key.rsplit_once('/') else { return 0 };
        let since = rfc3339(&evidence.recorded_at).saturating_sub(i64::try_from(window_seconds).unwrap_or(i64::MAX));
        let mut pages = {
            let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(format!("{folder}/"));
            list.expected_bucket_owner(&self.home.account).into_paginator().send()
        };
        let mut repairs = 0;
        for _ in 0..PAGES_A_COUNT {
            let Some(Ok(page)) = pages.next().await else { break };
            let recent = |object: &&Object| object.last_modified().is_some_and(|modified| modified.secs() >= since);
            let ours = page.contents().iter().filter(recent).filter_map(Object::key);
            repairs += ours.filter(|key| is_of_same_resource(key, evidence)).count();
        }
        u32::try_from(repairs).unwrap_or(u32::MAX)
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

/// The first pre-image of an event has the evidence's own key, later ones are numbered: `...-2.json`.
fn numbered(key: &str, number: u32) -> String {
    match number {
        1 => key.to_owned(),
        number => format!("{}-{number}.json", key.trim_end_matches(".json")),
    }
}

/// Whether stored evidence is of the same damage.
fn has_pre_image(stored: &Value, evidence: &Evidence) -> bool {
    serde_json::to_value(&evidence.pre_image).is_ok_and(|pre_image| stored.get("pre_image") == Some(&pre_image))
}

/// Whether a key is evidence of the same guard on the same resource: `<event id>-<guard>-<resource hash>`, numbered or not.
fn is_of_same_resource(key: &str, evidence: &Evidence) -> bool {
    let name = |key: &str| key.rsplit('/').next().unwrap_or_default().trim_end_matches(".json").to_owned();
    let own = name(&evidence.key);
    let Some(tail) = own.strip_prefix(evidence.trigger.event_id.as_str()) else { return false };
    name(key).split_once(tail).is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('-'))
}

/// Seconds since 1970 of a time as evidence writes it; 0 where it is not one.
fn rfc3339(text: &str) -> i64 {
    DateTime::from_str(text, Format::DateTime).map(|moment| moment.secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use parapet_core::{EVIDENCE_VERSION, FacetImage, GuardName, Trigger, evidence_key};

    use super::*;

    fn evidence(event: &str, bucket: &str) -> Evidence {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let trigger = Trigger::by_hand("Test", event, &home);
        let resource = Resource::Bucket { name: bucket.into() };
        Evidence {
            version: EVIDENCE_VERSION,
            key: evidence_key(&home, "2026-11-23", &trigger, GuardName::EncryptionGuard, &resource),
            recorded_at: "2026-11-23T14:00:00Z".into(),
            guard: GuardName::EncryptionGuard,
            arn: resource.arn(&home),
            resource,
            trigger,
            findings: Vec::new(),
            pre_image: vec![FacetImage { facet: Facet::BucketVersioning, state: json!("off") }],
            plan: Vec::new(),
            outcome: None,
            post_image: Vec::new(),
        }
    }

    #[test]
    fn later_pre_images_have_numbered_keys() {
        assert_eq!(numbered("a/b.json", 1), "a/b.json");
        assert_eq!(numbered("a/b.json", 2), "a/b-2.json");
    }

    #[test]
    fn the_same_pre_image_is_known_again() {
        let evidence = evidence("e-1", "b");
        let mut stored = serde_json::to_value(&evidence).unwrap();
        assert!(has_pre_image(&stored, &evidence));
        stored["pre_image"][0]["state"] = json!("suspended");
        assert!(!has_pre_image(&stored, &evidence));
        assert!(!has_pre_image(&json!({}), &evidence));
    }

    #[test]
    fn repairs_of_the_same_resource_are_counted_whatever_the_event() {
        let own = evidence("e-1", "b");
        assert!(is_of_same_resource(&own.key, &own));
        assert!(is_of_same_resource(&evidence("e-2", "b").key, &own));
        assert!(is_of_same_resource(&numbered(&evidence("e-2", "b").key, 3), &own));
        assert!(!is_of_same_resource(&evidence("e-2", "other").key, &own));
        assert!(!is_of_same_resource("evidence/v1/x", &own));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!((rfc3339("2026-11-23T14:00:00Z"), rfc3339("soon")), (1_795_442_400, 0));
    }
}
