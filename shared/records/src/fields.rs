//! What of a record is read in the one pass over its text. The rest is only checked to be JSON.

use serde::de::{IgnoredAny, MapAccess};

use crate::identity::Identity;
use crate::key::{Key, KeySeed};
use crate::members::{Inside, IsText, Members};
use crate::scalar::Scalar;

/// The fields of one object that may be a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    pub(crate) event_id: Scalar<'a>,
    pub(crate) event_source: Scalar<'a>,
    pub(crate) event_name: Scalar<'a>,
    pub(crate) event_time: Scalar<'a>,
    pub(crate) region: Scalar<'a>,
    pub(crate) recipient: Scalar<'a>,
    pub(crate) error_code: Scalar<'a>,
    pub(crate) read_only: Scalar<'a>,
    pub(crate) category: Scalar<'a>,
    pub(crate) kind: Scalar<'a>,
    pub(crate) identity: Identity<'a>,
    /// Whether something stands otherwise than CloudTrail writes it: an object as text, or the record itself beside its fields.
    pub(crate) is_odd: bool,
    /// How many of the fields that every record has were there.
    pub(crate) marks: u32,
}

impl Fields<'_> {
    /// Whether this is surely a record: for places where part of a broken one may stand. An Insight event's
    /// `insightDetails` has a name and a source, too, but nothing else of a record.
    pub(crate) fn is_complete(&self) -> bool {
        const NAME_AND_SOURCE_AND_ONE_MORE: u32 = 3;
        self.event_name.text().is_some()
            && self.event_source.text().is_some()
            && self.marks >= NAME_AND_SOURCE_AND_ONE_MORE
    }
}

impl Fields<'_> {
    /// Whether a service of AWS's own notifications sent this, and not CloudTrail: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" and
    /// others, `"eventSource": "aws:sqs"`.
    pub(crate) fn is_notification(&self) -> bool {
        self.event_source.text().is_some_and(|source| source.starts_with("aws:"))
    }
}

impl<'de> Fields<'de> {
    /// Takes a field, or leaves the value where the key is none of a record's. The last of several is the one that counts,
    /// as it is for `serde_json::Value`.
    pub(crate) fn take<A: MapAccess<'de>>(&mut self, key: &Key, map: &mut A) -> Result<(), A::Error> {
        let (field, mark) = match key {
            Key::EventId => (&mut self.event_id, true),
            Key::EventSource => (&mut self.event_source, true),
            Key::EventName => (&mut self.event_name, true),
            Key::EventTime => (&mut self.event_time, true),
            Key::Region => (&mut self.region, true),
            Key::Recipient => (&mut self.recipient, true),
            Key::ErrorCode => (&mut self.error_code, false),
            Key::ReadOnly => (&mut self.read_only, false),
            Key::Category => (&mut self.category, false),
            Key::Kind => (&mut self.kind, true),
            Key::Identity => {
                self.marks += 1;
                self.identity = map.next_value_seed(Inside(Identity::default()))?;
                self.is_odd |= self.identity.is_text;
                return Ok(());
            }
            Key::Parameters => {
                let IsText(is_text) = map.next_value_seed(Inside(IsText::default()))?;
                self.is_odd |= is_text;
                return Ok(());
            }
            Key::Original => {
                self.is_odd = true;
                return map.next_value::<IgnoredAny>().map(drop);
            }
            Key::Mark => {
                self.marks += 1;
                return map.next_value::<IgnoredAny>().map(drop);
            }
            Key::Container(_) | Key::DetailType | Key::Detail | Key::Other => {
                return map.next_value::<IgnoredAny>().map(drop);
            }
        };
        self.marks += u32::from(mark);
        *field = map.next_value()?;
        Ok(())
    }
}

impl<'de> Members<'de> for Fields<'de> {
    fn member<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<bool, A::Error> {
        let Some(key) = map.next_key_seed(KeySeed)? else { return Ok(false) };
        self.take(&key, map)?;
        Ok(true)
    }
}
