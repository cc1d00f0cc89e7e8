//! `parapet standard upload`: checks a standard, tells the difference, and puts it into a bucket.

use std::io::{Write, stdout};

use parapet_aws::{Connection, StandardObject};
use parapet_cli::standard::{Exit, Given, UploadOptions, seconds_since_1970, show};
use parapet_console::terminal::{printable, step};
use parapet_console::{Result, Trouble};
use parapet_core::Home;
use parapet_guards::{Difference, ObjectLocation, Standard};

use crate::account::{own, refused};

/// Uploads a standard. What goes wrong is said on standard error.
pub(crate) async fn upload(options: &UploadOptions) -> Exit {
    match uploaded(options).await {
        Ok(exit) => exit,
        Err(trouble) => {
            eprintln!("{trouble}");
            Exit::BadInput
        }
    }
}

async fn uploaded(options: &UploadOptions) -> Result<Exit> {
    let given = Given::read(&options.source).map_err(|unusable| unusable.trouble())?;
    let (connection, home) = own().await?;
    let standard = match given.standard(&home) {
        Ok(standard) => standard,
        Err(unusable) => {
            eprintln!("{}", unusable.trouble());
            return Ok(Exit::Findings);
        }
    };
    let Some(text) = &given.text else {
        return Err(Trouble::new("the built-in standard needs no place in a bucket").remedy("name a file"));
    };
    put(&connection, &home, &options.place, &standard, text).await?;
    Ok(Exit::Clean)
}

/// Over what was read, and nothing that somebody else put there meanwhile: the difference that was told is the one that counts.
async fn put(
    connection: &Connection,
    home: &Home,
    place: &ObjectLocation,
    standard: &Standard,
    text: &str,
) -> Result<()> {
    let there = StandardObject::find(connection, home, place).await.map_err(refused)?;
    tell_difference(there.as_ref(), home, place, standard)?;
    if let Some(there) = there.as_ref().filter(|there| there.text == text) {
        return say(&format!("it is there already{}", version(there.version_id.as_deref())));
    }
    let over = there.as_ref().map(|there| there.etag.as_str());
    let new = StandardObject::write(connection, home, place, text, over).await.map_err(refused)?;
    say(&format!("uploaded to {place}{}", version(new.as_deref())))?;
    if new.is_none() {
        eprintln!(
            "warning: the bucket keeps no versions: a function that starts while a bad standard lies there has none to go back to\n  \
             what to do: aws s3api put-bucket-versioning --bucket {} --versioning-configuration Status=Enabled",
            place.bucket
        );
    }
    Ok(())
}

fn tell_difference(there: Option<&StandardObject>, home: &Home, place: &ObjectLocation, new: &Standard) -> Result<()> {
    let Some(there) = there else {
        step(format!("nothing is at {place} yet"));
        return Ok(());
    };
    let old = Given { name: place.to_string(), text: Some(there.text.clone()) };
    match old.standard(home) {
        Ok(old) => Ok(show(&Difference::between(&old, new, seconds_since_1970()), &mut stdout().lock())?),
        Err(unusable) => {
            step(format!("what is there counts for nothing: {}", printable(&unusable.why())));
            Ok(())
        }
    }
}

fn version(id: Option<&str>) -> String {
    id.map(|id| format!(", version {}", printable(id))).unwrap_or_default()
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(stdout().lock(), "{line}")?)
}
