use parapet_core::{Actor, Home, Outcome, Unreadable};
use serde::{Deserialize, Serialize};

use super::{INDEX_VERSION, Who, read, root};
use crate::evidence::whole_digest;
use crate::{Evidence, GuardName, key_time};

/// What the index says of one piece of evidence: enough for a line of a list. It proves nothing; the evidence does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// [`INDEX_VERSION`].
    pub version: u32,
    /// The key of the evidence.
    pub evidence: String,
    /// When the event was, or the repair where it had none: `2026-11-23T14:00:00Z`.
    pub time: String,
    /// Who did what led to the repair.
    pub actor: Actor,
    /// Who repaired.
    pub guard: GuardName,
    /// What was repaired.
    pub arn: String,
    /// What led to it, as CloudTrail calls it: `PutBucketPolicy`.
    pub event: String,
    /// What was to be written, in words; of the first version there are none.
    pub actions: Vec<String>,
    /// What came of it; absent: the repair was not at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl Entry {
    /// The entry of the evidence under a key.
    ///
    /// # Errors
    /// The evidence tells no time that it could be found by.
    pub fn of(key: &str, evidence: &Evidence) -> Result<Self, Unreadable> {
        let times = [&evidence.trigger.event_time, &evidence.recorded_at];
        let time = times.into_iter().find(|time| key_time(time).is_some());
        let time = time.ok_or_else(|| Unreadable::malformed(key, "it tells no time"))?;
        let actions = evidence.plan.iter().map(|planned| planned.words.clone()).filter(|words| !words.is_empty());
        Ok(Self {
            version: INDEX_VERSION,
            evidence: key.to_owned(),
            time: time.clone(),
            actor: evidence.trigger.actor.clone(),
            guard: evidence.guard,
            arn: evidence.arn.clone(),
            event: evidence.trigger.event_name.clone(),
            actions: actions.collect(),
            outcome: evidence.outcome.clone(),
        })
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// It is not of a version that this one knows, not of its shape, or of other evidence than its key says.
    pub fn read(key: &str, text: &[u8]) -> Result<Self, Unreadable> {
        let entry: Self = read(key, text)?;
        match entry.name() {
            Some(name) if key.ends_with(&format!("/{name}")) => Ok(entry),
            _ => Err(Unreadable::malformed(key, format!("it is of other evidence, `{}`", entry.evidence))),
        }
    }

    /// Where the entry lies: once by its day, once by its actor, and by its resource where the evidence does not.
    #[must_use]
    pub fn keys(&self, home: &Home) -> Vec<String> {
        let Some(name) = self.name() else { return Vec::new() };
        let mut folders = vec![day_folder(home, &name), Who::did(&self.actor).folder(home)];
        if self.evidence.starts_with("evidence/v1/") {
            folders.push(first_resource_folder(home, &self.arn));
        }
        folders.into_iter().map(|folder| format!("{folder}/{name}")).collect()
    }

    /// In the order of time.
    fn name(&self) -> Option<String> {
        Some(format!("{}-{}.json", key_time(&self.time)?, whole_digest(&self.evidence)))
    }
}

/// Where entries of a day lie. The day: `20261123`, or a time that begins with it.
#[must_use]
pub fn day_folder(home: &Home, day: &str) -> String {
    let day: String = day.chars().take("20261123".len()).collect();
    format!("{}/day/{day}", root(home))
}

/// Where entries of what the first version kept of a resource lie: its own keys are by day.
#[must_use]
pub fn first_resource_folder(home: &Home, arn: &str) -> String {
    format!("{}/resource/{}", root(home), whole_digest(arn))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn entry() -> Entry {
        Entry {
            version: INDEX_VERSION,
            evidence: "evidence/v2/111122223333/us-east-1/ab/encryption-guard/20261123T140000Z-e-1.json".into(),
            time: "2026-11-23T14:00:00Z".into(),
            actor: Actor {
                kind: "IAMUser".into(),
                arn: "arn:aws:iam::111122223333:user/jane".into(),
                verified: Some(false),
            },
            guard: GuardName::EncryptionGuard,
            arn: "arn:aws:s3:::b".into(),
            event: "PutBucketVersioning".into(),
            actions: vec!["enable versioning".into()],
            outcome: Some(Outcome::Remediated),
        }
    }

    #[test]
    fn keys_are_as_documented() {
        let keys = entry().keys(&home());
        let starts = [
            "index/v1/111122223333/us-east-1/day/20261123/",
            "index/v1/111122223333/us-east-1/actor/81f8f6dde88365f3928796ec7aa53f72820b06db8664f5fe76a7eb13e24546a2/",
        ];
        assert_eq!(keys.len(), starts.len());
        for (key, start) in keys.iter().zip(starts) {
            assert!(key.starts_with(&format!("{start}20261123T140000Z-")) && key.ends_with(".json"), "{key}");
        }
        let first = Entry { evidence: "evidence/v1/111122223333/us-east-1/2026/11/23/e.json".into(), ..entry() };
        assert!(
            first
                .keys(&home())
                .last()
                .unwrap()
                .starts_with("index/v1/111122223333/us-east-1/resource/c9bf41d5fa2745fe")
        );
    }

    #[test]
    fn what_was_written_is_read() {
        for outcome in [None, Some(Outcome::Remediated), Some(Outcome::Failed("denied".into()))] {
            let entry = Entry { outcome, ..entry() };
            for key in entry.keys(&home()) {
                assert_eq!(Entry::read(&key, &serde_json::to_vec(&entry).unwrap()), Ok(entry.clone()));
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        let key = &entry().keys(&home())[0];
        let refused = |change: serde_json::Value, part: &str| {
            let mut document = serde_json::to_value(entry()).unwrap();
            document.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let error = Entry::read(key, document.to_string().as_bytes()).unwrap_err();
            assert!(error.object == *key && error.why.contains(part), "{error}");
        };
        refused(json!({"version": 2}), "its version is 2, and this program reads up to 1");
        refused(json!({"version": "1"}), "its version is \"1\"");
        refused(json!({"guard": "other"}), "other");
        refused(json!({"evidence": "evidence/other.json"}), "of other evidence, `evidence/other.json`");
        refused(json!({"time": "soon"}), "of other evidence");
        for text in ["", "{", "[]", "{}"] {
            assert!(Entry::read(key, text.as_bytes()).is_err(), "{text}");
        }
    }
}
