//! What is used, as one run knows it: read when it is first asked for, once, and held within bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use parapet_core::Unreadable;
use parapet_guards::used::{Gathered, History, UsedBy};
use parapet_guards::{IamEntity, Uses};
use tokio::sync::{Mutex, OnceCell};

use crate::batches::batches;

/// How much of all principals a run holds, as many bytes as lie in the store: in a function's memory it is up to three times as much.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// What little was seen of a principal takes so much all the same.
const LEAST_BYTES: u64 = 1_024;

/// How many principals are read side by side, and how many bytes of them: each is read whole before it is understood.
const SIDE_BY_SIDE: usize = 32;
const BYTES_SIDE_BY_SIDE: u64 = 2 * 1024 * 1024;

/// How many of those are that are asked for by name: how large each is nobody said before.
const BY_NAME: usize = 4;

/// How many uses of principals that were asked for by name are held. Beyond them it begins anew: what is asked for again is mostly asked for soon.
const MOST_USES_BY_NAME: usize = 20_000;

/// What is used, as far as a run was asked for it.
///
/// What cannot be read once is not tried at each repair of the run: each is told why it was left, and asked for again it is read again.
#[derive(Debug, Default)]
pub(crate) struct InUse {
    gathered: OnceCell<Result<Gathered, Unreadable>>,
    of_all: OnceCell<Result<Arc<History>, Unreadable>>,
    by_name: Mutex<ByName>,
}

/// What is held of those who were asked for by name. None within: nothing was seen.
#[derive(Debug, Default)]
struct ByName {
    used: BTreeMap<IamEntity, Option<UsedBy>>,
    uses: usize,
}

impl InUse {
    /// What these principals use, or all do (`None`).
    ///
    /// # Errors
    /// It is not known for long enough: that is no reason to think that nothing is. Or it cannot be read, or is more than a run holds.
    pub(crate) async fn of<U: Uses>(
        &self,
        store: &U,
        of: Option<&BTreeSet<IamEntity>>,
        now: i64,
    ) -> Result<Arc<History>, Unreadable> {
        let gathered = self.gathered.get_or_init(|| gathered(store, now)).await;
        let gathered = gathered.as_ref().map_err(Clone::clone)?;
        match (of, self.of_all.get()) {
            // Whoever asks for some finds them among all.
            (Some(principals), None) => self.of_these(store, principals, gathered, now).await,
            _ => self.of_all.get_or_init(|| of_all(store, gathered, now)).await.clone(),
        }
    }

    async fn of_these<U: Uses>(
        &self,
        store: &U,
        principals: &BTreeSet<IamEntity>,
        gathered: &Gathered,
        now: i64,
    ) -> Result<Arc<History>, Unreadable> {
        let mut held = self.by_name.lock().await;
        let mut used = Vec::new();
        let (known, unknown): (Vec<_>, Vec<_>) = principals.iter().partition(|one| held.used.contains_key(*one));
        used.extend(known.into_iter().filter_map(|principal| held.used.get(principal).cloned().flatten()));
        for some in unknown.chunks(BY_NAME) {
            let read = join_all(some.iter().map(|principal| store.used_by(principal))).await;
            for (principal, read) in some.iter().zip(read) {
                let read = read?;
                used.extend(read.clone());
                held.hold((*principal).clone(), read);
            }
        }
        Ok(history(used, gathered, now))
    }
}

impl ByName {
    fn hold(&mut self, principal: IamEntity, used: Option<UsedBy>) {
        let uses = 1 + used.as_ref().map_or(0, |used| used.summary.told_apart());
        if self.uses.saturating_add(uses) > MOST_USES_BY_NAME {
            *self = Self::default();
        }
        self.uses = self.uses.saturating_add(uses);
        self.used.insert(principal, used);
    }
}

/// How far it is known. Where it is not known for long enough, that is no reason to think that nothing is used.
async fn gathered<U: Uses>(store: &U, now: i64) -> Result<Gathered, Unreadable> {
    let unknown = |why: String| Unreadable::malformed("what the trail delivered", why);
    let Some((gathered, _)) = store.gathered().await? else {
        return Err(unknown("nothing of it was read yet".to_owned()));
    };
    match gathered.lacks(now) {
        Some(why) => Err(unknown(why)),
        None => Ok(gathered),
    }
}

/// What everybody uses: the keys first, so that what is too much is known before any of it is read.
async fn of_all<U: Uses>(store: &U, gathered: &Gathered, now: i64) -> Result<Arc<History>, Unreadable> {
    let (mut keys, mut bytes) = (Vec::<(String, u64)>::new(), 0_u64);
    loop {
        let after = keys.last().map(|(key, _)| key.clone()).unwrap_or_default();
        let (page, is_truncated) = store.used_keys(&after).await?;
        bytes = page.iter().fold(bytes, |sum, (_, bytes)| sum.saturating_add(LEAST_BYTES.max(*bytes)));
        let has_end = page.is_empty() || !is_truncated;
        keys.extend(page);
        if bytes > MOST_BYTES {
            return Err(too_much(keys.len(), has_end));
        }
        if has_end {
            break;
        }
    }
    let mut used = Vec::new();
    for some in batches(&keys, SIDE_BY_SIDE, BYTES_SIDE_BY_SIDE, |(_, bytes)| *bytes) {
        for read in join_all(some.iter().map(|(key, _)| store.used_at(key))).await {
            used.extend(read?);
        }
    }
    Ok(history(used, gathered, now))
}

/// What is more than a run holds, with the way out.
fn too_much(principals: usize, is_all: bool) -> Unreadable {
    let all = if is_all { "" } else { "more than " };
    Unreadable::malformed(
        "what principals use",
        format!(
            "what {all}{principals} of them use has more than {MOST_BYTES} bytes, which is more than a function holds: see with `parapet plan \
             --history` what the repair would end, and ask for it by its ARN with `--cut-used`"
        ),
    )
}

fn history(used: Vec<UsedBy>, gathered: &Gathered, now: i64) -> Arc<History> {
    let mut logged = gathered.logged.clone();
    // Bootstrap's trail logs those of the data bucket alone: of other buckets they tell nothing.
    logged.data.remove("s3");
    Arc::new(History::kept(used, logged, gathered.others, now))
}
