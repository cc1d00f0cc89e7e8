//! The documents against the code. `PARAPET_UPDATE=1` writes what is generated.

use std::env;
use std::fs;

use parapet_contract::{read, root};
use parapet_core::{CONTROLS, Control, Guard, Mode};
use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};

const CATALOGUE: &str = "docs/controls.md";

fn catalogue() -> String {
    let mut text = String::from(
        "# Controls\n\nWritten from the table in `shared/core/src/control.rs` by `PARAPET_UPDATE=1 cargo test -p parapet-contract`.\n\n\
         The guard is who judges it; controls to which no event in the README leads are kept by bootstrap alone. The mode is what `standard.yaml` leaves it at. FSBP: AWS Foundational Security Best Practices. CIS: CIS AWS Foundations \
         Benchmark 5.0.\n\n\
         | Control | Severity | Mode | Guard | What it asks for | Why | FSBP | CIS |\n|---|---|---|---|---|---|---|---|\n",
    );
    for control in CONTROLS {
        let Control { id, title, severity, mode, owner, rationale, fsbp, cis, .. } = control;
        let mode = if *mode == Mode::Enforce { "enforce" } else { "observe" };
        text += &format!(
            "| {id} | {severity:?} | {mode} | {owner} | {title} | {rationale} | {} | {} |\n",
            fsbp.join(", "),
            cis.join(", ")
        );
    }
    text
}

#[test]
fn the_catalogue_is_written_down() {
    let expected = catalogue();
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join(CATALOGUE), &expected).unwrap();
    }
    let found = read(CATALOGUE).unwrap_or_default();
    assert_eq!(found, expected, "{CATALOGUE} is old: run PARAPET_UPDATE=1 cargo test -p parapet-contract");
}

fn named_in_readme<G: Guard>(readme: &str) {
    for (_, event) in G::EVENTS {
        let named = readme.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == *event);
        assert!(named, "README.md does not name {event}, which leads to {}", G::NAME);
    }
}

#[test]
fn the_readme_names_every_event() {
    let readme = read("README.md").unwrap();
    named_in_readme::<EncryptionGuard>(&readme);
    named_in_readme::<PolicyGuard>(&readme);
    named_in_readme::<LoggingGuard>(&readme);
}

#[test]
fn links_lead_somewhere() {
    let pages = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "THIRD-PARTY-NOTICES.md",
        "cli/lab/README.md",
        "docs/deploying.md",
        "docs/performance.md",
        "docs/replay.md",
        "events/README.md",
        "shared/iam-policy/README.md",
    ];
    for page in pages {
        let text = read(page).unwrap();
        let folder = root().join(page).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(folder.join(path).exists(), "{page} links to {link}, which is not there");
        }
    }
}
