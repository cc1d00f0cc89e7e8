//! Evidence for a reader.

use std::fmt::Display;
use std::io::{self, Write};

use parapet_core::{Actor, Arn, Outcome, Trigger};
use parapet_guards::index::Entry;
use parapet_guards::{Evidence, FacetImage, Image};

use crate::terminal::{Output, Paint, of_outcome, printable};

/// What stands where nothing is known.
const NOTHING: &str = "-";

/// The outcome of a repair that was opened and never closed.
const OPEN: &str = "not closed";

/// Shows a list: of each repair a line, what led to it and what was done, and its key.
///
/// # Errors
/// It cannot be written.
pub fn list(entries: &[Entry], out: &mut impl Write) -> io::Result<()> {
    let rows: Vec<[String; 5]> = entries.iter().map(columns).collect();
    let heads = ["time", "outcome", "guard", "actor", "resource"].map(str::to_owned);
    let mut widths = [0; 5];
    for row in rows.iter().chain([&heads]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    if !entries.is_empty() {
        writeln!(out, "{}", line(&heads, widths, [Paint::Bold; 5]))?;
    }
    for (entry, row) in entries.iter().zip(&rows) {
        let [_, outcome, ..] = row;
        let paints = [Paint::Plain, of_outcome(outcome), Paint::Plain, Paint::Plain, Paint::Plain];
        writeln!(out, "{}", line(row, widths, paints))?;
        writeln!(out, "    {}", printable(&done(entry)))?;
        writeln!(out, "    {}", paint(printable(&entry.evidence), Paint::Dim))?;
    }
    Ok(())
}

/// Shows one piece of evidence.
///
/// # Errors
/// It cannot be written.
pub fn one(evidence: &Evidence, out: &mut impl Write) -> io::Result<()> {
    let trigger = &evidence.trigger;
    for (name, text) in [
        ("evidence", &evidence.key),
        ("resource", &evidence.arn),
        ("guard", &evidence.guard.to_string()),
        ("outcome", &full_outcome(evidence.outcome.as_ref())),
        ("recorded at", &evidence.recorded_at),
        ("event", &format!("{} of {}", trigger.event_name, trigger.event_source)),
        ("event id", &trigger.event_id),
        ("event time", &trigger.event_time),
        ("actor", &format!("{} {}", trigger.actor.kind, trigger.actor.arn).trim().to_owned()),
        ("verified", &verified(trigger).to_owned()),
        ("from", &format!("{} {}", trigger.source_ip, trigger.user_agent).trim().to_owned()),
        ("standard", &evidence.standard),
    ] {
        let text = if text.is_empty() { NOTHING } else { text };
        writeln!(out, "{} {}", paint(format!("{name:<12}"), Paint::Bold), printable(text))?;
    }
    headline("what was wrong", out)?;
    for finding in &evidence.findings {
        let text = format!("{:?} {}: {}", finding.severity, finding.control, finding.detail);
        writeln!(out, "  {}", printable(&text))?;
    }
    headline("what was to be written", out)?;
    for planned in &evidence.plan {
        let words = if planned.words.is_empty() { planned.action.to_string() } else { planned.words.clone() };
        writeln!(out, "  {}", printable(&words))?;
    }
    headline("before", out)?;
    images(&evidence.pre_image, out)?;
    headline("after", out)?;
    images(&evidence.post_image, out)
}

fn columns(entry: &Entry) -> [String; 5] {
    let outcome = entry.outcome.as_ref().map_or(OPEN, Outcome::name);
    let columns =
        [entry.time.clone(), outcome.to_owned(), entry.guard.to_string(), actor(&entry.actor), entry.arn.clone()];
    columns.map(|column| printable(&column))
}

/// Whose account, and who: what tells actors apart.
fn actor(Actor { arn, .. }: &Actor) -> String {
    let short = Arn::parse(arn).filter(|parsed| matches!(parsed.service, "iam" | "sts"));
    match short {
        Some(parsed) => format!("{} {}", parsed.account, parsed.resource),
        None if arn.is_empty() => NOTHING.to_owned(),
        None => arn.clone(),
    }
}

/// Whether the actor is more than what a record says. Bootstrap's repairs are of no event.
fn verified(trigger: &Trigger) -> &'static str {
    match &trigger.actor {
        Actor { verified: Some(true), .. } => "yes: CloudTrail shows the event",
        actor if *actor == Actor::default() => NOTHING,
        _ => "no: so says the record that the guard was given, and no more",
    }
}

fn done(entry: &Entry) -> String {
    let actions = if entry.actions.is_empty() { NOTHING.to_owned() } else { entry.actions.join("; ") };
    let why = entry.outcome.as_ref().and_then(Outcome::why).map(|why| format!(" ({why})")).unwrap_or_default();
    format!("after {}: {actions}{why}", entry.event)
}

fn full_outcome(outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome else { return OPEN.to_owned() };
    let why = outcome.why().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}{why}", outcome.name())
}

fn images(images: &[FacetImage], out: &mut impl Write) -> io::Result<()> {
    for image in images {
        match &image.seen {
            Image::State(state) => writeln!(out, "  {}: {}", image.facet, printable(&state.to_string()))?,
            Image::Missing(why) => writeln!(out, "  {}: {}", image.facet, format!("{why:?}").to_lowercase())?,
        }
    }
    Ok(())
}

fn headline(text: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", paint(text, Paint::Bold))
}

/// Padded before it is painted: what paints takes no room.
fn line(row: &[String; 5], widths: [usize; 5], paints: [Paint; 5]) -> String {
    let cells =
        row.iter().zip(widths).zip(paints).map(|((cell, width), colour)| paint(format!("{cell:<width$}"), colour));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn paint(text: impl Display, paint: Paint) -> String {
    Output::Stdout.paint(text, paint)
}

#[cfg(test)]
mod tests {
    use parapet_guards::GuardName;
    use parapet_guards::index::INDEX_VERSION;

    use super::*;

    fn entry(arn: &str, outcome: Option<Outcome>, actions: &[&str]) -> Entry {
        Entry {
            version: INDEX_VERSION,
            evidence: "evidence/v2/111122223333/us-east-1/ab/encryption-guard/20261123T140000Z-e-1.json".into(),
            time: "2026-11-23T14:00:00Z".into(),
            actor: Actor { kind: "IAMUser".into(), arn: arn.into(), verified: Some(false) },
            guard: GuardName::EncryptionGuard,
            arn: "arn:aws:s3:::b\u{1b}[2J".into(),
            event: "PutBucketVersioning".into(),
            actions: actions.iter().map(|words| (*words).to_owned()).collect(),
            outcome,
        }
    }

    #[test]
    fn a_list_reads_well() {
        let entries = [
            entry("arn:aws:iam::111122223333:user/jane", Some(Outcome::Remediated), &["enable versioning", "and more"]),
            entry("arn:aws:sts::444455556666:assumed-role/ops/x", None, &["enable versioning"]),
            entry("", Some(Outcome::Failed("denied".into())), &[]),
            entry("s3.amazonaws.com", Some(Outcome::Contested), &[]),
        ];
        let mut out = Vec::new();
        list(&entries, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
        let mut out = Vec::new();
        list(&[], &mut out).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn one_piece_reads_well() {
        let corpus = "../tests/corpus/v2";
        let index = std::fs::read_to_string(format!("{corpus}/index.tsv")).unwrap();
        let key = index.lines().find(|line| line.starts_with("evidence\tbucket-object-lock\t")).unwrap();
        let key = key.split('\t').nth(2).unwrap();
        let text = std::fs::read(format!("{corpus}/{key}")).unwrap();
        let mut out = Vec::new();
        one(&Evidence::read(key, &text).unwrap(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
