//! Answers policies in files.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use iam_policy::{Document, parse_json};

use super::analysis::{Policies, Question};
use super::folder::Folder;
use super::input::{At, Sorted, Unread, read, sort};
use super::located;
use super::options::{CheckOptions, NewAccessOptions, Settings};
use super::report::Refusal;
use super::row::{fits, shown};
use super::show::{self, Source};
use super::single;
use super::snippet::printable;
use super::teller::{Teller, Told};
use super::{Exit, Failure};
use crate::Trouble;
use crate::terminal::{Output, Paint};

/// Judges each file by itself, and each policy in it.
pub(super) fn check(
    options: &CheckOptions,
    settings: &Settings,
    out: &mut impl Write,
    exit: &mut Exit,
) -> Result<(), Failure> {
    let mut check = Check { options, settings, teller: Teller::new(options.format) };
    for path in &options.files {
        if path != Path::new("-") && path.is_dir() {
            check.folder(path, out, exit)?;
        } else {
            check.file(path, options.skip_others, out, exit)?;
        }
    }
    check.teller.end(out)
}

struct Check<'o> {
    options: &'o CheckOptions,
    settings: &'o Settings,
    teller: Teller,
}

impl Check<'_> {
    /// Judges what is in a folder. What is no policy is left out, and named.
    fn folder(&mut self, path: &Path, out: &mut impl Write, exit: &mut Exit) -> Result<(), Failure> {
        let folder = Folder::of(path);
        let mut count = 0_usize;
        for file in &folder.files {
            count += usize::from(self.file(file, true, out, exit)?);
        }
        for (path, why) in &folder.left_out {
            leave_out(&name(path), why, out)?;
        }
        for (path, error) in folder.troubles {
            count += 1;
            let unreadable = Unreadable::io(&name(&path), error);
            self.teller.tell(out, exit, Instant::now(), Told::unreadable(name(&path), unreadable))?;
        }
        if count == 0 {
            let unreadable =
                Unreadable::unread(&name(path), &Unread::without_policy("a folder in which there is no policy"));
            self.teller.tell(out, exit, Instant::now(), Told::unreadable(name(path), unreadable))?;
        }
        Ok(())
    }

    /// Judges a file, and says whether it was one to judge. Among others it need not be.
    fn file(
        &mut self,
        path: &Path,
        is_among_others: bool,
        out: &mut impl Write,
        exit: &mut Exit,
    ) -> Result<bool, Failure> {
        let start = Instant::now();
        let name = name(path);
        let other = |what: &str, out: &mut _| leave_out(&name, what, out).map(|()| false);
        let text = match read(path) {
            Ok(text) => text,
            Err(error) if is_among_others && error.kind() == ErrorKind::InvalidData => {
                return other(&error.to_string(), out);
            }
            Err(error) => {
                let unreadable = Unreadable::io(&name, error);
                self.teller.tell(out, exit, start, Told::unreadable(name, unreadable))?;
                return Ok(true);
            }
        };
        match sort(&text, self.options.input_format) {
            Ok(Sorted::Document(text)) if is_among_others && !is_meant(&text) => {
                return other("there is no policy in it", out);
            }
            Ok(Sorted::Document(text)) => {
                let asked = asked(Source::of(name.clone(), text), self.settings);
                self.teller.tell(out, exit, start, Told::alone(name, asked))?;
            }
            Ok(sorted) => located::check(&mut self.teller, out, exit, &name, &sorted, self.settings)?,
            // What is damaged somewhere is what it was meant to be.
            Err(unread) if is_among_others && unread.at.is_none() => return other(&unread.what, out),
            Err(unread) => {
                let unreadable = Unreadable::unread(&name, &unread);
                self.teller.tell(out, exit, start, Told::unreadable(name, unreadable))?;
            }
        }
        Ok(true)
    }
}

/// Whether a text, damaged or not, was meant to be a policy.
fn is_meant(text: &str) -> bool {
    let is_written = text.trim_start().starts_with(['{', '[', '"', '%']) || text.starts_with("Version:");
    is_written && ["Statement", "\"Effect\""].iter().any(|word| text.contains(word))
}

/// Says what was not judged, and why.
fn leave_out(name: &str, why: &str, out: &mut impl Write) -> Result<(), Failure> {
    out.flush()?;
    eprintln!("{}: {}: {why}", Output::Stderr.paint("left out", Paint::Dim), printable(name));
    Ok(())
}

fn asked(source: Result<Source, Unreadable>, settings: &Settings) -> Result<(Vec<Source>, Question), Unreadable> {
    let source = source?;
    let policies = Policies::one(source.document.clone());
    let question = Question::check(policies, Vec::new(), settings.clone());
    let question = question.map_err(|error| Unreadable::refused(&source, error))?;
    if let Question::Check { policies, kind, .. } = &question {
        fits("", policies, *kind).map_err(|error| Unreadable::refused(&source, error))?;
    }
    Ok((vec![source], question))
}

/// Compares policies.
pub(super) fn new_access(options: &NewAccessOptions, out: &mut impl Write, exit: &mut Exit) -> Result<(), Failure> {
    let mut teller = Teller::new(options.format.into());
    let start = Instant::now();
    let name = options.new.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ");
    let asked = both(options);
    teller.tell(out, exit, start, Told::alone(name, asked))?;
    teller.end(out)
}

fn both(options: &NewAccessOptions) -> Result<(Vec<Source>, Question), Unreadable> {
    let read = |paths: &[PathBuf]| paths.iter().map(|path| single::read(path)).collect::<Result<Vec<_>, _>>();
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
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) shown: String,
    pub(super) line: String,
    /// Where, if that is known.
    pub(super) at: Option<At>,
}

impl Unreadable {
    fn refused(source: &Source, refusal: Refusal) -> Self {
        Self::at(&source.name, &source.text, &refusal, &[])
    }

    fn at(name: &str, text: &str, refusal: &Refusal, places: &[(usize, usize)]) -> Self {
        let at = places.first().copied().or_else(|| show::refused_at(text, refusal));
        let at = at.map(|(line, column)| At { line, column });
        Self { shown: show::refusal(name, text, refusal, places), line: refusal.to_string(), at }
    }

    fn io(name: &str, error: io::Error) -> Self {
        let line = format!("the policy `{}` cannot be read: {error}", printable(name));
        let remedy = "give a file or a folder that can be read, or `-` for standard input";
        let trouble = Trouble::from(error).during(format!("the policy `{}` cannot be read", printable(name)));
        Self { shown: format!("{}\n", trouble.remedy(remedy)), line, at: None }
    }

    /// What a file is, and what to give in its place.
    pub(super) fn unread(name: &str, unread: &Unread) -> Self {
        let place = unread.at.map(|at| format!("line {} column {}: ", at.line, at.column)).unwrap_or_default();
        let what = format!("{place}{}", unread.what);
        let trouble = Trouble::new(&what).during(format!("`{}` is not read", printable(name)));
        let shown = format!("{}\n", trouble.remedy(format!("give {}", unread.give)));
        Self { shown, line: format!("{what}, expected {}", unread.give), at: unread.at }
    }
}

impl Source {
    /// The policy that a text is.
    pub(super) fn of(name: String, text: String) -> Result<Self, Unreadable> {
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
        Ok(Self { name, text, document, placed: None })
    }
}

pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// The text of a file, however it is written.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    read(path).map_err(|error| Unreadable::io(&name(path), error))
}
