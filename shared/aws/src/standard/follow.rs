//! A standard in a bucket, from its first reading on through all of its versions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parapet_core::WorldError;
use parapet_guards::{Difference, ObjectLocation, Standard};

use parapet_reconcile::Clock;

use super::last_good::LastGood;
use super::news::{Before, tell_kept, tell_not_kept, tell_taken};
use super::{NoStandard, Place};
use crate::StandardObject;

/// How long a standard counts without a question whether there is a newer one.
const MOST_AGE: Duration = Duration::from_secs(60);

/// The standard that counts, and what is known of the object it is from.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) standard: Arc<Standard>,
    /// The entity tag of the object that was seen last, taken or not; none: none was seen.
    etag: Option<String>,
    /// Why what was seen last is not taken; none: it is.
    refused: Option<String>,
    /// The version that counts; none: it is not from a bucket, or a version from before counts.
    good: Option<LastGood>,
    /// Whether that is kept in the evidence bucket, which may not be there yet.
    is_kept: bool,
    asked_at: Instant,
}

impl Held {
    /// A standard that cannot change.
    pub(super) fn fixed(standard: Standard, now: Instant) -> Self {
        Self { standard: Arc::new(standard), etag: None, refused: None, good: None, is_kept: true, asked_at: now }
    }

    /// The object's standard, or the last one that was good where it is not valid or cannot be read. Never the built-in one.
    pub(super) async fn start(location: &ObjectLocation, place: &Place<'_>, now: Instant) -> Result<Self, NoStandard> {
        let before = LastGood::recall(place).await;
        let (etag, refused) = match place.fetch(location, None).await {
            Ok(Some(Fetched { object, standard: Ok(standard) })) => {
                let known = before.as_ref().ok().and_then(Option::as_ref);
                if known.is_none_or(|known| !known.is(location, &object, &standard)) {
                    let since = place.before(before.as_ref(), &standard).await;
                    tell_taken(location, &object, &standard, &since);
                }
                let good = LastGood::new(location, &object, standard.digest());
                let is_kept = known == Some(&good) || place.keep(&good).await;
                return Ok(Self { etag: Some(object.etag), good: Some(good), is_kept, ..Self::fixed(standard, now) });
            }
            Ok(Some(Fetched { object, standard: Err(why) })) => (Some(object.etag), why),
            // An answer to a question that was not asked.
            Ok(None) => (None, "it is said to be as before".to_owned()),
            Err(error) => (None, error.story()),
        };
        match place.last_good(before, location).await {
            Ok(standard) => {
                tell_kept(location, &refused, &standard);
                Ok(Self { etag, refused: Some(refused), ..Self::fixed(standard, now) })
            }
            Err(before) => Err(NoStandard::NothingGood { origin: location.to_string(), why: refused, before }),
        }
    }

    /// Takes a newer version over, at most once a minute. One that is not valid or cannot be read changes nothing, and is told of.
    pub(super) async fn look(&mut self, location: &ObjectLocation, place: &Place<'_>, now: Instant) {
        // One version that is meant for good does not change.
        let may_change = location.version_id.is_none() || self.refused.is_some() || !self.is_kept;
        if !may_change || now.duration_since(self.asked_at) < MOST_AGE {
            return;
        }
        self.asked_at = now;
        match place.fetch(location, self.etag.as_deref()).await {
            Ok(None) => {}
            Ok(Some(Fetched { object, standard: Ok(standard) })) => {
                if self.standard.digest() != standard.digest() {
                    let before = Before::Known(Difference::between(&self.standard, &standard, Clock::system().now));
                    tell_taken(location, &object, &standard, &before);
                    self.standard = Arc::new(standard);
                }
                let good = LastGood::new(location, &object, self.standard.digest());
                self.is_kept &= self.good.as_ref() == Some(&good);
                self.good = Some(good);
                (self.etag, self.refused) = (Some(object.etag), None);
            }
            Ok(Some(Fetched { object, standard: Err(why) })) => {
                (self.etag, self.refused) = (Some(object.etag), Some(why));
            }
            Err(error) => {
                // What is there is not known any more, so the next question is without a condition.
                (self.etag, self.refused) = (None, Some(error.story()));
            }
        }
        if let Some(good) = self.good.as_ref().filter(|_| !self.is_kept) {
            self.is_kept = place.keep(good).await;
        }
        // Told each time, so that the alarm lasts as long as its reason.
        if let Some(why) = &self.refused {
            tell_kept(location, why, &self.standard);
        }
    }
}

/// An object, and the standard that it is, or why it is none.
struct Fetched {
    object: StandardObject,
    standard: Result<Standard, String>,
}

impl Place<'_> {
    /// Reads the object; none: it still has this entity tag.
    async fn fetch(&self, location: &ObjectLocation, unless: Option<&str>) -> Result<Option<Fetched>, WorldError> {
        let object = StandardObject::read(self.connection, self.home, location, unless).await?;
        Ok(object.map(|object| {
            let standard = self.parse(&object.text, &location.to_string());
            let standard = standard.map(|standard| standard.read_from(location.clone()));
            let standard = standard.map_err(|error| error.to_string());
            Fetched { object, standard }
        }))
    }

    /// The standard that was good last in this object, or why there is none.
    async fn last_good(
        &self,
        kept: Result<Option<LastGood>, WorldError>,
        location: &ObjectLocation,
    ) -> Result<Standard, String> {
        let kept = kept.map_err(|error| error.story())?.filter(|kept| kept.is_of(location)).ok_or("none is known")?;
        self.version(&kept).await
    }

    /// The text that was good, and no other: a bucket that keeps no versions gives what is there now.
    async fn version(&self, kept: &LastGood) -> Result<Standard, String> {
        let location = kept.location();
        let fetched = self.fetch(&location, None).await.map_err(|error| error.story())?;
        let standard = fetched.ok_or("it is said to be as before")?.standard?;
        if kept.is_still(&standard) {
            Ok(standard)
        } else {
            Err(format!("`{location}` is not what was good; does the bucket keep versions?"))
        }
    }

    /// What a new standard takes the place of, wherever that lay. Nothing only where nothing was ever kept: whoever puts a looser one there
    /// may have spoilt the record first.
    pub(super) async fn before(&self, kept: Result<&Option<LastGood>, &WorldError>, new: &Standard) -> Before {
        let old = match kept {
            Ok(None) => return Before::Nothing,
            Ok(Some(kept)) => self.version(kept).await,
            Err(error) => Err(error.story()),
        };
        old.map_or_else(Before::Unknown, |old| Before::Known(Difference::between(&old, new, Clock::system().now)))
    }

    /// Keeps which version is good, and answers whether that is done.
    async fn keep(&self, good: &LastGood) -> bool {
        let kept = good.keep(self).await;
        kept.inspect_err(tell_not_kept).is_ok()
    }
}
