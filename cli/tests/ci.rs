//! What docs/ci.md shows does what it says. Not run: what installs the command, and what hands the file to code scanning.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by them")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const GOOD: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}}"#;
const BAD: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

fn document() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci.md")).unwrap()
}

/// The lines of the block that holds a text, without their indentation.
fn block(of: &str) -> String {
    let document = document();
    let block = document.split("```").find(|block| block.contains(of)).expect(of).to_owned();
    block.split_once('\n').unwrap().1.to_owned()
}

/// What a step of the action runs.
fn step(name: &str) -> String {
    let action = block("upload-sarif");
    let (_, rest) = action.split_once(&format!("- name: {name}\n")).expect(name);
    let step = rest.split("      - ").next().unwrap();
    let (_, run) = step.split_once("run: ").expect("run");
    match run.strip_prefix("|\n") {
        Some(lines) => lines.lines().map(str::trim).collect::<Vec<_>>().join("\n"),
        None => run.trim().to_owned(),
    }
}

/// Runs a script beside a folder with these policies, and gives its exit code and output.
fn run(script: &str, policies: &[(&str, &str)], arguments: &[&str]) -> (i32, tempfile::TempDir) {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("policies")).unwrap();
    for (name, policy) in policies {
        fs::write(place.path().join("policies").join(name), policy).unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_parapet")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let ended = Command::new("bash")
        .args(["-e", "-c", script, "step"])
        .args(arguments)
        .current_dir(place.path())
        .env("PATH", path)
        .env("GITHUB_OUTPUT", place.path().join("output"))
        .output()
        .unwrap();
    (ended.status.code().unwrap(), place)
}

#[test]
fn the_actions_steps_tell_what_they_found_and_fail_by_it() {
    for (policies, code, found) in [
        (&[("a.json", GOOD)] as &[_], "0", false),
        (&[("a.json", GOOD), ("b.json", BAD)], "1", true),
        (&[("a.json", "{")], "2", true),
    ] {
        let (ended, place) = run(&step("check"), policies, &[]);
        assert_eq!(ended, 0, "the file is uploaded whatever was found");
        let output = fs::read_to_string(place.path().join("output")).unwrap();
        assert_eq!(output, format!("code={code}\n"));
        let sarif: Value = serde_json::from_slice(&fs::read(place.path().join("parapet.sarif")).unwrap()).unwrap();
        let results = sarif.pointer("/runs/0/results").and_then(Value::as_array).unwrap();
        assert_eq!(results.iter().any(|result| result.get("level") == Some(&"error".into())), found, "{results:?}");
        let result = step("result").replace("${{ steps.check.outputs.code }}", code);
        assert_eq!(run(&result, &[], &[]).0.to_string(), code);
    }
}

#[test]
fn the_hook_is_given_the_files() {
    let config = block("- repo: local");
    let (_, entry) = config.split_once("entry: ").unwrap();
    let entry = format!("{} \"$@\"", entry.lines().next().unwrap());
    assert_eq!(run(&entry, &[("a.json", GOOD)], &["policies/a.json"]).0, 0);
    assert_eq!(run(&entry, &[("a.json", GOOD), ("b.json", BAD)], &["policies/a.json", "policies/b.json"]).0, 1);
}

/// The members of the hook that this repository offers, as pre-commit reads them (https://pre-commit.com/#creating-new-hooks).
fn offered() -> Vec<(String, String)> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.pre-commit-hooks.yaml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (key, value) = line.trim_start_matches(['-', ' ']).split_once(": ").expect(line);
            (key.to_owned(), value.to_owned())
        })
        .collect()
}

#[test]
fn the_hook_that_is_offered_is_the_one_that_is_described() {
    let hook = offered();
    let keys: Vec<&str> = hook.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["id", "name", "description", "entry", "language", "types_or", "require_serial"]);
    let get = |key: &str| hook.iter().find(|(name, _)| name == key).unwrap().1.as_str();
    let config = block("- repo: https://github.com");
    assert_eq!((get("id"), get("language")), ("parapet-policy-check", "system"));
    assert!(config.contains("- id: parapet-policy-check\n"), "{config}");
    let (_, url) = config.split_once("repo: ").unwrap();
    assert_eq!(url.lines().next(), Some(env!("CARGO_PKG_REPOSITORY")));
    // The arguments stand between the entry and the files.
    let (_, arguments) = config.split_once("args: [").unwrap();
    let arguments = arguments.split(']').next().unwrap().replace([',', '"'], "");
    let entry = format!("{} {arguments} \"$@\"", get("entry"));
    let other = r#"{"name": "x", "dependencies": {}}"#;
    for (policies, code) in [
        (&[("a.json", GOOD)] as &[_], 0),
        (&[("a.json", GOOD), ("b.json", BAD)], 1),
        (&[("a.json", GOOD), ("package.json", other), ("w.yml", "on: [push]\n")], 0),
        (&[("package.json", other)], 0),
        (&[("a.json", GOOD), ("b.json", r#"{"Statement": {"#)], 2),
    ] {
        let names: Vec<String> = policies.iter().map(|(name, _)| format!("policies/{name}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(run(&entry, policies, &names).0, code, "{policies:?}");
    }
}

#[test]
fn the_hook_of_git_looks_at_what_is_committed() {
    let hook = block("#!/bin/sh");
    for (policy, later, code) in [(GOOD, GOOD, 0), (BAD, BAD, 1), (BAD, GOOD, 1), (GOOD, BAD, 0)] {
        let script = format!("git init -q . && git add policies && printf '%s' '{later}' > policies/a.json\n{hook}");
        let (ended, _place) = run(&script, &[("a.json", policy)], &[]);
        // xargs says 123 where the command ended with anything else.
        assert_eq!(ended != 0, code != 0, "{ended}");
    }
}
