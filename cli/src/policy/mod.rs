//! `parapet policy`: judges policies in files, and many of them in a row, and writes those of an organization, without any AWS account.
//!
//! What a policy may not allow, and how that is found, is the crate `iam-policy`. This reads the input ([`row`], [`files`], [`folder`], [`single`], and what
//! else people have: [`input`], [`located`]), asks ([`analysis`]), and says the answer ([`teller`]) as JSON ([`report`]), as SARIF ([`findings`]) or
//! to a reader ([`show`]).

mod analysis;
mod batch;
mod companions;
mod diff;
mod files;
mod findings;
mod folder;
mod input;
mod json;
mod kind;
mod located;
mod options;
mod report;
mod roles;
mod row;
mod show;
mod single;
mod snippet;
mod teller;

use std::io::{self, BufWriter, ErrorKind, Write, stdout};
use std::time::SystemTime;

use clap::Subcommand;
use options::{CheckFormat, Settings};

pub use companions::CompanionsOptions;
pub use options::{CheckOptions, NewAccessOptions};
pub(crate) use options::{Format, account};
pub(crate) use show::request;

use crate::Trouble;
use crate::terminal::{Output, Paint};

/// What to ask of policies.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find what a policy allows and none should.
    ///
    /// Shows each finding with the statement, a request that proves it, and the nearest policy without it. Nothing is sent
    /// anywhere. Exits with 0 if nothing was found, with 1 if something was, with 2 if an input could not be read.
    #[command(after_help = CHECK_HELP)]
    Check(CheckOptions),
    /// Find what a new policy allows and the existing one does not.
    ///
    /// Exits with 0 if the new policy allows nothing more, with 1 if it does, with 2 if an input could not be read.
    #[command(after_help = NEW_ACCESS_HELP)]
    NewAccess(NewAccessOptions),
    /// Write a service control policy and a resource control policy that keep others off what Parapet consists of.
    ///
    /// They deny to everybody but one role, and Parapet's own functions where it is their work, to change its functions, rules, queues, alarms, logs
    /// and roles, and the buckets, keys and trail of the standard. policies/README.md says how to attach them, and what they do not do. Exits
    /// with 0 if they are written, with 2 if not.
    Companions(CompanionsOptions),
}

const CHECK_HELP: &str = "\
Files, told apart by their content (docs/policy.md):
  a policy by itself; what `aws iam get-role-policy`, `aws s3api get-bucket-policy`, `aws kms get-key-policy` and all of their kind print;
  what `aws iam get-account-authorization-details` prints: each principal is judged by all that it holds, within its boundary;
  a CloudFormation or SAM template in JSON or YAML; what `terraform show -json PLAN` prints.
  A folder: what is in it, and named if it is none of these. Plain or gzip, UTF-8 or UTF-16. What is filled in when it is deployed is never taken for harmless: what rests on it is undetermined.
Rows of a batch:
  {\"id\": .., \"policy\": {..}, \"type\": \"identity\"}  or \"policies\": [..] of one principal
  and, if you like, \"boundary\": {..}, \"scps\": [..], \"account\", \"trusted_accounts\", \"organizations\", \"protected\",
  \"envelope\", \"roles\": {\"RoleDetailList\": [..], \"Policies\": [..]}
Roles, as a file or in a row, are what this answers, so that `iam:PassRole` and the like count only if a role has more than the policy:
  aws iam get-account-authorization-details --filter Role LocalManagedPolicy AWSManagedPolicy
Answers, one for each row:
  {\"id\": .., \"verdict\": \"pass|fail|undetermined|invalid\", \"findings\": [..], \"micros\": ..}";

const NEW_ACCESS_HELP: &str = "\
Files, each with one policy: by itself, plain or URL-encoded, or as `aws iam get-role-policy` and all of its kind print it; gzip, UTF-8 or UTF-16.
Rows of a batch:
  {\"id\": .., \"existing\": {..}, \"new\": {..}, \"policyType\": \"IDENTITY_POLICY\"}  or lists of policies
Answers, one for each row:
  {\"id\": .., \"verdict\": \"pass|fail|undetermined|invalid\", \"findings\": [..], \"micros\": ..}";

/// What a command came to, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing was found.
    #[default]
    Clean,
    /// Something was, or it could not be decided.
    Findings,
    /// An input could not be read.
    BadInput,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::BadInput => 2,
        }
    }

    fn note(&mut self, other: Self) {
        *self = other.max(*self);
    }
}

/// Runs a command. What goes wrong is said on standard error.
#[must_use]
pub fn run(command: &Command) -> Exit {
    for warning in iam_policy::TABLES.iter().filter_map(|table| table.warning(SystemTime::now())) {
        eprintln!("{}: {warning}", Output::Stderr.paint("warning", Paint::Warning));
    }
    let mut exit = Exit::default();
    let mut out = BufWriter::new(stdout().lock());
    let ended = command.run(&mut out, &mut exit).and_then(|()| Ok(out.flush()?));
    let trouble = match ended {
        Ok(()) => return exit,
        Err(Failure::Input(trouble)) => {
            // What was found before is still told.
            let _ = out.flush();
            Some(trouble)
        }
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => None,
        Err(Failure::Output(error)) => Some(Trouble::from(error).during("the answer cannot be written")),
    };
    if let Some(trouble) = trouble {
        eprintln!("{trouble}");
        exit.note(Exit::BadInput);
    }
    // What could not be written before cannot be written now.
    let _ = out.into_parts();
    exit
}

impl Command {
    fn run(&self, out: &mut impl Write, exit: &mut Exit) -> Result<(), Failure> {
        match self {
            Self::Check(options) => {
                let settings = Settings::of(options)?;
                match &options.input.batch {
                    Some(_) if options.format == CheckFormat::Sarif => {
                        let what = "a batch is answered in lines of JSON, and `--format sarif` is for files";
                        Err(Trouble::new(what).remedy("give the policies as files, or leave `--format` out").into())
                    }
                    Some(path) => batch::run(path, |row| row::check(row, &settings), out, exit),
                    None => files::check(options, &settings, out, exit),
                }
            }
            Self::NewAccess(options) => match &options.input.batch {
                Some(path) => batch::run(path, |row| row::new_access(row, options.input.kind), out, exit),
                None => files::new_access(options, out, exit),
            },
            Self::Companions(options) => companions::run(options, out),
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
enum Failure {
    Input(Trouble),
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Input(trouble)
    }
}
