use std::collections::BTreeSet;

use parapet_core::{Home, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Facet, Mark, OwnAccount, Resource, ResourceKind};

/// The version of the baseline that is written.
pub const BASELINE_VERSION: u32 = 1;

/// How far it is kept what was there when Parapet came. What was there itself lies where memories do, and is read as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The version of the format: [`BASELINE_VERSION`].
    pub version: u32,
    /// When it was begun, in seconds since 1970: what was created later is new.
    pub begun_at: i64,
    /// When all was kept; none: there is more.
    pub ended_at: Option<i64>,
    /// The SHA-256 digest of the standard of that time.
    pub standard: String,
    /// How many facets were kept.
    pub kept: u32,
    /// The kinds of resources that were read through.
    pub kinds: BTreeSet<String>,
    /// The kind that is read now, and where its next page begins: a large account has more of a kind than one run reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<(String, Mark)>,
    /// What could not be read or kept.
    pub unread: Vec<String>,
    /// Which facets that were, of kinds that were read through: another run keeps these, and nothing that was seen before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// That it is being kept anew, because an operator asked; what is above counts until that has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
    /// What the account was when bootstrap ran last.
    #[serde(flatten)]
    pub account: OwnAccount,
}

/// How far a baseline is kept anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anew {
    /// Who asked, as AWS STS says: an ARN.
    pub operator: String,
    /// When, in seconds since 1970: what was created or accepted later is not accepted by it.
    pub begun_at: i64,
    /// Until then whoever goes on with it does, and nobody else.
    pub taken_until: i64,
    /// The kinds that were read through.
    pub kinds: BTreeSet<String>,
}

/// How long an operator's word counts, in seconds: whatever could not be read by then stays as it was known.
const ANEW_SECONDS: i64 = 60 * 60;

impl Anew {
    /// Whether nobody goes on with it any more.
    #[must_use]
    pub fn is_over(&self, now: i64) -> bool {
        now.saturating_sub(self.begun_at) >= ANEW_SECONDS
    }
}

/// A facet that could not be read, or not be kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Left {
    /// Of what.
    pub resource: Resource,
    /// Which.
    pub facet: Facet,
}

impl Baseline {
    /// One that begins at a moment, under the standard of this digest: nothing is kept yet.
    #[must_use]
    pub fn begun(begun_at: i64, standard: &str) -> Self {
        Self {
            version: BASELINE_VERSION,
            begun_at,
            ended_at: None,
            standard: standard.to_owned(),
            kept: 0,
            kinds: BTreeSet::new(),
            at: None,
            unread: Vec::new(),
            left: Vec::new(),
            anew: None,
            account: OwnAccount::default(),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn read(key: &str, text: &[u8]) -> Result<Self, Unreadable> {
        Self::of(key, serde_json::from_slice(text).map_err(|error| Unreadable::malformed(key, error))?)
    }

    /// Where a kind is to be gone on with; none: from its beginning.
    #[must_use]
    pub fn mark(&self, kind: ResourceKind) -> Option<Mark> {
        self.at.as_ref().filter(|(at, _)| *at == kind.to_string()).map(|(_, mark)| mark.clone())
    }

    /// Whether it is being kept anew: what is there may be accepted in a moment.
    #[must_use]
    pub fn is_under_way(&self, now: i64) -> bool {
        self.anew.as_ref().is_some_and(|anew| !anew.is_over(now))
    }

    /// Whether it went through all of a resource's kind, and left nothing of the resource: then what is there and not in it is new.
    #[must_use]
    pub fn has(&self, resource: &Resource) -> bool {
        self.kinds.contains(&resource.kind().to_string()) && !self.left.iter().any(|left| left.resource == *resource)
    }

    /// The same of what was parsed already.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        let malformed = |why: String| Unreadable::malformed(key, why);
        let baseline: Self = serde_json::from_value(document).map_err(|error| malformed(error.to_string()))?;
        match baseline.version {
            BASELINE_VERSION => Ok(baseline),
            other => Err(malformed(format!("its version is {other}, and this function reads {BASELINE_VERSION}"))),
        }
    }
}

/// Where it lies: beside the memories.
#[must_use]
pub fn baseline_key(home: &Home) -> String {
    format!("state/v2/{}/{}/baseline.json", home.account, home.region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on;

    #[test]
    fn what_was_written_is_read() {
        let baseline = Baseline {
            version: BASELINE_VERSION,
            begun_at: 1,
            ended_at: None,
            standard: "s".to_owned(),
            kept: 2,
            kinds: BTreeSet::from(["bucket".to_owned()]),
            at: Some(("bucket".to_owned(), Mark("m".to_owned()))),
            unread: vec!["x".to_owned()],
            left: vec![Left {
                resource: Resource::Bucket(on::Bucket { name: "b".to_owned() }),
                facet: Facet::BucketAcl,
            }],
            account: OwnAccount::default(),
            anew: None,
        };
        let text = serde_json::to_vec(&baseline).unwrap();
        assert_eq!(Baseline::read("k", &text), Ok(baseline.clone()));
        let later = serde_json::to_vec(&Baseline { version: 2, ..baseline }).unwrap();
        assert!(Baseline::read("k", &later).unwrap_err().to_string().contains("version is 2"));
        assert!(Baseline::read("k", b"{}").is_err());
    }
}
