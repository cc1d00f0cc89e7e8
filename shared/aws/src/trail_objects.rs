//! What the trail delivers, as the sweep reads it: the objects of the log bucket.

use std::io;
use std::ops::ControlFlow;

use aws_sdk_s3::types::{CommonPrefix, Object};
use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::used::{History, Passed, trail_folder};
use parapet_reconcile::TrailObjects;
use parapet_records::{Item, Reader};

use crate::Connection;
use crate::failure::{broken, code, failed};
use crate::objects::{Objects, bytes_of};

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

/// As deep as the role stands whose session made a call, and the names in what was asked for.
const LEVELS: usize = 8;

/// What is beyond counts as unread: a small object can say very much, and a function's time ends.
const MOST_RECORDS: u64 = 500_000;

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

    async fn delivered(&self, folder: &str, after: &str) -> Result<Vec<(String, u64)>, WorldError> {
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(folder).start_after(after);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page = page.map_err(|error| failed(STEP, &self.subject(), error))?;
        let sized = |object: &Object| Some((object.key()?.to_owned(), bytes_of(object)));
        Ok(page.contents().iter().filter_map(sized).collect())
    }

    async fn read(&self, key: &str, home: &Home, history: &mut History) -> Result<u64, WorldError> {
        let noun = "objects of the trail";
        let objects = Objects { client: self.connection.evidence(), home: self.home, bucket: self.bucket, noun };
        let Some(stored) = objects.get(key).await? else {
            let message = format!("`{key}` is not there any more");
            return Err(broken("read an object of the trail", &self.subject(), ErrorKind::Missing, message));
        };
        let unread = |error: io::Error| {
            broken("read an object of the trail", &self.subject(), ErrorKind::Invalid, format!("`{key}`: {error}"))
        };
        noted(&stored.text, &self.members, home, history).map_err(unread)
    }
}

/// Adds the records of an object, compressed or not. Answers how much in it could not be read.
fn noted(object: &[u8], members: &[&str], home: &Home, history: &mut History) -> io::Result<u64> {
    let (mut damaged, mut records) = (0, 0);
    let mut reader = Reader::new(object)?;
    let _ = reader.for_each(&mut |item| {
        match item {
            Item::Damage(_) => damaged += 1,
            Item::Record(record) => match record.members_to(members, LEVELS) {
                Ok(record) => history.note(&record, home),
                Err(_) => history.pass(Passed::NotARecord),
            },
        }
        records += 1;
        if records < MOST_RECORDS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if records >= MOST_RECORDS {
        damaged += 1;
    }
    Ok(damaged)
}

#[cfg(test)]
mod tests {
    use parapet_guards::IamEntity;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_counts_for_the_role_whose_session_asked() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let record = json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventTime": "2026-11-23T12:00:00Z",
            "awsRegion": "us-east-1", "requestParameters": {"bucketName": "b", "key": "x"},
            "userIdentity": {"type": "AssumedRole", "accountId": "111122223333", "arn": "arn:aws:sts::111122223333:assumed-role/etl/s",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/etl", "userName": "etl"}}}});
        let object = json!({"Records": [record, record]}).to_string();
        let mut history = History::default();
        let members = History::members();
        assert_eq!(noted(object.as_bytes(), &members, &home, &mut history).unwrap(), 0);
        let etl = history.of(&IamEntity::Role("etl".into())).unwrap();
        assert_eq!((etl.seen(), history.counted), (2, 2));
        let cut = &object.as_bytes()[..object.len() - 40];
        assert_eq!(noted(cut, &members, &home, &mut history).unwrap(), 1);
        assert_eq!(history.counted, 3);
    }
}
