//! A record whose fields are written otherwise, as CloudTrail writes it: names in lower case, objects as text, truth as text.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::structs;
use crate::wrappers::text;

/// A field of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// As CloudTrail writes it.
    pub(crate) name: &'static str,
    holds: Holds,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    Time,
    Truth,
    /// An object or a list.
    Json,
    /// One whose names Athena writes in lower case, because they are columns in its table: CloudTrail User Guide and Athena User Guide, "Query
    /// AWS CloudTrail logs", `useridentity STRUCT<..>`, `resources ARRAY<STRUCT<..>>`; what was asked for and answered is a string there.
    Struct,
}

/// CloudTrail User Guide, "CloudTrail record contents".
const FIELDS: [Field; 26] = [
    of("eventVersion", Holds::Text),
    of("userIdentity", Holds::Struct),
    of("eventTime", Holds::Time),
    of("eventSource", Holds::Text),
    of("eventName", Holds::Text),
    of("awsRegion", Holds::Text),
    of("sourceIPAddress", Holds::Text),
    of("userAgent", Holds::Text),
    of("errorCode", Holds::Text),
    of("errorMessage", Holds::Text),
    of("requestParameters", Holds::Json),
    of("responseElements", Holds::Json),
    of("additionalEventData", Holds::Json),
    of("requestID", Holds::Text),
    of("eventID", Holds::Text),
    of("eventType", Holds::Text),
    of("eventCategory", Holds::Text),
    of("apiVersion", Holds::Text),
    of("managementEvent", Holds::Truth),
    of("readOnly", Holds::Truth),
    of("resources", Holds::Struct),
    of("recipientAccountId", Holds::Text),
    of("serviceEventDetails", Holds::Json),
    of("sharedEventID", Holds::Text),
    of("vpcEndpointId", Holds::Text),
    of("tlsDetails", Holds::Struct),
];

const fn of(name: &'static str, holds: Holds) -> Field {
    Field { name, holds }
}

/// The names within structs, as CloudTrail writes them.
const WITHIN: [&str; 19] = [
    "principalId",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "sessionContext",
    "sessionIssuer",
    "mfaAuthenticated",
    "creationDate",
    "identityProvider",
    "webIdFederationData",
    "federatedProvider",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "credentialId",
    "sourceIdentity",
    "ec2RoleDelivery",
    "inScopeOf",
];

/// The field of this name, in CloudTrail's spelling or in lower case.
pub(crate) fn field(name: &str) -> Option<&'static Field> {
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    FIELDS.iter().find(|field| field.name == name || is_lower && field.name.eq_ignore_ascii_case(name))
}

/// Whether only records have this field.
pub(crate) fn is_mark(name: &str) -> bool {
    matches!(
        name,
        "eventVersion"
            | "userIdentity"
            | "eventTime"
            | "eventSource"
            | "eventName"
            | "awsRegion"
            | "eventID"
            | "eventType"
            | "recipientAccountId"
    )
}

/// A record from its fields as text, in no order: cells of a table. What lies at a path in a field is put together.
pub(crate) fn of_cells<'a>(cells: impl Iterator<Item = (&'static Field, Option<&'a str>, &'a str)>) -> String {
    let mut record = Writer::new();
    let mut parts: Vec<(&Field, Value)> = Vec::new();
    for (field, path, cell) in cells {
        match path {
            None => {
                if let Some(json) = of_text(field, cell) {
                    record.member(field.name, &json);
                }
            }
            Some(_) if cell.trim().is_empty() => {}
            Some(path) => {
                let found = parts.iter().position(|(known, _)| *known == field);
                let place = found.unwrap_or(parts.len());
                if found.is_none() {
                    parts.push((field, Value::Object(Map::new())));
                }
                if let Some((_, whole)) = parts.get_mut(place) {
                    put(whole, path, cell);
                }
            }
        }
    }
    for (field, whole) in parts {
        record.member(field.name, &renamed(field, whole).to_string());
    }
    record.end()
}

/// Puts text at a path. What stands there already stays.
fn put(whole: &mut Value, path: &str, cell: &str) {
    const DEEPEST: usize = 16;
    let mut at = whole;
    for step in path.split('.').take(DEEPEST) {
        let Value::Object(members) = at else { return };
        at = members.entry(step).or_insert_with(|| Value::Object(Map::new()));
    }
    if at.as_object().is_some_and(Map::is_empty) {
        *at = Value::from(cell);
    }
}

/// The record that an object is whose fields are written otherwise. None: it is no object.
pub(crate) fn of_object(object: &str) -> Option<String> {
    let Normal(record) = serde_json::from_str(object).ok()?;
    Some(record)
}

/// JSON for what a field holds as text. None: nothing.
fn of_text(field: &Field, cell: &str) -> Option<String> {
    let trimmed = cell.trim();
    if trimmed.is_empty() || trimmed == "null" || trimmed == "-" {
        return None;
    }
    let as_text = || Value::from(cell).to_string();
    Some(match field.holds {
        Holds::Text => as_text(),
        Holds::Time => Value::from(time(trimmed)).to_string(),
        Holds::Truth if trimmed.eq_ignore_ascii_case("true") => "true".to_owned(),
        Holds::Truth if trimmed.eq_ignore_ascii_case("false") => "false".to_owned(),
        Holds::Truth => as_text(),
        Holds::Json if is_json(trimmed) => trimmed.to_owned(),
        Holds::Json | Holds::Struct if trimmed.starts_with(['{', '[']) => {
            structs::read(trimmed).map_or_else(as_text, |value| renamed(field, value).to_string())
        }
        Holds::Json | Holds::Struct => as_text(),
    })
}

/// JSON for what a field holds as JSON.
fn of_json(field: &Field, raw: &str) -> Option<String> {
    if raw.starts_with('"') {
        return text(raw).and_then(|text| of_text(field, &text));
    }
    let is_struct = field.holds == Holds::Struct && raw.starts_with(['{', '[']);
    let value = Some(raw).filter(|_| is_struct).and_then(|raw| serde_json::from_str(raw).ok());
    Some(value.map_or_else(|| raw.to_owned(), |value| renamed(field, value).to_string()))
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// CloudTrail's form of a time: CloudTrail Lake and Athena may write `2026-11-23 14:00:00.000`.
fn time(text: &str) -> Cow<'_, str> {
    const SECONDS: usize = "2026-11-23 14:00:00".len();
    match (text.get(..10), text.get(10..11), text.get(11..SECONDS)) {
        (Some(day), Some(" "), Some(time)) if time.contains(':') => Cow::Owned(format!("{day}T{time}Z")),
        _ => Cow::Borrowed(text),
    }
}

/// The value with the names that CloudTrail gives to what is in it.
fn renamed(field: &Field, value: Value) -> Value {
    match value {
        Value::Object(members) if field.holds == Holds::Struct => {
            let members = members.into_iter().map(|(name, value)| (name_within(field, name), renamed(field, value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(elements) if field.holds == Holds::Struct => {
            Value::Array(elements.into_iter().map(|element| renamed(field, element)).collect())
        }
        other => other,
    }
}

fn name_within(field: &Field, name: String) -> String {
    // Of the two that have an ARN, one writes it so.
    if field.name == "resources" && name == "arn" {
        return "ARN".to_owned();
    }
    WITHIN.iter().find(|within| within.eq_ignore_ascii_case(&name)).map_or(name, |within| (*within).to_owned())
}

/// Writes an object.
struct Writer(String);

impl Writer {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn member(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&Value::from(name).to_string());
        self.0.push(':');
        self.0.push_str(json);
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// An object, written anew.
struct Normal(String);

impl<'de> Deserialize<'de> for Normal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NormalVisitor)
    }
}

struct NormalVisitor;

impl<'de> Visitor<'de> for NormalVisitor {
    type Value = Normal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Normal, A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        let mut record = Writer::new();
        while let Some(Name(name)) = map.next_key()? {
            let raw = map.next_value::<&RawValue>()?.get();
            // What else stands in it is of no concern, and might be taken for a field.
            if let Some(field) = field(&name)
                && let Some(json) = of_json(field, raw)
            {
                record.member(field.name, &json);
            }
        }
        Ok(Normal(record.end()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(object: &Value) -> Value {
        serde_json::from_str(&of_object(&object.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn an_object_is_written_as_cloudtrail_does() {
        let athena = json!({
            "eventname": "PutBucketPolicy", "eventsource": "s3.amazonaws.com", "eventtime": "2026-11-20 10:00:00.000", "readonly": "false",
            "useridentity": {"type": "AssumedRole", "principalid": "A:ci", "sessioncontext": {"sessionissuer": {"arn": "x"}}},
            "requestparameters": "{\"bucketName\": \"team-data\"}", "responseelements": "null", "errorcode": "",
            "resources": [{"arn": "arn:aws:s3:::team-data", "accountid": "1"}], "more": 7,
        });
        let expected = json!({
            "eventName": "PutBucketPolicy", "eventSource": "s3.amazonaws.com", "eventTime": "2026-11-20T10:00:00Z", "readOnly": false,
            "userIdentity": {"type": "AssumedRole", "principalId": "A:ci", "sessionContext": {"sessionIssuer": {"arn": "x"}}},
            "requestParameters": {"bucketName": "team-data"},
            "resources": [{"ARN": "arn:aws:s3:::team-data", "accountId": "1"}],
        });
        assert_eq!(object(&athena), expected);
        assert_eq!(object(&expected), expected);
    }

    #[test]
    fn cells_are_written_as_cloudtrail_does() {
        let cells = [
            ("eventname", "PutBucketPolicy"),
            ("userIdentity", "{type=IAMUser, principalid=A, arn=arn:aws:iam::1:user/jane, username=null}"),
            ("requestparameters", "{bucketName=b, x={\"a\":1}}"),
            ("responseelements", "no JSON"),
            ("errorcode", " "),
            ("managementevent", "TRUE"),
            ("readonly", "x"),
        ];
        let record = of_cells(cells.into_iter().map(|(name, cell)| (field(name).unwrap(), None, cell)));
        assert_eq!(
            serde_json::from_str::<Value>(&record).unwrap(),
            json!({"eventName": "PutBucketPolicy", "userIdentity": {"type": "IAMUser", "principalId": "A", "arn": "arn:aws:iam::1:user/jane", "userName": null},
                "requestParameters": {"bucketName": "b", "x": {"a": 1}}, "responseElements": "no JSON", "managementEvent": true, "readOnly": "x"})
        );
    }

    #[test]
    fn a_name_of_any_other_case_is_none() {
        assert_eq!(field("eventid").unwrap().name, "eventID");
        assert_eq!(field("eventID").unwrap().name, "eventID");
        assert!(field("EventId").is_none() && field("EventName").is_none() && field("event").is_none());
    }
}
