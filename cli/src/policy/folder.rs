//! Finds the files in a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders in folders that are looked into.
const DEEPEST: usize = 64;

/// What is in a folder, and in its folders.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// By their names.
    pub(super) files: Vec<PathBuf>,
    /// What is no file, and why.
    pub(super) left_out: Vec<(PathBuf, String)>,
    /// What cannot be looked into.
    pub(super) troubles: Vec<(PathBuf, io::Error)>,
    /// Folders by their true names: a link to one of them is no other.
    seen: BTreeSet<PathBuf>,
}

impl Folder {
    /// Looks into a folder. Hidden folders are passed over, links are followed.
    pub(super) fn of(path: &Path) -> Self {
        let mut folder = Self::default();
        folder.walk(path, 0);
        folder
    }

    fn walk(&mut self, path: &Path, depth: usize) {
        let true_name = match fs::canonicalize(path) {
            Ok(true_name) => true_name,
            Err(error) => return self.troubles.push((path.to_owned(), error)),
        };
        if !self.seen.insert(true_name) {
            return self.leave(path, "a folder that was looked into already");
        }
        if depth > DEEPEST {
            return self.leave(path, "a folder that is nested too deeply");
        }
        match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(mut entries) => {
                entries.sort_by_key(fs::DirEntry::file_name);
                entries.iter().for_each(|entry| self.entry(entry, depth));
            }
            Err(error) => self.troubles.push((path.to_owned(), error)),
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, depth: usize) {
        let path = entry.path();
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() && is_hidden => {}
            Ok(metadata) if metadata.is_dir() => self.walk(&path, depth + 1),
            Ok(metadata) if metadata.is_file() => self.files.push(path),
            Ok(_) => self.leave(&path, "no file"),
            Err(error) => self.leave(&path, &format!("a link that leads nowhere ({error})")),
        }
    }

    fn leave(&mut self, path: &Path, why: &str) {
        self.left_out.push((path.to_owned(), why.to_owned()));
    }
}
