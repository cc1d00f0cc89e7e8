//! Evidence, found: the newest first.

use futures_util::{StreamExt, stream};
use parapet_core::{Unreadable, WorldError};
use parapet_guards::index::{Entry, Who, day_folder, first_resource_folder};
use parapet_guards::{Evidence, evidence_folder_of};

use super::{AT_ONCE, EvidenceIndex};

/// What evidence is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Of the resource with this ARN, as evidence names it. The index is not needed for it, but for what the first version kept.
    Resource(String),
    /// Of what somebody did.
    Actor(Who),
    /// Of what happened on a day in UTC: `20261123`.
    Day(String),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Whether there may be older ones.
    pub has_more: bool,
    /// What could not be read, and why.
    pub unread: Vec<Unreadable>,
}

impl EvidenceIndex<'_> {
    /// Finds the newest evidence, `limit` pieces at most.
    ///
    /// # Errors
    /// It cannot be listed. A single piece that cannot be read is no error.
    pub async fn find(&self, asked: &Asked, limit: usize) -> Result<Found, WorldError> {
        let keys = self.keys(asked).await?;
        let mut found = Found::default();
        let mut all = stream::iter(keys).map(async |key| self.entry(&key).await).buffered(AT_ONCE);
        while let Some(entry) = all.next().await {
            match entry {
                Ok(entry) if !is_asked_for(asked, &entry) => {}
                Ok(_) if found.entries.len() == limit => {
                    found.has_more = true;
                    break;
                }
                Ok(entry) => found.entries.push(entry),
                Err(error) => found.unread.push(error),
            }
        }
        Ok(found)
    }

    /// What there is, the newest first: names begin with the time.
    async fn keys(&self, asked: &Asked) -> Result<Vec<String>, WorldError> {
        let folders = match asked {
            Asked::Resource(arn) => vec![evidence_folder_of(self.home, arn), first_resource_folder(self.home, arn)],
            Asked::Actor(who) => vec![who.folder(self.home)],
            Asked::Day(day) => vec![day_folder(self.home, day)],
        };
        let mut keys = Vec::new();
        for folder in folders {
            let (prefix, mut after) = (format!("{folder}/"), String::new());
            loop {
                let page = self.list(&prefix, &after).await?;
                keys.extend(page.objects.into_iter().map(|(key, _)| key));
                match keys.last() {
                    Some(last) if !page.is_last => after.clone_from(last),
                    _ => break,
                }
            }
        }
        keys.sort_by(|one, other| name(other).cmp(name(one)));
        Ok(keys)
    }

    /// What is said of one piece: by its entry, or by itself.
    async fn entry(&self, key: &str) -> Result<Entry, Unreadable> {
        let stored = self.objects("evidence").get(key).await;
        let stored = stored.map_err(|error| Unreadable::malformed(key, error.story()))?;
        let text = stored.ok_or_else(|| Unreadable::malformed(key, "it is not there any more"))?.text;
        if key.starts_with("index/") {
            return Entry::read(key, &text);
        }
        Entry::of(key, &Evidence::read(key, &text)?)
    }
}

fn name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

fn is_asked_for(asked: &Asked, entry: &Entry) -> bool {
    match asked {
        Asked::Actor(who) => who.is(&entry.actor),
        Asked::Resource(_) | Asked::Day(_) => true,
    }
}
