//! `parapet replay`: what the guards would look at for each record of CloudTrail logs, and why. No AWS call is made here: who can make
//! some gives the live account to [`run_against`].
//!
//! Reading logs is the crate `parapet-records`. This says of each record what it leads to ([`judge`]), and writes it as lines of
//! JSON ([`line`]) or as a table ([`table`], [`show`]); then what the guards would change in the account ([`places`], [`found`]).

mod answers;
mod found;
mod homes;
mod judge;
mod left;
mod line;
mod options;
mod places;
pub(crate) mod progress;
mod results;
mod session;
mod show;
mod table;
mod tally;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write, stdin, stdout};
use std::path::Path;
use std::rc::Rc;

use answers::Answers;
use homes::Homes;
use judge::Judge;
use left::LeftOut;
use parapet_guards::Report;
use parapet_records::{Entry, entries};
use progress::Progress;
use session::{Patient, STANDARD_INPUT, Session};
use tally::Tally;

pub use homes::Place;
pub use options::{Format, HELP, Options};
pub use places::Places;

use crate::terminal::Output;
use crate::{Result, Trouble};

/// How much of the answer is written at once.
const WRITTEN_BYTES: usize = 64 * 1024;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// The live account that a log is held against.
pub struct Account {
    /// Where it is, and what it is held against.
    pub place: Rc<Place>,
    /// How it is looked at.
    pub look: Box<Look>,
}

/// Says what is so now at what a log leads to, and what the guards would change. What cannot be read holds nothing else back: its report
/// says so.
pub type Look = dyn Fn(&Places) -> Vec<Report>;

/// Opens the live account, under the standard given by text and origin, or the built-in one.
pub type Open = dyn Fn(Option<&(String, String)>) -> Result<Account>;

/// Runs the command without a look at any account. What goes wrong is said on standard error.
#[must_use]
pub fn run(options: &Options) -> Exit {
    run_with(options, None)
}

/// Runs the command, and holds what a log leads to against the live account.
#[must_use]
pub fn run_against(options: &Options, account: &Open) -> Exit {
    run_with(options, Some(account))
}

fn run_with(options: &Options, open: Option<&Open>) -> Exit {
    if open.is_some() && options.format == Format::Sarif {
        eprintln!("error: what is in the account stands in no file, and SARIF is about files: take `--format json`");
        return Exit::Nothing;
    }
    let (judge, account) = match prepared(options, open) {
        Ok(prepared) => prepared,
        Err(trouble) => {
            eprintln!("{trouble}");
            return Exit::Nothing;
        }
    };
    let progress = Progress::new(&options.paths, !is_shown_by_lines(options));
    let out = RefCell::new(BufWriter::with_capacity(WRITTEN_BYTES, stdout().lock()));
    let mut session = Session::new(judge, &progress, &out, options.format);
    session.input = options.input_format.into();
    session.places = account.as_ref().map(|_| Places::default());
    let read = options.paths.iter().try_for_each(|path| inputs(&mut session, path, &progress, &out));
    progress.end();
    let tally = session.tally.clone();
    let places = session.places.take();
    let ended = read.and_then(|()| session.finish()).and_then(|(tally, mut answers)| {
        progress.say(tally.summary().trim_end());
        let is_complete = match account.zip(places) {
            Some((account, places)) => told(&(account.look)(&places), options.format, &mut answers, &out)?,
            None => true,
        };
        answers.end(&mut *out.borrow_mut(), options.format)?;
        out.borrow_mut().flush()?;
        Ok(is_complete)
    });
    match ended {
        Ok(true) => Exit::of(&tally),
        // What the account could not tell is not read either.
        Ok(false) => Exit::of(&tally).max(Exit::Some),
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

/// Whether lines are printed to the same terminal: they are progress enough.
fn is_shown_by_lines(options: &Options) -> bool {
    options.format != Format::Text && Output::Stdout.is_terminal()
}

/// Writes what was found in the account. Whether all of it could be read.
fn told(reports: &[Report], format: Format, answers: &mut Answers, out: &RefCell<impl Write>) -> io::Result<bool> {
    let mut out = out.borrow_mut();
    found::write((answers, &mut *out), reports, format)?;
    out.flush()?;
    Ok(found::is_complete(reports))
}

/// Replays one input under the built-in standard, without a word on standard error. Returns the number of its records.
///
/// # Errors
/// The answer cannot be written.
pub fn one(input: impl Read, format: Format, out: impl Write) -> Result<u64> {
    let (progress, out) = (Progress::none(), RefCell::new(out));
    let mut session = Session::new(Judge::new(Homes::new(None)?, None, None), &progress, &out, format);
    session.read("input", input)?;
    let (tally, answers) = session.finish()?;
    answers.end(&mut *out.borrow_mut(), format)?;
    Ok(tally.records)
}

/// What says what records lead to, and the live account where it is asked for.
fn prepared(options: &Options, open: Option<&Open>) -> Result<(Judge, Option<Account>)> {
    let given = options.standard.as_deref().map(standard).transpose()?;
    if let Some(open) = open {
        let account = open(given.as_ref())?;
        return Ok((Judge::of(Rc::clone(&account.place)), Some(account)));
    }
    Ok((Judge::new(Homes::new(given)?, options.account.clone(), options.region.clone()), None))
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
        return session.read(STANDARD_INPUT, Patient { input: stdin().lock(), out });
    }
    let (mut is_empty, mut left_out) = (true, LeftOut::default());
    for entry in entries(path) {
        let opened = match entry {
            Ok(Entry::LeftOut(file, what)) => {
                if let Some(what) = what {
                    is_empty = false;
                    session.unreadable(&file.display().to_string(), &what);
                } else {
                    left_out.note(&file);
                }
                continue;
            }
            Ok(Entry::Log(log)) => File::open(&log).map(|file| (log.clone(), file)).map_err(|error| (log, error)),
            Err(unlisted) => Err((unlisted.path, unlisted.source)),
        };
        is_empty = false;
        match opened {
            Ok((log, file)) => session.read(&log.display().to_string(), file)?,
            Err((log, error)) => session.unreadable(&log.display().to_string(), &error),
        }
    }
    left_out.tell(progress);
    if is_empty {
        progress.say(format_args!("note: `{}` holds no logs", path.display()));
    }
    Ok(())
}
