//! In which forms one attempt to narrow may write.

use super::split::{MAX_PATTERNS, MAX_PATTERNS_SHOWN};
use super::terms::Audience;

/// In which forms this attempt may write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// A Deny beside a wildcard.
    pub(super) denies: bool,
    /// `NotResource` of what is known.
    pub(super) leaves_out_known: bool,
    /// As many patterns in the place of a wildcard.
    pub(super) patterns: usize,
    /// A wildcard goes as a whole if nothing short says what of it may stay.
    pub(super) cuts: bool,
}

impl Plan {
    /// One after the other, until the result of one is right and short enough. A guard closes what is open in any case; a
    /// person would refuse a policy of which nothing is left, and is told what does not fit.
    pub(super) fn all(audience: Audience) -> impl Iterator<Item = Self> {
        let (patterns, cuts) = match audience {
            Audience::Person => (MAX_PATTERNS_SHOWN, false),
            Audience::Guard => (MAX_PATTERNS, true),
        };
        let plan = move |(denies, leaves_out_known)| Self { denies, leaves_out_known, patterns, cuts };
        let forms = [(true, true), (false, true), (true, false), (false, false)];
        let last = Self { denies: false, leaves_out_known: false, patterns: 0, cuts };
        forms.into_iter().map(plan).chain(cuts.then_some(last))
    }
}

/// Why an attempt comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// What it writes is not right.
    NotRight,
    /// Nothing short says what may stay.
    NotShort,
    /// It is longer than its place allows.
    TooLong,
}
