//! How far a look at everything is: what one function leaves for the next.

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{Home, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Mark, ResourceKind};

/// The version of a round that is written.
pub const ROUND_VERSION: u32 = 1;

/// A look at everything that is guarded, kind by kind and page by page. A function ends long before a large account does: the next one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The version of the format: [`ROUND_VERSION`].
    pub version: u32,
    /// When it was begun, in seconds since 1970.
    pub begun_at: i64,
    /// When all was looked at; none: there is more.
    pub ended_at: Option<i64>,
    /// Until then whoever took it goes on with it, and nobody else does.
    pub taken_until: i64,
    /// The kinds that were gone through.
    pub kinds: BTreeSet<String>,
    /// The kind that is gone through now, and where its next page begins.
    pub at: Option<(String, Mark)>,
    /// How many resources were looked at.
    pub resources: u64,
    /// How many calls to AWS that took.
    pub calls: u64,
    /// What lacks only what completes it, by ARN, and when a round saw that first, in seconds since 1970. Whoever deploys it may come to that: a stack
    /// that replaces a bucket's policy deletes the old one first, and no date tells when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub incomplete: BTreeMap<String, i64>,
}

/// How many are kept of those. What is beyond waits for its turn.
const INCOMPLETE: usize = 1_000;

/// Once a round is begun, the next one is, so much later at the soonest.
const PERIOD_SECONDS: i64 = 15 * 60;

/// However many calls it takes, one is begun each day.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;

/// How many calls a minute rounds make on the average. A large account is gone through more rarely, so that neither its limits nor its bill are
/// used up by being looked at.
const CALLS_A_MINUTE: u64 = 500;

impl Round {
    /// One that begins now.
    #[must_use]
    pub fn begun(now: i64) -> Self {
        Self {
            version: ROUND_VERSION,
            begun_at: now,
            ended_at: None,
            taken_until: now,
            kinds: BTreeSet::new(),
            at: None,
            resources: 0,
            calls: 0,
            incomplete: BTreeMap::new(),
        }
    }

    /// The one after this: what lacked something a while ago and was not seen so since is forgotten.
    fn next(self, now: i64) -> Self {
        let oldest = self.begun_at.saturating_sub(self.period());
        let mut incomplete = self.incomplete;
        incomplete.retain(|_, seen_at| *seen_at >= oldest);
        Self { incomplete, ..Self::begun(now) }
    }

    /// Whether what only completes a resource has to wait: it was not seen to lack that so many seconds ago. Keeps that it is seen now.
    pub fn waits(&mut self, arn: &str, now: i64, seconds: i64) -> bool {
        if let Some(seen_at) = self.incomplete.get(arn).copied() {
            let waits = now.saturating_sub(seen_at) < seconds;
            if !waits {
                self.incomplete.remove(arn);
            }
            return waits;
        }
        if self.incomplete.len() < INCOMPLETE {
            self.incomplete.insert(arn.to_owned(), now);
        }
        true
    }

    /// How long after this one was begun the next is, in seconds: a quarter of an hour, and longer the more calls it takes.
    #[must_use]
    pub fn period(&self) -> i64 {
        let minutes = i64::try_from(self.calls / CALLS_A_MINUTE).unwrap_or(i64::MAX);
        minutes.saturating_mul(60).clamp(PERIOD_SECONDS, LONGEST_SECONDS)
    }

    /// Whether the next one would be due, had it ended.
    #[must_use]
    pub fn is_overdue(&self, now: i64) -> bool {
        now.saturating_sub(self.begun_at) >= PERIOD_SECONDS
    }

    /// What is to be done now: this round, gone on with, or the next one; none: somebody else is at it, or the next is not due yet.
    #[must_use]
    pub fn due(self, now: i64) -> Option<Self> {
        match self.ended_at {
            _ if self.taken_until > now => None,
            None => Some(self),
            Some(_) if now.saturating_sub(self.begun_at) >= self.period() => Some(self.next(now)),
            Some(_) => None,
        }
    }

    /// Where a kind is to be gone on with; none: from its beginning.
    #[must_use]
    pub fn mark(&self, kind: ResourceKind) -> Option<&Mark> {
        self.at.as_ref().filter(|(at, _)| *at == kind.to_string()).map(|(_, mark)| mark)
    }

    /// Whether a kind was gone through.
    #[must_use]
    pub fn has(&self, kind: ResourceKind) -> bool {
        self.kinds.contains(&kind.to_string())
    }

    /// Keeps that a page of a kind was gone through, and where the next one begins; none: that was the last.
    pub fn passed(&mut self, kind: ResourceKind, next: Option<Mark>) {
        let kind = kind.to_string();
        match next {
            Some(next) => self.at = Some((kind, next)),
            None => {
                self.at = None;
                self.kinds.insert(kind);
            }
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        let round: Self =
            serde_json::from_value(document).map_err(|error| Unreadable::malformed(key, error.to_string()))?;
        match round.version {
            ROUND_VERSION => Ok(round),
            other => {
                let why = format!("its version is {other}, and this function reads {ROUND_VERSION}");
                Err(Unreadable::malformed(key, why))
            }
        }
    }
}

/// Where it lies: beside the memories.
#[must_use]
pub fn round_key(home: &Home) -> String {
    format!("state/v2/{}/{}/round.json", home.account, home.region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(begun_at: i64, calls: u64) -> Round {
        Round { ended_at: Some(begun_at + 60), calls, ..Round::begun(begun_at) }
    }

    #[test]
    fn what_was_written_is_read() {
        let mut round = Round::begun(7);
        round.passed(ResourceKind::Bucket, Some(Mark("b".to_owned())));
        let kept = serde_json::to_value(&round).unwrap();
        assert_eq!(Round::of("k", kept), Ok(round.clone()));
        let later = serde_json::to_value(Round { version: 2, ..round }).unwrap();
        assert!(Round::of("k", later).unwrap_err().to_string().contains("version is 2"));
        assert!(Round::of("k", Value::Null).is_err());
    }

    #[test]
    fn the_period_follows_the_inventory() {
        for (calls, minutes) in [(0, 15), (1_300, 15), (13_000, 26), (130_000, 260)] {
            assert_eq!(ended(0, calls).period(), minutes * 60, "{calls}");
        }
    }

    #[test]
    fn one_goes_on_and_nobody_beside() {
        let due = |round: Round, now| round.due(now).map(|round| round.begun_at);
        assert_eq!(due(Round { taken_until: 10, ..Round::begun(0) }, 9), None);
        assert_eq!(due(Round { taken_until: 10, ..Round::begun(0) }, 10), Some(0));
        assert_eq!(due(ended(0, 0), 899), None);
        assert_eq!(due(ended(0, 0), 900), Some(900));
        // What cannot be listed keeps a round from ending for as long as the next one is not due.
        assert!(!Round::begun(0).is_overdue(899) && Round::begun(0).is_overdue(900));
        assert_eq!(ended(0, u64::MAX).period(), 24 * 60 * 60);
    }

    #[test]
    fn what_only_completes_waits_from_when_it_is_seen() {
        let mut round = Round::begun(0);
        assert!(round.waits("b", 0, 600) && round.waits("b", 599, 600));
        assert!(!round.waits("b", 600, 600));
        // Mended, and so again later: as the first time.
        assert!(round.waits("b", 700, 600));
        round.ended_at = Some(800);
        let next = round.clone().due(900).unwrap();
        assert_eq!(next.incomplete.get("b"), Some(&700));
        let later = Round { ended_at: Some(2_000), begun_at: 1_900, ..next }.due(2_800).unwrap();
        assert!(later.incomplete.is_empty());
        for number in 0..2_000 {
            assert!(round.waits(&format!("b{number}"), 800, 600));
        }
        assert!(round.incomplete.len() <= 1_000);
    }

    #[test]
    fn a_kind_is_gone_through_page_by_page() {
        let mut round = Round::begun(0);
        round.passed(ResourceKind::Bucket, Some(Mark("m".to_owned())));
        assert_eq!(
            (round.mark(ResourceKind::Bucket), round.mark(ResourceKind::Role)),
            (Some(&Mark("m".to_owned())), None)
        );
        round.passed(ResourceKind::Bucket, None);
        assert!(round.has(ResourceKind::Bucket) && !round.has(ResourceKind::Role) && round.at.is_none());
    }
}
