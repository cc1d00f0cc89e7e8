//! `parapet standard`: checks a standard, and says what another one would enforce differently. Neither needs an account; to upload one
//! does, and is the other program's.

mod options;
mod show;
mod source;

use std::io::{self, BufWriter, ErrorKind, Write, stdout};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use parapet_guards::Difference;
use serde_json::json;

pub use crate::policy::Exit;
pub use options::{CheckOptions, DiffOptions, UploadOptions};
pub use show::show;
pub use source::{Given, Unusable};

use crate::Trouble;
use crate::policy::Format;
use crate::terminal::printable;

/// What to do with standards.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say whether a standard is valid.
    ///
    /// Nothing is sent anywhere. Exits with 0 if it is, with 1 if it is not, with 2 if it could not be read.
    Check(CheckOptions),
    /// Say what another standard would enforce differently, and whether that is looser, stricter or different.
    ///
    /// Nothing is sent anywhere. Exits with 0 if both enforce the same, with 1 if they do not, with 2 if one of them could not be read or
    /// is not valid.
    #[command(after_help = DIFF_HELP)]
    Diff(DiffOptions),
    /// Check a standard, say what it would enforce differently from what is there, and put it into a bucket.
    ///
    /// The account and the region are those of the credentials that every AWS tool takes: of the environment, AWS_PROFILE, IAM Identity Center, a
    /// process, a role; the bucket has to be the account's own. Exits with 0 if it is there, with 1 if it is not valid, with 2 if it could
    /// not be read or written.
    Upload(UploadOptions),
}

const DIFF_HELP: &str = "\
Answers of --format json, a list:
  {\"path\": \"controls.S3.Encryption\", \"before\": \"enforce\", \"after\": \"observe\", \"direction\": \"looser|stricter|different\"}
`before` is null for an entry that is new, `after` for one that is gone. What others of the same list include makes no difference, nor
does an exemption that has ended.";

impl Command {
    /// Whether it speaks with AWS.
    #[must_use]
    pub fn needs_aws(&self) -> bool {
        matches!(self, Self::Upload(_))
    }
}

/// Runs a command that needs no AWS. What goes wrong is said on standard error.
#[must_use]
pub fn run(command: &Command) -> Exit {
    let mut out = BufWriter::new(stdout().lock());
    let ended = match command {
        Command::Check(options) => check(options, &mut out),
        Command::Diff(options) => diff(options, &mut out),
        Command::Upload(_) => Err(Failure::Given(Unusable::Unreadable(Trouble::new("this command speaks with AWS")))),
    };
    let ended = ended.and_then(|exit| out.flush().map(|()| exit).map_err(Failure::from));
    match ended {
        Ok(exit) => exit,
        Err(Failure::Given(unusable)) => {
            eprintln!("{}", unusable.trouble());
            Exit::BadInput
        }
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Exit::BadInput,
        Err(Failure::Output(error)) => {
            eprintln!("{}", Trouble::from(error).during("the answer cannot be written"));
            Exit::BadInput
        }
    }
}

fn check(options: &CheckOptions, out: &mut impl Write) -> Result<Exit, Failure> {
    let given = Given::read(&options.source)?;
    let checked = given.standard(&options.home.home());
    let name = printable(&given.name);
    match (&checked, options.format) {
        (Ok(standard), Format::Text) => writeln!(out, "{name} is valid (digest {})", standard.digest())?,
        (Ok(standard), Format::Json) => {
            writeln!(out, "{}", json!({"source": given.name, "verdict": "valid", "digest": standard.digest()}))?;
        }
        (Err(unusable), Format::Text) => eprintln!("{}", unusable.trouble()),
        (Err(unusable), Format::Json) => {
            writeln!(out, "{}", json!({"source": given.name, "verdict": "invalid", "error": unusable.why()}))?;
        }
    }
    Ok(if checked.is_ok() { Exit::Clean } else { Exit::Findings })
}

fn diff(options: &DiffOptions, out: &mut impl Write) -> Result<Exit, Failure> {
    if options.old == "-" && options.new == "-" {
        let trouble =
            Trouble::new("both standards are said to be in standard input").remedy("name a file for one of them");
        return Err(Unusable::Unreadable(trouble).into());
    }
    let home = options.home.home();
    let (old, new) = (Given::read(&options.old)?.standard(&home)?, Given::read(&options.new)?.standard(&home)?);
    let difference = Difference::between(&old, &new, seconds_since_1970());
    match options.format {
        Format::Text => show(&difference, out)?,
        Format::Json => writeln!(out, "{}", serde_json::to_string(&difference).map_err(io::Error::from)?)?,
    }
    Ok(if difference.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Now, by which exemptions are in force.
#[must_use]
pub fn seconds_since_1970() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Why a command ended early.
enum Failure {
    Given(Unusable),
    Output(io::Error),
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        Self::Given(unusable)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
