//! What is looked at a second time: an event proves nothing until CloudTrail itself shows it, which takes minutes.

use std::collections::BTreeSet;

use parapet_core::{Home, Trigger, Unreadable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::subject::NEW_SECONDS;
use crate::{Facet, GuardName, Resource, key_time};

/// The version of what waits and of what was settled that is written.
pub const PENDING_VERSION: u32 = 1;

/// What a guard did or left because of an event, to be looked at again once CloudTrail shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The version of the format: [`PENDING_VERSION`].
    pub version: u32,
    /// When it was kept, by the guard's clock, in seconds since 1970.
    pub kept_at: i64,
    /// The guard that was given the event.
    pub guard: GuardName,
    /// What its record says.
    pub trigger: Trigger,
    /// What the record names, as ARNs: another record of the same id names something else.
    pub names: BTreeSet<String>,
    /// The keys of the evidence that names its actor.
    pub evidence: Vec<String>,
    /// What was left because nobody knows since when it is so.
    pub unsure: Vec<Unsure>,
}

/// Facets of a resource of which nobody knows since when they are as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsure {
    /// Of what.
    pub resource: Resource,
    /// Which.
    pub facets: Vec<Facet>,
    /// What was looked at before, and led there: by it what is new is told from what was there.
    pub brought: Vec<Resource>,
}

/// What became of something that waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The version of the format: [`PENDING_VERSION`].
    pub version: u32,
    /// When, in seconds since 1970.
    pub settled_at: i64,
    /// What was found out.
    pub verdict: Verdict,
}

/// What is known of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// CloudTrail shows it, as the guard was given it.
    Shown,
    /// The same, of an event that is from more than a quarter of an hour before the guard was given it: it says who did that, and not that
    /// anything is new. Others may live on it by now, and its record can be had by whoever may look events up.
    ShownLate,
    /// CloudTrail shows another event under its id.
    Otherwise,
    /// CloudTrail was asked until the last, and shows none.
    NotShown,
    /// CloudTrail could not be asked.
    NotAsked,
}

/// How long what a sweep left is an order to a guard to look again.
const ORDER_SECONDS: i64 = 30 * 60;

impl Pending {
    /// What an event that CloudTrail shows says of this one. `names`: what its record names. With what program it was made says nothing.
    #[must_use]
    pub fn verdict(&self, shown: &Trigger, names: &BTreeSet<String>, happened_at: Option<i64>) -> Verdict {
        let shown = Trigger { user_agent: self.trigger.user_agent.clone(), ..shown.kept() };
        let is_same = shown == self.trigger && *names == self.names;
        let is_recent = happened_at.is_some_and(|at| self.kept_at.saturating_sub(at) <= NEW_SECONDS);
        match (is_same, is_recent) {
            (false, _) => Verdict::Otherwise,
            (true, true) => Verdict::Shown,
            (true, false) => Verdict::ShownLate,
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        read(key, document)
    }
}

impl Settled {
    /// What was found out at a moment.
    #[must_use]
    pub fn as_of(settled_at: i64, verdict: Verdict) -> Self {
        Self { version: PENDING_VERSION, settled_at, verdict }
    }

    /// Whether it tells the guard to look again: for a while, so that nobody repeats the order when something else is there.
    #[must_use]
    pub fn is_order(&self, now: i64) -> bool {
        self.verdict == Verdict::Shown && now.saturating_sub(self.settled_at) <= ORDER_SECONDS
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        read(key, document)
    }
}

fn read<T: DeserializeOwned>(key: &str, document: Value) -> Result<T, Unreadable> {
    let version = document.get("version").and_then(Value::as_u64);
    if version != Some(u64::from(PENDING_VERSION)) {
        return Err(Unreadable::malformed(key, format!("its `version` is not {PENDING_VERSION}")));
    }
    serde_json::from_value(document).map_err(|error| Unreadable::malformed(key, error))
}

/// Where what waits lies, beside the memories.
#[must_use]
pub fn pending_folder(home: &Home) -> String {
    format!("state/v2/{}/{}/pending/", home.account, home.region)
}

/// Where one lies: in the order of the guards' clocks, because an event's own time is whatever its record says.
///
/// `kept_at`: as [`Trigger::event_time`] writes it.
#[must_use]
pub fn pending_key(home: &Home, kept_at: &str, guard: GuardName, event_id: &str) -> String {
    let time = key_time(kept_at).unwrap_or_default();
    format!("{}{time}-{event_id}-{guard}{PENDING}", pending_folder(home))
}

/// Where it is kept what became of one: beside it, so that one listing tells of both.
#[must_use]
pub fn settled_key(pending_key: &str) -> String {
    format!("{}{SETTLED}", pending_key.strip_suffix(PENDING).unwrap_or(pending_key))
}

/// Where the order lies to look again at what one left, which the guard believes and nothing else.
#[must_use]
pub fn order_key(pending_key: &str) -> String {
    format!("{}{ORDER}", pending_key.strip_suffix(PENDING).unwrap_or(pending_key))
}

const PENDING: &str = ".json";
const SETTLED: &str = ".settled.json";
const ORDER: &str = ".order.json";

/// Of the keys of a listing those of what nothing is settled of yet, in their order.
#[must_use]
pub fn unsettled(keys: &[String]) -> Vec<String> {
    let all: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
    let waits = |key: &&String| {
        ![SETTLED, ORDER].iter().any(|end| key.ends_with(end)) && !all.contains(settled_key(key).as_str())
    };
    keys.iter().filter(waits).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn pending() -> Pending {
        Pending {
            version: PENDING_VERSION,
            kept_at: 1_000_000,
            guard: GuardName::PolicyGuard,
            trigger: Trigger::by_hand("PutBucketPolicy", "e-1", &home()),
            names: BTreeSet::from(["arn:aws:s3:::b".to_owned()]),
            evidence: vec!["evidence/v2/x.json".to_owned()],
            unsure: vec![Unsure {
                resource: Resource::Bucket(on::Bucket { name: "b".into() }),
                facets: vec![Facet::BucketPolicy],
                brought: Vec::new(),
            }],
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let pending = pending();
        assert_eq!(Pending::of("k", serde_json::to_value(&pending).unwrap()), Ok(pending));
        let settled = Settled::as_of(5, Verdict::ShownLate);
        assert_eq!(Settled::of("k", serde_json::to_value(&settled).unwrap()), Ok(settled.clone()));
        let later = serde_json::to_value(Settled { version: 2, ..settled }).unwrap();
        assert!(Settled::of("k", later).unwrap_err().to_string().contains("`version` is not 1"));
        assert!(Pending::of("k", Value::Null).is_err());
    }

    #[test]
    fn one_listing_tells_what_waits() {
        let key = |id: &str| pending_key(&home(), "2026-11-23T14:00:00Z", GuardName::PolicyGuard, id);
        assert_eq!(key("e-1"), "state/v2/111122223333/us-east-1/pending/20261123T140000Z-e-1-policy-guard.json");
        assert_eq!(settled_key(&key("e-1")), key("e-1").replace(".json", ".settled.json"));
        let listed = [key("e-1"), order_key(&key("e-1")), settled_key(&key("e-1")), key("e-2"), order_key(&key("e-2"))];
        assert_eq!(unsettled(&listed), [key("e-2")]);
    }

    #[test]
    fn an_event_is_the_same_in_all_that_is_kept_of_it() {
        let pending = pending();
        let (names, now) = (pending.names.clone(), Some(pending.kept_at - 60));
        let shown = Trigger { request: Value::Bool(true), ..pending.trigger.clone() };
        let check = |shown: &Trigger, names: &BTreeSet<String>, at, expected| {
            assert_eq!(pending.verdict(shown, names, at), expected)
        };
        check(&shown, &names, now, Verdict::Shown);
        check(&shown, &names, Some(pending.kept_at - 901), Verdict::ShownLate);
        check(&shown, &names, None, Verdict::ShownLate);
        check(&shown, &BTreeSet::new(), now, Verdict::Otherwise);
        check(&Trigger { event_name: "DeleteBucketPolicy".into(), ..shown.clone() }, &names, now, Verdict::Otherwise);
        check(&Trigger { source_ip: "192.0.2.1".into(), ..shown.clone() }, &names, now, Verdict::Otherwise);
        let actor = parapet_core::Actor { arn: "arn:aws:iam::111122223333:user/eve".into(), ..shown.actor.clone() };
        check(&Trigger { actor, ..shown }, &names, now, Verdict::Otherwise);
    }

    #[test]
    fn an_order_ends() {
        assert!(Settled::as_of(0, Verdict::Shown).is_order(1_800));
        assert!(!Settled::as_of(0, Verdict::Shown).is_order(1_801));
        assert!(!Settled::as_of(0, Verdict::ShownLate).is_order(0));
    }
}
