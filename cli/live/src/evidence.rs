//! `parapet evidence`: finds what the guards repaired, and keeps the index that it is found by.

use std::io::{BufWriter, Write, stdout};

use parapet_aws::{Asked, Connection, EvidenceIndex, Found, Updated};
use parapet_cli::evidence::{self, BucketOptions, Command, Exit, IndexOptions, ListOptions, ShowOptions};
use parapet_cli::standard::seconds_since_1970;
use parapet_console::terminal::{printable, step};
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_core::{ErrorKind, Home, Unreadable, WorldError};
use parapet_guards::Standard;
use parapet_guards::index::Who;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::account::own;

/// How to get an index where there is none.
const BUILD: &str = "`parapet evidence index` brings it up to date";

/// Runs a command. What goes wrong is said on standard error.
pub(crate) async fn run(command: &Command) -> Exit {
    let ended = match command {
        Command::Index(options) => index(options).await,
        Command::List(options) => list(options).await,
        Command::Show(options) => show(options).await,
    };
    ended.unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        Exit::BadInput
    })
}

/// Where evidence is asked for.
struct Place {
    connection: Connection,
    home: Home,
    bucket: String,
}

impl Place {
    async fn of(options: &BucketOptions) -> Result<Self> {
        let (connection, home) = own().await?;
        let bucket = match options.bucket.clone().filter(|bucket| !bucket.is_empty()) {
            Some(bucket) => bucket,
            None => Standard::built_in(&home)?.names.evidence_bucket,
        };
        Ok(Self { connection, home, bucket })
    }

    fn index(&self) -> EvidenceIndex<'_> {
        EvidenceIndex::new(&self.connection, &self.home, &self.bucket)
    }

    async fn updated(&self, anew: bool) -> Result<Updated, WorldError> {
        let tell = |so_far: &Updated| step(format!("{} new pieces of evidence in the index", so_far.evidence));
        self.index().update(seconds_since_1970(), anew, tell).await
    }
}

async fn index(options: &IndexOptions) -> Result<Exit> {
    let place = Place::of(&options.place).await?;
    step(format!("looking for new evidence in bucket `{}`", place.bucket));
    let updated = place.updated(options.rebuild).await.map_err(refused)?;
    let Updated { evidence, entries, unread } = updated;
    writeln!(
        stdout().lock(),
        "the index is up to date: {evidence} new pieces of evidence, {entries} entries written, {} calls",
        place.connection.calls()
    )?;
    Ok(tell_unread(&unread))
}

/// From a stale index, an answer misleads: it is brought up to date first, where that is possible.
async fn list(options: &ListOptions) -> Result<Exit> {
    let place = Place::of(&options.place).await?;
    let wanted = &options.wanted;
    let asked = match (&wanted.resource, &wanted.actor, &wanted.day) {
        (Some(arn), _, _) => Asked::Resource(arn.clone()),
        (_, Some(actor), _) => Asked::Actor(Who::new(actor)),
        (_, _, Some(day)) => Asked::Day(day.clone()),
        _ => return Err(Trouble::new("nothing is asked for")),
    };
    let is_current = match asked {
        Asked::Resource(_) => Exit::Clean,
        _ if options.no_update => tell_age(&place).await?,
        _ => bring_up_to_date(&place).await?,
    };
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    let Found { entries, has_more, unread } = place.index().find(&asked, limit).await.map_err(refused)?;
    let mut out = BufWriter::new(stdout().lock());
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&entries)?)?;
    } else {
        evidence::list(&entries, &mut out).during("the list cannot be written")?;
    }
    out.flush()?;
    if entries.is_empty() {
        step("nothing was found");
    }
    if has_more {
        step(format!("these are the newest {limit}; --limit shows more"));
    }
    Ok(tell_unread(&unread).max(is_current))
}

async fn show(options: &ShowOptions) -> Result<Exit> {
    let place = Place::of(&options.place).await?;
    let found = place.index().evidence(&options.key).await.map_err(refused)?;
    let mut out = BufWriter::new(stdout().lock());
    if options.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?;
    } else {
        evidence::one(&found, &mut out).during("the evidence cannot be written")?;
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// Whoever may only read gets what the index has, and is told how old that is.
async fn bring_up_to_date(place: &Place) -> Result<Exit> {
    match place.updated(false).await {
        Ok(updated) => Ok(tell_unread(&updated.unread)),
        Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Conflict) => {
            eprintln!("warning: the index could not be brought up to date: {}", printable(&error.to_string()));
            tell_age(place).await?;
            Ok(Exit::Findings)
        }
        Err(error) => Err(refused(error)),
    }
}

async fn tell_age(place: &Place) -> Result<Exit> {
    let until = place.index().complete_until().await.map_err(refused)?;
    let until = until.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match until.and_then(|moment| moment.format(&Rfc3339).ok()) {
        Some(moment) => step(format!("the index has what was stored until {moment}; {BUILD}")),
        None => {
            eprintln!("warning: there is no whole index yet; {BUILD}");
            return Ok(Exit::Findings);
        }
    }
    Ok(Exit::Clean)
}

fn tell_unread(unread: &[Unreadable]) -> Exit {
    for Unreadable { object, why, .. } in unread {
        eprintln!("warning: `{}` cannot be read: {}", printable(object), printable(why));
    }
    if unread.is_empty() { Exit::Clean } else { Exit::Findings }
}

/// What a person can do, who is no function.
fn refused(error: WorldError) -> Trouble {
    let remedy = match error.kind {
        ErrorKind::Denied => {
            "allow your role s3:ListBucket on the evidence bucket, s3:GetObject on evidence/* and index/* in it, and s3:PutObject on index/*"
        }
        ErrorKind::Missing => {
            "look for the key with `parapet evidence list`, name another bucket with --bucket, or run bootstrap first"
        }
        ErrorKind::Taken => "the bucket belongs to another account: name yours with --bucket",
        ErrorKind::Conflict => "try again in a moment",
        ErrorKind::Unreadable => {
            "install the newest version; an index is made anew with `parapet evidence index --rebuild`"
        }
        _ => error.remedy(),
    };
    Trouble::from(error).remedy(remedy)
}
