//! The records of all inputs, one after the other.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use parapet_records::{InputFormat, Item, Position, Reader, Record};

use super::answers::Answers;
use super::judge::{Judge, Verdict};
use super::line;
use super::options::Format;
use super::places::Places;
use super::progress::Progress;
use super::results;
use super::show;
use super::table::Table;
use super::tally::Tally;
use crate::terminal::{Output, printable};

/// How many troubles of one input are told. Of what is no log at all, every line is one.
const MOST_TOLD: u64 = 100;

/// What standard input is called where it is told; among files it is `-`.
pub(super) const STANDARD_INPUT: &str = "standard input";

/// An input as a file.
fn of_file(name: &str) -> &str {
    if name == STANDARD_INPUT { "-" } else { name }
}

/// A run.
pub(super) struct Session<'o, W> {
    judge: Judge,
    progress: &'o Progress,
    out: &'o RefCell<W>,
    format: Format,
    /// What the inputs are.
    pub(super) input: InputFormat,
    table: Table,
    /// What was written in JSON.
    pub(super) answers: Answers,
    pub(super) tally: Tally,
    /// What the log leads to, where the account is to be looked at.
    pub(super) places: Option<Places>,
    /// Troubles of the current input.
    troubles: u64,
    failure: Option<io::Error>,
}

impl<'o, W: Write> Session<'o, W> {
    pub(super) fn new(judge: Judge, progress: &'o Progress, out: &'o RefCell<W>, format: Format) -> Self {
        Self {
            judge,
            progress,
            out,
            format,
            input: InputFormat::Auto,
            answers: Answers::new(format),
            table: Table::default(),
            tally: Tally::default(),
            places: None,
            troubles: 0,
            failure: None,
        }
    }

    /// Reads an input. What goes wrong with it is told; the next one can be read.
    ///
    /// # Errors
    /// The answer cannot be written.
    pub(super) fn read(&mut self, name: &str, input: impl Read) -> io::Result<()> {
        self.troubles = 0;
        let mut reader = match Reader::with_format(self.progress.counting(input), self.input) {
            Ok(reader) => reader,
            Err(error) => {
                self.unreadable(name, &error);
                return Ok(());
            }
        };
        self.tally.inputs += 1;
        let _ = reader.for_each(&mut |item| match item {
            Item::Record(record) => self.record(name, record),
            Item::Damage(damage) => {
                self.damage(name, (damage.position, damage.path.as_deref()), damage.record, &damage.fault);
                ControlFlow::Continue(())
            }
        });
        self.tally.has_lists |= reader.has_lists();
        let untold = self.troubles.saturating_sub(MOST_TOLD);
        if untold > 0 {
            self.progress.say_error(format_args!("{}: {untold} more that are not told", printable(name)));
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// An input cannot be read at all.
    pub(super) fn unreadable(&mut self, name: &str, error: &dyn Display) {
        self.tally.unreadable += 1;
        self.progress.say_error(format_args!("{}: {error}", printable(name)));
        self.write_unreadable(name, None, &error.to_string());
    }

    /// Tells programs of it, too.
    fn write_unreadable(&mut self, name: &str, at: Option<(Position, Option<&str>)>, why: &str) {
        if self.format == Format::Sarif {
            let result = results::unreadable(of_file(name), at, why);
            let written = self.answers.results(&mut *self.out.borrow_mut(), [result]);
            self.failure = self.failure.take().or(written.err());
        }
    }

    /// Writes what is left to write, but for what ends the answers.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(self) -> io::Result<(Tally, Answers)> {
        let mut out = self.out.borrow_mut();
        if self.format == Format::Text && self.tally.records > 0 {
            show::table(&mut *out, &self.table, Output::Stdout.width())?;
        }
        out.flush()?;
        Ok((self.tally, self.answers))
    }

    fn record(&mut self, name: &str, record: &Record<'_>) -> ControlFlow<()> {
        let verdict = match self.judge.judge(record) {
            Ok(verdict) => verdict,
            Err(undecided) => {
                self.damage(name, (record.position(), None), Some(record.number()), &undecided);
                return ControlFlow::Continue(());
            }
        };
        self.tally.note(&verdict);
        if let (Some(places), Verdict::Reconcile(decision)) = (&mut self.places, &verdict) {
            places.note(&decision.looks);
        }
        let written = match (self.format, &verdict) {
            (Format::Json | Format::Jsonl, _) => {
                let out = &mut *self.out.borrow_mut();
                line::write((&mut self.answers, out), self.format, of_file(name), record, &verdict)
            }
            (Format::Sarif, Verdict::Reconcile(decision)) => {
                let results = results::of(of_file(name), record, decision);
                self.answers.results(&mut *self.out.borrow_mut(), results)
            }
            (Format::Text, Verdict::Reconcile(decision)) => {
                self.table.note(record, &decision.looks);
                Ok(())
            }
            (Format::Text | Format::Sarif, Verdict::Ignored(_)) => Ok(()),
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// A part of an input cannot be read.
    fn damage(&mut self, name: &str, at: (Position, Option<&str>), record: Option<u64>, why: &dyn Display) {
        self.tally.unreadable += 1;
        self.troubles += 1;
        if self.troubles > MOST_TOLD {
            return;
        }
        self.write_unreadable(name, Some(at), &why.to_string());
        let (Position { byte, line, column }, path) = at;
        let path = path.map(|path| format!("{path}: ")).unwrap_or_default();
        let record = record.map(|number| format!("record {number}, ")).unwrap_or_default();
        let (name, why) = (printable(name), printable(&format!("{path}{why}")));
        self.progress.say_error(format_args!("{name}:{line}:{column}: {record}byte {byte}: {why}"));
    }
}

/// An input that somebody may be typing: before it is waited for, what was answered is written.
pub(super) struct Patient<'o, R, W> {
    pub(super) input: R,
    pub(super) out: &'o RefCell<W>,
}

impl<R: Read, W: Write> Read for Patient<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // If it cannot be written now, it cannot be written then, and is told then.
        let _ = self.out.borrow_mut().flush();
        self.input.read(buffer)
    }
}
