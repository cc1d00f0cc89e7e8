//! The history that a plan is held against: logs of CloudTrail, read once, in memory that does not grow with them.

use std::fmt::Display;
use std::fs::File;
use std::io::{Read, stdin};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use parapet_core::Home;
use parapet_guards::used::{History, Passed};
use parapet_records::{Item, Position, Reader, Record, logs};

use crate::replay::progress::Progress;
use crate::terminal::printable;

/// How many troubles of one input are told. Of what is no log at all, every line is one.
const MOST_TOLD: u64 = 20;

/// How many levels of a record are read: those of the parameters that name roles.
const LEVELS: usize = 8;

/// What was read.
#[derive(Debug, Default)]
pub struct Past {
    /// What was seen to be used.
    pub history: History,
    /// How many inputs, and parts of them, could not be read. Each was told on standard error.
    pub unreadable: u64,
}

/// Reads one input, without a word on standard error.
#[must_use]
pub fn read_one(input: impl Read, home: &Home) -> Past {
    let mut reading = Reading::silent(home);
    reading.input("input", input);
    reading.end()
}

/// A history that is being read. How far it is, and what cannot be read, is told on standard error; it holds nothing else back.
#[derive(Debug)]
pub struct Reading<'a> {
    home: &'a Home,
    progress: Progress,
    members: Vec<&'static str>,
    read: Past,
}

impl<'a> Reading<'a> {
    /// One of the account's, of these paths; those that are no files are as long as they are.
    #[must_use]
    pub fn of(paths: &[PathBuf], home: &'a Home) -> Self {
        Self { progress: Progress::new(paths, true), ..Self::silent(home) }
    }

    fn silent(home: &'a Home) -> Self {
        Self { home, progress: Progress::none(), members: History::members(), read: Past::default() }
    }

    /// What was read.
    #[must_use]
    pub fn end(self) -> Past {
        self.progress.end();
        self.read
    }

    /// Reads all logs at a path, as `parapet replay` does: a file or a folder, with gzip or without, `-` for standard input.
    pub fn all_at(&mut self, path: &Path) {
        if path == Path::new("-") {
            return self.input("standard input", stdin().lock());
        }
        let mut is_empty = true;
        for log in logs(path) {
            is_empty = false;
            let opened = log.map_err(|unlisted| (unlisted.path, unlisted.source));
            let opened =
                opened.and_then(|log| File::open(&log).map(|file| (log.clone(), file)).map_err(|error| (log, error)));
            match opened {
                Ok((log, file)) => self.input(&log.display().to_string(), file),
                Err((log, error)) => self.unreadable(&log.display().to_string(), error),
            }
        }
        if is_empty {
            self.is_empty(&path.display().to_string());
        }
    }

    /// Tells that a path holds nothing.
    pub fn is_empty(&self, path: &str) {
        self.progress.say(format_args!("note: `{}` holds no logs", printable(path)));
    }

    /// Tells that something could not be read.
    pub fn unreadable(&mut self, name: &str, why: impl Display) {
        self.read.unreadable += 1;
        self.progress.say_error(format_args!("{}: {why}", printable(name)));
    }

    /// Reads one input.
    pub fn input(&mut self, name: &str, input: impl Read) {
        let mut reader = match Reader::new(self.progress.counting(input)) {
            Ok(reader) => reader,
            Err(error) => return self.unreadable(name, error),
        };
        let mut troubles = 0;
        let _ = reader.for_each(&mut |item| {
            let trouble = match item {
                Item::Record(record) => self.record(record).err().map(|why| (record.position(), why.to_string())),
                Item::Damage(damage) => Some((damage.position, damage.fault.to_string())),
            };
            if let Some((Position { line, column, .. }, why)) = trouble {
                troubles += 1;
                self.read.unreadable += 1;
                if troubles <= MOST_TOLD {
                    let (name, why) = (printable(name), printable(&why));
                    self.progress.say_error(format_args!("{name}:{line}:{column}: {why}"));
                }
            }
            ControlFlow::<()>::Continue(())
        });
        if troubles > MOST_TOLD {
            let untold = troubles - MOST_TOLD;
            self.progress.say_error(format_args!("{}: {untold} more that are not told", printable(name)));
        }
    }

    /// Most records of a log that is an organization's, or of what services do by themselves, are decided at a glance.
    fn record(&mut self, record: &Record<'_>) -> serde_json::Result<()> {
        const BY_NOBODY: [&str; 3] = ["AWSService", "AWSAccount", "Root"];
        if record.account().is_some_and(|account| account != self.home.account) {
            self.read.history.pass(Passed::OtherAccount);
        } else if record.actor_kind().is_some_and(|kind| BY_NOBODY.contains(&kind)) {
            self.read.history.pass(Passed::NoPrincipal);
        } else {
            self.read.history.note(&record.members_to(&self.members, LEVELS)?, self.home);
        }
        Ok(())
    }
}
