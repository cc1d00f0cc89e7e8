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
    /// A field of records that is not needed.
    Mark,
    Records,
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
            "eventVersion" | "eventType" => Self::Mark,
            "detail-type" => Self::DetailType,
            "detail" => Self::Detail,
            _ => Self::Other,
        }
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
        Ok(if name == "Records" { Key::Records } else { Key::of(name) })
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(Key::of(name))
    }
}
