//! The log files below a path.

mod look;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use look::Looks;

/// A file or folder that cannot be looked into.
#[derive(Debug, Error)]
#[error("{source}")]
pub struct Unlisted {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// How the names of logs end. CloudTrail's are `.json.gz`.
const ENDINGS: [&str; 6] = [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"];

/// CloudTrail, "Digest file location": digests lie in the folder `CloudTrail-Digest`, and have it in their names.
const DIGEST: &str = "CloudTrail-Digest";

/// A file below a path.
#[derive(Debug)]
pub enum Entry {
    /// A log.
    Log(PathBuf),
    /// Something else, and what it is where that is known: it may hold records that cannot be read.
    LeftOut(PathBuf, Option<&'static str>),
}

/// The log files at a path, in the order of their paths, one folder's listing in memory at a time.
///
/// A file is itself one, whatever its name. Below a folder it is every file whose name ends in `.json`, `.jsonl` or `.ndjson`,
/// with or without `.gz`, and every other whose beginning looks like one, but for hidden files and CloudTrail's digests. Links are followed,
/// but not in circles.
pub fn logs(path: &Path) -> impl Iterator<Item = Result<PathBuf, Unlisted>> {
    entries(path).filter_map(|entry| match entry {
        Ok(Entry::Log(path)) => Some(Ok(path)),
        Ok(Entry::LeftOut(..)) => None,
        Err(unlisted) => Some(Err(unlisted)),
    })
}

/// The same, and the files that are left out. Hidden files and digests are not told.
pub fn entries(path: &Path) -> impl Iterator<Item = Result<Entry, Unlisted>> {
    let entries = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
    let wanted = entries.filter_entry(|entry| entry.depth() == 0 || is_wanted(entry));
    wanted.filter_map(|entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) => Some(Ok(of_file(entry))),
        Err(error) if error.loop_ancestor().is_some() => None,
        Err(error) => {
            let path = error.path().map_or_else(|| path.to_owned(), Path::to_owned);
            let source = error.into_io_error().unwrap_or_else(|| io::Error::other("it cannot be listed"));
            Some(Err(Unlisted { path, source }))
        }
    })
}

fn is_wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !name.starts_with('.') && !name.contains(DIGEST) && (entry.file_type().is_dir() || entry.file_type().is_file())
}

fn of_file(entry: DirEntry) -> Entry {
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    if entry.depth() == 0 || ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Entry::Log(entry.into_path());
    }
    match look::at(entry.path()) {
        Looks::Log => Entry::Log(entry.into_path()),
        Looks::Other(what) => Entry::LeftOut(entry.into_path(), Some(what)),
        Looks::Unknown => Entry::LeftOut(entry.into_path(), None),
    }
}
