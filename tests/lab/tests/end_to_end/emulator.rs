//! The local AWS itself: what it puts on EventBridge has to look like CloudTrail's.

use std::process::Stdio;

use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use tokio::process::Command;

use crate::report::Report;

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case("emulator: its records have the shape of real ones, and its gaps are filled", unittests(workspace))
        .await;
}

/// The tests beside the emulator, in its own language.
async fn unittests(workspace: &Workspace) -> Result<()> {
    let tests = Command::new(parapet_lab::python(workspace).await?)
        .args(["-B", "-m", "unittest", "--quiet"])
        .current_dir(workspace.root.join("lab/emulator"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    if tests.status.success() { Ok(()) } else { Err(Trouble::new(String::from_utf8_lossy(&tests.stderr).into_owned())) }
}
