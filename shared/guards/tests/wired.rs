//! What a folder of a service holds stands in the tables.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The files of facets below `folder`, as the tables name them: `s3::versioning`.
fn facets(folder: &Path) -> BTreeSet<String> {
    let services = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = services.flat_map(|service| fs::read_dir(service).unwrap().map(|entry| entry.unwrap().path()));
    files.flat_map(|path| modules(&path)).collect()
}

/// The module of a facet's file; of a file that makes several out of a list, each of the list.
fn modules(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    if !text.contains("impl Aspect for Unit") {
        return Vec::new();
    }
    let service = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let module = format!("{service}::{}", path.file_stem().unwrap().to_str().unwrap());
    let Some((_, list)) = text.split_once("\nrecorded! {") else { return vec![module] };
    let named = list.lines().filter_map(|line| Some(line.trim().split_once(" = \"")?.0));
    named.map(|inner| format!("{module}::{inner}")).collect()
}

/// The rows of the table of facets.
fn rows() -> BTreeSet<String> {
    let tables = include_str!("../src/lib.rs");
    let (_, facets) = tables.split_once("facet::facets! {").unwrap();
    let row = |line: &str| Some(line.trim().strip_suffix(';')?.split_once(" = ")?.1.to_owned());
    facets.lines().filter_map(row).collect()
}

/// A public module that no table names compiles, and nobody would ever look at its facet.
#[test]
fn every_facet_has_a_row() {
    assert_eq!(facets(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")), rows());
}
