//! Which files below a folder are logs.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fs;
use std::path::Path;

use parapet_records::logs;

fn listed(root: &Path) -> Vec<String> {
    let shown = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    logs(root)
        .map(|found| found.map_or_else(|unlisted| format!("not {}", shown(&unlisted.path)), |path| shown(&path)))
        .collect()
}

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    folder
}

#[test]
fn logs_are_told_by_their_names_and_come_in_order() {
    let folder = folder(&[
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/111122223333_CloudTrail_us-east-1_20261123T1400Z_a.json.gz",
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/23/x_CloudTrail-Digest_us-east-1_y.json.gz",
        "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/11/23/b.json.gz",
        "moved_CloudTrail-Digest_away.json.gz",
        "b.JSON",
        "a.jsonl",
        "c.ndjson.gz",
        "notes.txt",
        "d.csv.gz",
        ".hidden.json",
        ".git/e.json",
    ]);
    assert_eq!(
        listed(folder.path()),
        [
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/111122223333_CloudTrail_us-east-1_20261123T1400Z_a.json.gz",
            "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/11/23/b.json.gz",
            "a.jsonl",
            "b.JSON",
            "c.ndjson.gz",
        ]
    );
}

#[test]
fn a_file_is_a_log_whatever_its_name() {
    let folder = folder(&["CloudTrail-Digest.txt"]);
    let path = folder.path().join("CloudTrail-Digest.txt");
    assert_eq!(logs(&path).map(Result::unwrap).collect::<Vec<_>>(), [path]);
}

#[test]
fn what_is_not_there_is_told() {
    let folder = folder(&["a.json"]);
    let missing = folder.path().join("missing");
    let unlisted: Vec<_> = logs(&missing).map(Result::unwrap_err).collect();
    assert_eq!(unlisted.iter().map(|unlisted| &unlisted.path).collect::<Vec<_>>(), [&missing]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["a/1.json", "other/2.json"]);
    symlink(folder.path(), folder.path().join("a/circle")).unwrap();
    symlink(folder.path().join("other"), folder.path().join("b")).unwrap();
    symlink(folder.path().join("nowhere"), folder.path().join("broken.json")).unwrap();
    assert_eq!(listed(folder.path()), ["a/1.json", "b/2.json", "not broken.json", "other/2.json"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_holds_nothing_else_back() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&["closed/1.json", "open/2.json"]);
    let closed = folder.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever runs this as root reads everything.
    let expected = if fs::read_dir(&closed).is_ok() { "closed/1.json" } else { "not closed" };
    assert_eq!(listed(folder.path()), [expected, "open/2.json"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}
