//! A plan for a reader: first what it comes to, then each thing that is wrong.

use std::io::{self, Write};

use parapet_core::Severity;
use parapet_reconcile::{PlanRow, Unread, When};

use super::Answer;
use super::groups::{Group, by_control, by_principal, by_resource, in_order, short, unread_name, unread_together};
use super::loses;
use crate::policy::request;
use crate::terminal::{Output, Paint, printable};

const OUT: Output = Output::Stdout;

/// How many principals and resources stand in the summary. Controls all do.
const LINES_A_GROUP: usize = 20;

/// Writes a plan.
///
/// # Errors
/// It cannot be written.
pub(super) fn text(answer: &Answer<'_>, out: &mut impl Write) -> io::Result<()> {
    summary(answer, out)?;
    for row in in_order(&answer.plan.rows) {
        writeln!(out)?;
        one(row, out)?;
    }
    if !answer.plan.unread.is_empty() {
        writeln!(out)?;
        writeln!(out, "{}", OUT.paint("could not be read: neither compliant nor absent", Paint::Bold))?;
        let together = unread_together(&answer.plan.unread);
        together.into_iter().try_for_each(|(one, more)| unread(one, more, out))?;
    }
    if answer.plan.proposal.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{}", OUT.paint("proposed standard", Paint::Bold))?;
    answer.plan.proposal.to_yaml().lines().try_for_each(|line| writeln!(out, "{}", printable(line)))
}

fn summary(Answer { home, standard, plan, .. }: &Answer<'_>, out: &mut impl Write) -> io::Result<()> {
    let seen = plan.looked_at;
    writeln!(out, "account {} in {}, under {}, as enforced", home.account, home.region, printable(standard))?;
    writeln!(
        out,
        "{} resources and {} of their settings and documents were looked at; as they should be: {}; left alone: {}",
        seen.resources, seen.facets, seen.compliant, seen.left_alone
    )?;
    writeln!(out)?;
    for when in [When::OnSchedule, When::WhenAsked, When::Unknown, When::Never] {
        let count = plan.rows.iter().filter(|row| row.when == when).count();
        let is_usual = when != When::Unknown;
        if count > 0 || is_usual {
            let what = if when.is_change() { "to be mended " } else { "" };
            writeln!(out, "{count:>6}  {what}{}", short(when))?;
        }
    }
    writeln!(out, "{:>6}  could not be read", plan.unread.len())?;
    if let Some(seen) = &plan.history {
        writeln!(out)?;
        writeln!(out, "{}", OUT.paint("history", Paint::Bold))?;
        loses::history(seen).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    if let Some(seen) = &plan.accessed {
        writeln!(out)?;
        writeln!(out, "{}", OUT.paint("last accessed", Paint::Bold))?;
        loses::accessed(seen).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    group("by control", &by_control(&plan.rows), usize::MAX, out)?;
    group("by principal", &by_principal(&plan.rows), LINES_A_GROUP, out)?;
    group("by resource", &by_resource(&plan.rows), LINES_A_GROUP, out)
}

fn group(title: &str, groups: &[Group], most: usize, out: &mut impl Write) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{}", OUT.paint(title, Paint::Bold))?;
    let shown = || groups.iter().take(most);
    let width = shown().map(|group| printable(&group.name).chars().count()).max().unwrap_or_default();
    for group in shown() {
        let severity = OUT.paint(format!("{:<8}", name(group.severity)), of(group.severity));
        writeln!(out, "  {severity}  {:<width$}  {}", printable(&group.name), group.words())?;
    }
    match groups.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

fn one(row: &PlanRow, out: &mut impl Write) -> io::Result<()> {
    let severity = OUT.paint(name(row.severity), of(row.severity));
    let control = OUT.paint(row.control, Paint::Bold);
    writeln!(out, "{severity} {control} {} ({})", printable(&row.resource), short(row.when))?;
    writeln!(out, "  {}", printable(&row.detail))?;
    if !row.principals.is_empty() {
        line("held by", &row.principals.join(", "), out)?;
    }
    for statement in &row.statements {
        line("statement", &statement.to_string(), out)?;
    }
    if let Some(witness) = &row.witness {
        line("request", &request(witness).join(", "), out)?;
    }
    for write in &row.repair {
        line("repair", write, out)?;
    }
    lines("loses", row.loses.iter().flat_map(loses::lines), out)?;
    lines("ends", row.ends.iter().flat_map(loses::ended), out)
}

/// Several lines of one name.
fn lines(name: &str, texts: impl Iterator<Item = String>, out: &mut impl Write) -> io::Result<()> {
    texts.enumerate().try_for_each(|(number, text)| line(if number == 0 { name } else { "" }, &text, out))
}

fn line(name: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {} {}", OUT.paint(format!("{name:<9}"), Paint::Dim), printable(text))
}

fn unread(unread: &Unread, more: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {} {}", OUT.paint("?", Paint::Warning), printable(&unread_name(unread, more)))?;
    writeln!(out, "    {}", printable(&unread.why))?;
    if unread.is_denied && !unread.permissions.is_empty() {
        writeln!(out, "    {}", printable(&missing(unread)))?;
    }
    Ok(())
}

/// What to ask for.
pub(super) fn missing(unread: &Unread) -> String {
    match unread.permissions.as_slice() {
        [one] => format!("missing: {one}"),
        several => format!("missing: one of {}", several.join(", ")),
    }
}

/// As AWS Security Hub writes it.
pub(super) fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn of(severity: Severity) -> Paint {
    match severity {
        Severity::Critical | Severity::High => Paint::Bad,
        Severity::Medium => Paint::Warning,
        Severity::Low => Paint::Plain,
    }
}
