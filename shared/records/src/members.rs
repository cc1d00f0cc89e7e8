//! Reading objects key by key, where anything else may stand in their place.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::scalar::visits;

/// What is read of an object.
pub(crate) trait Members<'de> {
    /// Reads one member; says whether there was one.
    fn member<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<bool, A::Error>;

    /// This text stands in its place.
    fn text(&mut self, _: &str) {}
}

/// Reads an object into this. Of anything else nothing is read.
pub(crate) struct Inside<T>(pub(crate) T);

impl<'de, T: Members<'de> + Default> DeserializeSeed<'de> for Inside<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Members<'de> + Default> Visitor<'de> for Inside<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<T, A::Error> {
        while self.0.member(&mut map)? {}
        Ok(self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.0)
    }

    fn visit_str<E>(mut self, text: &str) -> Result<T, E> {
        self.0.text(text);
        Ok(self.0)
    }

    visits!(self => self.0; visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0)
    }
}

/// Whether an object or a list is written as text. Of an object nothing is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IsText(pub(crate) bool);

impl<'de> Members<'de> for IsText {
    fn member<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<bool, A::Error> {
        Ok(map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some())
    }

    fn text(&mut self, text: &str) {
        self.0 = is_value(text);
    }
}

/// Whether text stands for a value other than text.
pub(crate) fn is_value(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '[']) || text == "null"
}
