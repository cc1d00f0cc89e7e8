//! The history that a plan is held against: logs of CloudTrail, read once, in memory that does not grow with them.

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

/// Reads all logs at these paths, as `parapet replay` does: files or folders, with gzip or without, `-` for standard input. How far it is, and what
/// cannot be read, is told on standard error; it holds nothing else back.
#[must_use]
pub fn read(paths: &[PathBuf], home: &Home) -> Past {
    let progress = Progress::new(paths, true);
    let mut reading = Reading { home, progress: &progress, members: History::members(), read: Past::default() };
    for path in paths {
        reading.all_at(path);
    }
    progress.end();
    reading.read
}

/// Reads one input, without a word on standard error.
#[must_use]
pub fn read_one(input: impl Read, home: &Home) -> Past {
    let progress = Progress::none();
    let mut reading = Reading { home, progress: &progress, members: History::members(), read: Past::default() };
    reading.input("input", input);
    reading.read
}

struct Reading<'a> {
    home: &'a Home,
    progress: &'a Progress,
    members: Vec<&'static str>,
    read: Past,
}

impl Reading<'_> {
    fn all_at(&mut self, path: &Path) {
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
                Err((log, error)) => {
                    self.read.unreadable += 1;
                    self.progress.say_error(format_args!("{}: {error}", printable(&log.display().to_string())));
                }
            }
        }
        if is_empty {
            self.progress.say(format_args!("note: `{}` holds no logs", printable(&path.display().to_string())));
        }
    }

    fn input(&mut self, name: &str, input: impl Read) {
        let mut reader = match Reader::new(self.progress.counting(input)) {
            Ok(reader) => reader,
            Err(error) => {
                self.read.unreadable += 1;
                return self.progress.say_error(format_args!("{}: {error}", printable(name)));
            }
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
