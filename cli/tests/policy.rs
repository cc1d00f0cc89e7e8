//! `parapet policy` as its users call it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the command next to the policies.
fn parapet(arguments: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .arg("policy")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// What a reader sees, and the exit code. Who asks, and for what, is made up by the analysis: here it is the action alone.
fn seen(arguments: &[&str]) -> String {
    let ended = parapet(arguments, "");
    let stdout: String = ended.stdout.lines().map(|line| format!("{}\n", without_request(line))).collect();
    format!("{stdout}--- standard error\n{}--- exit {}\n", ended.stderr, ended.code)
}

fn without_request(line: &str) -> String {
    let parts = line.split_once("= request: ").and_then(|(margin, rest)| Some((margin, rest.split_once(" calls ")?.1)));
    parts.map_or_else(
        || line.to_owned(),
        |(margin, called)| format!("{margin}= request: .. calls {} ..", called.split(' ').next().unwrap_or_default()),
    )
}

/// The answers of a batch without their times and without what the analysis made up.
fn answers(arguments: &[&str], input: &str, expected: i32) -> Vec<Value> {
    let ended = parapet(arguments, input);
    assert_eq!((ended.code, ended.stderr.as_str()), (expected, ""), "{}", ended.stdout);
    let answers = ended.stdout.lines().map(|line| {
        let mut answer: Value = serde_json::from_str(line).unwrap();
        assert!(answer.as_object_mut().unwrap().remove("micros").unwrap().is_u64());
        for finding in answer["findings"].as_array_mut().unwrap() {
            assert!(finding["witness"]["principal"].take().is_string());
            assert!(finding["witness"]["resource"].take().is_string());
        }
        answer
    });
    answers.collect()
}

#[test]
fn a_reader_sees_findings_in_identity_policies() {
    insta::assert_snapshot!(seen(&[
        "check",
        "writer.json",
        "reader.json",
        "deployer.json",
        "--kind",
        "admin",
        "--kind",
        "pass-role"
    ]));
}

#[test]
fn a_reader_sees_findings_in_other_policies() {
    insta::assert_snapshot!(seen(&["check", "--account", "111122223333", "bucket.json", "trust.json"]));
}

#[test]
fn bad_files_do_not_stop_the_others() {
    insta::assert_snapshot!(seen(&[
        "check",
        "typo.json",
        "broken.json",
        "twice.json",
        "unknown.json",
        "missing.json",
        "trust.json",
        "--kind",
        "trust-wildcard",
    ]));
}

#[test]
fn a_reader_sees_new_access() {
    insta::assert_snapshot!(seen(&["new-access", "--existing", "reader.json", "--new", "wider.json"]));
    let ended =
        parapet(&["new-access", "--existing", "wider.json", "--new", "-"], include_str!("policies/reader.json"));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "nothing found in 1 file\n", ""));
}

#[test]
fn without_an_account_whoever_is_named_is_foreign_and_what_is_named_the_policys_own() {
    let partner =
        r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}}"#;
    let ended = parapet(&["check", "--kind", "foreign-principal", "-"], partner);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""));
    assert!(ended.stdout.contains("high[foreign-principal]"), "{}", ended.stdout);
    let own = r#"{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::111111111111:*"}}"#;
    let ended = parapet(&["check", "--kind", "admin", "--format", "json", "-"], own);
    let answers: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(answers[0]["findings"][0]["assumed_account"], json!("111111111111"));
    let ended = parapet(&["check", "--kind", "admin", "-"], own);
    assert!(ended.stdout.contains("111111111111 was taken for the policy's own"), "{}", ended.stdout);
    let ended = parapet(&["check", "--kind", "admin", "--account", "222222222222", "-"], own);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "nothing found in 1 file\n"));
}

#[test]
fn files_can_be_answered_in_json() {
    let ended = parapet(&["check", "--format", "json", "reader.json", "missing.json", "unknown.json"], "");
    assert_eq!(ended.code, 2);
    let answers: Value = serde_json::from_str(&ended.stdout).unwrap();
    let found: Vec<_> =
        answers.as_array().unwrap().iter().map(|a| (&a["file"], &a["verdict"], &a["findings"])).collect();
    let nothing = json!([]);
    let expected = [("reader.json", "pass"), ("missing.json", "invalid"), ("unknown.json", "invalid")];
    for (found, (file, verdict)) in found.into_iter().zip(expected) {
        assert_eq!(found, (&json!(file), &json!(verdict), &nothing));
    }
}

#[test]
fn a_batch_of_checks() {
    let rows = include_str!("policies/check.jsonl");
    let answers = answers(&["check", "--batch", "-"], rows, 2);
    insta::assert_json_snapshot!(answers);
}

#[test]
fn a_batch_of_comparisons() {
    let all = answers(&["new-access", "--batch", "new_access.jsonl"], "", 2);
    insta::assert_json_snapshot!(all);
    let rows: Vec<&str> = include_str!("policies/new_access.jsonl").lines().collect();
    assert_eq!(answers(&["new-access", "--batch", "-"], rows[0], 0), all[..1]);
    assert_eq!(answers(&["new-access", "--batch", "-"], &rows[..2].join("\n"), 1), all[..2]);
}

#[test]
fn a_batch_that_cannot_be_read() {
    let ended = parapet(&["check", "--batch", "missing.jsonl"], "");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.starts_with("error: the batch `missing.jsonl` cannot be read\n"), "{}", ended.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let rows = include_str!("policies/check.jsonl").lines().next().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .args(["policy", "check", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // It may end before it has read everything.
    let _ = (0..2_000).try_for_each(|_| writeln!(input, "{rows}"));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}
