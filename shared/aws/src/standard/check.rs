//! Whether a standard that functions are about to be given is valid: asked by a change of the stack, before it counts.

use std::time::Duration;

use parapet_core::{ErrorKind, Home};
use parapet_guards::{ObjectLocation, Standard, StandardSource};
use tokio::time::sleep;

use super::{Place, StandardSettings, packaged};
use crate::{Connection, StandardObject};

/// IAM User Guide, "Changes that I make are not always immediately visible": a role that was just made may be refused for a while.
const TRIES: u32 = 6;

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(3);

impl StandardSettings {
    /// Checks what is there now, whatever was good before.
    ///
    /// # Errors
    /// It is not valid, or cannot be read: says why.
    pub(crate) async fn check(&self, connection: &Connection, home: &Home) -> Result<(), String> {
        let place =
            Place { connection, home, evidence_bucket: "", other_evidence_bucket: self.evidence_bucket.as_deref() };
        let parse = |text: &str, origin: &str| place.parse(text, origin).map(drop).map_err(|error| error.to_string());
        match &self.source {
            StandardSource::BuiltIn => {
                let standard = Standard::built_in(home).and_then(|standard| place.with_evidence_bucket(standard));
                standard.map(drop).map_err(|error| error.to_string())
            }
            StandardSource::Inline(text) => parse(text, "PARAPET_STANDARD"),
            StandardSource::File(path) => parse(&packaged(path).map_err(|error| error.to_string())?, path),
            StandardSource::Object(location) => parse(&read(&place, location).await?, &location.to_string()),
        }
    }
}

async fn read(place: &Place<'_>, location: &ObjectLocation) -> Result<String, String> {
    let mut tries = 1;
    loop {
        match StandardObject::read(place.connection, place.home, location, None).await {
            Ok(Some(object)) => return Ok(object.text),
            Ok(None) => return Err(format!("`{location}` is said to be as before")),
            Err(error) if error.kind == ErrorKind::Denied && tries < TRIES => {
                tries += 1;
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error.story()),
        }
    }
}
