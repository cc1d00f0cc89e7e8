//! `parapet replay`: what the guards would look at for each record of CloudTrail logs, and why. No AWS call is made.
//!
//! Reading logs is the crate `parapet-records`. This says of each record what it leads to ([`judge`]), and writes it as lines of
//! JSON ([`line`]) or as a table ([`table`], [`show`]).

mod decision;
mod homes;
mod judge;
mod line;
mod options;
mod progress;
mod session;
mod show;
mod table;
mod tally;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write, stdin, stdout};
use std::path::Path;

use homes::Homes;
use judge::Judge;
use parapet_records::logs;
use progress::Progress;
use session::{Patient, Session};
use tally::Tally;

pub use options::{Format, HELP, Options};

use crate::{Result, Trouble};

/// How much of the answer is written at once.
const WRITTEN_BYTES: usize = 64 * 1024;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was read.
    All,
    /// Something was not.
    Some,
    /// Nothing was.
    Nothing,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::All => 0,
            Self::Some => 1,
            Self::Nothing => 2,
        }
    }

    fn of(tally: &Tally) -> Self {
        // A log without records is read, too; an input without anything is not.
        let is_read = tally.records > 0 || tally.has_lists;
        match (is_read, tally.unreadable) {
            (false, _) => Self::Nothing,
            (true, 0) => Self::All,
            (true, _) => Self::Some,
        }
    }
}

/// Runs the command. What goes wrong is said on standard error.
#[must_use]
pub fn run(options: &Options) -> Exit {
    let judge = match judge(options) {
        Ok(judge) => judge,
        Err(trouble) => {
            eprintln!("{trouble}");
            return Exit::Nothing;
        }
    };
    let progress = Progress::new(options);
    let out = RefCell::new(BufWriter::with_capacity(WRITTEN_BYTES, stdout().lock()));
    let mut session = Session::new(judge, &progress, &out, options.format);
    let read = options.paths.iter().try_for_each(|path| inputs(&mut session, path, &progress, &out));
    progress.end();
    let tally = session.tally.clone();
    let ended = read.and_then(|()| session.finish());
    match ended {
        Ok(tally) => {
            progress.say(tally.summary().trim_end());
            Exit::of(&tally)
        }
        Err(error) => {
            // What could not be written before cannot be written now.
            let _ = out.into_inner().into_parts();
            // Whoever reads the first lines only has them.
            if error.kind() != ErrorKind::BrokenPipe {
                progress.say(Trouble::from(error).during("the answer cannot be written"));
                return Exit::Some;
            }
            Exit::of(&tally)
        }
    }
}

/// Replays one input under the built-in standard, without a word on standard error. Returns the number of its records.
///
/// # Errors
/// The answer cannot be written.
pub fn one(input: impl Read, format: Format, out: impl Write) -> Result<u64> {
    let (progress, out) = (Progress::none(), RefCell::new(out));
    let mut session = Session::new(Judge::new(Homes::new(None)?, None), &progress, &out, format);
    session.read("input", input)?;
    Ok(session.finish()?.records)
}

fn judge(options: &Options) -> Result<Judge> {
    let given = options.standard.as_deref().map(standard).transpose()?;
    Ok(Judge::new(Homes::new(given)?, options.account.clone()))
}

/// The text of a standard, and where it is from.
fn standard(path: &Path) -> Result<(String, String)> {
    let origin = format!("`{}`", path.display());
    let text = fs::read_to_string(path).map_err(|error| {
        Trouble::from(error)
            .during(format!("the standard {origin} cannot be read"))
            .remedy("give a file in the format of standard.yaml")
    })?;
    Ok((text, origin))
}

/// Reads all inputs at a path.
fn inputs<W: Write>(
    session: &mut Session<'_, W>,
    path: &Path,
    progress: &Progress,
    out: &RefCell<W>,
) -> io::Result<()> {
    if path == Path::new("-") {
        return session.read("standard input", Patient { input: stdin().lock(), out });
    }
    let mut is_empty = true;
    for log in logs(path) {
        is_empty = false;
        let opened = log.map_err(|unlisted| (unlisted.path, unlisted.source));
        let opened =
            opened.and_then(|log| File::open(&log).map(|file| (log.clone(), file)).map_err(|error| (log, error)));
        match opened {
            Ok((log, file)) => session.read(&log.display().to_string(), file)?,
            Err((log, error)) => session.unreadable(&log.display().to_string(), &error),
        }
    }
    if is_empty {
        progress.say(format_args!("note: `{}` holds no logs", path.display()));
    }
    Ok(())
}
