//! `parapet standard upload`: checks a standard, tells the difference, and puts it into a bucket.

use std::io::{Write, stdout};

use parapet_aws::{Connection, FoundObject, StandardObject};
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
    tell(&Before::of(there.as_ref(), home, place, standard), place)?;
    if let Some(there) = there.as_ref().filter(|there| there.text.as_deref() == Ok(text)) {
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

/// What a new standard takes the place of.
#[derive(Debug)]
enum Before {
    Nothing,
    /// A standard from which it differs by this.
    Standard(Difference),
    /// What functions do not take, and why: they go by one from before.
    Invalid(String),
    /// What cannot be read as a text, and why. That is no reason to leave it there.
    Unreadable(String),
}

impl Before {
    fn of(there: Option<&FoundObject>, home: &Home, place: &ObjectLocation, new: &Standard) -> Self {
        let Some(there) = there else { return Self::Nothing };
        let text = match &there.text {
            Ok(text) => text.clone(),
            Err(why) => return Self::Unreadable(why.clone()),
        };
        match (Given { name: place.to_string(), text: Some(text) }).standard(home) {
            Ok(old) => Self::Standard(Difference::between(&old, new, seconds_since_1970())),
            Err(unusable) => Self::Invalid(unusable.why()),
        }
    }

    /// Why nothing can be compared; none: it can, and the difference says all.
    fn why(&self, place: &ObjectLocation) -> Option<String> {
        match self {
            Self::Nothing => Some(format!("nothing is at {place} yet")),
            Self::Standard(_) => None,
            Self::Invalid(why) => Some(format!(
                "what is there counts for nothing, so everything may be looser than what functions go by: {}",
                printable(why)
            )),
            Self::Unreadable(why) => Some(format!(
                "what is there cannot be read ({}), so everything may be looser than what functions go by",
                printable(why)
            )),
        }
    }
}

fn tell(before: &Before, place: &ObjectLocation) -> Result<()> {
    if let Before::Standard(difference) = before {
        show(difference, &mut stdout().lock())?;
    }
    before.why(place).into_iter().for_each(step);
    Ok(())
}

fn version(id: Option<&str>) -> String {
    id.map(|id| format!(", version {}", printable(id))).unwrap_or_default()
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(stdout().lock(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(text: Option<std::result::Result<&str, &str>>) -> (Before, Option<String>) {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let place: ObjectLocation = "s3://rules/standard.yaml".parse().unwrap();
        let new = Standard::parse("controls: {S3.Encryption: observe}", "test", &home).unwrap();
        let there = text.map(|text| FoundObject {
            text: text.map(str::to_owned).map_err(str::to_owned),
            etag: "\"e\"".into(),
            version_id: None,
        });
        let before = Before::of(there.as_ref(), &home, &place, &new);
        let why = before.why(&place);
        (before, why)
    }

    fn says(text: Option<std::result::Result<&str, &str>>, expected: &[&str]) {
        let why = over(text).1.unwrap();
        assert!(expected.iter().all(|part| why.contains(part)), "{why}");
    }

    #[test]
    fn what_is_there_is_compared() {
        let (before, why) = over(Some(Ok("version: 1")));
        let Before::Standard(difference) = before else { panic!("{before:?}") };
        assert!(difference.asks_less() && why.is_none());
    }

    #[test]
    fn what_cannot_be_compared_is_replaced_all_the_same() {
        says(None, &["nothing is at s3://rules/standard.yaml"]);
        says(Some(Ok("controls: {S3.Encrypton: observe}")), &["counts for nothing", "may be looser", "S3.Encrypton"]);
        says(Some(Ok("")), &["counts for nothing", "it says nothing"]);
        says(Some(Err("it has 300000 bytes")), &["cannot be read (it has 300000 bytes)", "everything may be looser"]);
        says(Some(Err("it is no text: \u{1b}[31m")), &["cannot be read", "everything may be looser"]);
    }
}
