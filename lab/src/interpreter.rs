//! The Python that the local AWS runs on.

use std::path::PathBuf;

use parapet_console::{Result, Trouble};
use tokio::process::Command;

/// The versions for which every dependency is pinned.
const OLDEST_MINOR: u32 = 10;
const NEWEST_MINOR: u32 = 13;

/// What they may be called, most usual first.
const NAMES: [&str; 5] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

/// Finds a Python that will do.
///
/// # Errors
/// There is none: says which one to install.
pub(crate) async fn find() -> Result<PathBuf> {
    let mut seen = Vec::new();
    for name in NAMES {
        match version(name).await {
            Some((path, 3, OLDEST_MINOR..=NEWEST_MINOR)) => return Ok(path),
            Some((_, major, minor)) => seen.push(format!("`{name}` is Python {major}.{minor}")),
            None => {}
        }
    }
    let what = if seen.is_empty() { "there is no `python3` on the path".to_owned() } else { seen.join(", ") };
    let remedy = format!(
        "the local AWS runs on Python 3.{OLDEST_MINOR} to 3.{NEWEST_MINOR}: install one (Debian, Ubuntu: `apt install python3 python3-venv`; macOS: `brew install python@3.13`)"
    );
    Err(Trouble::new(what).during("the lab needs Python").remedy(remedy))
}

async fn version(name: &str) -> Option<(PathBuf, u32, u32)> {
    let script = "import sys; print(sys.executable, *sys.version_info[:2], sep='\\n')";
    let output = Command::new(name).args(["-I", "-c", script]).kill_on_drop(true).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.into(), lines.next()?.parse().ok()?, lines.next()?.parse().ok()?))
}
