//! An object that is a record, an event with a record in it, or the beginning of a list of them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::fields::Fields;
use crate::key::{Key, KeySeed};
use crate::members::Inside;
use crate::scalar::visits;

/// An object as it was found: bare, or an event with a record in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub(crate) fields: Fields<'a>,
    pub(crate) is_wrapped: bool,
}

impl Found<'_> {
    /// Whether it has anything that a record has, or the envelope of one.
    pub(crate) fn is_record(&self) -> bool {
        self.is_wrapped || self.fields.marks > 0
    }
}

/// Reads an object, and stops where it turns out to be a list of records.
pub(crate) struct ObjectSeed<'c> {
    /// Where to tell that the reading ended because an array stands behind the key `Records`.
    pub(crate) is_list: &'c mut bool,
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
                Key::Records if fields.marks == 0 => map.next_value_seed(StopAtArray { is_list: self.is_list })?,
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

/// Ends the reading at an array: its elements are read one by one, because there may be any number of them.
struct StopAtArray<'c> {
    is_list: &'c mut bool,
}

impl<'de> DeserializeSeed<'de> for StopAtArray<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StopAtArray<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        *self.is_list = true;
        Err(A::Error::custom("a list of records"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    visits!(self => (); visit_str: &str, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(())
    }
}
