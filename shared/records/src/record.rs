//! One record.

use serde::de::DeserializeSeed;
use serde_json::{Deserializer, Value};

use crate::Position;
use crate::fields::Fields;
use crate::place::Place;
use crate::scalar::Scalar;
use crate::upper::Upper;

/// A CloudTrail record as it stands in its input. What is asked for most is there at once; the rest is parsed on demand.
///
/// A field of another type than it should have counts as missing: whoever writes logs by hand writes odd ones.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    pub(crate) fields: Fields<'a>,
    pub(crate) raw: &'a str,
    pub(crate) is_wrapped: bool,
    pub(crate) number: u64,
    pub(crate) position: Position,
    pub(crate) place: Place<'a>,
}

/// The error code of a failed call that has none one could read.
const UNREADABLE_CODE: &str = "an unreadable error code";

impl<'a> Record<'a> {
    /// CloudTrail's id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.fields.event_id.text()
    }

    /// For example `s3.amazonaws.com`.
    #[must_use]
    pub fn event_source(&self) -> Option<&str> {
        self.fields.event_source.text()
    }

    /// For example `PutBucketPolicy`.
    #[must_use]
    pub fn event_name(&self) -> Option<&str> {
        self.fields.event_name.text()
    }

    /// When the call was made, as CloudTrail writes it: `2026-11-23T14:00:00Z`.
    #[must_use]
    pub fn event_time(&self) -> Option<&str> {
        self.fields.event_time.text()
    }

    /// The region it was made in.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.fields.region.text()
    }

    /// Whose log it is in, or else who called. CloudTrail, "CloudTrail record contents": `recipientAccountId` "represents the
    /// account ID that received this event" and may differ from the caller's.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.fields.recipient.text().or_else(|| self.fields.identity.account_id.text())
    }

    /// The error code of a call that failed.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        match &self.fields.error_code {
            Scalar::Null => None,
            Scalar::Text(code) => Some(code),
            Scalar::Bool(_) | Scalar::Other => Some(UNREADABLE_CODE),
        }
    }

    /// Whether the record says that the call only read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.fields.read_only == Scalar::Bool(true)
    }

    /// Who called: the ARN, or what else names them.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        let identity = &self.fields.identity;
        [&identity.arn, &identity.invoked_by, &identity.principal_id, &identity.user_name]
            .into_iter()
            .find_map(Scalar::text)
    }

    /// What kind of identity called: `IAMUser`, `AssumedRole`, `Root`, ...
    #[must_use]
    pub fn actor_kind(&self) -> Option<&str> {
        self.fields.identity.kind.text()
    }

    /// Its text, with the envelope if it came in one.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The members of these names, without the envelope, and of what is nested in them the upper levels, where names stand: such as
    /// `responseElements`, `policy` in it, and the texts in that. What is deeper is `null`, and the other members are passed over.
    /// That costs a fraction of the whole.
    ///
    /// # Errors
    /// A member that `serde_json::Value` cannot hold: a number out of range, half a surrogate pair.
    pub fn members(&self, names: &[&str]) -> serde_json::Result<Value> {
        /// The record, its members, and what is in them.
        const LEVELS: usize = 3;
        self.members_to(names, LEVELS)
    }

    /// The same with so many levels of objects and lists, the record being the first.
    ///
    /// # Errors
    /// Likewise.
    pub fn members_to(&self, names: &[&str], levels: usize) -> serde_json::Result<Value> {
        let mut json = Deserializer::from_str(self.raw);
        if !self.is_wrapped {
            return Upper { levels, names: &[names] }.deserialize(&mut json);
        }
        let mut event = Upper { levels: 1 + levels, names: &[&["detail"], names] }.deserialize(&mut json)?;
        Ok(event.get_mut("detail").map(Value::take).unwrap_or_default())
    }

    /// Its place among the records of its input, from 1. What could not be read is counted.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it begins, or what it lies in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Which value of its input it is in, from 1: which line of one that has a record in each, which row of a table without that of the names.
    #[must_use]
    pub fn row(&self) -> u64 {
        self.place.row()
    }

    /// The way from that value to the record, `$` being the value itself: `$.Records[3]`, `$.Messages[0].Body.detail`. It leads through strings
    /// of JSON and what is packed as through objects.
    #[must_use]
    pub fn path(&self) -> String {
        let path = self.place.path();
        if self.is_wrapped { path + ".detail" } else { path }
    }

    /// `Management`, `Data`, `NetworkActivity`, `Insight`, ..., where the record says it.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.fields.category.text()
    }

    /// `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleSignIn`, ...
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.fields.kind.text()
    }
}
