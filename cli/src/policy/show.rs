//! An answer, for a reader: in the manner of a compiler.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use iam_policy::{Decision, Document, PolicyKind, Request, StatementAt, Witness, decide};
use serde_json::{Value, json};

use super::analysis::statement_path;
use super::diff::{self, Line};
use super::input::At;
use super::json::{self, Node};
use super::report::{Answer, Finding, NOTHING_LEFT, Narrowed, Narrowing, Piece, Refusal};
use super::snippet::{self, Look, Mark, position, printable};
use crate::terminal::{Output, Paint};

/// Statements of one finding that are shown.
const MAX_STATEMENTS: usize = 4;

/// Underlines in one statement.
const MAX_MARKS: usize = 8;

/// Pieces that are shown with what they made.
const MAX_PIECES: usize = 8;

/// Lines of a difference that are shown.
const MAX_DIFF_LINES: usize = 40;

const OUT: Output = Output::Stdout;

/// A policy as it was read.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) document: Document,
    /// Where it stands in something else, and as what.
    pub(super) placed: Option<Placed>,
}

/// A policy that stands in something else.
#[derive(Debug)]
pub(super) struct Placed {
    /// What it is called there.
    pub(super) name: String,
    pub(super) at: At,
    /// Where each statement begins, if it stands there as it is.
    pub(super) statements: Vec<At>,
    /// The policy as it is shown: what is not known by its name.
    pub(super) value: Value,
}

impl Source {
    /// Where it stands.
    fn place(&self) -> String {
        match &self.placed {
            Some(placed) => format!("{}:{}: {}", printable(&self.name), placed.at.line, printable(&placed.name)),
            None => printable(&self.name),
        }
    }

    /// Where a statement begins, from 1.
    pub(super) fn statement(&self, index: usize) -> Option<At> {
        match &self.placed {
            Some(placed) => Some(placed.statements.get(index).copied().unwrap_or(placed.at)),
            None => {
                let root = json::places(&self.text)?;
                let (node, _) = root.nearest(&statement_path(&self.document, index));
                let (line, column) = position(&self.text, node.span.start);
                Some(At { line, column })
            }
        }
    }
}

/// Shows what was found in policies of which these are the texts.
pub(super) fn answer(out: &mut impl Write, file: &str, sources: &[Source], answer: &Answer) -> io::Result<()> {
    if let Some(note) = &answer.note {
        writeln!(out, "{}: {note}\n", printable(file))?;
    }
    if let Some(why) = &answer.why {
        heading(out, OUT, "undetermined", None, Paint::Warning, why)?;
        for source in sources {
            writeln!(out, "{} {}", OUT.paint(" -->", Paint::Dim), source.place())?;
        }
        writeln!(out, "  {} it counts as a finding\n", OUT.paint("=", Paint::Dim))?;
    }
    let mut shown: Vec<(&str, &Narrowed)> = Vec::new();
    for finding in &answer.findings {
        let paint = of_severity(finding.severity);
        heading(out, OUT, finding.severity, Some(finding.kind), paint, &finding.detail)?;
        let margin = statements(out, sources, finding, paint)?;
        note(out, margin, "request", &request(&finding.witness))?;
        if let Some(account) = &finding.assumed_account {
            note(
                out,
                margin,
                "account",
                &[format!("{account} was taken for the policy's own: name yours with `--account`")],
            )?;
        }
        if let Some(narrowed) = &finding.narrowed {
            let same = shown
                .iter()
                .find(|(_, other)| *other == &narrowed.narrowed)
                .filter(|_| narrowed.narrowed != Narrowed::Unknown);
            match same {
                Some((kind, _)) => note(out, margin, "narrowed to", &[format!("the same as without `{kind}`")])?,
                None => narrowing(out, margin, sources, narrowed)?,
            }
            shown.push((finding.kind, &narrowed.narrowed));
        }
        writeln!(out)?;
    }
    let kinds: BTreeSet<&str> = shown.iter().map(|(kind, _)| *kind).collect();
    if let Some(narrowed) = answer.narrowed.as_ref().filter(|_| kinds.len() > 1) {
        heading(out, OUT, "narrowed", None, Paint::Good, "what is left without any of these findings")?;
        narrowing(out, 1, sources, narrowed)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Shows why a policy was refused.
pub(super) fn refusal(name: &str, text: &str, refusal: &Refusal, places: &[(usize, usize)]) -> String {
    let out = Output::Stderr;
    let mut shown = Vec::new();
    let path = if refusal.path.is_empty() { String::new() } else { format!("{}: ", refusal.path) };
    // Writing to memory does not fail.
    let message = format!("{path}{}, expected {}", refusal.found, refusal.allowed);
    let _ = heading(&mut shown, out, "error", Some("invalid"), Paint::Bad, &message);
    let look = Look { out, paint: Paint::Bad, is_numbered: true };
    let name = printable(name);
    let arrow = |margin: usize| out.paint(format!("{:margin$}-->", ""), Paint::Dim);
    let marks: Vec<Mark> = match places {
        [] => refused(text, refusal).into_iter().collect(),
        [(line, column)] => vec![at(text, *line, *column)],
        // Of keys, the whole of each.
        keys => keys.iter().map(|(line, column)| key_at(text, *line, *column)).collect(),
    };
    match marks.first().zip(marks.last()) {
        Some((first, last)) => {
            let span = first.span.start..last.span.end;
            let (line, column) = position(text, span.start);
            let margin = snippet::margin(text, &span);
            let _ = writeln!(shown, "{} {name}:{line}:{column}", arrow(margin));
            if snippet::is_narrow(text, &span) {
                for line in snippet::shown(text, &span, &marks, look, margin) {
                    let _ = writeln!(shown, "{line}");
                }
            }
        }
        None => {
            let _ = writeln!(shown, "{} {name}", arrow(1));
        }
    }
    String::from_utf8_lossy(&shown).into_owned()
}

/// The line and the column of what was refused, if it can be told.
pub(super) fn refused_at(text: &str, refusal: &Refusal) -> Option<(usize, usize)> {
    refused(text, refusal).map(|mark| position(text, mark.span.start))
}

/// The place of what was refused: the key that is unknown, the value that is wrong, or where the missing one should be.
fn refused(text: &str, refusal: &Refusal) -> Option<Mark> {
    let root = json::places(text)?;
    let (node, rest) = root.nearest(&refusal.path);
    let unknown = refusal.found.strip_prefix("unknown key `").and_then(|key| key.strip_suffix('`'));
    let span = match unknown.and_then(|key| node.member(key)) {
        Some(member) => member.key_span.clone(),
        None if rest.is_empty() && node.text().is_some() => node.span.clone(),
        None => node.span.start..node.span.start + 1,
    };
    Some(Mark::of(span))
}

fn key_at(text: &str, line: usize, column: usize) -> Mark {
    let mark = at(text, line, column);
    json::string_at(text, mark.span.start).map_or(mark, Mark::of)
}

fn at(text: &str, line: usize, column: usize) -> Mark {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    let start = start + column.saturating_sub(1).min(line.len().saturating_sub(1));
    Mark::of(start..start + 1)
}

fn heading(
    out: &mut impl Write,
    to: Output,
    level: &str,
    kind: Option<&str>,
    paint: Paint,
    text: &str,
) -> io::Result<()> {
    let kind = kind.map(|kind| format!("[{kind}]")).unwrap_or_default();
    writeln!(out, "{}: {}", to.paint(format!("{level}{kind}"), paint), to.paint(printable(text), Paint::Bold))
}

fn of_severity(severity: &str) -> Paint {
    match severity {
        "critical" | "high" => Paint::Bad,
        _ => Paint::Warning,
    }
}

/// Shows the statements of a finding; returns the width of the margin.
fn statements(out: &mut impl Write, sources: &[Source], finding: &Finding, paint: Paint) -> io::Result<usize> {
    let excerpts = finding.places.iter().take(MAX_STATEMENTS).filter_map(|at| Excerpt::new(sources, *at, finding));
    let excerpts: Vec<Excerpt> = excerpts.collect();
    let margin = excerpts.iter().map(Excerpt::margin).max().unwrap_or(1);
    for excerpt in &excerpts {
        let arrow = OUT.paint(format!("{:margin$}-->", ""), Paint::Dim);
        writeln!(out, "{arrow} {}", excerpt.place)?;
        let look = Look { out: OUT, paint, is_numbered: excerpt.is_source };
        for line in snippet::shown(&excerpt.text, &excerpt.span, &excerpt.marks, look, margin) {
            writeln!(out, "{line}")?;
        }
    }
    let more: Vec<&str> = finding.at.iter().skip(MAX_STATEMENTS).map(String::as_str).collect();
    if !more.is_empty() {
        note(out, margin, "and also", &[more.join(", ")])?;
    }
    Ok(margin)
}

/// A statement with what is wrong in it.
struct Excerpt {
    place: String,
    text: String,
    span: std::ops::Range<usize>,
    marks: Vec<Mark>,
    /// Whether the text is the file's.
    is_source: bool,
}

impl Excerpt {
    fn new(sources: &[Source], at: StatementAt, finding: &Finding) -> Option<Self> {
        let source = sources.get(at.document)?;
        if let Some(placed) = &source.placed {
            return Self::placed(source, placed, at.statement, finding);
        }
        let path = statement_path(&source.document, at.statement);
        let root = json::places(&source.text)?;
        let (node, rest) = root.nearest(&path);
        if !rest.is_empty() {
            return None;
        }
        let (line, column) = position(&source.text, node.span.start);
        let place = format!("{}:{line}:{column} {}", printable(&source.name), OUT.paint(&path, Paint::Dim));
        let is_source = snippet::is_narrow(&source.text, &node.span);
        if is_source {
            let marks = marks(node, finding);
            return Some(Self { place, text: source.text.clone(), span: node.span.clone(), marks, is_source });
        }
        let value = source.document.as_value().pointer(&format!("/{}", path.replace('[', "/").replace(']', "")))?;
        let text = serde_json::to_string_pretty(value).ok()?;
        let marks = marks(&json::places(&text)?, finding);
        Some(Self { place, span: 0..text.len(), text, marks, is_source })
    }

    /// Of a policy that stands in something else: the statement by itself, and where it stands.
    fn placed(source: &Source, placed: &Placed, index: usize, finding: &Finding) -> Option<Self> {
        let (statement, path) = match placed.value.get("Statement")? {
            Value::Array(list) => (list.get(index)?, format!("Statement[{index}]")),
            only => (only, "Statement".to_owned()),
        };
        let line = source.statement(index).unwrap_or(placed.at).line;
        let name = printable(&placed.name);
        let place = format!("{}:{line}: {name} {}", printable(&source.name), OUT.paint(&path, Paint::Dim));
        let text = serde_json::to_string_pretty(statement).ok()?;
        let marks = marks(&json::places(&text)?, finding);
        Some(Self { place, span: 0..text.len(), text, marks, is_source: false })
    }

    fn margin(&self) -> usize {
        if self.is_source { snippet::margin(&self.text, &self.span) } else { 1 }
    }
}

/// What of a statement the witness makes use of.
fn marks(statement: &Node, finding: &Finding) -> Vec<Mark> {
    let witness = &finding.witness;
    let mut marks = Vec::new();
    if let Some(member) = statement.member("Action") {
        for entry in member.node.entries() {
            let pattern = entry.text().unwrap_or_default();
            let used =
                finding.actions.iter().find(|action| matches(json!({"Action": pattern, "Resource": "*"}), &of(action)));
            if let Some(action) = used {
                let label = if pattern == *action { String::new() } else { format!("allows `{action}`") };
                marks.push(Mark { span: entry.span.clone(), label });
            }
        }
    }
    if marks.is_empty() {
        marks.extend(statement.member("Action").map(|member| Mark::of(member.key_span.clone())));
    }
    if let Some(member) = statement.member("NotAction") {
        marks.push(Mark { span: member.key_span.clone(), label: format!("allows `{}`", witness.action) });
    }
    if let Some(member) = statement.member("Resource") {
        let is_used = |pattern: &str| matches(json!({"Action": "*", "Resource": pattern}), witness);
        let used = member.node.entries().iter().filter(|entry| entry.text().is_some_and(is_used));
        marks.extend(used.map(|entry| Mark::of(entry.span.clone())));
    }
    let keys = ["NotResource", "NotPrincipal"];
    marks.extend(keys.iter().filter_map(|key| statement.member(key)).map(|m| Mark::of(m.key_span.clone())));
    if let Some(member) = statement.member("Principal") {
        marks.extend(principals(&member.node, witness).into_iter().map(|node| Mark::of(node.span.clone())));
    }
    marks.truncate(MAX_MARKS);
    marks
}

fn principals<'a>(principal: &'a Node, request: &Request) -> Vec<&'a Node> {
    let json::Shape::Object(members) = &principal.shape else { return vec![principal] };
    let entries = members.iter().flat_map(|member| member.node.entries().iter().map(move |entry| (member, entry)));
    let used = entries.filter(|(member, entry)| {
        let statement = json!({"Principal": {(member.key.as_str()): entry.text()}, "Action": "*", "Resource": "*"});
        decides(statement, PolicyKind::Resource, request)
    });
    used.map(|(_, entry)| entry).collect()
}

fn of(action: &str) -> Request {
    Request { action: action.to_owned(), resource: "*".to_owned(), ..Request::default() }
}

fn matches(statement: Value, request: &Request) -> bool {
    decides(statement, PolicyKind::Identity, request)
}

/// Whether a statement that says no more than this applies to a request.
fn decides(mut statement: Value, kind: PolicyKind, request: &Request) -> bool {
    if let Some(fields) = statement.as_object_mut() {
        fields.insert("Effect".to_owned(), "Allow".into());
    }
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement}));
    document.is_ok_and(|document| decide(&document, kind, request) == Decision::Allow)
}

/// A request in words: who calls what on what, and each key that it carries.
pub(crate) fn request(witness: &Witness) -> Vec<String> {
    let who = if witness.principal == "*" { "somebody" } else { &witness.principal };
    let mut line = format!("{who} calls {}", witness.action);
    if !matches!(witness.resource.as_str(), "" | "*") {
        let _ = write!(line, " on {}", witness.resource);
    }
    let context = witness.context.iter().map(|(key, values)| format!("with {key} = {}", values.join(", ")));
    [line].into_iter().chain(context).collect()
}

fn note(out: &mut impl Write, margin: usize, name: &str, lines: &[String]) -> io::Result<()> {
    let sign = OUT.paint("=", Paint::Dim);
    let name_width = name.len() + 1;
    for (i, line) in lines.iter().enumerate() {
        let line = printable(line);
        match i {
            0 => writeln!(out, "{:margin$} {sign} {}: {line}", "", OUT.paint(name, Paint::Bold))?,
            _ => writeln!(out, "{:margin$}   {:name_width$} {line}", "", "")?,
        }
    }
    Ok(())
}

/// Shows what becomes of policies without a finding.
fn narrowing(out: &mut impl Write, margin: usize, sources: &[Source], narrowing: &Narrowing) -> io::Result<()> {
    if let (Some(why), Narrowed::Unknown) = (&narrowing.why, &narrowing.narrowed) {
        return note(out, margin, "not narrowed", std::slice::from_ref(why));
    }
    let values: Vec<&Value> = match &narrowing.narrowed {
        Narrowed::One(value) => vec![value],
        Narrowed::Many(values) => values.iter().collect(),
        Narrowed::Unknown => return Ok(()),
    };
    for (source, value) in sources.iter().zip(values) {
        if value.get("Statement") == Some(&json!([])) {
            note(out, margin, "narrowed to", &[format!("nothing, for {NOTHING_LEFT}")])?;
            continue;
        }
        writeln!(out, "{:margin$} {} {}:", "", OUT.paint("=", Paint::Dim), OUT.paint("narrowed to", Paint::Bold))?;
        let lines = edits(&source.document, value);
        for (text, paint) in lines.iter().take(MAX_DIFF_LINES) {
            writeln!(out, "{:margin$}   {}", "", OUT.paint(printable(text).trim_end(), *paint))?;
        }
        if lines.len() > MAX_DIFF_LINES {
            let more = format!("  and {} more lines, which `--format json` has", lines.len() - MAX_DIFF_LINES);
            writeln!(out, "{:margin$}   {}", "", OUT.paint(more, Paint::Dim))?;
        }
    }
    let mut reasons: Vec<String> = narrowing.taken.iter().take(MAX_PIECES).map(reason).collect();
    if narrowing.taken.len() > MAX_PIECES {
        reasons.push(format!("and {} more, which `--format json` has", narrowing.taken.len() - MAX_PIECES));
    }
    note(out, margin, "because", &reasons)?;
    if narrowing.taken.iter().any(|piece| piece.how == "denied") {
        note(out, margin, "mind", &["a Deny also takes what other policies of the same holder grant".to_owned()])?;
    }
    let left: Vec<String> = narrowing.left.iter().map(|left| format!("`{}`: {}", left.kind, left.why)).collect();
    if left.is_empty() { Ok(()) } else { note(out, margin, "left", &left) }
}

/// Why a piece was taken: by how many ways to too much it was a part of.
fn reason(piece: &Piece) -> String {
    let with: Vec<String> = piece.with.values().map(|entry| format!("`{entry}`")).collect();
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(" and ")) };
    let kinds: BTreeSet<&str> = piece.closes.iter().map(|closed| closed.kind).collect();
    let kinds = kinds.into_iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
    let several = piece.closes.iter().map(|closed| closed.actions.as_slice()).find(|actions| actions.len() > 1);
    let others = several.map(|actions| {
        let others = actions.iter().filter(|action| **action != piece.piece).map(|action| format!("`{action}`"));
        format!(", beside {}", others.collect::<Vec<_>>().join(" and "))
    });
    let others = others.unwrap_or_default();
    let ways = match piece.closes.len() {
        0 | 1 => kinds,
        ways => format!("{kinds} in {ways} ways"),
    };
    format!("`{}`{with} at {} made {ways}{others}", piece.piece, piece.at)
}

/// What changes in the statements of a document.
fn edits(before: &Document, after: &Value) -> Vec<(String, Paint)> {
    let texts = |value: &Value| match value.get("Statement") {
        Some(Value::Array(list)) => list.iter().map(Value::to_string).collect(),
        Some(only) => vec![only.to_string()],
        None => Vec::new(),
    };
    let (old, new) = (texts(before.as_value()), texts(after));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let mut lines = Vec::new();
    let (mut index, mut removed, mut added) = (0, Vec::new(), Vec::new());
    // A line that nothing is equal to ends what comes before it.
    for change in diff::changes(&old, &new).into_iter().chain([Line::Gap]) {
        match change {
            Line::Removed(text) => {
                removed.push((index, text));
                index += 1;
            }
            Line::Added(text) => added.push(text),
            Line::Same(_) | Line::Gap => {
                lines.extend(edit(before, &removed, &added));
                removed.clear();
                added.clear();
                index += 1;
            }
        }
    }
    lines
}

/// What statements become others that stand in their place.
fn edit(document: &Document, removed: &[(usize, &str)], added: &[&str]) -> Vec<(String, Paint)> {
    let path = |index: usize| statement_path(document, index);
    let paths = removed.iter().map(|(index, _)| path(*index)).collect::<Vec<_>>().join(", ");
    if added.is_empty() {
        return removed.iter().map(|(index, _)| (format!("- {}", path(*index)), Paint::Bad)).collect();
    }
    let pretty = |text: &str| {
        let value: Option<Value> = serde_json::from_str(text).ok();
        value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
    };
    let old = removed.iter().map(|(_, text)| pretty(text)).collect::<Vec<_>>().join(",\n");
    let new = added.iter().map(|text| pretty(text)).collect::<Vec<_>>().join(",\n");
    let title = (format!("  {paths}"), Paint::Plain);
    let Some(lines) = diff::diff(&old, &new) else {
        return vec![title, ("~ too much to show, `--format json` has it".to_owned(), Paint::Dim)];
    };
    let line = |line: Line<'_>| match line {
        Line::Same(text) => (format!("  {text}"), Paint::Plain),
        Line::Removed(text) => (format!("- {text}"), Paint::Bad),
        Line::Added(text) => (format!("+ {text}"), Paint::Good),
        Line::Gap => ("  ...".to_owned(), Paint::Dim),
    };
    [title].into_iter().chain(lines.into_iter().map(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line_and_one_for_each_key_of_its_context() {
        let witness = Witness {
            principal: "arn:aws:iam::123456789012:role/holder".to_owned(),
            action: "iam:PassRole".to_owned(),
            resource: "arn:aws:iam::123456789012:role/deploy".to_owned(),
            context: [("iam:PassedToService".to_owned(), vec!["lambda.amazonaws.com".to_owned()])].into(),
        };
        assert_eq!(
            request(&witness),
            [
                "arn:aws:iam::123456789012:role/holder calls iam:PassRole on arn:aws:iam::123456789012:role/deploy",
                "with iam:PassedToService = lambda.amazonaws.com",
            ]
        );
        let witness = Witness { principal: "*".to_owned(), resource: "*".to_owned(), ..witness };
        assert_eq!(request(&witness)[0], "somebody calls iam:PassRole");
    }
}
