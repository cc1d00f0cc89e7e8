//! What is guarded, and what is done about a violation.

use parapet_core::matches;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;

use super::{Refusal, texts};
use crate::ControlId;

/// Makes of the table of scopes the section of the standard. Each row: which kind, what its names are, which are in where the standard says
/// nothing.
macro_rules! scopes {
    ($($name:ident = $doc:literal, $include:expr;)+) => {
        /// What is guarded.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(from = "GivenScope")]
        pub struct Scope {
            $(#[doc = $doc] pub $name: Patterns,)+
        }

        /// What a standard says of it.
        #[derive(Default, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct GivenScope {
            $($name: $crate::standard::GivenPatterns,)+
        }

        impl From<GivenScope> for Scope {
            fn from(given: GivenScope) -> Self {
                Self { $($name: given.$name.or(&$include),)+ }
            }
        }

        impl Default for Scope {
            fn default() -> Self {
                GivenScope::default().into()
            }
        }

        impl Scope {
            /// Each kind's, by its name in the standard.
            pub(crate) fn by_name(&self) -> Vec<(&'static str, &Patterns)> {
                vec![$((stringify!($name), &self.$name),)+]
            }
        }
    };
}
pub(crate) use scopes;

/// Names to take in and to leave out; leaving out wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patterns {
    /// In, if one of these matches.
    pub include: Vec<String>,
    /// Out, if one of these matches.
    pub exclude: Vec<String>,
}

impl Patterns {
    /// Whether a name is in.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.include.iter().any(|pattern| matches(pattern, name)) && !self.excludes(name)
    }

    /// Whether a name is left out, whatever else is in.
    #[must_use]
    pub fn excludes(&self, name: &str) -> bool {
        self.exclude.iter().any(|pattern| matches(pattern, name))
    }
}

/// What a standard says of names, which may be one half.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenPatterns {
    #[serde(deserialize_with = "given")]
    include: Option<Vec<String>>,
    exclude: Vec<String>,
}

impl GivenPatterns {
    /// The same, filled up.
    pub(crate) fn or(self, include: &[&str]) -> Patterns {
        Patterns { include: self.include.unwrap_or_else(|| texts(include)), exclude: self.exclude }
    }
}

/// What is there must be a list: null is none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Vec::deserialize(deserializer).map(Some)
}

/// A resource to be left as it is, for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Its ARN; a pattern.
    pub resource: String,
    /// Which controls.
    pub controls: Vec<ControlId>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub who: String,
    /// Until when, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// How long a young resource may stay incomplete: its owner may still be making it.
///
/// What is unsafe is mended at once. What only completes it, such as the statement about TLS where there is no policy, waits. CloudFormation refuses
/// `AWS::S3::BucketPolicy` of a bucket that has a policy already, and what is written beside a stack in the seconds of its making meets 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettleRules {
    /// For how many minutes; 0: not at all.
    pub minutes: u32,
}

impl Default for SettleRules {
    fn default() -> Self {
        Self { minutes: 10 }
    }
}

impl SettleRules {
    /// More is no making any more.
    const MOST_MINUTES: u32 = 24 * 60;

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }

    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.minutes > Self::MOST_MINUTES {
            return Err(Refusal::new(
                "settle.minutes",
                self.minutes.to_string(),
                "at most 1440 minutes, which is a day",
            ));
        }
        Ok(())
    }
}

/// When a resource counts as contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContestRules {
    /// How many repairs of one resource...
    pub repairs: u32,
    /// ... within how many minutes.
    pub window_minutes: u32,
    /// And when one is contested slowly, as by a deployment that undoes the repair each night.
    pub slow: SlowContest,
}

/// When a resource counts as contested slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlowContest {
    /// On how many days it was repaired...
    pub repairs: u32,
    /// ... of how many.
    pub days: u32,
}

impl Default for SlowContest {
    fn default() -> Self {
        Self { repairs: 3, days: 7 }
    }
}

impl Default for ContestRules {
    fn default() -> Self {
        Self { repairs: 20, window_minutes: 60, slow: SlowContest::default() }
    }
}

impl ContestRules {
    /// More is not read back in one page.
    const MOST_DAYS: u32 = 90;

    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.repairs < 2 || self.window_minutes == 0 {
            let found = format!("{} repairs in {} minutes", self.repairs, self.window_minutes);
            return Err(Refusal::new("contest", found, "at least 2 repairs, in at least 1 minute"));
        }
        let SlowContest { repairs, days } = self.slow;
        if repairs < 2 || days < repairs || days > Self::MOST_DAYS {
            let found = format!("repairs on {repairs} of {days} days");
            return Err(Refusal::new("contest.slow", found, "at least 2 days with a repair, of at most 90"));
        }
        Ok(())
    }
}
