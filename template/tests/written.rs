//! `template.yaml` is what the tables say. `PARAPET_UPDATE=1` writes it.

use std::{env, fs};

use parapet_contract::{read, root};

const TEMPLATE: &str = "template.yaml";

/// What is to be filled into the parts.
const PLACES: [&str; 12] = [
    "functions",
    "outputs",
    "events",
    "names",
    "boundary",
    "role",
    "Id",
    "name",
    "words",
    "description",
    "service",
    "source",
];

#[test]
fn the_template_is_written_from_the_tables() {
    let expected = parapet_template::template();
    for place in PLACES {
        assert!(!expected.contains(&format!("<{place}>")), "<{place}> is not filled in");
    }
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join(TEMPLATE), &expected).unwrap();
    }
    let found = read(TEMPLATE).unwrap();
    let stale = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert_eq!(stale, None, "{TEMPLATE} is old: run PARAPET_UPDATE=1 cargo test --workspace --test written");
    assert_eq!(
        found.len(),
        expected.len(),
        "{TEMPLATE} is old: run PARAPET_UPDATE=1 cargo test --workspace --test written"
    );
}
