//! Every version reads what every version before it wrote, and what it writes has the documented shape.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use parapet_core::Home;
use parapet_guards::{EVIDENCE_VERSION, Evidence, Facet, FacetImage, Image, MEMORY_VERSION, Memory, Resource};
use serde_json::Value;

/// Facets of which no guard writes anything: they leave no evidence.
const ONLY_OBSERVED: [Facet; 3] = [Facet::AccessPointSettings, Facet::DelegatedAdmin, Facet::RootSession];

/// When the objects of the corpus were stored: 2026-11-23T14:00:00Z.
const STORED_AT: i64 = 1_795_442_400;

struct Row {
    is_memory: bool,
    facet: Facet,
    key: String,
    resource: Resource,
    text: Vec<u8>,
}

fn home() -> Home {
    Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
}

fn folder(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("v{version}"))
}

fn facet(id: &str) -> Facet {
    Facet::ALL.iter().copied().find(|facet| facet.id() == id).unwrap_or_else(|| panic!("no facet has the id {id}"))
}

fn rows(version: u32) -> Vec<Row> {
    let index = fs::read_to_string(folder(version).join("index.tsv")).unwrap();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        Row {
            is_memory: columns[0] == "memory",
            facet: facet(columns[1]),
            key: columns[2].to_owned(),
            resource: serde_json::from_str(columns[3]).unwrap(),
            text: fs::read(folder(version).join(columns[2])).unwrap(),
        }
    };
    index.lines().skip(1).map(row).collect()
}

/// The state of a facet in its own type, as its guard reads it.
fn typed(facet: Facet, kept: &Value) -> Result<Value, String> {
    facet.recalled(kept).map(|state| state.kept())
}

/// Reads states into their types, and finds nothing lost.
fn assert_typed(key: &str, images: &[FacetImage]) {
    for FacetImage { facet, seen } in images {
        if let Image::State(state) = seen {
            assert_eq!(typed(*facet, state).as_ref(), Ok(state), "{key}: {facet}");
        }
    }
}

fn evidence_of(version: u32) -> impl Iterator<Item = (Row, Evidence)> {
    rows(version).into_iter().filter(|row| !row.is_memory).map(|row| {
        let evidence = Evidence::read(&row.key, &row.text).unwrap_or_else(|error| panic!("{error}"));
        (row, evidence)
    })
}

fn memories_of(version: u32) -> impl Iterator<Item = (Row, Memory)> {
    rows(version).into_iter().filter(|row| row.is_memory).map(|row| {
        let memory = Memory::read(&row.key, &row.text, STORED_AT, &row.resource, row.facet, &home());
        let memory = memory.unwrap_or_else(|error| panic!("{error}"));
        (row, memory)
    })
}

#[test]
fn evidence_of_every_version_is_read() {
    let mut seen = BTreeSet::new();
    for version in 1..=EVIDENCE_VERSION {
        for (row, evidence) in evidence_of(version) {
            assert_eq!(
                (evidence.version, &evidence.resource, &evidence.key),
                (EVIDENCE_VERSION, &row.resource, &row.key)
            );
            assert!(evidence.outcome.is_some() && !evidence.plan.is_empty() && !evidence.findings.is_empty());
            assert!(evidence.pre_image.iter().any(|image| image.facet == row.facet), "{}", row.key);
            assert_typed(&row.key, &evidence.pre_image);
            assert_typed(&row.key, &evidence.post_image);
            seen.insert(row.facet);
        }
    }
    let written =
        Facet::ALL.iter().copied().filter(|facet| !ONLY_OBSERVED.contains(facet) && !facet.row().is_told_by_record);
    assert_eq!(seen, written.collect(), "some version has evidence of every facet");
}

#[test]
fn memory_of_every_version_is_read() {
    let mut seen = BTreeSet::new();
    for version in 1..=MEMORY_VERSION {
        for (row, memory) in memories_of(version) {
            assert_eq!(memory.version, MEMORY_VERSION);
            assert_eq!(typed(row.facet, memory.state().unwrap()).as_ref(), Ok(memory.state().unwrap()), "{}", row.key);
            seen.insert(row.facet);
        }
    }
    let remembered = |facet: &Facet| facet.row().is_remembered;
    assert_eq!(
        seen,
        Facet::ALL.iter().copied().filter(remembered).collect(),
        "some version has a memory of every facet"
    );
}

/// What is in a bucket is found where this version looks for it.
#[test]
fn keys_lead_to_what_each_version_kept() {
    for (row, memory) in memories_of(1) {
        assert_eq!(parapet_guards::first_memory_key(&home(), &row.resource, row.facet), row.key);
        assert_eq!(memory.accepted_at, STORED_AT);
    }
    for (row, _) in memories_of(MEMORY_VERSION) {
        assert_eq!(parapet_guards::memory_key(&home(), &row.resource, row.facet), row.key);
    }
    for (row, evidence) in evidence_of(EVIDENCE_VERSION) {
        let Evidence { recorded_at, trigger, guard, resource, .. } = &evidence;
        assert_eq!(parapet_guards::evidence_key(&home(), recorded_at, trigger, *guard, resource), row.key);
    }
}

/// What is written is what the corpus of this version holds, to the letter: its schema is checked there (`schemas.rs`, and
/// `lab/emulator/test_schemas.py`).
#[test]
fn what_is_written_is_as_in_the_corpus() {
    for (row, evidence) in evidence_of(EVIDENCE_VERSION) {
        assert_eq!(
            serde_json::to_value(&evidence).unwrap(),
            serde_json::from_slice::<Value>(&row.text).unwrap(),
            "{}",
            row.key
        );
    }
    for (row, memory) in memories_of(MEMORY_VERSION) {
        assert_eq!(
            serde_json::to_value(&memory).unwrap(),
            serde_json::from_slice::<Value>(&row.text).unwrap(),
            "{}",
            row.key
        );
    }
}
