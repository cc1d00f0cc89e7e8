//! Resources: ARNs, compared segment by segment.

use crate::budget::Budget;
use crate::glob::{Glob, Token};
use crate::variables::Variables;
use crate::zone::TrustZone;

/// `arn:partition:service:region:account:resource`.
const ARN_SEGMENTS: usize = 6;

/// The name of one resource: an ARN, or `*` for an action that has none.
#[derive(Clone, Debug)]
pub(crate) struct ResourceName<'a> {
    full: &'a str,
    segments: Option<[&'a str; ARN_SEGMENTS]>,
}

impl<'a> ResourceName<'a> {
    pub(crate) fn new(full: &'a str) -> Self {
        let segments: Vec<&str> = full.splitn(ARN_SEGMENTS, ':').collect();
        Self { full, segments: segments.try_into().ok() }
    }
}

/// A compiled resource pattern.
#[derive(Clone, Debug)]
pub(crate) enum ResourcePattern {
    /// `*`: everything.
    Any,
    /// Six patterns, one for each segment: a `*` does not reach over one of the first five colons. AWS's own verdicts
    /// (CheckNoNewAccess) agree with this and not with matching the whole text.
    Arn(Box<[Glob; ARN_SEGMENTS]>),
    /// Fewer than six segments, such as `arn:aws:iam::*`. What AWS makes of it is not documented.
    Short(Glob),
}

/// How a pattern is read where its meaning is not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// It matches whatever it may match: for Allow, so that nothing allowed is missed.
    Most,
    /// It matches only what it certainly matches: for Deny.
    Least,
}

impl Bound {
    pub(crate) fn flipped(self) -> Self {
        match self {
            Bound::Most => Bound::Least,
            Bound::Least => Bound::Most,
        }
    }
}

impl ResourcePattern {
    /// `None` if it matches nothing.
    pub(crate) fn new(pattern: &str, bound: Bound, variables: Variables<'_>) -> Option<Self> {
        let glob = variables.glob(pattern)?;
        if glob.is_any() {
            return Some(Self::Any);
        }
        let segments: Vec<Glob> = glob
            .tokens()
            .splitn(ARN_SEGMENTS, |t| *t == Token::Literal(':'))
            .map(|part| part.iter().copied().collect())
            .collect();
        match (segments.try_into(), bound) {
            (Ok(segments), _) => Some(Self::Arn(Box::new(segments))),
            (Err(_), Bound::Most) => Some(Self::Short(glob)),
            (Err(_), Bound::Least) => None,
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    pub(crate) fn matches(&self, name: &ResourceName<'_>, budget: &Budget) -> bool {
        match (self, &name.segments) {
            (Self::Any, _) => true,
            (Self::Arn(own), Some(theirs)) => own.iter().zip(theirs).all(|(pattern, text)| {
                budget.spend(pattern.cost(text.len()));
                pattern.matches(text)
            }),
            (Self::Arn(_), None) => false,
            (Self::Short(glob), _) => {
                budget.spend(glob.cost(name.full.len()));
                glob.matches(name.full)
            }
        }
    }

    /// Whether both may match the same resource.
    pub(crate) fn intersects(&self, other: &Self, budget: &Budget) -> bool {
        match (self, other) {
            (Self::Arn(own), Self::Arn(theirs)) => own.iter().zip(theirs.iter()).all(|(a, b)| a.intersects(b, budget)),
            _ => true,
        }
    }

    /// Whether `patterns` together certainly match all that this one may match.
    ///
    /// Patterns whose first five segments contain this one's are taken together; a union over those segments is not found.
    pub(crate) fn is_covered_by(&self, patterns: &[&ResourcePattern], budget: &Budget) -> bool {
        if patterns.iter().any(|p| p.is_any()) {
            return true;
        }
        let Self::Arn(own) = self else { return false };
        let [.., resource] = own.as_ref();
        let fitting = patterns.iter().filter_map(|p| match p {
            Self::Arn(theirs) => Some(theirs),
            _ => None,
        });
        let tails = fitting.filter_map(|theirs| {
            let heads = own.iter().zip(theirs.iter()).take(ARN_SEGMENTS - 1);
            let [.., tail] = theirs.as_ref();
            heads.into_iter().all(|(a, b)| a.is_covered_by([b], budget)).then_some(tail)
        });
        resource.is_covered_by(tails, budget)
    }

    /// A resource that it matches, of the zone's partition and account where the pattern leaves them open.
    pub(crate) fn example(&self, zone: &TrustZone, filler: &str) -> String {
        let open = [filler, zone.partition.as_str(), filler, "us-east-1", zone.account.as_str(), filler];
        match self {
            Self::Any => "*".to_owned(),
            Self::Short(glob) => glob.example(filler),
            Self::Arn(segments) => {
                segments.iter().zip(open).map(|(s, filler)| s.example(filler)).collect::<Vec<_>>().join(":")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, name: &str, most: bool, least: bool) {
        for (bound, expected) in [(Bound::Most, most), (Bound::Least, least)] {
            let compiled = ResourcePattern::new(pattern, bound, Variables::Literal);
            let found = compiled.is_some_and(|p| p.matches(&ResourceName::new(name), &Budget::new()));
            assert_eq!(found, expected, "{bound:?}: `{pattern}` on `{name}`");
        }
    }

    #[test]
    fn segments() {
        let role = "arn:aws:iam::123456789012:role/app";
        check("*", role, true, true);
        check("**", role, true, true);
        check("arn:aws:iam::123456789012:role/*", role, true, true);
        check("arn:aws:iam::*:role/*", role, true, true);
        check("arn:*:iam::*:*", role, true, true);
        check("arn:aws:iam::123456789012:user/*", role, false, false);
        check("arn:aws:iam:*:role/*", role, true, false);
        check("arn:aws:*:*:*:role/*:x", role, false, false);
        check("arn:aws:iam::*", role, true, false);
        check("arn:*", role, true, false);
        check("*:*", role, true, false);
        check("*role/*", role, true, false);
        check("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b:c", true, true);
        check("ARN:aws:s3:::b", "arn:aws:s3:::b", false, false);
        check("*", "*", true, true);
        check("arn:aws:s3:::*", "*", false, false);
    }

    fn covers(patterns: &[&str], target: &str, expected: bool) {
        let compile = |p: &str, b| ResourcePattern::new(p, b, Variables::Literal);
        let compiled: Vec<_> = patterns.iter().filter_map(|p| compile(p, Bound::Least)).collect();
        let references: Vec<_> = compiled.iter().collect();
        let target_pattern = compile(target, Bound::Most).expect("a pattern");
        let found = target_pattern.is_covered_by(&references, &Budget::new());
        assert_eq!(found, expected, "{patterns:?} over `{target}`");
    }

    #[test]
    fn covering() {
        covers(&["*"], "*", true);
        covers(&["arn:*:*:*:*:*"], "*", false);
        covers(&["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "arn:aws:s3:::b/x*", true);
        covers(&["arn:aws:s3:::b*"], "arn:aws:s3:::b/*", true);
        covers(&["arn:aws:s3:::b/?*", "arn:aws:s3:::*/"], "arn:aws:s3:::b/*", true);
        covers(&["arn:aws:s3:::b/?*"], "arn:aws:s3:::b/*", false);
        covers(&["arn:aws:s3:::b"], "arn:aws:s3:::b/*", false);
        covers(&["*"], "arn:aws:iam::*", true);
        covers(&["arn:aws:iam::*"], "arn:aws:iam::*", false);
    }
}
