//! One object at the beginning of a text that may end anywhere.

use memchr::{memchr_iter, memrchr};
use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::Deserializer;
use serde_json::error::Category;

use crate::key::{container, is_around_list, is_list};
use crate::object::{Entered, Found, ObjectSeed};

/// What stands at the beginning of a text.
#[derive(Debug)]
pub(crate) enum Parsed<'a, T> {
    /// A whole value, of so many bytes.
    Whole(T, &'a [u8]),
    /// A container of records; what is in it begins after so many bytes.
    Within(Entered, usize),
    /// The text ends within the value.
    Cut,
    /// It is no JSON at this byte.
    Broken(Syntax),
}

/// Why and where a text is no JSON.
#[derive(Debug)]
pub(crate) struct Syntax {
    /// Bytes from the beginning of the text.
    pub(crate) at: usize,
    pub(crate) why: String,
}

/// Reads the object that the text begins with.
pub(crate) fn object(text: &[u8]) -> Parsed<'_, Found<'_>> {
    let mut entered = None;
    let mut json = Deserializer::from_slice(text);
    let read = ObjectSeed { entered: &mut entered }.deserialize(&mut json);
    match (read, entered) {
        (Ok(found), _) => whole(text, found, json),
        (Err(error), Some(entered)) => Parsed::Within(entered, after_bracket(text, entered, &error)),
        (Err(error), None) => failed(text, &error),
    }
}

/// Reads the record that a text begins with, which is known to be UTF-8: a third faster, because no piece of it is checked.
/// Whatever else the text begins with is left for [`object`].
pub(crate) fn record(text: &str) -> Option<(Found<'_>, &str)> {
    any_object(text).filter(|(found, _)| found.is_record() && !found.may_be_around())
}

/// Reads the object that a text begins with, whatever it is.
pub(crate) fn any_object(text: &str) -> Option<(Found<'_>, &str)> {
    let mut json = Deserializer::from_str(text);
    let found = ObjectSeed { entered: &mut None }.deserialize(&mut json).ok()?;
    let length = json.into_iter::<IgnoredAny>().byte_offset();
    Some((found, text.get(..length)?))
}

/// Passes over the key that the text begins with, and its value.
pub(crate) fn member(text: &[u8]) -> Parsed<'_, ()> {
    let mut json = Deserializer::from_slice(text);
    let key = match <&str as serde::Deserialize>::deserialize(&mut json) {
        Ok(key) => key,
        Err(error) => return failed(text, &error),
    };
    let behind = json.into_iter::<IgnoredAny>().byte_offset();
    let Some(colon) = next_solid(text, behind) else { return Parsed::Cut };
    if text.get(colon) != Some(&b':') {
        return Parsed::Broken(Syntax { at: colon, why: "expected `:`".to_owned() });
    }
    let Some(value) = next_solid(text, colon + 1) else { return Parsed::Cut };
    let name = container(key);
    match text.get(value) {
        Some(b'[') => {
            if let Some(name) = name.filter(|name| is_list(name)) {
                return Parsed::Within(Entered { name, is_list: true }, value + 1);
            }
        }
        Some(b'{') => {
            if let Some(name) = name.filter(|name| is_around_list(name)) {
                return Parsed::Within(Entered { name, is_list: false }, value + 1);
            }
        }
        _ => {}
    }
    let rest = text.get(value..).unwrap_or_default();
    match self::value(rest) {
        // Of a number at the end of the text, more digits may come.
        Parsed::Whole((), raw) if raw.len() == rest.len() => Parsed::Cut,
        Parsed::Whole((), raw) => Parsed::Whole((), text.get(..value + raw.len()).unwrap_or_default()),
        Parsed::Broken(Syntax { at, why }) => Parsed::Broken(Syntax { at: value + at, why }),
        other => other,
    }
}

/// Passes over the value that the text begins with.
pub(crate) fn value(text: &[u8]) -> Parsed<'_, ()> {
    let mut json = Deserializer::from_slice(text);
    match <IgnoredAny as serde::Deserialize>::deserialize(&mut json) {
        Ok(_) => whole(text, (), json),
        Err(error) => failed(text, &error),
    }
}

fn whole<'a, T>(text: &'a [u8], value: T, json: Deserializer<serde_json::de::SliceRead<'a>>) -> Parsed<'a, T> {
    let length = json.into_iter::<IgnoredAny>().byte_offset();
    Parsed::Whole(value, text.get(..length).unwrap_or_default())
}

/// The place behind `"Records": [`, where the reading ended with an error of ours. serde_json has looked for the end of the array by
/// then, past white space, one comma and one bracket at most: the array's own bracket is the last one before that. So it is with an object.
fn after_bracket(text: &[u8], entered: Entered, error: &serde_json::Error) -> usize {
    let end = offset(text, error.line(), error.column()) + 1;
    let read = text.get(..end).unwrap_or(text);
    let bracket = if entered.is_list { b'[' } else { b'{' };
    memrchr(bracket, read).map_or(0, |bracket| bracket + 1)
}

fn failed<'a, T>(text: &[u8], error: &serde_json::Error) -> Parsed<'a, T> {
    if error.classify() == Category::Eof {
        return Parsed::Cut;
    }
    let message = error.to_string();
    let why = message.split(" at line ").next().unwrap_or_default().to_owned();
    Parsed::Broken(Syntax { at: offset(text, error.line(), error.column()), why })
}

/// The byte that serde_json means by a line and a column: both count from 1, and the column in bytes.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let lines_before = line.saturating_sub(1);
    let start = match lines_before.checked_sub(1) {
        None => 0,
        Some(before_last) => memchr_iter(b'\n', text).nth(before_last).map_or(0, |newline| newline + 1),
    };
    // An error at a line break has column 0 of the next line.
    (start + column).saturating_sub(1).min(text.len())
}

/// The first byte from here that is no white space of JSON.
fn next_solid(text: &[u8], from: usize) -> Option<usize> {
    let solid = text.iter().skip(from).position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))?;
    Some(from + solid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match object(text.as_bytes()) {
            Parsed::Whole(found, raw) => {
                let kind = if found.is_wrapped { "wrapped" } else { "bare" };
                format!("{kind} {} of {}", found.fields.event_name.text().unwrap_or("-"), raw.len())
            }
            Parsed::Within(Entered { is_list: true, .. }, length) => format!("list {length}"),
            Parsed::Within(Entered { is_list: false, .. }, length) => format!("around {length}"),
            Parsed::Cut => "cut".to_owned(),
            Parsed::Broken(Syntax { at, why }) => format!("{at}: {why}"),
        }
    }

    #[test]
    fn an_object_is_told_from_a_list_of_records() {
        for (text, expected) in [
            (r#"{"eventName":"A"},{"#, "bare A of 17"),
            (r#"{"eventName":"A","eventName":"B"}"#, "bare B of 33"),
            (r#"{"eventName":["A"]}"#, "bare - of 19"),
            ("{}", "bare - of 2"),
            (r#"{"Records":[{"#, "list 12"),
            ("{ \"Records\" :\n [", "list 16"),
            (r#"{"version":1,"Records":[]}"#, "list 24"),
            (r#"{"Records":[],"Records":[]}"#, "list 12"),
            (r#"{"a":[[]],"Records":[[{}]]}"#, "list 21"),
            (r#"{"Records":[ , [1]]}"#, "list 12"),
            ("{\n\"Records\":\n[\n\n\n", "list 14"),
            (r#"{"took":1,"hits":{"total":{"value":1},"hits":[{}]}}"#, "around 18"),
            ("{ \"ResultSet\" : { ", "around 17"),
            (r#"{"hits":[{}]}"#, "list 9"),
            (r#"{"ResultSet":[[]]}"#, "bare - of 18"),
            (r#"{"Events":{}}"#, "bare - of 13"),
            (r#"{"QueryStatus":"FINISHED","QueryResultRows": [["#, "list 46"),
            (r#"{"Records":null}"#, "bare - of 16"),
            (r#"{"eventName":"A","Records":[1]}"#, "bare A of 31"),
            (r#"{"eventName":"A","requestParameters":{"Records":[{}]}}"#, "bare A of 54"),
            (r#"{"detail-type":"x","detail":{"eventName":"A"}}"#, "wrapped A of 46"),
            (r#"{"detail":{"eventName":"A"},"detail-type":"x"}"#, "wrapped A of 46"),
            (r#"{"eventName":"A","detail":{"eventName":"B"}}"#, "bare A of 44"),
            (r#"{"detail-type":"x","detail":7}"#, "wrapped - of 30"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn every_beginning_of_an_object_is_cut() {
        let text = r#"{"detail-type":"x","detail":{"eventName":"\u00e4","n":[1.5e3,true,null,{"a":-0}]}}"#;
        for end in 0..text.len() {
            // The beginning of a number can be none; the reader asks for more where the last byte is wrong.
            let shown = shown(&text[..end]);
            assert!(shown == "cut" || shown == format!("{}: invalid number", end - 1), "{}: {shown}", &text[..end]);
        }
        let text = "\"a\" : [1, {}] , \"Records\" : [ ";
        for end in 0..14 {
            assert!(matches!(member(&text.as_bytes()[..end]), Parsed::Cut), "{}", &text[..end]);
        }
        assert!(matches!(member(text.as_bytes()), Parsed::Whole((), raw) if raw.len() == 13));
        assert!(matches!(member(&text.as_bytes()[16..]), Parsed::Within(_, 13)));
    }

    #[test]
    fn an_error_has_its_place() {
        for (text, expected) in [
            (r#"{"a" 1}"#, "5: expected `:`"),
            ("{\n\"a\": 1\n\"b\": 2}", "9: expected `,` or `}`"),
            ("{\"a\":\"x\ny\"}", "6: control character (\\u0000-\\u001F) found while parsing a string"),
            ("{\"a\":\u{0}}", "5: expected value"),
            (r#"{"a":"\q"}"#, "7: invalid escape"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
