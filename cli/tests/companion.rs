//! `parapet` where it was installed: what needs the SDK is done by the program beside it, or it is said that there is none.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a copy of the command, where no cargo can build anything.
fn installed(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    let command = folder.join("parapet");
    fs::copy(env!("CARGO_BIN_EXE_parapet"), &command)?;
    Command::new(command).args(arguments).env("CARGO", "/nowhere/cargo").current_dir(folder).output()
}

/// One test, and so one thread: while another starts a process, that process holds what is being written here open for a moment, and Linux
/// executes no file that is open for writing.
#[test]
fn installed_without_cargo() {
    evidence_of_nothing_is_refused();
    the_program_beside_it_gets_all_arguments_and_ends_it();
    where_it_is_missing_it_is_said_what_is();
}

fn the_program_beside_it_gets_all_arguments_and_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("parapet-live");
    fs::write(&live, "#!/bin/sh\necho \"$#: $*\"\nexit 7\n").unwrap();
    fs::set_permissions(&live, fs::Permissions::from_mode(0o755)).unwrap();
    for arguments in [
        &["replay", "--against-account", "a log"][..],
        &["demo", "--repeat", "2"],
        &["lab", "--stop"],
        &["evidence", "list", "--actor", "jane", "--limit", "5"],
        &["evidence", "list", "--actor", "-"],
    ] {
        let ended = installed(folder.path(), arguments).unwrap();
        let expected = format!("{}: {}\n", arguments.len(), arguments.join(" "));
        assert_eq!(String::from_utf8_lossy(&ended.stdout), expected);
        assert_eq!(ended.status.code(), Some(7), "{arguments:?}");
    }
}

fn evidence_of_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (&["list"][..], "<--resource <ARN>|--actor <ARN|NAME>|--day <YYYY-MM-DD>>"),
        (&["list", "--day", "2026-11-23", "--actor", "jane"], "cannot be used with"),
        (&["list", "--day", "2026-02-30"], "it is no day"),
        (&["list", "--resource", "my-bucket"], "it is no ARN"),
        (&["list", "--resource", "arn:aws:s3:::b", "--no-update"], "cannot be used with"),
        (&["show"], "<KEY>"),
    ] {
        let ended = installed(folder.path(), &[&["evidence"], arguments].concat()).unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(2) && said.contains(part), "{said}");
    }
}

fn where_it_is_missing_it_is_said_what_is() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code) in
        [(&["replay", "--against-account", "log"][..], 2), (&["demo"], 1), (&["evidence", "index"], 2)]
    {
        let ended = installed(folder.path(), arguments).unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.starts_with("error: this needs `parapet-live`, which speaks with AWS, beside `"), "{said}");
        assert!(said.contains("what to do: "), "{said}");
        assert_eq!(ended.status.code(), Some(code), "{said}");
    }
}
