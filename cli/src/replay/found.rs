//! What was found in the live account, for readers and for programs.

use std::io::{self, Write};

use parapet_core::Outcome;
use parapet_guards::{Finding, GuardName, Report};
use serde::Serialize;

use super::answers::Answers;
use super::options::Format;
use crate::terminal::{Output, Paint, of_outcome, printable};

const OUT: Output = Output::Stdout;

#[derive(Serialize)]
struct Line<'a> {
    guard: GuardName,
    resource: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    findings: &'a [Finding],
    would: &'a [String],
}

/// Writes what was found.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    (answers, out): (&mut Answers, &mut impl Write),
    reports: &[Report],
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Json | Format::Jsonl => reports.iter().try_for_each(|report| answers.write(out, format, &line(report))),
        Format::Text => table(out, reports),
        // Of no file; the command line refuses it.
        Format::Sarif => Ok(()),
    }
}

/// Whether everything could be read.
pub(super) fn is_complete(reports: &[Report]) -> bool {
    !reports
        .iter()
        .any(|report| matches!(report.outcome, Outcome::Undetermined(_) | Outcome::Blocked(_) | Outcome::Failed(_)))
}

fn line(report: &Report) -> Line<'_> {
    Line {
        guard: report.guard,
        resource: report.resource.as_deref(),
        outcome: report.outcome.name(),
        why: report.outcome.why(),
        findings: &report.findings,
        would: &report.actions,
    }
}

fn table(out: &mut impl Write, reports: &[Report]) -> io::Result<()> {
    let of_interest = |report: &&Report| !matches!(report.outcome, Outcome::Compliant | Outcome::Ignored(_));
    let fine = reports.len() - reports.iter().filter(of_interest).count();
    writeln!(out, "\n{}", OUT.paint("in the account now", Paint::Bold))?;
    for report in reports.iter().filter(of_interest) {
        let outcome = report.outcome.name();
        let resource = printable(report.resource.as_deref().unwrap_or("*"));
        writeln!(out, "  {}  {}  {resource}", OUT.paint(outcome, of_outcome(outcome)), report.guard)?;
        for finding in &report.findings {
            writeln!(out, "    {}: {}", finding.control, printable(&finding.detail))?;
        }
        for action in &report.actions {
            writeln!(out, "    would {}", printable(action))?;
        }
        if let Some(why) = report.outcome.why() {
            writeln!(out, "    {}", printable(&why))?;
        }
    }
    writeln!(out, "  {fine} of {} as they should be, or gone", reports.len())
}
