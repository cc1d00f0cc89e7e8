//! What is read of files as people have them: a sample of each, and of each kind a good one, a damaged one, an empty one and one of two records.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by it")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use parapet_records::{Damage, InputFormat, Item, Reader};
use serde_json::{Value, json};

/// What is read of an input, a line each: row, line, path, event, bucket, actor; what cannot be, with its place.
fn read_as(input: &[u8], format: InputFormat) -> String {
    let mut shown = String::new();
    let mut reader = Reader::with_format(input, format).unwrap();
    let _ = reader.for_each(&mut |item| {
        match item {
            Item::Record(record) => {
                let (row, line, path) = (record.row(), record.position().line, record.path());
                let members = record.members(&["requestParameters"]).unwrap();
                let bucket = &members["requestParameters"]["bucketName"];
                let bucket = bucket.as_str().unwrap_or("-");
                let actor = record.actor().unwrap_or("-");
                let actor = actor.rsplit('/').next().unwrap();
                writeln!(shown, "{row} {line} {path} {} {bucket} {actor}", record.event_name().unwrap_or("-")).unwrap();
            }
            Item::Damage(Damage { position, row, path, fault, .. }) => {
                writeln!(shown, "! {row} {} {} {fault}", position.line, path.unwrap_or_default()).unwrap();
            }
        }
        ControlFlow::Continue(())
    });
    if shown.is_empty() && reader.has_lists() {
        return "an empty list".to_owned();
    }
    shown.trim_end().to_owned()
}

fn read(input: impl AsRef<[u8]>) -> String {
    read_as(input.as_ref(), InputFormat::Auto)
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn packed(text: &str) -> String {
    STANDARD.encode(gzip(text))
}

/// A record about a bucket.
fn record(bucket: &str) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:ci", "arn": "arn:aws:sts::111111111111:assumed-role/ci/ci", "accountId": "111111111111"},
        "eventTime": "2026-11-20T10:00:00Z", "eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "awsRegion": "us-east-1",
        "requestParameters": {"bucketName": bucket, "bucketPolicy": {}}, "eventID": "11111111-2222-3333-4444-555555555555", "readOnly": false,
        "eventType": "AwsApiCall", "recipientAccountId": "111111111111", "eventCategory": "Management",
    })
}

fn text(bucket: &str) -> String {
    record(bucket).to_string()
}

/// Text without its end.
fn cut(bucket: &str) -> String {
    let mut text = text(bucket);
    text.truncate(200);
    text
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn the_samples_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut shown = String::new();
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(folder.join("folder_cwl_export/stream/000000.gz"));
    files.sort();
    for file in files.iter().filter(|file| file.is_file() && file.extension().is_none_or(|ending| ending != "md")) {
        let name = file.strip_prefix(&folder).unwrap().display();
        writeln!(shown, "{name}\n{}\n", read(fs::read(file).unwrap())).unwrap();
    }
    insta::assert_snapshot!(shown);
}

/// What is put around two records, or around the text of one that is broken.
struct Kind {
    name: &'static str,
    /// An input with elements of these texts.
    make: fn(&[String]) -> Vec<u8>,
    /// What is read of it when it has none.
    empty: &'static str,
    /// The path of the second of them, and its row.
    second: (&'static str, u64),
}

fn list(name: &str, elements: Vec<Value>) -> Vec<u8> {
    json!({ name: elements }).to_string().into_bytes()
}

fn each(texts: &[String], element: impl Fn(&String) -> Value) -> Vec<Value> {
    texts.iter().map(element).collect()
}

fn lines(texts: &[String], line: impl Fn(&String) -> String) -> Vec<u8> {
    texts.iter().map(|text| line(text) + "\n").collect::<String>().into_bytes()
}

fn kinds() -> Vec<Kind> {
    const NONE: &str = "";
    const LIST: &str = "an empty list";
    let kind = |name, empty, second, make| Kind { name, make, empty, second };
    vec![
        kind("lookup-events", LIST, ("$.Events[1].CloudTrailEvent", 1), |texts| {
            let element = |text: &String| json!({"EventId": "1", "EventName": "PutBucketPolicy", "Resources": [{"ResourceName": "x"}], "CloudTrailEvent": text});
            list("Events", each(texts, element))
        }),
        kind("lookup-events in lines", NONE, ("$.CloudTrailEvent", 2), |texts| {
            lines(texts, |text| {
                json!({"EventId": "1", "EventName": "PutBucketPolicy", "CloudTrailEvent": text}).to_string()
            })
        }),
        kind("lookup-events --query 'Events[].CloudTrailEvent'", LIST, ("$[1]", 1), |texts| {
            serde_json::to_string_pretty(texts).unwrap().into_bytes()
        }),
        kind("filter-log-events", LIST, ("$.events[1].message", 1), |texts| {
            list(
                "events",
                each(texts, |text| json!({"logStreamName": "s", "timestamp": 1, "message": text, "eventId": "38"})),
            )
        }),
        kind("logs tail --format short", NONE, ("$", 2), |texts| {
            lines(texts, |text| format!("2026-11-20T10:00:00 {text}"))
        }),
        kind("logs tail --format detailed", NONE, ("$", 2), |texts| {
            lines(texts, |text| format!("2026-11-20T10:00:00.123000+00:00 111111111111_CloudTrail_us-east-1 {text}"))
        }),
        kind("logs tail in UTF-16, as PowerShell writes it", NONE, ("$", 2), |texts| {
            let text = String::from_utf8(lines(texts, |text| format!("2026-11-20T10:00:00 {text}"))).unwrap();
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        }),
        kind("an export of CloudWatch Logs", NONE, ("$", 2), |texts| {
            gzip(lines(texts, |text| format!("2026-11-20T10:00:00.000Z {text}")))
        }),
        kind("a subscription's payloads, one after the other", NONE, ("$.logEvents[0].message", 2), |texts| {
            texts
                .iter()
                .flat_map(|text| {
                    json!({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text}]})
                        .to_string()
                        .into_bytes()
                })
                .collect()
        }),
        kind("the same, each compressed", NONE, ("$.logEvents[0].message", 2), |texts| {
            let payload = |text: &String| {
                json!({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text}]}).to_string()
            };
            texts.iter().flat_map(|text| gzip(payload(text))).collect()
        }),
        kind("what a subscription invokes Lambda with", NONE, ("$.awslogs.data.logEvents[0].message", 2), |texts| {
            let payload = |text: &String| {
                json!({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text}]}).to_string()
            };
            lines(texts, |text| json!({"awslogs": {"data": packed(&payload(text))}}).to_string())
        }),
        kind("what Kinesis invokes Lambda with", LIST, ("$.Records[1].kinesis.data", 1), |texts| {
            list(
                "Records",
                each(
                    texts,
                    |text| json!({"kinesis": {"data": packed(text)}, "eventSource": "aws:kinesis", "eventName": "aws:kinesis:record", "awsRegion": "r"}),
                ),
            )
        }),
        kind("CloudTrail Lake", LIST, ("$.QueryResultRows[1].eventJson", 1), |texts| {
            list(
                "QueryResultRows",
                each(texts, |text| json!([{"eventID": "1"}, {"eventName": "PutBucketPolicy"}, {"eventJson": text}])),
            )
        }),
        kind("Logs Insights", LIST, ("$.results[1].@message", 1), |texts| {
            list(
                "results",
                each(
                    texts,
                    |text| json!([{"field": "@timestamp", "value": "t"}, {"field": "@message", "value": text}]),
                ),
            )
        }),
        kind("CSV of CloudTrail Lake", LIST, ("$.eventJson", 2), |texts| {
            [b"eventID,eventJson\n".to_vec(), lines(texts, |text| format!("1,{}", cell(text)))].concat()
        }),
        kind("CSV of Splunk", LIST, ("$._raw", 2), |texts| {
            [b"\"_time\",\"_raw\"\r\n".to_vec(), lines(texts, |text| format!("\"t\",{}\r", cell(text)))].concat()
        }),
        kind("Splunk in lines", NONE, ("$.result._raw", 2), |texts| {
            lines(texts, |text| {
                json!({"preview": false, "result": {"_raw": text, "eventName": "x", "eventSource": "y"}}).to_string()
            })
        }),
        kind("Splunk's results", LIST, ("$.results[1]._raw", 1), |texts| {
            list("results", each(texts, |text| json!({"_raw": text})))
        }),
        kind("Filebeat in Elastic", LIST, ("$.hits.hits[1]._source.event.original", 1), |texts| {
            let element = |text: &String| json!({"_index": "i", "_source": {"message": "x", "event": {"action": "a", "original": text}, "aws": {"cloudtrail": {"user_identity": {}}}}});
            json!({"took": 1, "hits": {"total": {"value": 2}, "hits": each(texts, element)}}).to_string().into_bytes()
        }),
        kind("a message in Elastic, in lines", NONE, ("$._source.message", 2), |texts| {
            lines(texts, |text| json!({"_source": {"message": text}}).to_string())
        }),
        kind("SQS", LIST, ("$.Messages[1].Body", 1), |texts| {
            list("Messages", each(texts, |text| json!({"MessageId": "1", "Body": text})))
        }),
        kind("SNS in SQS", LIST, ("$.Messages[1].Body.Message", 1), |texts| {
            let body = |text: &String| json!({"Type": "Notification", "Message": text}).to_string();
            list("Messages", each(texts, |text| json!({"MessageId": "1", "Body": body(text)})))
        }),
        kind("what SQS invokes Lambda with", LIST, ("$.Records[1].body", 1), |texts| {
            list(
                "Records",
                each(
                    texts,
                    |text| json!({"messageId": "1", "body": text, "eventSource": "aws:sqs", "awsRegion": "us-east-1"}),
                ),
            )
        }),
    ]
}

#[test]
fn every_kind_is_read_whole_empty_and_around_what_is_damaged() {
    for Kind { name, make, empty, second } in kinds() {
        let (path, row) = second;
        let shown = read(make(&[text("a"), text("b")]));
        let read_lines: Vec<_> = shown.lines().collect();
        assert_eq!(read_lines.len(), 2, "{name}: {shown}");
        assert!(read_lines[0].ends_with("PutBucketPolicy a ci"), "{name}: {shown}");
        assert!(read_lines[1].starts_with(&format!("{row} ")), "{name}: {shown}");
        assert!(read_lines[1].ends_with(&format!(" {path} PutBucketPolicy b ci")), "{name}: {shown}");
        assert_eq!(read(make(&[text("a")])).lines().count(), 1, "{name}");
        let shown = read(make(&[]));
        assert_eq!(shown, empty, "{name}");
        let shown = read(make(&[text("a"), cut("x"), text("c")]));
        assert!(shown.lines().filter(|line| line.starts_with("! ")).count() >= 1, "{name}: {shown}");
        for bucket in ["a", "c"] {
            assert!(shown.contains(&format!(" PutBucketPolicy {bucket} ci")), "{name}: {shown}");
        }
        assert_eq!(
            read(gzip(make(&[text("a"), text("b")]))).lines().count(),
            if name.starts_with("an export") || name.contains("compressed") { 1 } else { 2 }
        );
    }
}

#[test]
fn the_whole_text_around_a_record_may_be_broken() {
    for Kind { name, make, .. } in kinds() {
        let whole = make(&[text("a"), text("b")]);
        if whole.starts_with(&[0x1f, 0x8b]) || whole.starts_with(&[0xff, 0xfe]) {
            continue;
        }
        // A quote too many in the first one.
        let Some(at) = whole.windows(4).position(|bytes| bytes == b"1.11") else { continue };
        let broken = [&whole[..at], b"\"", &whole[at..]].concat();
        let shown = read(&broken);
        assert!(shown.contains(" PutBucketPolicy b ci"), "{name}: {shown}");
    }
}

#[test]
fn a_tail_may_have_its_records_in_lines_of_their_own() {
    let pretty = |bucket: &str| format!("2026-11-20T10:00:00+00:00 stream \n{:#}\n", record(bucket));
    let shown = read(pretty("a") + &pretty("b"));
    assert_eq!(
        shown,
        "1 2 $ PutBucketPolicy a ci\n2 26 $ PutBucketPolicy b ci"
            .replace("26", &(4 + format!("{:#}", record("a")).lines().count() - 1).to_string())
    );
}

#[test]
fn a_time_alone_is_no_prefix_of_json() {
    let input = format!("2026-11-20T10:00:00 {}", text("a"));
    assert!(read_as(input.as_bytes(), InputFormat::Json).starts_with("! 1 1  expected a record, found `2026-"));
    assert_eq!(read_as(input.as_bytes(), InputFormat::Lines), "1 1 $ PutBucketPolicy a ci");
    assert!(read("2026-11-20T10:00:00 START\n").starts_with("! 1 1  expected a record"));
}

#[test]
fn athenas_results_are_read() {
    let row = |cells: &[&str]| json!({"Data": cells.iter().map(|cell| if cell.is_empty() { json!({}) } else { json!({"VarCharValue": cell}) }).collect::<Vec<_>>()});
    let names = row(&["eventname", "eventsource", "useridentity", "requestparameters", "errorcode"]);
    let identity = "{type=AssumedRole, principalid=A:ci, arn=arn:aws:sts::111111111111:assumed-role/ci/ci, sessioncontext={attributes=null}}";
    let good = |bucket: &str| {
        row(&["PutBucketPolicy", "s3.amazonaws.com", identity, &format!("{{\"bucketName\":\"{bucket}\"}}"), ""])
    };
    let results =
        |rows: Vec<Value>| json!({"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": []}}}).to_string();
    assert_eq!(
        read(results(vec![names.clone(), good("a"), row(&["x"]), good("b")])),
        "1 1 $.ResultSet.Rows[1] PutBucketPolicy a ci\n! 1 1  broken row: it has not as many cells as there are columns\n1 1 $.ResultSet.Rows[3] PutBucketPolicy b ci"
    );
    // Only the first page has the names.
    let pages = results(vec![names.clone(), good("a")]) + "\n" + &results(vec![good("b")]);
    assert_eq!(read(pages).lines().count(), 2);
    assert_eq!(read(results(vec![names])), "an empty list");
    assert_eq!(read(results(vec![])), "an empty list");
    assert!(read(results(vec![row(&["n", "m"])])).contains("a table without records"));
}

#[test]
fn tables_of_fields_are_read() {
    let names = "\"eventversion\",\"useridentity\",\"eventtime\",\"eventsource\",\"eventname\",\"requestparameters\",\"readonly\"\n";
    let row = |bucket: &str| {
        let identity = "\"{type=AssumedRole, principalid=A:ci, arn=arn:aws:sts::111111111111:assumed-role/ci/ci, accountid=111111111111}\"";
        let request = cell(&format!("{{\"bucketName\": \"{bucket}\"}}"));
        format!(
            "\"1.11\",{identity},\"2026-11-20T10:00:00Z\",\"s3.amazonaws.com\",\"PutBucketPolicy\",{request},\"false\"\n"
        )
    };
    assert_eq!(
        read(format!("{names}{}{}", row("a"), row("b"))),
        "1 2 $ PutBucketPolicy a ci\n2 3 $ PutBucketPolicy b ci"
    );
    let broken = row("x").replacen("\"1.11\"", "\"1.11", 1);
    let shown = read(format!("{names}{}{broken}{}", row("a"), row("c")));
    assert_eq!(
        shown,
        "1 2 $ PutBucketPolicy a ci\n! 2 3  broken row: a quote that ends within a cell\n3 4 $ PutBucketPolicy c ci"
    );
    assert_eq!(read(names), "an empty list");
    assert_eq!(read(format!("{names}{}{names}{}", row("a"), row("b"))).lines().count(), 2, "names may stand twice");
    assert!(read("Event name,Event time\nx,y\n").contains("event history"));
    assert!(read("a,b\n1,2\n").contains("a table without records"));
    assert_eq!(read_as(b"eventJson\n", InputFormat::Csv), "an empty list");
}

#[test]
fn what_holds_no_records_is_told_once() {
    for (input, expected) in [
        (json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "r", "eventName": "ObjectCreated:Put", "s3": {"object": {"key": "k"}}}]}).to_string(), "a notification of S3's"),
        (json!({"Type": "Notification", "Message": "{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"AWSLogs/x.json.gz\"]}"}).to_string(), "a notification of CloudTrail's"),
        (json!({"Type": "Notification", "Message": json!({"Records": [{"eventSource": "aws:s3", "s3": {}}]}).to_string()}).to_string(), "a notification of S3's"),
        (json!({"class_uid": 6003, "metadata": {"product": {"name": "CloudTrail"}}, "api": {"operation": "x"}}).to_string(), "OCSF"),
        ("PK\u{3}\u{4}rest".to_owned(), "a zip archive"),
    ] {
        let shown = read(&input);
        assert!(shown.starts_with("! ") && shown.contains(expected) && shown.lines().count() == 1, "{input}: {shown}");
    }
    let health = json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]});
    assert_eq!(read(health.to_string()), "an empty list");
}

#[test]
fn what_grows_without_end_is_not_unpacked() {
    let mut inner = text("a");
    for _ in 0..3 {
        inner = json!({"awslogs": {"data": packed(&inner)}}).to_string();
    }
    assert!(read(&inner).contains("base64 within base64"), "{}", read(&inner));
    for _ in 0..12 {
        inner = json!({"Message": inner}).to_string();
        if inner.len() > 4_000_000 {
            break;
        }
    }
    assert!(read(&inner).contains("deeper than any record lies"), "{}", read(&inner));
}

#[test]
fn no_record_is_found_in_one() {
    let mut record = record("a");
    record["requestParameters"] =
        json!({"Message": text("b"), "CloudTrailEvent": text("b"), "Events": [{"CloudTrailEvent": text("b")}]});
    for name in ["message", "Body", "event", "result", "data", "_source"] {
        record[name] = json!(text("b"));
    }
    assert_eq!(read(record.to_string()), "1 1 $ PutBucketPolicy - ci");
}
