//! Answers policies in files.

use std::fs::File;
use std::io::{Read, Write, stdin};
use std::path::{Path, PathBuf};
use std::time::Instant;

use iam_policy::{Document, Severity, parse_json};

use super::analysis::{Policies, Question};
use super::batch::micros;
use super::options::{CheckOptions, Format, NewAccessOptions, Settings};
use super::report::{Answer, Refusal, Report, Verdict};
use super::row::{fits, shown};
use super::show::{self, Source};
use super::snippet::printable;
use super::{Exit, Failure};
use crate::Trouble;
use crate::terminal::{Output, Paint};

/// Judges each file by itself.
pub(super) fn check(
    options: &CheckOptions,
    settings: &Settings,
    out: &mut impl Write,
    exit: &mut Exit,
) -> Result<(), Failure> {
    let mut teller = Teller::new(options.input.format);
    for path in &options.files {
        let start = Instant::now();
        let asked = Source::read(path).and_then(|source| {
            let policies = Policies::one(source.document.clone());
            let question = Question::check(policies, Vec::new(), settings.clone());
            let question = question.map_err(|error| Unreadable::refused(&source, error))?;
            if let Question::Check { policies, kind, .. } = &question {
                fits("", policies, *kind).map_err(|error| Unreadable::refused(&source, error))?;
            }
            Ok((vec![source], question))
        });
        teller.tell(out, exit, &name(path), start, asked)?;
    }
    teller.end(out)?;
    Ok(())
}

/// Compares policies.
pub(super) fn new_access(options: &NewAccessOptions, out: &mut impl Write, exit: &mut Exit) -> Result<(), Failure> {
    let mut teller = Teller::new(options.input.format);
    let start = Instant::now();
    let name = options.new.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ");
    let asked = both(options);
    teller.tell(out, exit, &name, start, asked)?;
    teller.end(out)
}

fn both(options: &NewAccessOptions) -> Result<(Vec<Source>, Question), Unreadable> {
    let read = |paths: &[PathBuf]| paths.iter().map(|path| Source::read(path)).collect::<Result<Vec<_>, _>>();
    let (existing, new) = (read(&options.existing)?, read(&options.new)?);
    let policies = |sources: &[Source], list| Policies {
        documents: sources.iter().map(|source| source.document.clone()).collect(),
        list: Some(list).filter(|_| sources.len() > 1),
    };
    let question = Question::new_access(policies(&existing, "existing"), policies(&new, "new"), options.input.kind);
    if let Question::NewAccess { kind, .. } = &question {
        for source in existing.iter().chain(&new) {
            fits("", &Policies::one(source.document.clone()), *kind)
                .map_err(|error| Unreadable::refused(source, error))?;
        }
    }
    Ok((new, question))
}

/// Why a file cannot be read: for a reader, and in one line.
struct Unreadable {
    shown: String,
    line: String,
}

impl Unreadable {
    fn refused(source: &Source, refusal: Refusal) -> Self {
        Self::at(&source.name, &source.text, &refusal, &[])
    }

    fn at(name: &str, text: &str, refusal: &Refusal, places: &[(usize, usize)]) -> Self {
        Self { shown: show::refusal(name, text, refusal, places), line: refusal.to_string() }
    }
}

impl Source {
    fn read(path: &Path) -> Result<Self, Unreadable> {
        let name = name(path);
        let text = text(path).map_err(|error| {
            let line = format!("the policy `{}` cannot be read: {error}", printable(&name));
            let remedy = "give a file with one policy in JSON, or `-` for standard input";
            let trouble = Trouble::from(error).during(format!("the policy `{}` cannot be read", printable(&name)));
            Unreadable { shown: format!("{}\n", trouble.remedy(remedy)), line }
        })?;
        let value = parse_json(&text).map_err(|error| {
            let [place] = error.places() else {
                return Unreadable::at(&name, &text, &Refusal::at("", &error), error.places());
            };
            let found = error.found().split(" at line ").next().unwrap_or_default();
            let refusal = Refusal::new("", format!("broken JSON ({found})"), "a policy in JSON");
            let line = format!("line {} column {}: {}, expected {}", place.0, place.1, refusal.found, refusal.allowed);
            Unreadable { line, ..Unreadable::at(&name, &text, &refusal, &[*place]) }
        })?;
        if !value.is_object() {
            let refusal = Refusal::new("", shown(&value), "a policy: an object");
            return Err(Unreadable::at(&name, &text, &refusal, &[]));
        }
        let document =
            Document::from_value(value).map_err(|error| Unreadable::at(&name, &text, &Refusal::at("", &error), &[]))?;
        Ok(Self { name, text, document })
    }
}

pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// More is read of no file: the longest policies that AWS takes have some tens of thousands of characters.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The text of a file, without the mark that some editors begin it with.
fn text(path: &Path) -> std::io::Result<String> {
    text_of(path, MOST_BYTES)
}

/// The same, of a file of no more than so many bytes.
pub(super) fn text_of(path: &Path, most_bytes: u64) -> std::io::Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        stdin().lock().take(most_bytes + 1).read_to_string(&mut text)
    } else {
        File::open(path)?.take(most_bytes + 1).read_to_string(&mut text)
    };
    if u64::try_from(read?).is_ok_and(|bytes| bytes > most_bytes) {
        let most = most_bytes / 1024 / 1024;
        return Err(std::io::Error::other(format!(
            "it has more than {most} MiB, and nothing of its kind of AWS's has"
        )));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Says one answer after the other; in JSON, all together.
struct Teller {
    format: Format,
    reports: Vec<Report>,
    count: Count,
}

#[derive(Default)]
struct Count {
    files: usize,
    with_findings: usize,
    findings: usize,
    severities: Vec<&'static str>,
    undetermined: usize,
    invalid: usize,
}

impl Teller {
    fn new(format: Format) -> Self {
        Self { format, reports: Vec::new(), count: Count::default() }
    }

    fn tell(
        &mut self,
        out: &mut impl Write,
        exit: &mut Exit,
        name: &str,
        start: Instant,
        asked: Result<(Vec<Source>, Question), Unreadable>,
    ) -> Result<(), Failure> {
        let answer = match &asked {
            Ok((_, question)) => question.answer(),
            Err(unreadable) => Answer::invalid(&unreadable.line),
        };
        exit.note(answer.exit());
        self.count.note(&answer);
        match (self.format, &asked) {
            (Format::Json, _) => {
                let file = Some(name.to_owned());
                self.reports.push(Report { id: None, line: None, file, answer, micros: micros(start) });
            }
            (Format::Text, Ok((sources, _))) => show::answer(out, sources, &answer)?,
            (Format::Text, Err(unreadable)) => {
                out.flush()?;
                eprintln!("{}", unreadable.shown);
            }
        }
        Ok(())
    }

    fn end(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &self.reports).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Text => writeln!(out, "{}", self.count.summary())?,
        }
        Ok(())
    }
}

impl Count {
    fn note(&mut self, answer: &Answer) {
        self.files += 1;
        self.findings += answer.findings.len();
        self.severities.extend(answer.findings.iter().map(|finding| finding.severity));
        match answer.verdict {
            Verdict::Pass => {}
            Verdict::Fail => self.with_findings += 1,
            Verdict::Undetermined => self.undetermined += 1,
            Verdict::Invalid => self.invalid += 1,
        }
    }

    fn summary(&self) -> String {
        let of = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let levels = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(Severity::name);
        let levels = levels.map(|level| (level, self.severities.iter().filter(|s| **s == level).count()));
        let levels: Vec<String> = levels
            .iter()
            .filter(|(_, number)| *number > 0)
            .map(|(level, number)| format!("{number} {level}"))
            .collect();
        let mut parts = Vec::new();
        if self.findings > 0 {
            let among = format!("{} of {}", self.with_findings, of(self.files, "file"));
            parts.push(format!("{} in {among}: {}", of(self.findings, "finding"), levels.join(", ")));
        }
        if self.undetermined > 0 {
            parts.push(format!("{} undetermined", self.undetermined));
        }
        if self.invalid > 0 {
            parts.push(format!("{} invalid", self.invalid));
        }
        if parts.is_empty() {
            let text = format!("nothing found in {}", of(self.files, "file"));
            return Output::Stdout.paint(text, Paint::Good);
        }
        Output::Stdout.paint(parts.join("; "), Paint::Bad)
    }
}
