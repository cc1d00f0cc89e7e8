//! Evidence by actor and by day: the index is built and asked here, by a person's command. No function has this feature, so no repair makes
//! a call for it.
//!
//! What the index says and where it lies: [`parapet_guards::index`].

mod find;
#[cfg(test)]
#[cfg(feature = "guards")]
mod tests;
mod update;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use parapet_core::{ErrorKind, Home, Unreadable, WorldError};
use parapet_guards::index::{Mark, Seen, mark_key};
use parapet_guards::{Evidence, key_time};

use crate::Connection;
use crate::failure::{broken, failed};
use crate::objects::Objects;

pub use find::{Asked, Found};
pub use update::Updated;

/// How many objects are read or written at the same time.
const AT_ONCE: usize = 16;

/// The evidence of an account and region, and its index.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceIndex<'a> {
    connection: &'a Connection,
    home: &'a Home,
    bucket: &'a str,
}

/// A mark as it lay in the bucket.
struct KeptMark {
    mark: Mark,
    etag: String,
}

/// Some keys, in order.
struct Page {
    objects: Vec<(String, Seen)>,
    is_last: bool,
}

impl<'a> EvidenceIndex<'a> {
    /// The index in this bucket, which has to be the home account's.
    #[must_use]
    pub fn new(connection: &'a Connection, home: &'a Home, bucket: &'a str) -> Self {
        Self { connection, home, bucket }
    }

    /// Until when the index has all evidence, in seconds since 1970; none: it was never built to its end.
    ///
    /// # Errors
    /// That cannot be read.
    pub async fn complete_until(&self) -> Result<Option<i64>, WorldError> {
        Ok(self.mark().await?.map(|kept| kept.mark.complete_until).filter(|seconds| *seconds > 0))
    }

    /// The evidence under a key, whichever version wrote it.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub async fn evidence(&self, key: &str) -> Result<Evidence, WorldError> {
        const STEP: &str = "read the evidence";
        let nothing =
            || broken(STEP, &format!("`{key}`"), ErrorKind::Missing, "there is nothing under this key".to_owned());
        let stored = self.objects("evidence").get(key).await?.ok_or_else(nothing)?;
        Evidence::read(key, &stored.text).map_err(|error| not_understood(STEP, error))
    }

    async fn mark(&self) -> Result<Option<KeptMark>, WorldError> {
        let key = mark_key(self.home);
        let stored = match self.objects("index").get(&key).await {
            // Whoever deleted it took away no more than what can be built again.
            Err(error) if error.kind == ErrorKind::Missing => None,
            stored => stored?,
        };
        let Some(stored) = stored else { return Ok(None) };
        let mark = Mark::read(&key, &stored.text).map_err(|error| not_understood("read the index", error))?;
        Ok(Some(KeptMark { mark, etag: stored.etag }))
    }

    /// One page of the keys below a prefix, after a key.
    async fn list(&self, prefix: &str, after: &str) -> Result<Page, WorldError> {
        let list = self.connection.s3().list_objects_v2().bucket(self.bucket).prefix(prefix);
        let list = if after.is_empty() { list } else { list.start_after(after) };
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page = page.map_err(|error| failed("list the evidence", &self.objects("evidence").subject(), error))?;
        let is_last = page.is_truncated != Some(true);
        let seen = |object: aws_sdk_s3::types::Object| {
            let stored_at = object.last_modified.map_or(0, |moment| moment.secs());
            Some((object.key?, Seen { etag: object.e_tag.unwrap_or_default(), stored_at }))
        };
        Ok(Page { objects: page.contents.unwrap_or_default().into_iter().filter_map(seen).collect(), is_last })
    }

    fn objects(&self, noun: &'static str) -> Objects<'a> {
        Objects { client: self.connection.s3(), home: self.home, bucket: self.bucket, noun }
    }
}

fn not_understood(step: &str, error: Unreadable) -> WorldError {
    broken(step, &format!("`{}`", error.object), ErrorKind::Unreadable, error.why)
}

/// A moment as keys write it; empty: before there was any evidence.
fn in_keys(seconds: i64) -> String {
    let moment = Some(seconds).filter(|seconds| *seconds > 0).map(DateTime::from_secs);
    moment.and_then(|moment| key_time(&moment.fmt(Format::DateTime).ok()?)).unwrap_or_default()
}
