//! Structs as Athena and CloudTrail Lake write them into cells: `{type=AssumedRole, sessioncontext={attributes=null}}`.

use serde_json::{Map, Value};

/// How deep they may be.
const MAX_DEPTH: usize = 16;

/// Reads a struct, a map or an array. Nothing is quoted in one, so a value ends where the next key or the end of what it is in is; what stands
/// in it as JSON is read as such.
pub(crate) fn read(text: &str) -> Option<Value> {
    let mut rest = text.trim();
    let value = value(&mut rest, In::Top, MAX_DEPTH)?;
    rest.trim().is_empty().then_some(value)
}

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Top,
    Object,
    List,
}

fn value(rest: &mut &str, within: In, depth: usize) -> Option<Value> {
    let below = depth.checked_sub(1)?;
    if !rest.starts_with(['{', '[']) {
        return Some(scalar(rest, within));
    }
    let mut json = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    if let Some(Ok(value)) = json.next() {
        *rest = rest.get(json.byte_offset()..)?;
        return Some(value);
    }
    if rest.starts_with('[') { list(rest, below) } else { object(rest, below) }
}

fn object(rest: &mut &str, depth: usize) -> Option<Value> {
    let mut members = Map::new();
    *rest = rest.strip_prefix('{')?;
    loop {
        let (key, behind) = rest.split_once('=')?;
        *rest = behind;
        members.insert(key.trim().to_owned(), value(rest, In::Object, depth)?);
        if let Some(behind) = rest.strip_prefix('}') {
            *rest = behind;
            return Some(Value::Object(members));
        }
        *rest = rest.strip_prefix(", ")?;
    }
}

fn list(rest: &mut &str, depth: usize) -> Option<Value> {
    let mut elements = Vec::new();
    *rest = rest.strip_prefix('[')?;
    loop {
        elements.push(value(rest, In::List, depth)?);
        if let Some(behind) = rest.strip_prefix(']') {
            *rest = behind;
            return Some(Value::Array(elements));
        }
        *rest = rest.strip_prefix(", ")?;
    }
}

fn scalar(rest: &mut &str, within: In) -> Value {
    let end = rest.char_indices().find(|(at, c)| rest.get(*at..).is_some_and(|from| ends(*c, from, within)));
    let (text, behind) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
    *rest = behind;
    if text == "null" { Value::Null } else { Value::from(text) }
}

/// Whether a value ends before this.
fn ends(c: char, from: &str, within: In) -> bool {
    match (c, within) {
        ('}', In::Object) | (']', In::List) => true,
        (',', In::List) => from.starts_with(", "),
        (',', In::Object) => from.strip_prefix(", ").is_some_and(begins_with_key),
        _ => false,
    }
}

fn begins_with_key(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let behind = text.trim_start_matches(is_part);
    behind.len() < text.len() && behind.starts_with('=')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn structs_are_read() {
        for (text, expected) in [
            (
                "{type=AssumedRole, principalid=AROA:a,b=c, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer=null}}",
                json!({"type": "AssumedRole", "principalid": "AROA:a,b=c", "sessioncontext": {"attributes": {"mfaauthenticated": "false"}, "sessionissuer": null}}),
            ),
            (
                "[{arn=arn:aws:s3:::b, accountid=1}, {arn=x}]",
                json!([{"arn": "arn:aws:s3:::b", "accountid": "1"}, {"arn": "x"}]),
            ),
            (
                r#"{bucketName=b, policy={"a": [1, 2]}, x=}"#,
                json!({"bucketName": "b", "policy": {"a": [1, 2]}, "x": ""}),
            ),
            (r#"{"a": 1}"#, json!({"a": 1})),
            ("{name=a, and more, b=c}", json!({"name": "a, and more", "b": "c"})),
            ("{a=b, }", json!({"a": "b, "})),
            ("[]", json!([])),
            ("x", json!("x")),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_not_read() {
        for text in ["{", "{a", "{a=", "{a=b", "[a", "{a=b} c", "{a={b=c}"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"{a=".repeat(100_000)), None);
    }
}
