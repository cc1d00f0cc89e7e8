//! How the index is brought up to date.

use futures_util::{StreamExt, TryStreamExt, stream};
use parapet_core::{ErrorKind, Unreadable, WorldError};
use parapet_guards::Evidence;
use parapet_guards::index::walk::{LATEST_DAYS, beginning, onward, roots};
use parapet_guards::index::{Entry, Mark, Seen, Walk, mark_key};

use super::{AT_ONCE, EvidenceIndex, KeptMark, in_keys};
use crate::failure::broken;
use crate::objects::{Precondition, Stored, Written};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How much evidence may be unreadable. Where more is, whoever asks may not read it, and should be told so.
const MOST_UNREAD: usize = 1_000;

/// What an update came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// How many pieces of evidence were new, or had changed.
    pub evidence: usize,
    /// How many entries were written.
    pub entries: usize,
    /// What of the evidence could not be read, and why.
    pub unread: Vec<Unreadable>,
}

/// An update on its way.
struct Update<'a, T> {
    index: &'a EvidenceIndex<'a>,
    mark: Mark,
    /// The entity tag of the mark as it lies there; none: nothing lies there.
    etag: Option<String>,
    has_news: bool,
    updated: Updated,
    tell: T,
}

/// What became of one piece of evidence.
enum Indexed {
    /// So many entries were written.
    Written(usize),
    /// It could not be read.
    Unread(String),
    /// It is not there.
    Gone,
}

impl EvidenceIndex<'_> {
    /// Brings the index up to date, and tells of it after every page of keys. The mark is kept last, so that a run that is stopped is
    /// continued by the next one. `now`: seconds since 1970. `anew`: all evidence is read again, whatever was.
    ///
    /// # Errors
    /// Evidence cannot be listed, an entry cannot be written, or too much cannot be read. A single piece that cannot is no error.
    pub async fn update(&self, now: i64, anew: bool, tell: impl FnMut(&Updated)) -> Result<Updated, WorldError> {
        let kept = match self.mark().await {
            // What is there is replaced.
            Err(error) if anew && error.kind == ErrorKind::Unreadable => self
                .objects("index")
                .get(&mark_key(self.home))
                .await?
                .map(|Stored { etag, .. }| (Mark::nothing(), etag)),
            kept => kept?.map(|KeptMark { mark, etag }| (if anew { Mark::nothing() } else { mark }, etag)),
        };
        let (mark, etag) = kept.map_or((Mark::nothing(), None), |(mark, etag)| (mark, Some(etag)));
        let mut update = Update { index: self, mark, etag, has_news: false, updated: Updated::default(), tell };
        update.unread_before().await?;
        if let Some(stopped) = update.mark.walk.clone() {
            update.walk(stopped).await?;
        }
        update.walk(Walk { began_at: now, after: String::new() }).await?;
        Ok(update.ended())
    }

    /// Writes the entries of one piece of evidence.
    async fn index(&self, key: &str) -> Result<(Indexed, Seen), WorldError> {
        let unseen = Seen { etag: String::new(), stored_at: 0 };
        let Stored { text, etag, stored_at } = match self.objects("evidence").get(key).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok((Indexed::Gone, unseen)),
            Err(error) => return Ok((Indexed::Unread(error.story()), unseen)),
        };
        let seen = Seen { etag, stored_at };
        let entry = match Evidence::read(key, &text).and_then(|evidence| Entry::of(key, &evidence)) {
            Ok(entry) => entry,
            Err(error) => return Ok((Indexed::Unread(error.why), seen)),
        };
        let mut written = 0;
        for place in entry.keys(self.home) {
            match self.write(&place, &entry).await? {
                Ok(was_written) => written += usize::from(was_written),
                Err(error) => return Ok((Indexed::Unread(error.to_string()), seen)),
            }
        }
        Ok((Indexed::Written(written), seen))
    }

    /// Writes an entry, if it is not there as it is, and answers whether it was written; or why what is there cannot be told.
    async fn write(&self, key: &str, entry: &Entry) -> Result<Result<bool, Unreadable>, WorldError> {
        let objects = self.objects("index");
        if let Written::As(_) = objects.put(key, entry, Precondition::Absent).await? {
            return Ok(Ok(true));
        }
        let Some(Stored { text, etag, .. }) = objects.get(key).await? else { return Ok(Ok(false)) };
        let there = match Entry::read(key, &text) {
            Ok(there) => there,
            Err(error) => return Ok(Err(error)),
        };
        // Somebody who read the evidence later knows more.
        if there == *entry || (there.outcome.is_some() && entry.outcome.is_none()) {
            return Ok(Ok(false));
        }
        let written = objects.put(key, entry, Precondition::Unchanged(&etag)).await?;
        Ok(Ok(matches!(written, Written::As(_))))
    }
}

impl<T: FnMut(&Updated)> Update<'_, T> {
    /// What could not be read before may be readable now.
    async fn unread_before(&mut self) -> Result<(), WorldError> {
        let keys: Vec<String> = self.mark.unread.keys().cloned().collect();
        self.index_all(keys).await
    }

    /// Looks through all evidence, from where the walk has come to.
    async fn walk(&mut self, Walk { began_at, after: resumed }: Walk) -> Result<(), WorldError> {
        let since = in_keys(self.mark.complete_until.saturating_sub(LATEST_DAYS.saturating_mul(DAY_SECONDS)));
        for root in roots(self.index.home) {
            // Roots that a stopped walk had passed.
            if root < resumed && !resumed.starts_with(&root) {
                continue;
            }
            let mut after = if resumed.starts_with(&root) { resumed.clone() } else { beginning(&root, &since) };
            loop {
                let page = self.index.list(&root, &after).await?;
                let wanted = page.objects.iter().filter(|(key, seen)| self.mark.wants(key, seen));
                let wanted: Vec<String> = wanted.map(|(key, _)| key.clone()).collect();
                let had_news = !wanted.is_empty();
                self.index_all(wanted).await?;
                let Some((last, _)) = page.objects.last().filter(|_| !page.is_last) else { break };
                after = onward(last, &since);
                if had_news {
                    self.mark.walk = Some(Walk { began_at, after: after.clone() });
                    self.keep().await?;
                }
            }
        }
        self.complete(began_at).await
    }

    async fn index_all(&mut self, keys: Vec<String>) -> Result<(), WorldError> {
        if keys.is_empty() {
            return Ok(());
        }
        let index = self.index;
        let all = stream::iter(keys).map(async |key: String| {
            let (indexed, seen) = index.index(&key).await?;
            Ok::<_, WorldError>((key, indexed, seen))
        });
        let all: Vec<_> = all.buffered(AT_ONCE).try_collect().await?;
        for (key, indexed, seen) in all {
            self.note(&key, indexed, seen);
        }
        (self.tell)(&self.updated);
        if self.mark.unread.len() > MOST_UNREAD { Err(self.too_much_unread()) } else { Ok(()) }
    }

    fn note(&mut self, key: &str, indexed: Indexed, seen: Seen) {
        match indexed {
            Indexed::Written(entries) => {
                self.updated.evidence += 1;
                self.updated.entries += entries;
                self.mark.note(key, seen);
                self.has_news = true;
            }
            Indexed::Unread(why) => {
                let before = self.mark.unread.insert(key.to_owned(), why.clone());
                self.has_news |= before.as_ref() != Some(&why);
            }
            Indexed::Gone => self.has_news |= self.mark.unread.remove(key).is_some(),
        }
    }

    fn too_much_unread(&self) -> WorldError {
        let first = self.mark.unread.iter().next();
        let first = first.map(|(key, why)| format!("; the first: `{key}`, {why}")).unwrap_or_default();
        let why = format!("more than {MOST_UNREAD} pieces cannot be read{first}");
        broken("read the evidence", &self.index.objects("evidence").subject(), ErrorKind::Unreadable, why)
    }

    /// The walk is at its end. An object more for every look that finds nothing would be kept for as long as evidence is.
    async fn complete(&mut self, began_at: i64) -> Result<(), WorldError> {
        let is_old = began_at.saturating_sub(self.mark.complete_until) > DAY_SECONDS;
        if !self.has_news && !is_old && self.mark.walk.is_none() {
            return Ok(());
        }
        self.mark.complete(began_at);
        self.keep().await?;
        self.has_news = false;
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), WorldError> {
        self.mark.forget();
        let (objects, key) = (self.index.objects("index"), mark_key(self.index.home));
        let unless = self.etag.as_deref().map_or(Precondition::Absent, Precondition::Unchanged);
        match objects.put(&key, &self.mark, unless).await? {
            Written::As(etag) => self.etag = Some(etag),
            Written::Refused => {
                let why = "somebody else brings the index up to date at the same time".to_owned();
                return Err(broken("keep the index", &objects.subject(), ErrorKind::Conflict, why));
            }
        }
        Ok(())
    }

    fn ended(self) -> Updated {
        let unread = self.mark.unread.iter().map(|(key, why)| Unreadable::malformed(key, why)).collect();
        Updated { unread, ..self.updated }
    }
}
