//! The functions' binaries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::workspace::{Workspace, cargo, no_cargo};
use crate::process::Group;
use crate::terminal::step;
use crate::{Result, Trouble};

/// The functions, which are named as their packages and folders.
pub const FUNCTIONS: [&str; 4] = ["bootstrap", "encryption-guard", "policy-guard", "logging-guard"];

/// Each function's binary.
pub(super) type Binaries = BTreeMap<&'static str, PathBuf>;

/// Builds the functions as they are released.
///
/// # Errors
/// Cargo's, after cargo has said on stderr what is wrong.
pub(super) async fn build(workspace: &Workspace) -> Result<Binaries> {
    step("building the functions (cargo build --release; some minutes the first time)");
    let mut command = cargo();
    command.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    for function in FUNCTIONS {
        command.args(["--package", function]);
    }
    let mut cargo = Group::start(command.current_dir(&workspace.root).stdin(Stdio::null()).stdout(Stdio::piped()))
        .map_err(no_cargo)?;
    let mut built = Binaries::new();
    if let (Some(messages), _) = cargo.output() {
        let mut messages = BufReader::new(messages).lines();
        while let Some(message) = messages.next_line().await? {
            built.extend(executable(&message));
        }
    }
    if !cargo.wait().await?.success() {
        let remedy = "read what cargo says above; if a dependency is missing, connect to the network and run this again: what is built is kept";
        return Err(Trouble::new("the functions do not build").remedy(remedy));
    }
    match FUNCTIONS.iter().find(|function| !built.contains_key(*function)) {
        Some(missing) => Err(Trouble::new(format!("cargo built no binary `{missing}`"))),
        None => Ok(built),
    }
}

/// The function and the binary that one of cargo's messages announces.
fn executable(message: &str) -> Option<(&'static str, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = message.get("executable")?.as_str()?;
    let name = message.get("target")?.get("name")?.as_str()?;
    FUNCTIONS.into_iter().find(|function| *function == name).map(|function| (function, PathBuf::from(path)))
}

/// Binaries that are there already.
///
/// # Errors
/// One is missing.
pub(super) fn ready_made(directory: &Path) -> Result<Binaries> {
    let found = FUNCTIONS.map(|function| (function, directory.join(function)));
    match found.iter().find(|(_, path)| !path.is_file()) {
        Some((_, missing)) => Err(Trouble::new(format!("there is no function at `{}`", missing.display()))
            .remedy("leave out --release-dir, and the functions are built")),
        None => Ok(found.into_iter().collect()),
    }
}
