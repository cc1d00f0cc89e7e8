//! The virtual environment with the local AWS, installed once below the target directory.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use indicatif::{ProgressBar, ProgressStyle};
use parapet_console::checkout::Workspace;
use parapet_console::process::Group;
use parapet_console::terminal::step;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::task::spawn_blocking;

use crate::interpreter;

/// Everything pinned, with hashes.
const REQUIREMENTS: &str = include_str!("../emulator/requirements.txt");

/// There once the installation is complete: what lacks it was interrupted.
const COMPLETE: &str = "complete";

/// How many of pip's last lines are shown when it fails.
const LINES_TO_SHOW: usize = 12;

/// The Python with the local AWS; installs it on first use.
///
/// # Errors
/// No suitable Python, no registry, no space: each with what to do.
pub async fn python(workspace: &Workspace) -> Result<PathBuf> {
    let lab = workspace.lab();
    let venv = lab.join(format!("venv-{}", fingerprint()));
    let python = venv.join("bin").join("python");
    fs::create_dir_all(&lab).during("the lab's directory cannot be made")?;
    // Two labs that start at once: the second waits, and finds it installed. The lock goes when the file closes.
    let lock = File::create(lab.join("venv.lock"))?;
    let _lock = spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if venv.join(COMPLETE).is_file() && python.exists() {
        return Ok(python);
    }
    let _ = fs::remove_dir_all(&venv);
    let found = interpreter::find().await?;
    step("installing the local AWS (once; from the Python package registry)");
    create(&found, &venv).await?;
    install(&python).await?;
    fs::write(venv.join(COMPLETE), "").during("the installation cannot be completed")?;
    Ok(python)
}

/// Twelve hexadecimal digits of the requirements' hash: other requirements, another environment.
fn fingerprint() -> String {
    const BYTES: usize = 6;
    Sha256::digest(REQUIREMENTS).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

async fn create(python: &Path, venv: &Path) -> Result<()> {
    let mut command = Command::new(python);
    command.args(["-m", "venv"]).arg(venv).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = Group::start(&mut command)?;
    let mut said = String::new();
    if let (Some(mut output), _) = process.output() {
        output.read_to_string(&mut said).await?;
    }
    if process.wait().await?.success() {
        return Ok(());
    }
    let trouble = Trouble::new(last_lines(said.lines())).during("Python cannot make a virtual environment");
    Err(if said.contains("ensurepip") {
        trouble.remedy("install Python's venv module (Debian, Ubuntu: `apt install python3-venv`)")
    } else {
        explained(trouble, &said)
    })
}

async fn install(interpreter: &Path) -> Result<()> {
    let mut command = Command::new(interpreter);
    command.args([
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary=:all:",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
    ]);
    let requirements = interpreter.with_file_name("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    command.arg("--requirement").arg(&requirements).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut pip = Group::start(&mut command)?;
    let (output, errors) = pip.output();
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        if let Some(mut errors) = errors {
            let _ = errors.read_to_string(&mut text).await;
        }
        text
    });
    let bar = progress();
    if let Some(output) = output {
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await? {
            show(&bar, &line);
        }
    }
    let status = pip.wait().await?;
    bar.finish_and_clear();
    if status.success() {
        return Ok(());
    }
    let errors = errors.await?;
    Err(explained(Trouble::new(last_lines(errors.lines())).during("the local AWS cannot be installed"), &errors))
}

/// A bar over the packages; nothing where stderr is no terminal.
fn progress() -> ProgressBar {
    let packages = REQUIREMENTS.lines().filter(|line| line.contains("==") && !line.contains("< '3.11'")).count();
    let bar = ProgressBar::new(u64::try_from(packages).unwrap_or_default());
    if let Ok(style) = ProgressStyle::with_template("  {bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, line: &str) {
    let package = |rest: &str| rest.split(['=', ' ']).next().unwrap_or_default().to_owned();
    if let Some(rest) = line.strip_prefix("Collecting ") {
        bar.inc(1);
        bar.set_message(package(rest));
    } else if line.starts_with("Installing collected packages") {
        bar.set_message("unpacking");
        if bar.is_hidden() {
            eprintln!("  {} packages downloaded, unpacking", bar.position());
        }
    }
}

fn last_lines<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut last = VecDeque::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        last.push_back(line);
        if last.len() > LINES_TO_SHOW {
            last.pop_front();
        }
    }
    if last.is_empty() { "it does not say why".to_owned() } else { Vec::from(last).join("\n    ") }
}

/// What can be done about what pip or venv said.
fn explained(trouble: Trouble, said: &str) -> Trouble {
    let said = said.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    if says(&["no space left"]) {
        trouble.remedy("free some disk space (about 200 MB are needed), and run this again")
    } else if says(&["do not match the hashes"]) {
        trouble.remedy("a package is not the one that was pinned: do not use this registry before you know why")
    } else if says(&["from versions: "]) && !says(&["from versions: none"]) {
        // A registry that answers with other versions of it.
        trouble.remedy("the registry does not have this package for your Python and processor: try another Python (3.10 to 3.13), or another registry (PIP_INDEX_URL)")
    } else {
        trouble.remedy("a Python package registry is needed the first time: check the network and the proxy, or name another registry in PIP_INDEX_URL, and run this again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(said: &str) -> String {
        explained(Trouble::new(""), said).to_string()
    }

    #[test]
    fn every_failure_has_its_own_advice() {
        assert!(remedy("OSError: [Errno 28] No space left on device").contains("disk space"));
        assert!(remedy("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES").contains("pinned"));
        assert!(
            remedy("Could not find a version that satisfies ministack (from versions: 1.0, 1.1)")
                .contains("another Python")
        );
        assert!(
            remedy("Could not find a version that satisfies six==1.17.0 (from versions: none)").contains("network")
        );
    }
}
