//! The whole stack on a local AWS. Installs and builds what it needs.
//!
//! `cargo test -p parapet-lab-tests -- logging` runs the cases whose names contain `logging`.

mod attacks;
mod before;
mod bootstrap;
mod coverage;
mod delivery;
mod denied;
mod emulator;
mod evidence;
mod inputs;
mod living;
mod metrics;
mod permissions;
mod raced;
mod rare;
mod report;
mod reported;
mod stacks;
mod standard;
mod swept;
mod trails;

use std::collections::BTreeSet;
use std::process::ExitCode;

use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble, signals};
use parapet_lab::{Lab, Options};
use report::Report;

fn main() -> ExitCode {
    let report = Report::of_arguments(std::env::args().skip(1));
    let ended = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Trouble::from);
    match ended.and_then(|runtime| runtime.block_on(run_all(report))) {
        Ok(report) => report.conclude(),
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run_all(mut report: Report) -> Result<Report> {
    if report.only_lists() {
        return Ok(report);
    }
    let workspace = Workspace::find().await?;
    emulator::run(&workspace, &mut report).await;
    tokio::select! {
        ended = in_lab(&workspace, &mut report) => ended?,
        ended = signals::interrupted() => ended.and_then(|()| Err(Trouble::new("interrupted")))?,
    }
    Ok(report)
}

/// In this order: bootstrap's cases weaken what no guard watches, and the last case wears the account out.
async fn in_lab(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let options = Options { standard: Some(reported::STANDARD.to_owned()), ..Options::default() };
    let lab = Lab::start(workspace, &options).await?;
    let mut found = BTreeSet::new();
    bootstrap::run(&lab, workspace, report).await;
    before::run(workspace, report).await;
    swept::run(workspace, report).await;
    living::run(workspace, report).await;
    stacks::run(workspace, report).await;
    denied::run(workspace, report).await;
    trails::run(workspace, report).await;
    inputs::run(&lab, workspace, report).await;
    delivery::run(&lab, report).await;
    standard::run(&lab, workspace, reported::STANDARD, report).await;
    attacks::run(&lab, report, &mut found).await;
    reported::run(&lab, workspace, report, &mut found).await;
    raced::run(&lab, report, &mut found).await;
    rare::run(&lab, report, &mut found).await;
    evidence::run(&lab, report).await;
    if report.runs_all() {
        report.case("every control is violated, or it is said why not", coverage::is_complete(&found)).await;
    }
    if report.runs_all() {
        metrics::run(&lab, report).await;
    }
    permissions::run(&lab, workspace, report).await;
    delivery::run_slow(&lab, report).await;
    Ok(())
}
