//! Where the sources are, where cargo puts what it builds, and how it builds.

mod build;

use std::env;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

use crate::trouble::During;
use crate::{Result, Trouble};

pub use build::{Binaries, build, build_released};

/// The checkout of the product.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its root, with `template.yaml`.
    pub root: PathBuf,
    /// Cargo's target directory: nothing is written anywhere else.
    pub target: PathBuf,
}

impl Workspace {
    /// The checkout around the current directory, or else the one this program was built from.
    ///
    /// # Errors
    /// There is none, or cargo cannot describe it.
    pub async fn find() -> Result<Self> {
        let here = env::current_dir().unwrap_or_default();
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().chain(built_from.ancestors()).find(|directory| is_root(directory));
        let root = root.map(Path::to_owned).ok_or_else(|| {
            Trouble::new("the sources of Parapet are not here").remedy(
                "run this in a checkout of the repository: the lab builds the functions and deploys `template.yaml`",
            )
        })?;
        let target = target_directory(&root).await?;
        Ok(Self { root, target })
    }

    /// Where the lab keeps its things.
    #[must_use]
    pub fn lab(&self) -> PathBuf {
        self.target.join("lab")
    }

    /// The deployment as users have it.
    #[must_use]
    pub fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }
}

fn is_root(directory: &Path) -> bool {
    directory.join("template.yaml").is_file()
        && directory.join("functions").is_dir()
        && directory.join("Cargo.toml").is_file()
}

/// The cargo that runs us, or else the one on the path.
///
/// What the outer cargo says of the package it runs is taken away: build scripts that look at it would run again, and with them
/// half of the build, whenever `cargo run` follows `cargo test`.
#[must_use]
fn cargo() -> Command {
    const OF_THE_OUTER_PACKAGE: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| OF_THE_OUTER_PACKAGE.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command.kill_on_drop(true);
    command
}

/// What to do where there is no cargo.
fn no_cargo(error: std::io::Error) -> Trouble {
    Trouble::from(error)
        .during("cargo cannot be started")
        .remedy("install Rust (https://rustup.rs), or set CARGO to the path of cargo")
}

async fn target_directory(root: &Path) -> Result<PathBuf> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(root)
        .output()
        .await
        .map_err(no_cargo)?;
    if !output.status.success() {
        return Err(
            Trouble::new(String::from_utf8_lossy(&output.stderr).trim()).during("cargo cannot read the workspace")
        );
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).during("cargo's description of the workspace is unreadable")?;
    let target = metadata.get("target_directory").and_then(Value::as_str);
    Ok(target.map_or_else(|| root.join("target"), PathBuf::from))
}
