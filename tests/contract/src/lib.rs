//! What the contract tests read: the files at the root of the repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file at the root of the repository.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(root().join(path))
}

/// `template.yaml`, with CloudFormation's short forms (`!Sub x`) as what they stand for without their tag: `x`.
///
/// # Errors
/// It cannot be read, or is not YAML.
pub fn template() -> Result<Value, Box<dyn std::error::Error>> {
    let text = read("template.yaml")?;
    let untagged: Vec<String> = text.lines().map(without_tags).collect();
    Ok(serde_saphyr::from_str(&untagged.join("\n"))?)
}

/// A line without tags. A tag is `!Word` at the beginning of a value or of an item.
fn without_tags(line: &str) -> String {
    const FORMS: [&str; 11] =
        ["Sub", "Ref", "GetAtt", "If", "Equals", "Not", "Split", "Join", "Or", "And", "Condition"];
    let mut line = line.to_owned();
    for form in FORMS {
        line = line.replace(&format!("!{form} "), "");
        if line.ends_with(&format!("!{form}")) {
            line.truncate(line.len() - form.len() - 1);
        }
    }
    line
}
