use std::fmt;

use serde::{Deserialize, Serialize};

/// What came of looking at a resource. Every way to end has a name, doing nothing included.
///
/// The order is the order of concern: of several facets the greatest outcome is the resource's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase", tag = "outcome", content = "why")]
pub enum Outcome {
    /// Nothing to look at.
    Ignored(Ignored),
    /// Read, and as the standard wants it. Nothing was written.
    Compliant,
    /// A violation, in a control whose mode is `observe`. Nothing was written.
    Observed,
    /// A dry run: what would be written is in the actions.
    Planned,
    /// Repaired, and read back as compliant.
    Remediated,
    /// Repaired, but somebody keeps undoing it: a person should look.
    Contested,
    /// Written, and still not compliant.
    Unresolved(String),
    /// Could not be read or judged: neither compliant nor absent.
    Undetermined(String),
    /// A policy denies the guard what it has to do, and no further try fares better: which kind of policy, and who can change it.
    Blocked(String),
    /// A write failed.
    Failed(String),
}

impl Outcome {
    /// The bare name, as it stands in outputs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ignored(_) => "Ignored",
            Self::Compliant => "Compliant",
            Self::Observed => "Observed",
            Self::Planned => "Planned",
            Self::Remediated => "Remediated",
            Self::Contested => "Contested",
            Self::Unresolved(_) => "Unresolved",
            Self::Undetermined(_) => "Undetermined",
            Self::Blocked(_) => "Blocked",
            Self::Failed(_) => "Failed",
        }
    }

    /// Why, where the outcome carries a reason.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Ignored(why) => Some(why.to_string()),
            Self::Unresolved(why) | Self::Undetermined(why) | Self::Blocked(why) | Self::Failed(why) => {
                Some(why.clone())
            }
            _ => None,
        }
    }

    /// Whether a violation may be left, or comes back: somebody has to look.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        match self {
            Self::Contested | Self::Unresolved(_) | Self::Undetermined(_) | Self::Blocked(_) | Self::Failed(_) => true,
            Self::Ignored(_) | Self::Compliant | Self::Observed | Self::Planned | Self::Remediated => false,
        }
    }
}

/// Why an event needs no look at the account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "reason", content = "detail")]
pub enum Ignored {
    /// The input is not a CloudTrail record, bare or in an EventBridge envelope; the detail says what is missing.
    NotARecord(String),
    /// The recorded call failed: it changed nothing. The detail is its error code.
    FailedCall(String),
    /// The recorded call only read.
    ReadOnly,
    /// The event does not concern this guard.
    UnknownEvent(String),
    /// The event, or what it is about, is of another account: its id, or where AWS tells none, how it is known to be another.
    OtherAccount(String),
    /// The event is of another partition.
    OtherPartition(String),
    /// The resource is another region's: only there can it be changed.
    OtherRegion(String),
    /// The standard leaves the resource alone: out of scope, or a principal never to be touched.
    OutOfScope(String),
    /// The resource is not there (any more), and the standard does not ask for it.
    Gone,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecord(what) => write!(f, "not a CloudTrail record: {what}"),
            Self::FailedCall(code) => write!(f, "the call failed with {code}"),
            Self::ReadOnly => f.write_str("the call only read"),
            Self::UnknownEvent(event) => write!(f, "event {event} does not concern this guard"),
            Self::OtherAccount(account) if account.bytes().all(|byte| byte.is_ascii_digit()) => {
                write!(f, "the event is of account {account}")
            }
            Self::OtherAccount(how) => write!(f, "it is of another account: {how}"),
            Self::OtherPartition(partition) => write!(f, "the event is of partition {partition}"),
            Self::OtherRegion(region) => write!(f, "the resource is of region {region}"),
            Self::OutOfScope(what) => write!(f, "out of scope: {what}"),
            Self::Gone => f.write_str("the resource is gone"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_reasons() {
        let told = |outcome: Outcome| format!("{}: {}", outcome.name(), outcome.why().unwrap_or_default());
        assert_eq!(told(Outcome::Ignored(Ignored::Gone)), "Ignored: the resource is gone");
        assert_eq!(told(Outcome::Unresolved("still open".into())), "Unresolved: still open");
        assert_eq!(told(Outcome::Undetermined("too large".into())), "Undetermined: too large");
        assert_eq!(told(Outcome::Blocked("by a policy".into())), "Blocked: by a policy");
        assert_eq!(told(Outcome::Failed("denied".into())), "Failed: denied");
        for (outcome, name) in [
            (Outcome::Compliant, "Compliant"),
            (Outcome::Observed, "Observed"),
            (Outcome::Planned, "Planned"),
            (Outcome::Remediated, "Remediated"),
            (Outcome::Contested, "Contested"),
        ] {
            assert_eq!((outcome.name(), outcome.why()), (name, None));
        }
    }

    #[test]
    fn another_account_is_named_where_it_is_told() {
        let told = |account: &str| Ignored::OtherAccount(account.to_owned()).to_string();
        assert_eq!(told("444455556666"), "the event is of account 444455556666");
        assert_eq!(told("S3 names no owner"), "it is of another account: S3 names no owner");
    }

    #[test]
    fn the_worst_outcome_wins() {
        let outcomes =
            [Outcome::Remediated, Outcome::Ignored(Ignored::Gone), Outcome::Failed("x".into()), Outcome::Compliant];
        assert_eq!(outcomes.into_iter().max(), Some(Outcome::Failed("x".into())));
        let blocked = || Outcome::Blocked("z".into());
        assert!(Outcome::Undetermined("z".into()) < blocked() && blocked() < Outcome::Failed("a".into()));
    }
}
