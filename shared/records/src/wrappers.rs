//! What others put around records, and where in it the record lies.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::normal::{self, Field};

/// What stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// The record, an object with it, or a string of JSON with it; beside it stand fields of the same record.
    Original,
    /// The same, where nothing of the record stands beside it.
    Json,
    /// Base64, mostly of gzip.
    Packed,
    /// A row of a table, in cells.
    Cells,
}

/// Where records lie. The first of these keys counts that an object has, and that leads to something.
const WRAPPERS: [(&str, Holds, &str); 27] = [
    ("CloudTrailEvent", Holds::Original, "`aws cloudtrail lookup-events`, an element of `Events`"),
    ("eventJson", Holds::Original, "CloudTrail Lake, a column"),
    ("eventjson", Holds::Original, "the same, as Athena writes names"),
    ("_raw", Holds::Original, "Splunk, what it was given"),
    ("result", Holds::Json, "Splunk, a line of an export"),
    ("_source", Holds::Json, "Elastic and OpenSearch, a hit"),
    ("event.original", Holds::Json, "Elastic Common Schema, what Filebeat was given"),
    ("event", Holds::Json, "the same, with `original` in it; Splunk's HTTP Event Collector"),
    ("original", Holds::Json, "in `event`"),
    ("aws", Holds::Json, "Elastic's integrations, with `cloudtrail` in it"),
    ("cloudtrail", Holds::Json, "in `aws`"),
    ("detail", Holds::Json, "EventBridge, an event"),
    ("Detail", Holds::Json, "`aws events put-events`, an element of `Entries`"),
    (
        "requestPayload",
        Holds::Json,
        "Lambda, what it tells a destination of a failed invocation: a dead letter of Parapet's",
    ),
    ("Sns", Holds::Json, "Lambda, an element of what SNS invokes with"),
    ("Message", Holds::Json, "SNS, a notification"),
    (
        "Body",
        Holds::Json,
        "`aws sqs receive-message`, an element of `Messages`: what EventBridge could not deliver to Parapet, too",
    ),
    ("body", Holds::Json, "Lambda, an element of what SQS invokes with"),
    ("kinesis", Holds::Json, "Lambda, an element of what Kinesis invokes with"),
    ("awslogs", Holds::Json, "Lambda, what a subscription of CloudWatch Logs invokes with"),
    ("data", Holds::Packed, "in `awslogs` and `kinesis`; an element of what Firehose invokes with"),
    ("Data", Holds::Packed, "`aws kinesis get-records`, an element of `Records`"),
    ("Data", Holds::Cells, "`aws athena get-query-results`, an element of `Rows`"),
    ("@message", Holds::Json, "CloudWatch Logs Insights, a column"),
    ("message", Holds::Json, "CloudWatch Logs, an event; Filebeat, a line"),
    ("value", Holds::Json, "Kafka and others, the value of a message"),
    ("payload", Holds::Json, "the same"),
];

/// What shows by one key that an object is something else of CloudTrail's or around it, and what.
const OTHERS: [(&str, &str); 6] = [
    ("digestStartTime", "a digest of CloudTrail's, which names log files and holds no records"),
    (
        "class_uid",
        "an event in OCSF, which is not read: it is no record of CloudTrail's any more. Replay the logs that it was made of",
    ),
    ("event_version", FILEBEAT),
    ("s3ObjectKey", "a notification of CloudTrail's, which names a log file and holds no records: replay that file"),
    ("s3", "a notification of S3's, which names an object and holds no records: replay that object"),
    ("s3:TestEvent", "a notification of S3's, which names an object and holds no records: replay that object"),
];

/// Elastic's integration keeps what was asked for as text that cannot be read again (`aws.cloudtrail.request_parameters`), and the record itself only
/// if it is told to: its documentation, `preserve_original_event`.
const FILEBEAT: &str = "fields that Elastic made of a record, without what was asked for: have it keep `event.original` (`preserve_original_event`)";

/// What CloudWatch Logs sends to see whether a destination is there. CloudWatch Logs User Guide, "Real-time processing of log data with
/// subscriptions": "Sometimes CloudWatch Logs may emit Amazon Kinesis Data Streams records with a "CONTROL_MESSAGE" type, mainly for checking
/// if the destination is reachable."
const CONTROL: &str = "\"CWL CONTROL MESSAGE";

/// What stands before each document of a bulk file of Elastic's.
const BULK_ACTIONS: [&str; 4] = ["create", "delete", "index", "update"];

/// How deep the objects may lie in each other that lead to a record.
const MAX_LEVELS: usize = 8;

/// Where the record lies that an object is around.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Located<'a> {
    /// In this JSON.
    Json(String, Cow<'a, str>),
    /// In this base64.
    Packed(String, Cow<'a, str>),
    /// In the cells of this list.
    Cells(&'a str),
    /// It is the object, whose fields are not written as CloudTrail does; whether the two are among them that every record has.
    Odd { is_complete: bool },
    /// There is none on purpose.
    Passed,
    /// There is none in what this is.
    Other(&'static str),
    /// Nothing leads to any.
    Nothing,
}

/// Finds the record in an object that is none.
pub(crate) fn locate(object: &str) -> Located<'_> {
    let Ok(known) = serde_json::from_str::<Known<'_>>(object) else { return Located::Nothing };
    match within(&known, 0) {
        Located::Nothing if known.is_record() => Located::Odd { is_complete: known.has_name && known.has_source },
        Located::Nothing if known.is_control || known.is_bulk_line() => Located::Passed,
        Located::Nothing => known.other.map_or(Located::Nothing, Located::Other),
        located => located,
    }
}

/// Whether an object surely is around a record: for places where part of a broken one may stand.
pub(crate) fn is_surely_around(object: &str) -> bool {
    match locate(object) {
        Located::Json(..) | Located::Packed(..) | Located::Cells(_) => true,
        Located::Odd { is_complete } => is_complete,
        Located::Passed | Located::Other(_) | Located::Nothing => false,
    }
}

fn within<'a>(known: &Known<'a>, level: usize) -> Located<'a> {
    for ((key, holds, _), value) in WRAPPERS.iter().zip(&known.values) {
        let Some(value) = value.filter(|_| *holds == Holds::Original || !known.is_record()) else { continue };
        let (step, raw) = (format!(".{key}"), value.get());
        let located = match (raw.as_bytes().first(), holds) {
            (Some(b'{'), Holds::Json | Holds::Original) if level < MAX_LEVELS => inside(step, raw, level),
            (Some(b'['), Holds::Cells) => Located::Cells(raw),
            // What a function was invoked with may be a list.
            (Some(b'['), Holds::Json) if *key == "requestPayload" => Located::Json(step, Cow::Borrowed(raw)),
            (Some(b'"'), Holds::Packed) => text(raw).map_or(Located::Nothing, |text| Located::Packed(step, text)),
            (Some(b'"'), Holds::Json | Holds::Original) if is_json_in_text(raw.as_bytes()) => {
                text(raw).map_or(Located::Nothing, |text| Located::Json(step, text))
            }
            _ => Located::Nothing,
        };
        if located != Located::Nothing {
            return located;
        }
    }
    Located::Nothing
}

/// Where the record lies in an object behind a key.
fn inside(step: String, raw: &str, level: usize) -> Located<'_> {
    let Ok(known) = serde_json::from_str::<Known<'_>>(raw) else { return Located::Nothing };
    match within(&known, level + 1) {
        Located::Json(path, text) => Located::Json(step + &path, text),
        Located::Packed(path, text) => Located::Packed(step + &path, text),
        // Whoever reads it finds out what of it is odd, or of another kind.
        Located::Nothing if known.is_record() || known.has_list || known.other.is_some() => {
            Located::Json(step, Cow::Borrowed(raw))
        }
        Located::Nothing => Located::Nothing,
        located => located,
    }
}

/// Whether a string that is written like this holds an object or a list of them: it does if it begins as one, past white space.
pub(crate) fn is_json_in_text(raw: &[u8]) -> bool {
    let mut rest = raw.strip_prefix(b"\"").unwrap_or_default();
    let mut depth = 0;
    loop {
        rest = match rest {
            [b' ', rest @ ..] | [b'\\', b'n' | b'r' | b't', rest @ ..] => rest,
            [b'{' | b'[', rest @ ..] => {
                depth += 1;
                rest
            }
            [b'\\', b'"', ..] => return depth > 0,
            [b'\\', b'u', b'0', b'0', b'2', b'2', ..] => return depth > 0,
            [b'\\', b'u', _, _, _, _, rest @ ..] => rest,
            [b']' | b'}', ..] => return depth > 0,
            _ => return false,
        };
    }
}

/// The text that a string stands for.
pub(crate) fn text(raw: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(raw).ok().map(|Text(text)| text)
}

/// What an object has that is known here.
struct Known<'a> {
    values: [Option<&'a RawValue>; WRAPPERS.len()],
    has_field: bool,
    has_name: bool,
    has_source: bool,
    is_notification: bool,
    has_list: bool,
    is_control: bool,
    keys: usize,
    has_bulk_action: bool,
    other: Option<&'static str>,
}

impl<'a> Known<'a> {
    fn is_record(&self) -> bool {
        (self.has_field || self.has_name && self.has_source) && !self.is_notification
    }

    /// Whether it is the line before each document of what Elastic's bulk API takes. Elasticsearch API, "Bulk index or delete documents":
    /// `{ "index" : { "_index" : "test", "_id" : "1" } }`.
    fn is_bulk_line(&self) -> bool {
        self.keys == 1 && self.has_bulk_action
    }

    fn take(&mut self, key: &str, value: &'a RawValue) {
        let raw = value.get();
        self.keys += 1;
        self.has_bulk_action |=
            BULK_ACTIONS.contains(&key) && (raw == "{}" || raw.contains("\"_in") || raw.contains("\"_id\""));
        if let Some(Field { name, .. }) = normal::field(key) {
            self.has_field |= *name == key && normal::is_mark(name);
            self.has_name |= *name == "eventName";
            self.has_source |= *name == "eventSource";
            self.is_notification |= *name == "eventSource" && raw.starts_with("\"aws:");
        }
        for (place, _) in self.values.iter_mut().zip(&WRAPPERS).filter(|(_, (wrapper, ..))| *wrapper == key) {
            *place = Some(value);
        }
        self.has_list |= crate::key::container(key).is_some() && raw.starts_with(['[', '{']);
        self.is_control |= raw.starts_with(CONTROL);
        let shown = |other: &str| other == key || key == "Event" && raw.trim_matches('"') == other;
        if let Some((_, what)) = OTHERS.iter().find(|(other, _)| shown(other)) {
            self.other = Some(what);
        }
    }
}

impl<'de> Deserialize<'de> for Known<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KnownVisitor)
    }
}

struct KnownVisitor;

impl<'de> Visitor<'de> for KnownVisitor {
    type Value = Known<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Known<'de>, A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        let mut known = Known {
            values: [None; WRAPPERS.len()],
            has_field: false,
            has_name: false,
            has_source: false,
            is_notification: false,
            has_list: false,
            is_control: false,
            keys: 0,
            has_bulk_action: false,
            other: None,
        };
        while let Some(Name(key)) = map.next_key()? {
            if key.len() > LONGEST_KEY {
                known.keys += 1;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            known.take(&key, map.next_value()?);
        }
        Ok(known)
    }
}

/// No key that is known here is longer.
const LONGEST_KEY: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(object: &str) -> String {
        match locate(object) {
            Located::Json(path, text) => format!("{path} {text}"),
            Located::Packed(path, text) => format!("{path} packed {text}"),
            Located::Cells(raw) => format!("cells {raw}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_record_is_found_in_what_is_around_it() {
        let record = r#"{"eventName":"A","eventSource":"s"}"#;
        let text = serde_json::to_string(record).unwrap();
        for (object, expected) in [
            (
                format!(r#"{{"EventId":"1","EventName":"A","CloudTrailEvent":{text}}}"#),
                format!(".CloudTrailEvent {record}"),
            ),
            (format!(r#"{{"eventName":"B","eventSource":"x","eventJson":{text}}}"#), format!(".eventJson {record}")),
            (format!(r#"{{"result":{{"_raw":{text},"eventName":"B"}}}}"#), format!(".result._raw {record}")),
            (format!(r#"{{"_source":{record}}}"#), format!(r"._source {record}")),
            (
                format!(r#"{{"_source":{{"message":"x","event":{{"original":{text}}}}}}}"#),
                format!("._source.event.original {record}"),
            ),
            (
                format!(r#"{{"_source":{{"event":{{"action":"A"}},"message":{text}}}}}"#),
                format!("._source.message {record}"),
            ),
            (
                format!(r#"{{"requestPayload":{{"detail-type":"x","detail":{record}}}}}"#),
                format!(".requestPayload.detail {record}"),
            ),
            (
                format!(r#"{{"requestPayload":{{"Records":[{record}]}}}}"#),
                format!(r#".requestPayload {{"Records":[{record}]}}"#),
            ),
            (
                r#"{"eventSource":"aws:sqs","awsRegion":"r","body":"{\"a\":1}"}"#.to_owned(),
                ".body {\"a\":1}".to_owned(),
            ),
            (r#"{"awslogs":{"data":"H4s="}}"#.to_owned(), ".awslogs.data packed H4s=".to_owned()),
            (r#"{"Data":[{"VarCharValue":"x"}]}"#.to_owned(), r#"cells [{"VarCharValue":"x"}]"#.to_owned()),
            (r#"{"eventname":"A","eventsource":"s"}"#.to_owned(), "Odd { is_complete: true }".to_owned()),
            (r#"{"eventname":"A"}"#.to_owned(), "Nothing".to_owned()),
            (r#"{"message":"START"}"#.to_owned(), "Nothing".to_owned()),
            (
                r#"{"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}"#.to_owned(),
                "Passed".to_owned(),
            ),
        ] {
            assert_eq!(shown(&object), expected, "{object}");
        }
    }

    #[test]
    fn what_holds_no_record_is_named() {
        for (object, expected) in [
            (r#"{"digestStartTime":"t","logFiles":[]}"#, "digest"),
            (r#"{"event_version":"1.08","event_type":"AwsApiCall"}"#, "Elastic"),
            (r#"{"class_uid":6003,"message":"x"}"#, "OCSF"),
            (r#"{"s3Bucket":"b","s3ObjectKey":["k"]}"#, "notification of CloudTrail"),
            (
                r#"{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}"#,
                "notification of S3",
            ),
            (r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#, "notification of S3"),
        ] {
            assert!(matches!(locate(object), Located::Other(what) if what.contains(expected)), "{object}");
        }
    }

    #[test]
    fn text_is_told_from_json_in_text() {
        for (raw, expected) in [
            (r#""{\"a\":1}""#, true),
            (r#""[{\"a\"""#, true),
            (r#"" {\n \"a\"""#, true),
            (r#""{}""#, true),
            (r#""{\u0022a""#, true),
            (r#""{{""#, false),
            (r#""{x""#, false),
            (r#""\"a\"""#, false),
            (r#""START""#, false),
            ("7", false),
        ] {
            assert_eq!(is_json_in_text(raw.as_bytes()), expected, "{raw}");
        }
    }
}
