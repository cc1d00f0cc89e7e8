//! `parapet standard` as its users call it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a reader sees, and the exit code.
fn seen(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .arg("standard")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standards"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read it closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    format!("{stdout}--- standard error\n{stderr}--- exit {}\n", output.status.code().unwrap())
}

#[test]
fn check() {
    let told = [
        seen(&["check", "shortest.yaml"], ""),
        seen(&["check", "shortest.yaml", "--format", "json"], ""),
        seen(&["check", "-"], "{}"),
        seen(&["check", "broken.yaml"], ""),
        seen(&["check", "broken.yaml", "--format", "json"], ""),
        seen(&["check", "impossible.yaml"], ""),
        seen(&["check", "no-such-file.yaml"], ""),
        seen(&["check", "-"], "a: \u{1b}[31m"),
        seen(&["check", "-"], ""),
        seen(&["check", "-"], "# version: 1\n"),
        seen(&["check", "-"], "version: 1\n\nversion: 1\n"),
        seen(&["check", "shortest.yaml", "--account", "12"], ""),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn diff() {
    let told = [
        seen(&["diff", "built-in", "shortest.yaml"], ""),
        seen(&["diff", "built-in", "mixed.yaml"], ""),
        seen(&["diff", "mixed.yaml", "-"], "controls: {S3.Encryption: observe}"),
        seen(&["diff", "mixed.yaml", "built-in", "--format", "json"], ""),
        seen(&["diff", "built-in", "broken.yaml"], ""),
        seen(&["diff", "-", "-"], ""),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn names_are_filled_in_for_the_account_and_region() {
    let named = "names: {trail: 'audit-{account}-{region}'}";
    let of = |region: &str, trail: &str| {
        let told = seen(&["diff", "built-in", "-", "--account", "111122223333", "--region", region], named);
        assert!(told.contains(&format!("names.trail: parapet -> {trail}")), "{told}");
    };
    of("us-east-1", "audit-111122223333-us-east-1");
    of("eu-west-1", "audit-111122223333-eu-west-1");
}

#[test]
fn a_place_that_is_none_is_refused_before_anything_is_built() {
    for place in ["my-bucket/standard.yaml", "s3://my-bucket", "s3://my-bucket/a?versionId=v1"] {
        let told = seen(&["upload", "shortest.yaml", place], "");
        assert!(told.contains(place) && told.ends_with("--- exit 2\n"), "{told}");
    }
}
