//! A plan as one page: nothing is loaded from anywhere, and nothing in it runs.

use std::io::{self, Write};

use parapet_core::Severity;
use parapet_reconcile::{PlanRow, Proposal, Unread, When};

use super::Answer;
use super::groups::{Group, by_control, by_principal, by_resource, in_order, short, unread_name, unread_together};
use super::loses;
use super::show::{missing, name};
use crate::policy::request;

/// How the page looks: on a telephone, on paper, in the dark.
const STYLE: &str = include_str!("page.css");

/// Writes a plan.
///
/// # Errors
/// It cannot be written.
pub(super) fn page(answer: &Answer<'_>, out: &mut impl Write) -> io::Result<()> {
    let Answer { home, plan, .. } = answer;
    let title = format!("Parapet plan: {} in {}", home.account, home.region);
    writeln!(out, "<!doctype html>")?;
    writeln!(out, "<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    // Whatever stands in it, a browser loads and runs nothing for it.
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )?;
    writeln!(out, "<title>{}</title><style>{STYLE}</style></head><body>", escaped(&title))?;
    writeln!(out, "<header><h1>{}</h1>", escaped(&title))?;
    counts(answer, out)?;
    writeln!(out, "</header><main>")?;
    let rows = in_order(&plan.rows);
    group("By control", "control", &by_control(&plan.rows), out)?;
    group("By principal", "principal", &by_principal(&plan.rows), out)?;
    group("By resource", "resource", &by_resource(&plan.rows), out)?;
    unread(&plan.unread, out)?;
    for (control, of_control) in by_runs(&rows) {
        section(control, &of_control, out)?;
    }
    proposal(&plan.proposal, out)?;
    writeln!(out, "</main></body></html>")
}

fn counts(Answer { standard, plan, .. }: &Answer<'_>, out: &mut impl Write) -> io::Result<()> {
    let seen = plan.looked_at;
    writeln!(
        out,
        "<p>Under {}, as enforced. {} resources and {} of their settings and documents were looked at; as they should be: {}; left alone: \
         {}.</p><dl class=\"counts\">",
        escaped(standard),
        seen.resources,
        seen.facets,
        seen.compliant,
        seen.left_alone
    )?;
    let of = |when: When| plan.rows.iter().filter(|row| row.when == when).count();
    let mut counts = vec![
        ("on schedule", of(When::OnSchedule)),
        ("only when asked", of(When::WhenAsked)),
        ("only told", of(When::Never)),
        ("could not be read", plan.unread.len()),
    ];
    if of(When::Unknown) > 0 {
        counts.insert(2, ("when, cannot be told", of(When::Unknown)));
    }
    for (words, count) in counts {
        writeln!(out, "<div><dt>{words}</dt><dd>{count}</dd></div>")?;
    }
    writeln!(out, "</dl>")?;
    if let Some(seen) = &plan.history {
        let lines: Vec<String> = loses::history(seen).iter().map(|line| escaped(line)).collect();
        writeln!(out, "<p>History: {}.</p>", lines.join("; "))?;
    }
    if let Some(seen) = &plan.accessed {
        writeln!(out, "<p>Last accessed: {}.</p>", loses::accessed(seen).join("; "))?;
    }
    Ok(())
}

fn group(title: &str, of: &str, groups: &[Group], out: &mut impl Write) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    // Closed where it is long: the page begins with what is worst.
    const SHOWN_OPEN: usize = 12;
    let open = if groups.len() <= SHOWN_OPEN { " open" } else { "" };
    writeln!(out, "<details{open}><summary>{title} <span class=\"n\">{}</span></summary>", groups.len())?;
    writeln!(out, "<table><thead><tr><th>severity</th><th>{of}</th><th>repairs</th></tr></thead><tbody>")?;
    for group in groups {
        let link = match of {
            "control" => format!("<a href=\"#{0}\">{0}</a>", escaped(&group.name)),
            _ => format!("<code>{}</code>", escaped(&group.name)),
        };
        writeln!(out, "<tr><td>{}</td><td>{link}</td><td>{}</td></tr>", badge(group.severity), group.words())?;
    }
    writeln!(out, "</tbody></table></details>")
}

/// The rows of each control, in the order in which the first of each stands.
fn by_runs<'r>(rows: &[&'r PlanRow]) -> Vec<(&'r str, Vec<&'r PlanRow>)> {
    let mut runs: Vec<(&str, Vec<&PlanRow>)> = Vec::new();
    for row in rows {
        match runs.iter_mut().find(|(control, _)| *control == row.control.as_str()) {
            Some((_, run)) => run.push(row),
            None => runs.push((row.control.as_str(), vec![row])),
        }
    }
    runs
}

fn section(control: &str, rows: &[&PlanRow], out: &mut impl Write) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let about = first.control.control();
    writeln!(
        out,
        "<section id=\"{0}\"><h2>{1} {0}</h2><p class=\"why\">{2}. {3}</p>",
        escaped(control),
        badge(first.severity),
        escaped(about.title),
        escaped(about.rationale)
    )?;
    rows.iter().try_for_each(|row| one(row, out))?;
    writeln!(out, "</section>")
}

fn one(row: &PlanRow, out: &mut impl Write) -> io::Result<()> {
    let when = if row.when.is_change() { "when" } else { "when told" };
    writeln!(
        out,
        "<article><h3><code>{}</code> <span class=\"{when}\">{}</span></h3>",
        escaped(&row.resource),
        short(row.when)
    )?;
    writeln!(out, "<p>{}</p><dl>", escaped(&row.detail))?;
    if !row.principals.is_empty() {
        entry("held by", &row.principals.join(", "), out)?;
    }
    for statement in &row.statements {
        let text = serde_json::to_string_pretty(statement).unwrap_or_default();
        writeln!(out, "<dt>statement</dt><dd><pre>{}</pre></dd>", escaped(&text))?;
    }
    if let Some(witness) = &row.witness {
        entry("request", &request(witness).join(", "), out)?;
    }
    row.repair.iter().try_for_each(|write| entry("repair", write, out))?;
    if let Some(loses) = &row.loses {
        let lines: Vec<String> = loses::lines(loses).iter().map(|line| escaped(line)).collect();
        writeln!(out, "<dt>loses</dt><dd>{}</dd>", lines.join("<br>"))?;
    }
    if let Some(ended) = &row.ends {
        let lines: Vec<String> = loses::ended(ended).iter().map(|line| escaped(line)).collect();
        writeln!(out, "<dt>ends</dt><dd>{}</dd>", lines.join("<br>"))?;
    }
    writeln!(out, "</dl></article>")
}

fn entry(name: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<dt>{name}</dt><dd><code>{}</code></dd>", escaped(text))
}

fn unread(unread: &[Unread], out: &mut impl Write) -> io::Result<()> {
    if unread.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"unread\"><h2>Could not be read</h2><p class=\"why\">Neither compliant nor absent.</p>"
    )?;
    for (one, more) in unread_together(unread) {
        writeln!(
            out,
            "<article><h3><code>{}</code></h3><p>{}</p>",
            escaped(&unread_name(one, more)),
            escaped(&one.why)
        )?;
        if one.is_denied && !one.permissions.is_empty() {
            writeln!(out, "<p class=\"missing\">{}</p>", escaped(&missing(one)))?;
        }
        writeln!(out, "</article>")?;
    }
    writeln!(out, "</section>")
}

fn proposal(proposal: &Proposal, out: &mut impl Write) -> io::Result<()> {
    if proposal.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"proposal\"><h2>Proposed standard</h2><p class=\"why\">What was met and may be meant. Take the # from what is, strike the \
         rest.</p><pre>{}</pre></section>",
        escaped(&proposal.to_yaml())
    )
}

fn badge(severity: Severity) -> String {
    let name = name(severity);
    format!("<span class=\"badge {}\">{name}</span>", name.to_ascii_lowercase())
}

/// Text that is only ever read: what could end an element or an attribute, and what turns the direction of reading, is written out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if is_unreadable(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

fn is_unreadable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escaped("<script>'\"&\u{202e}\u{7}\n"), "&lt;script&gt;&#39;&quot;&amp;\u{fffd}\u{fffd}\n");
    }
}
