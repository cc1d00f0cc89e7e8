//! Resources: ARNs, compared segment by segment.

use crate::budget::Budget;
use crate::glob::{Glob, Token};
use crate::variables::Variables;

/// `arn:partition:service:region:account:resource`.
const ARN_SEGMENTS: usize = 6;

/// Characters of short segments are compared faster than a step of the budget takes.
const COMPARISONS_OF_A_STEP: usize = 2;

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

    /// Whether it can match a name that begins so; if it cannot, it matches none.
    pub(crate) fn can_match_from(&self, start: &str, budget: &Budget) -> bool {
        let Self::Arn(own) = self else { return true };
        let mut theirs = start.splitn(ARN_SEGMENTS, ':').peekable();
        own.iter().all(|pattern| {
            budget.spend(1);
            let Some(text) = theirs.next() else { return true };
            let is_whole = theirs.peek().is_some();
            let begin = pattern.literal_prefix();
            if is_whole { pattern.matches(text) } else { begin.starts_with(text) || text.starts_with(&begin) }
        })
    }

    pub(crate) fn matches(&self, name: &ResourceName<'_>, budget: &Budget) -> bool {
        match (self, &name.segments) {
            (Self::Any, _) => true,
            (Self::Arn(own), Some(theirs)) => own.iter().zip(theirs).all(|(pattern, text)| {
                budget.spend(1 + pattern.cost(text.len()) / COMPARISONS_OF_A_STEP);
                pattern.matches(text)
            }),
            (Self::Arn(_), None) => false,
            (Self::Short(glob), _) => {
                budget.spend(1 + glob.cost(name.full.len()) / COMPARISONS_OF_A_STEP);
                glob.matches(name.full)
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
    fn how_names_begin() {
        let check = |pattern: &str, start: &str, expected: bool| {
            let compiled = ResourcePattern::new(pattern, Bound::Most, Variables::Literal);
            let found = compiled.is_some_and(|p| p.can_match_from(start, &Budget::new()));
            assert_eq!(found, expected, "`{pattern}` from `{start}`");
        };
        let roles = "arn:aws:iam::123456789012:role/";
        check("arn:aws:iam::*:role/a*", roles, true);
        check("arn:aws:iam::*:role/*", roles, true);
        check("arn:aws:iam::*:*", roles, true);
        check("arn:aws:iam::*:user/a*", roles, false);
        check("arn:aws:iam::1111*:role/a*", roles, false);
        check("arn:aws:iam::*:role/a*", "arn:aws:ia", true);
        check("arn:aws:s3:::b", "arn:aws:ia", false);
        check("*", roles, true);
        check("arn:*", roles, true);
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
}
