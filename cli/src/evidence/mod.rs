//! `parapet evidence`: finds what the guards repaired. To ask for it is the other program's, which speaks with AWS; what is asked and how the
//! answer reads is here.

mod options;
mod show;

use clap::Subcommand;

pub use crate::policy::Exit;
pub use options::{BucketOptions, IndexOptions, ListOptions, ShowOptions, Wanted};
pub use show::{list, one};

/// What to do with evidence.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the index by actor and by day up to date.
    ///
    /// Reads evidence that is new since the last time, and writes two small objects for each piece below `index/` in the same bucket. It may
    /// be stopped at any time: the next one goes on. Exits with 0 if all evidence was read, with 1 if some could not be, with 2 if the index
    /// could not be read or written.
    #[command(after_help = ACCOUNT_HELP)]
    Index(IndexOptions),
    /// List repairs of a resource, after calls of an actor, or of a day: the newest first.
    ///
    /// Exits with 0 if all that was found could be read, with 1 if some could not be or the index is not up to date, with 2 if nothing could
    /// be asked.
    #[command(after_help = ACCOUNT_HELP)]
    List(ListOptions),
    /// Show one piece of evidence: who did what, what was wrong, how it was before and after.
    ///
    /// Exits with 0 if it was shown, with 2 if it could not be read.
    #[command(after_help = ACCOUNT_HELP)]
    Show(ShowOptions),
}

const ACCOUNT_HELP: &str = "\
The account and the region are those of the credentials that every AWS tool takes: of the environment, AWS_PROFILE, IAM Identity Center, a process,
a role. They need s3:ListBucket on the bucket, s3:GetObject on evidence/* and index/* in it, and to bring the index up to date
s3:PutObject on index/*.";
