//! What the trail delivers, as the sweep reads it: the objects of the log bucket.

use std::ops::ControlFlow;

use aws_sdk_s3::types::{CommonPrefix, Object};
use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::used::{History, Passed, trail_folder};
use parapet_reconcile::TrailObjects;
use parapet_records::{Item, Reader};

use crate::Connection;
use crate::failure::{broken, code, failed};
use crate::objects::Objects;

/// The objects that the trail delivered to a bucket.
#[derive(Debug)]
pub(crate) struct DeliveredObjects<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) home: &'a Home,
    pub(crate) bucket: &'a str,
    members: Vec<&'static str>,
}

impl<'a> DeliveredObjects<'a> {
    pub(crate) fn of(connection: &'a Connection, home: &'a Home, bucket: &'a str) -> Self {
        Self { connection, home, bucket, members: History::members() }
    }

    fn subject(&self) -> String {
        format!("bucket `{}`", self.bucket)
    }
}

const STEP: &str = "list what the trail delivered";

impl TrailObjects for DeliveredObjects<'_> {
    async fn folders(&self) -> Result<Vec<String>, WorldError> {
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).delimiter("/");
        let list = list.prefix(trail_folder(self.home)).expected_bucket_owner(&self.home.account);
        match list.send().await {
            Ok(page) => Ok(page.common_prefixes().iter().filter_map(CommonPrefix::prefix).map(str::to_owned).collect()),
            // Before the first bootstrap nothing was delivered.
            Err(error) if code(&error) == "NoSuchBucket" => Ok(Vec::new()),
            Err(error) => Err(failed(STEP, &self.subject(), error)),
        }
    }

    async fn delivered(&self, folder: &str, after: &str) -> Result<Vec<String>, WorldError> {
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(folder).start_after(after);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page = page.map_err(|error| failed(STEP, &self.subject(), error))?;
        Ok(page.contents().iter().filter_map(Object::key).map(str::to_owned).collect())
    }

    async fn read(&self, key: &str, home: &Home, history: &mut History) -> Result<u64, WorldError> {
        let noun = "objects of the trail";
        let objects = Objects { client: self.connection.evidence(), home: self.home, bucket: self.bucket, noun };
        let Some(stored) = objects.get(key).await? else {
            let message = format!("`{key}` is not there any more");
            return Err(broken("read an object of the trail", &self.subject(), ErrorKind::Missing, message));
        };
        let unread = |error: std::io::Error| {
            broken("read an object of the trail", &self.subject(), ErrorKind::Invalid, format!("`{key}`: {error}"))
        };
        let mut damaged = 0;
        let mut reader = Reader::new(stored.text.as_slice()).map_err(unread)?;
        let _ = reader.for_each(&mut |item| {
            match item {
                Item::Damage(_) => damaged += 1,
                Item::Record(record) => match record.members(&self.members) {
                    Ok(record) => history.note(&record, home),
                    Err(_) => history.pass(Passed::NotARecord),
                },
            }
            ControlFlow::Continue(())
        });
        Ok(damaged)
    }
}
