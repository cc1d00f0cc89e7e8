//! What cargo builds of the checkout.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Workspace, cargo, no_cargo};
use crate::process::Group;
use crate::{Result, Trouble};

/// Each binary's file.
pub type Binaries = BTreeMap<&'static str, PathBuf>;

/// The binaries are built with the features that `cargo test --workspace` builds with: those of all packages, and of what their tests need,
/// which cargo adds as soon as an example is among the targets. With others, the whole AWS SDK would be compiled anew.
const WITH_THE_FEATURES_OF_THE_TESTS: [&str; 2] = ["--workspace", "--examples"];

/// Builds binaries of the checkout, for development.
///
/// # Errors
/// Cargo's, after cargo has said on stderr what is wrong.
pub async fn build(workspace: &Workspace, names: &[&'static str]) -> Result<Binaries> {
    let mut arguments = WITH_THE_FEATURES_OF_THE_TESTS.to_vec();
    arguments.extend(names.iter().flat_map(|name| ["--bin", name]));
    run(workspace, &arguments, names).await
}

/// Builds one package for release, alone and with its own features, as SAM builds a function. Its binary has the package's name.
///
/// # Errors
/// Cargo's, after cargo has said on stderr what is wrong.
pub async fn build_released(workspace: &Workspace, package: &'static str) -> Result<PathBuf> {
    let built = run(workspace, &["--release", "--package", package], &[package]).await?;
    built.into_values().next().ok_or_else(|| no_binary(package))
}

async fn run(workspace: &Workspace, arguments: &[&str], names: &[&'static str]) -> Result<Binaries> {
    let mut command = cargo();
    command.args(["build", "--message-format=json-render-diagnostics"]).args(arguments);
    let mut cargo = Group::start(command.current_dir(&workspace.root).stdin(Stdio::null()).stdout(Stdio::piped()))
        .map_err(no_cargo)?;
    let mut built = Binaries::new();
    if let (Some(messages), _) = cargo.output() {
        let mut messages = BufReader::new(messages).lines();
        while let Some(message) = messages.next_line().await? {
            built.extend(executable(&message, names));
        }
    }
    if !cargo.wait().await?.success() {
        let remedy = "read what cargo says above; if a dependency is missing, connect to the network and run this again: what is built is kept";
        return Err(Trouble::new("the checkout does not build").remedy(remedy));
    }
    match names.iter().find(|name| !built.contains_key(*name)) {
        Some(missing) => Err(no_binary(missing)),
        None => Ok(built),
    }
}

fn no_binary(name: &str) -> Trouble {
    Trouble::new(format!("cargo built no binary `{name}`"))
}

/// The binary that one of cargo's messages announces, and its file.
fn executable(message: &str, names: &[&'static str]) -> Option<(&'static str, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = message.get("executable")?.as_str()?;
    let built = message.get("target")?.get("name")?.as_str()?;
    names.iter().find(|name| **name == built).map(|name| (*name, PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_taken() {
        let message = |name: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"executable":"/target/debug/{name}"}}"#
            )
        };
        let asked = ["bootstrap"];
        let found = executable(&message("bootstrap"), &asked);
        assert_eq!(found, Some(("bootstrap", PathBuf::from("/target/debug/bootstrap"))));
        assert_eq!(executable(&message("parapet"), &asked), None);
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#, &asked), None);
    }
}
