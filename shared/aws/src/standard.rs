//! Where a function's standard comes from, and which one it has at an event.

#[cfg(feature = "bootstrap")]
mod check;
mod follow;
mod last_good;
mod news;
#[cfg(test)]
#[cfg(feature = "guards")]
mod tests;

use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use parapet_core::Home;
use parapet_guards::{Names, Standard, StandardError, StandardSource};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::Connection;
use follow::Held;

/// What the environment says of the standard.
#[derive(Debug)]
pub(crate) struct StandardSettings {
    source: StandardSource,
    /// Instead of the standard's.
    evidence_bucket: Option<String>,
}

/// Where standards are read, and for which account.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    connection: &'a Connection,
    home: &'a Home,
    /// Where it is kept which version was good last.
    evidence_bucket: &'a str,
    /// As [`StandardSettings`] has it.
    other_evidence_bucket: Option<&'a str>,
}

/// The standard of a function, kept while it is warm.
#[derive(Debug, Default)]
pub(crate) struct LiveStandard(Mutex<Option<Held>>);

/// A function without a standard does nothing.
#[derive(Debug, Error)]
pub(crate) enum NoStandard {
    /// The one it is given is not valid.
    #[error(transparent)]
    Invalid(#[from] StandardError),
    /// The object cannot be taken, and nothing that was good before is known.
    #[error(
        "the standard in `{origin}` cannot be taken ({why}), nor can a version of it that was good before ({before}); nothing is guarded \
         until a valid one is there: `parapet standard upload FILE {origin}` checks it and puts it there"
    )]
    NothingGood {
        /// Where it is.
        origin: String,
        /// Why it is not taken.
        why: String,
        /// Why none before it is.
        before: String,
    },
}

impl StandardSettings {
    /// `PARAPET_STANDARD`: inline YAML or JSON, the path of a file in the package, or `s3://bucket/key`; unset or empty: the built-in one.
    /// `PARAPET_EVIDENCE_BUCKET`: where evidence goes instead of the standard's bucket.
    ///
    /// # Errors
    /// It is a place that is not read, or a malformed one.
    pub(crate) fn from_env() -> Result<Self, StandardError> {
        let source = StandardSource::parse(&env::var("PARAPET_STANDARD").unwrap_or_default())?;
        let evidence_bucket = env::var("PARAPET_EVIDENCE_BUCKET").ok().filter(|bucket| !bucket.is_empty());
        Ok(Self { source, evidence_bucket })
    }
}

impl LiveStandard {
    /// The standard at this moment. One in a bucket is asked for again when it is a minute old; whatever comes of that, a function that
    /// has a good one goes on with it.
    ///
    /// # Errors
    /// The function has no good one.
    pub(crate) async fn current(
        &self,
        settings: &StandardSettings,
        connection: &Connection,
        home: &Home,
        now: Instant,
    ) -> Result<Arc<Standard>, NoStandard> {
        // Before there is a standard, the bucket it names is not known.
        let default_bucket = || Names::built_in(home).evidence_bucket;
        let evidence_bucket = settings.evidence_bucket.clone().unwrap_or_else(default_bucket);
        let other_evidence_bucket = settings.evidence_bucket.as_deref();
        let place = Place { connection, home, evidence_bucket: &evidence_bucket, other_evidence_bucket };
        let mut kept = self.0.lock().await;
        if let Some(held) = kept.as_mut() {
            if let StandardSource::Object(location) = &settings.source {
                held.look(location, &place, now).await;
            }
            return Ok(Arc::clone(&held.standard));
        }
        let new = match &settings.source {
            StandardSource::Object(location) => Held::start(location, &place, now).await?,
            StandardSource::BuiltIn => Held::fixed(place.with_evidence_bucket(Standard::built_in(home)?)?, now),
            StandardSource::Inline(text) => Held::fixed(place.parse(text, "PARAPET_STANDARD")?, now),
            StandardSource::File(path) => Held::fixed(place.parse(&packaged(path)?, path)?, now),
        };
        Ok(Arc::clone(&kept.insert(new).standard))
    }
}

impl Place<'_> {
    /// Checks a text as the standard of this function.
    fn parse(&self, text: &str, origin: &str) -> Result<Standard, StandardError> {
        self.with_evidence_bucket(Standard::parse(text, origin, self.home)?)
    }

    /// And with the key that memory is sealed with.
    fn with_evidence_bucket(&self, standard: Standard) -> Result<Standard, StandardError> {
        let standard = standard.sealed_with(self.connection.sealing().key.as_deref());
        match self.other_evidence_bucket {
            Some(bucket) => standard.with_evidence_bucket(bucket.to_owned()),
            None => Ok(standard),
        }
    }
}

fn packaged(path: &str) -> Result<String, StandardError> {
    fs::read_to_string(path).map_err(|error| StandardError::Syntax {
        origin: path.to_owned(),
        message: format!("the file cannot be read: {error}"),
    })
}
