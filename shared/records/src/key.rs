//! The keys of records and of what is around them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

pub(crate) enum Key {
    EventId,
    EventSource,
    EventName,
    EventTime,
    Region,
    Recipient,
    ErrorCode,
    ReadOnly,
    Identity,
    Category,
    Kind,
    /// What a call asked for, or what it was answered.
    Parameters,
    /// A field of records that is not needed.
    Mark,
    /// Where some put the record itself beside its fields.
    Original,
    /// A list of what may be records, or an object around such a list.
    Container(&'static str),
    DetailType,
    Detail,
    Other,
}

impl Key {
    fn of(name: &str) -> Self {
        match name {
            "eventID" => Self::EventId,
            "eventSource" => Self::EventSource,
            "eventName" => Self::EventName,
            "eventTime" => Self::EventTime,
            "awsRegion" => Self::Region,
            "recipientAccountId" => Self::Recipient,
            "errorCode" => Self::ErrorCode,
            "readOnly" => Self::ReadOnly,
            "userIdentity" => Self::Identity,
            "eventCategory" => Self::Category,
            "eventType" => Self::Kind,
            "requestParameters" | "responseElements" => Self::Parameters,
            "eventVersion" => Self::Mark,
            "detail-type" => Self::DetailType,
            "detail" => Self::Detail,
            "CloudTrailEvent" | "eventJson" | "eventjson" | "_raw" => Self::Original,
            _ => Self::Other,
        }
    }
}

/// Keys of lists that may be of any length, so that their elements are read one by one: of CloudTrail (`Records`), of what Firehose invokes with
/// (`records`), of `aws cloudtrail
/// lookup-events` (`Events`), of CloudWatch Logs (`events`, `logEvents`), of Amazon SQS (`Messages`), of Splunk and CloudWatch Logs Insights
/// (`results`), of Elastic (`hits` in `hits`), of CloudTrail Lake (`QueryResultRows`), of Athena (`Rows` in `ResultSet`), of what `aws events put-events`
/// takes (`Entries`).
const CONTAINERS: [&str; 11] = [
    "Records",
    "records",
    "Events",
    "events",
    "logEvents",
    "Messages",
    "results",
    "hits",
    "QueryResultRows",
    "Rows",
    "Entries",
];

/// Keys of objects around such a list.
const AROUND: [&str; 2] = ["ResultSet", "hits"];

/// Whether a list of records may stand behind this key of a container.
pub(crate) fn is_list(container: &str) -> bool {
    CONTAINERS.contains(&container)
}

/// Whether an object around such a list may.
pub(crate) fn is_around_list(container: &str) -> bool {
    AROUND.contains(&container)
}

/// The name of a container, if the key is one's.
pub(crate) fn container(name: &str) -> Option<&'static str> {
    // Most keys have another length.
    match name.len() {
        4 | 6..=9 | 15 => CONTAINERS.into_iter().chain(AROUND).find(|container| *container == name),
        _ => None,
    }
}

pub(crate) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key, E> {
        Ok(match Key::of(name) {
            Key::Other => container(name).map_or(Key::Other, Key::Container),
            key => key,
        })
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(Key::of(name))
    }
}
