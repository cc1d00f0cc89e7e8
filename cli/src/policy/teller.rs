//! Says one answer after the other, in every format.

use std::io::Write;
use std::time::Instant;

use iam_policy::Severity;

use super::analysis::Question;
use super::batch::micros;
use super::files::Unreadable;
use super::options::CheckFormat;
use super::report::{Answer, Place, Report, Verdict};
use super::show::{self, Source};
use super::{Exit, Failure, findings};
use crate::sarif;
use crate::terminal::{Output, Paint};

/// An answer, and what it is about.
pub(super) struct Told {
    /// As the user named it.
    pub(super) file: String,
    /// The policies as they are shown.
    pub(super) sources: Vec<Source>,
    pub(super) answer: Answer,
    /// Where they stand, if they stand in something else.
    pub(super) place: Option<Place>,
    /// What a reader is told of what cannot be read.
    pub(super) unreadable: Option<Unreadable>,
}

impl Told {
    /// Of what cannot be read.
    pub(super) fn unreadable(file: String, unreadable: Unreadable) -> Self {
        let answer = Answer::invalid(&unreadable.line);
        Self { file, sources: Vec::new(), answer, place: None, unreadable: Some(unreadable) }
    }

    /// Of a policy in a file of its own.
    pub(super) fn alone(file: String, asked: Result<(Vec<Source>, Question), Unreadable>) -> Self {
        match asked {
            Ok((sources, question)) => Self { file, sources, answer: question.answer(), place: None, unreadable: None },
            Err(unreadable) => Self::unreadable(file, unreadable),
        }
    }
}

/// Says one answer after the other. None is kept in memory.
pub(super) struct Teller {
    format: CheckFormat,
    count: Count,
    is_first: bool,
    sarif: Option<sarif::Writer>,
}

#[derive(Default)]
struct Count {
    /// Files, or the policies in them; not those that have none.
    files: usize,
    /// Whether some of them stand in something else.
    has_policies: bool,
    with_findings: usize,
    findings: usize,
    severities: [usize; LEVELS.len()],
    undetermined: usize,
    invalid: usize,
}

const LEVELS: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

impl Teller {
    pub(super) fn new(format: CheckFormat) -> Self {
        let sarif = (format == CheckFormat::Sarif).then(|| sarif::Writer::new(&findings::rules()));
        Self { format, count: Count::default(), is_first: true, sarif }
    }

    pub(super) fn tell(
        &mut self,
        out: &mut impl Write,
        exit: &mut Exit,
        start: Instant,
        told: Told,
    ) -> Result<(), Failure> {
        exit.note(told.answer.exit());
        self.count.note(&told);
        match self.format {
            CheckFormat::Text => match &told.unreadable {
                None => show::answer(out, &told.file, &told.sources, &told.answer)?,
                Some(unreadable) => {
                    out.flush()?;
                    eprintln!("{}", unreadable.shown);
                }
            },
            CheckFormat::Json => {
                // As `to_writer_pretty` writes a list.
                let text = serde_json::to_string_pretty(&report(told, start)).map_err(std::io::Error::from)?;
                write!(out, "{}\n  {}", if self.is_first { "[" } else { "," }, text.replace('\n', "\n  "))?;
                self.is_first = false;
            }
            CheckFormat::Jsonl => {
                serde_json::to_writer(&mut *out, &report(told, start)).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            CheckFormat::Sarif => {
                if let Some(sarif) = &mut self.sarif {
                    for result in findings::results(&told) {
                        sarif.write(out, &result)?;
                    }
                    if let Some(error) = told.answer.error {
                        sarif.trouble(format!("{}: {error}", told.file));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn end(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.format {
            CheckFormat::Text => writeln!(out, "{}", self.count.summary())?,
            CheckFormat::Json if self.is_first => writeln!(out, "[]")?,
            CheckFormat::Json => writeln!(out, "\n]")?,
            CheckFormat::Jsonl => {}
            CheckFormat::Sarif => self.sarif.map_or(Ok(()), |sarif| sarif.end(out))?,
        }
        Ok(())
    }
}

fn report(told: Told, start: Instant) -> Report {
    Report {
        id: None,
        line: None,
        file: Some(told.file),
        place: told.place,
        answer: told.answer,
        micros: micros(start),
    }
}

impl Count {
    fn note(&mut self, told: &Told) {
        let answer = &told.answer;
        self.files += usize::from(answer.note.is_none());
        self.has_policies |= told.place.is_some();
        self.findings += answer.findings.len();
        for (count, level) in self.severities.iter_mut().zip(LEVELS) {
            *count += answer.findings.iter().filter(|finding| finding.severity == level.name()).count();
        }
        match answer.verdict {
            Verdict::Pass => {}
            Verdict::Fail => self.with_findings += 1,
            Verdict::Undetermined => self.undetermined += 1,
            Verdict::Invalid => self.invalid += 1,
        }
    }

    fn summary(&self) -> String {
        let of = |number: usize, what: &str, many: &str| format!("{number} {}", if number == 1 { what } else { many });
        let all =
            if self.has_policies { of(self.files, "policy", "policies") } else { of(self.files, "file", "files") };
        let levels = LEVELS.map(Severity::name).into_iter().zip(self.severities);
        let levels: Vec<String> =
            levels.filter(|(_, number)| *number > 0).map(|(level, number)| format!("{number} {level}")).collect();
        let mut parts = Vec::new();
        if self.findings > 0 {
            let among = format!("{} of {all}", self.with_findings);
            parts.push(format!("{} in {among}: {}", of(self.findings, "finding", "findings"), levels.join(", ")));
        }
        if self.undetermined > 0 {
            parts.push(format!("{} undetermined", self.undetermined));
        }
        if self.invalid > 0 {
            parts.push(format!("{} invalid", self.invalid));
        }
        if parts.is_empty() {
            let text = format!("nothing found in {all}");
            return Output::Stdout.paint(text, Paint::Good);
        }
        Output::Stdout.paint(parts.join("; "), Paint::Bad)
    }
}
