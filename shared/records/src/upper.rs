//! The upper levels of a value, where names stand: of the objects on top only some members.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a value without what is nested deeper than some levels of objects and arrays; there stands `null`.
#[derive(Clone, Copy)]
pub(crate) struct Upper<'n> {
    /// How many levels are read.
    pub(crate) levels: usize,
    /// The names of the members that are read of the object on top, of those in it, and so on; below, all are.
    pub(crate) names: &'n [&'n [&'n str]],
}

/// A member's name; text without escapes is not copied.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'n> Upper<'n> {
    fn below(self) -> Option<(Option<&'n [&'n str]>, Self)> {
        let levels = self.levels.checked_sub(1)?;
        Some(match self.names.split_first() {
            Some((names, below)) => (Some(*names), Self { levels, names: below }),
            None => (None, Self { levels, names: &[] }),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Upper<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Upper<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Some((names, below)) = self.below() else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        };
        let mut members = Map::new();
        while let Some(Name(name)) = map.next_key()? {
            if names.is_none_or(|names| names.contains(&name.as_ref())) {
                members.insert(name.into_owned(), map.next_value_seed(below)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let Some((_, below)) = self.below() else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        };
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(below)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::from(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, levels: usize, names: &[&[&str]]) -> Value {
        Upper { levels, names }.deserialize(&mut serde_json::Deserializer::from_str(text)).unwrap()
    }

    #[test]
    fn what_is_deeper_is_null() {
        let text = r#"{"a":{"b":{"c":[1]}},"d":[[2],-3,1.5,"\u00e4",true,null],"e":7}"#;
        assert_eq!(read(text, 0, &[]), Value::Null);
        assert_eq!(read(text, 1, &[]), json!({"a": null, "d": null, "e": 7}));
        assert_eq!(read(text, 2, &[]), json!({"a": {"b": null}, "d": [null, -3, 1.5, "ä", true, null], "e": 7}));
        assert_eq!(read(text, 9, &[]), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(read("[]", 0, &[]), Value::Null);
        assert_eq!(read("\"x\"", 0, &[]), json!("x"));
    }

    #[test]
    fn of_the_objects_on_top_only_some_members_are_read() {
        let text = r#"{"a":{"b":{"x":1},"c":2},"b":3,"\u0061":{"c":4}}"#;
        assert_eq!(read(text, 9, &[&["a"]]), json!({"a": {"c": 4}}), "the last of two members counts");
        assert_eq!(read(r#"{"a":{"b":{"x":1},"c":2},"b":3}"#, 9, &[&["a"], &["b"]]), json!({"a": {"b": {"x": 1}}}));
        assert_eq!(read("7", 9, &[&["a"]]), json!(7));
    }
}
