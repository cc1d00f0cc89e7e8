//! The schemas of what this version writes, against the types that write it. `PARAPET_UPDATE=1` writes them.
//!
//! A real validator holds the corpus to them: `lab/emulator/test_schemas.py`.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::path::Path;
use std::{env, fs};

use parapet_guards::{EVIDENCE_VERSION, MEMORY_VERSION, schema};
use serde_json::Value;

/// What to do about a file that is old.
const REMEDY: &str = "if only words differ, or something is new that nothing kept has, run PARAPET_UPDATE=1 cargo test -p \
                      parapet-corpus; else what is kept has another shape, and needs another version: CONTRIBUTING.md, \
                      \"A shape of what is kept\"";

/// Holds the schema of a version to what the types say.
fn is_written_down(name: &str, version: u32, expected: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schema/{name}-{version}.json"));
    let expected = format!("{expected:#}\n");
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let stale = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert_eq!(stale, None, "docs/schema/{name}-{version}.json is old: {REMEDY}");
    assert_eq!(found.len(), expected.len(), "docs/schema/{name}-{version}.json is old: {REMEDY}");
}

#[test]
fn the_schema_of_evidence_is_written_down() {
    is_written_down("evidence", EVIDENCE_VERSION, &schema::evidence());
}

#[test]
fn the_schema_of_memory_is_written_down() {
    is_written_down("memory", MEMORY_VERSION, &schema::memory());
}

/// What is closed beside a reference refuses what it refers to: a kind of resource whose schema is not part of every resource's.
#[test]
fn nothing_is_closed_beside_a_reference() {
    fn closed_beside(schema: &Value) -> Option<&Value> {
        match schema {
            Value::Object(of) if of.contains_key("$ref") && of.contains_key("additionalProperties") => Some(schema),
            Value::Object(of) => of.values().find_map(closed_beside),
            Value::Array(several) => several.iter().find_map(closed_beside),
            _ => None,
        }
    }
    for schema in [schema::evidence(), schema::memory()] {
        assert_eq!(closed_beside(&schema), None);
    }
}
