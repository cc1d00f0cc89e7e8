//! `parapet replay` as its users call it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

const LOG: &str = include_str!("logs/AWSLogs/111122223333/CloudTrail/us-east-1/log.json");

/// Records of other projects, with everything that real ones have.
const RECORDS: &str = include_str!("../../tests/scenarios/data/records.jsonl");

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parapet"));
    command
        .arg("replay")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command next to the logs.
fn replay(arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // It may end before it has read everything.
    let _ = writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn seen(arguments: &[&str]) -> String {
    let ended = replay(arguments, b"");
    format!("{}--- standard error\n{}--- exit {}\n", ended.stdout, ended.stderr, ended.code)
}

fn lines(arguments: &[&str], input: &[u8], code: i32) -> Vec<Value> {
    let ended = replay(&[&["--format", "jsonl"], arguments].concat(), input);
    assert_eq!(ended.code, code, "{}", ended.stderr);
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["event_id"].as_str().unwrap()).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_reader_sees_a_table() {
    insta::assert_snapshot!(seen(&["AWSLogs"]));
}

#[test]
fn a_program_sees_a_line_for_each_record() {
    insta::assert_snapshot!(seen(&["AWSLogs", "event.json", "--format", "jsonl"]));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    insta::assert_snapshot!(seen(&["missing.json", "damaged.jsonl"]));
}

#[test]
fn records_of_other_accounts_can_be_left_out() {
    let all = lines(&["AWSLogs", "--account", "444455556666"], b"", 0);
    let found: Vec<_> = all.iter().map(|line| (&line["decision"], &line["why"])).collect();
    assert_eq!(found[0], (&json!("ignored"), &json!("the event is of account 111122223333")));
    assert_eq!(found[4], (&json!("ignored"), &json!("the call failed with AccessDenied")));
    assert_eq!(found[5], (&json!("ignored"), &json!("the call only read")));
    assert_eq!(found[6], (&json!("ignored"), &json!("the event is of account 111122223333")));
    assert_eq!(found[7].0, &json!("reconcile"));
    let ended = replay(&["AWSLogs", "--account", "1"], b"");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
}

#[test]
fn every_input_is_the_same_to_it() {
    let expected = lines(&["-"], LOG.as_bytes(), 0);
    assert_eq!(ids(&expected), ["a1", "a2", "a3", "a4", "a5"]);
    let log: Value = serde_json::from_str(LOG).unwrap();
    let records = log["Records"].as_array().unwrap();
    let in_lines: String = records.iter().map(|record| format!("{record}\r\n")).collect();
    let events: Vec<_> = records.iter().map(|record| json!({"detail-type": "x", "detail": record})).collect();
    // Where it is differs, and nothing else.
    let without_places = |mut lines: Vec<Value>| {
        for line in &mut lines {
            let line = line.as_object_mut().unwrap();
            for place in ["line", "row", "at"] {
                line.remove(place).unwrap();
            }
        }
        lines
    };
    let expected = without_places(expected);
    for input in [
        format!("\u{feff}{log:#}"),
        in_lines.clone(),
        json!(records).to_string(),
        json!(events).to_string(),
        events.iter().map(|event| format!("{event:#}\n")).collect(),
        format!("[{}]{in_lines}", json!({"Records": []})),
    ] {
        assert_eq!(without_places(lines(&["-"], input.as_bytes(), 0)), expected, "{input}");
        assert_eq!(without_places(lines(&["-"], &gzip(&input), 0)), expected, "{input}");
    }
}

#[test]
fn a_folder_is_read_in_order_and_a_file_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let record = |id: &str| json!({"eventID": id, "eventName": "x", "eventSource": "y"}).to_string();
    write("2026/11/b.json.gz", &gzip(&record("2")));
    write("2026/11/a.json", record("1").as_bytes());
    write("2026/12/c.jsonl", record("3").as_bytes());
    write("2026/notes.txt", b"not json");
    write("2026/CloudTrail-Digest/d.json", record("4").as_bytes());
    let path = folder.path().to_str().unwrap();
    assert_eq!(ids(&lines(&[path], b"", 0)), ["1", "2", "3"]);
    write("log.unknown", &gzip(&record("5")));
    let file = folder.path().join("log.unknown");
    // In the folder, too, its content tells what it is.
    assert_eq!(ids(&lines(&[file.to_str().unwrap(), path], b"", 0)), ["5", "1", "2", "3", "5"]);
}

#[test]
fn the_exit_code_says_how_much_was_read() {
    for (input, code) in [
        ("", 2),
        ("\n", 2),
        ("not json", 2),
        ("{\"a\":1}", 2),
        ("{\"Records\":[]}", 0),
        ("{\"Records\":[", 1),
        ("{\"eventName\":\"x\"}", 0),
        ("{\"eventName\":\"x\"}\n{", 1),
    ] {
        assert_eq!(replay(&["-"], input.as_bytes()).code, code, "{input}");
    }
    assert_eq!(replay(&["missing"], b"").code, 2);
    assert_eq!(replay(&["missing", "AWSLogs"], b"").code, 1);
    let empty = tempfile::tempdir().unwrap();
    let ended = replay(&[empty.path().to_str().unwrap()], b"");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("holds no logs"), "{}", ended.stderr);
}

#[test]
fn what_people_have_is_one_run() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/records/tests/data");
    let all = lines(&[data], b"", 1);
    let of = |file: &str| -> Vec<&Value> {
        all.iter().filter(|line| line["file"].as_str().unwrap().ends_with(file)).collect()
    };
    for file in [
        "01_lookup_events.json",
        "04_lake_get_query_results.json",
        "06_athena_lowercase.jsonl",
        "07_athena_string_params.jsonl",
        "08_cwl_export_000000",
        "09_cwl_filter_log_events.json",
        "11_firehose_cwl_subscription.json",
        "13_splunk_export.json",
        "15_elastic_hits.json",
        "17_sqs_receive.json",
        "18_lambda_dlq_destination.json",
        "000000.gz",
    ] {
        assert!(!of(file).is_empty(), "{file}");
        for line in of(file) {
            assert_eq!(line["decision"], "reconcile", "{line}");
            assert!(line.to_string().contains("arn:aws:s3:::team-data"), "{line}");
            assert_eq!(line["actor"], "arn:aws:sts::111111111111:assumed-role/ci/ci", "{line}");
        }
    }
    assert_eq!(of("01_lookup_events.json")[0]["at"], "$.Events[0].CloudTrailEvent");
    assert_eq!((&of("08_cwl_export_000000")[2]["row"], &of("08_cwl_export_000000")[2]["line"]), (&json!(3), &json!(3)));
    for (file, why) in [
        ("26_network_activity.json", "the event is of the category NetworkActivity, no management event"),
        ("24_insight.json", "the event is of the category Insight, no management event"),
    ] {
        assert_eq!((&of(file)[0]["decision"], &of(file)[0]["why"]), (&json!("ignored"), &json!(why)));
    }
    let told = replay(&[data], b"").stderr;
    for what in [
        "02_console_history.csv: the console's event history",
        "gzip within gzip",
        "a digest of CloudTrail's",
        "README.md",
    ] {
        assert!(told.contains(what), "{what}: {told}");
    }
}

#[test]
fn a_list_of_json_is_the_lines() {
    let expected = lines(&["AWSLogs"], b"", 0);
    let list = replay(&["AWSLogs", "--format", "json"], b"");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&list.stdout).unwrap(), expected);
    let empty = replay(&["-", "--format", "json"], b"{\"Records\":[]}");
    assert_eq!((empty.code, empty.stdout.as_str()), (0, "[]\n"));
    assert_eq!(
        replay(&["AWSLogs", "--format", "text"], b"").stdout,
        replay(&["AWSLogs", "--format", "table"], b"").stdout
    );
}

#[test]
fn code_scanning_is_told_of_what_leads_to_a_look() {
    let seen = replay(&["AWSLogs", "damaged.jsonl", "--format", "sarif"], b"");
    assert_eq!(seen.code, 1, "{}", seen.stderr);
    let sarif: Value = serde_json::from_str(&seen.stdout).unwrap();
    let run = &sarif["runs"][0];
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    let results = run["results"].as_array().unwrap();
    assert!(results.iter().all(|result| rules.contains(&&result["ruleId"])));
    let first = &results[0];
    assert_eq!((&first["ruleId"], &first["properties"]["event_id"]), (&json!("S3.Encryption"), &json!("a1")));
    let place = &first["locations"][0];
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "$.Records[0]");
    assert!(place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().ends_with("log.json"));
    let broken: Vec<_> = results.iter().filter(|result| result["ruleId"] == "unreadable").collect();
    assert_eq!(broken.len(), 3);
    assert_eq!(broken[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let empty = replay(&["-", "--format", "sarif"], b"{\"Records\":[]}");
    assert_eq!(serde_json::from_str::<Value>(&empty.stdout).unwrap()["runs"][0]["results"], json!([]));
}

#[test]
fn one_stack_sees_its_region() {
    let log = r#"{"eventName":"DisableKey","eventSource":"kms.amazonaws.com","awsRegion":"eu-west-1","eventID":"1"}
        {"eventName":"DeleteBucketEncryption","eventSource":"s3.amazonaws.com","awsRegion":"eu-west-1","eventID":"2","requestParameters":{"bucketName":"b"}}"#;
    let seen = |region: &str| -> Vec<String> {
        let lines = lines(&["-", "--region", region], log.as_bytes(), 0);
        lines.iter().map(|line| line["why"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(seen("eu-central-1")[0], "the resource is of region eu-west-1");
    assert!(!seen("eu-west-1")[0].contains("region eu-west-1"));
    assert_eq!(seen("eu-central-1")[1], seen("eu-west-1")[1]);
    assert_eq!(replay(&["-", "--region", "x"], b"").code, 2);
}

#[test]
fn what_an_input_is_can_be_said() {
    let csv = b"eventJson\n";
    assert_eq!(replay(&["-", "--input-format", "csv"], csv).code, 0);
    assert_eq!(replay(&["-", "--input-format", "json"], csv).code, 2);
}

#[test]
fn a_standard_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.yaml");
    let with = |text: &str| {
        fs::write(&path, text).unwrap();
        replay(&["AWSLogs", "--format", "jsonl", "--standard", path.to_str().unwrap()], b"")
    };
    let spared = with("principals: {break_glass: [role/app]}");
    assert_eq!(spared.code, 0, "{}", spared.stderr);
    let last: Value = serde_json::from_str(spared.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event_id"], &last["decision"]), (&json!("a8"), &json!("ignored")));
    let wrong = with("buckts: {}");
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("mine.yaml") && wrong.stderr.contains("buckets"), "{}", wrong.stderr);
    let missing = replay(&["AWSLogs", "--standard", "missing.yaml"], b"");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.starts_with("error: the standard `missing.yaml` cannot be read\n"), "{}", missing.stderr);
}

#[test]
fn real_records_are_all_answered() {
    let answers = lines(&["-"], RECORDS.as_bytes(), 0);
    assert_eq!(answers.len(), RECORDS.lines().count());
    for (line, answer) in RECORDS.lines().zip(answers) {
        let read: Value = serde_json::from_str(line).unwrap();
        // Some of them came in EventBridge's envelope.
        let record = read.get("detail").unwrap_or(&read);
        assert_eq!(answer["event_id"], record["eventID"]);
        assert_eq!(answer["event_name"], record["eventName"]);
        assert_eq!(answer["decision"] == "ignored", answer["guard"].is_null());
        if let Some(code) = record["errorCode"].as_str() {
            assert_eq!(answer["why"], format!("the call failed with {code}"));
        }
    }
}

#[test]
fn what_looks_like_no_log_is_not_told_line_by_line() {
    let ended = replay(&["-"], "binary\n".repeat(5_000).as_bytes());
    assert_eq!(ended.code, 2);
    assert_eq!(ended.stderr.lines().count(), 102, "{}", ended.stderr);
    assert!(ended.stderr.contains("4900 more that are not told"), "{}", ended.stderr);
}

#[test]
fn a_log_that_ends_early_is_read_up_to_there() {
    let whole = gzip(&RECORDS.repeat(50));
    let half = &whole[..whole.len() / 2];
    let ended = replay(&["-", "--format", "jsonl"], half);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.lines().count() > 1_000, "{}", ended.stdout.lines().count());
    assert!(ended.stderr.starts_with("error: standard input:"), "{}", ended.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["-", "--format", "jsonl"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || (0..100).try_for_each(|_| input.write_all(RECORDS.as_bytes())));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn whoever_types_is_answered_at_once() {
    use std::io::{BufRead, BufReader};
    let mut child = command(&["-", "--format", "jsonl"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in RECORDS.lines().take(3) {
        writeln!(input, "{line}").unwrap();
        let answer: Value = serde_json::from_str(&output.next().unwrap().unwrap()).unwrap();
        let read: Value = serde_json::from_str(line).unwrap();
        // Some of them came in EventBridge's envelope.
        let record = read.get("detail").unwrap_or(&read);
        assert_eq!(answer["event_id"], record["eventID"]);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}
