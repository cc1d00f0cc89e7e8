//! An object that is a record, an event with a record in it, or the beginning of a list of them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::fields::Fields;
use crate::key::{Key, KeySeed, is_around_list, is_list};
use crate::members::Inside;
use crate::scalar::visits;

/// An object as it was found: bare, or an event with a record in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub(crate) fields: Fields<'a>,
    pub(crate) is_wrapped: bool,
}

impl Found<'_> {
    /// Whether it is an event of EventBridge's whose `detail` has nothing of a record: what Lambda tells a bus of a failed invocation has the event in it.
    pub(crate) fn may_be_around(&self) -> bool {
        self.is_wrapped && self.fields.marks == 0
    }

    /// Whether it has anything that a record has, or the envelope of one, and stands as CloudTrail writes it.
    pub(crate) fn is_record(&self) -> bool {
        (self.is_wrapped || self.fields.marks > 0) && !self.fields.is_odd && !self.fields.is_notification()
    }
}

/// Why the reading of an object ended: a container of what may be records begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entered {
    /// The key that it stands behind.
    pub(crate) name: &'static str,
    /// Whether it is a list; else it is an object around one.
    pub(crate) is_list: bool,
}

/// Reads an object, and stops where it turns out to be a container of records.
pub(crate) struct ObjectSeed<'c> {
    /// Where to tell that.
    pub(crate) entered: &'c mut Option<Entered>,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut fields = Fields::default();
        let mut detail = None;
        let mut is_event = false;
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match key {
                Key::Container(name) if fields.marks == 0 => {
                    map.next_value_seed(StopWithin { name, entered: self.entered })?;
                }
                Key::DetailType => {
                    is_event = true;
                    map.next_value::<IgnoredAny>()?;
                }
                Key::Detail => detail = Some(map.next_value_seed(Inside(Fields::default()))?),
                other => fields.take(&other, &mut map)?,
            }
        }
        // An envelope without its type is one all the same, unless the object is a record by itself.
        match detail.filter(|_| is_event || fields.marks == 0) {
            Some(fields) => Ok(Found { fields, is_wrapped: true }),
            None => Ok(Found { fields, is_wrapped: false }),
        }
    }
}

/// Ends the reading at an array: its elements are read one by one, because there may be any number of them. So are those of an object
/// that only stands around such an array.
struct StopWithin<'c> {
    name: &'static str,
    entered: &'c mut Option<Entered>,
}

impl<'de> DeserializeSeed<'de> for StopWithin<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StopWithin<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !is_list(self.name) {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        *self.entered = Some(Entered { name: self.name, is_list: true });
        Err(A::Error::custom("a list of records"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !is_around_list(self.name) {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        *self.entered = Some(Entered { name: self.name, is_list: false });
        Err(A::Error::custom("an object around a list of records"))
    }

    visits!(self => (); visit_str: &str, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(())
    }
}
