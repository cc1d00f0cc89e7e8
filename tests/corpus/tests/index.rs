//! The index of evidence as each version wrote it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use parapet_core::Home;
use parapet_guards::Evidence;
use parapet_guards::index::{Entry, INDEX_VERSION, Mark, mark_key};
use serde_json::Value;

fn home() -> Home {
    Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
}

fn corpus() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Key and text of everything that a version of the index left.
fn objects(version: u32) -> Vec<(String, Vec<u8>)> {
    let root = corpus().join(format!("index-v{version}"));
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn evidence(key: &str) -> Evidence {
    let version = key.trim_start_matches("evidence/").split('/').next().unwrap();
    Evidence::read(key, &fs::read(corpus().join(version).join(key)).unwrap()).unwrap()
}

#[test]
fn every_version_of_the_index_is_read() {
    for version in 1..=INDEX_VERSION {
        let objects = objects(version);
        assert!(objects.len() > 5);
        for (key, text) in objects {
            if key == mark_key(&home()) {
                let mark = Mark::read(&key, &text).unwrap();
                assert!(mark.walk.is_some() && !mark.recent.is_empty() && !mark.unread.is_empty());
            } else {
                Entry::read(&key, &text).unwrap();
            }
        }
    }
}

/// Of evidence of either version, this version writes these entries, to the letter, and these alone.
#[test]
fn what_is_written_is_as_in_the_corpus() {
    let (mut keys, mut of) = (BTreeSet::new(), BTreeSet::new());
    for (key, text) in objects(INDEX_VERSION).into_iter().filter(|(key, _)| *key != mark_key(&home())) {
        let kept: Value = serde_json::from_slice(&text).unwrap();
        let source = kept["evidence"].as_str().unwrap();
        let entry = Entry::of(source, &evidence(source)).unwrap();
        assert_eq!(serde_json::to_value(&entry).unwrap(), kept, "{key}");
        of.extend(entry.keys(&home()));
        keys.insert(key);
    }
    assert_eq!(keys, of);
    assert!(
        keys.iter().any(|key| key.contains("/resource/")),
        "evidence of the first version is found by its resource"
    );
}
