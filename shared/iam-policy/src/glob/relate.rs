//! How patterns lie to each other: do they share a text, does one list contain another pattern.

use super::{Glob, Token};
use crate::budget::{Budget, MAX_COVER_STATES};
use std::collections::HashSet;

/// What one place of one state costs: it is copied, sorted and remembered.
const STEPS_OF_A_PLACE: usize = 4;

impl Glob {
    /// Whether some text is matched by both. Exact; costs the product of the lengths.
    pub(crate) fn intersects(&self, other: &Glob, budget: &Budget) -> bool {
        if !budget.spend((self.tokens.len() + 1) * (other.tokens.len() + 1)) {
            return true;
        }
        // `below` and `row` answer for the rests of both patterns: `self` from i + 1 (from i), `other` from each j.
        let mut below = Vec::new();
        for i in (0..=self.tokens.len()).rev() {
            let own = self.tokens.get(i).copied();
            let mut row = vec![false; other.tokens.len() + 1];
            let mut right = false;
            for (j, cell) in row.iter_mut().enumerate().rev() {
                let down = below.get(j).copied().unwrap_or(false);
                let diagonal = below.get(j + 1).copied().unwrap_or(false);
                *cell = match (own, other.tokens.get(j).copied()) {
                    (None, None) => true,
                    (Some(Token::Many), _) | (_, Some(Token::Many)) => down || right,
                    (Some(Token::Literal(a)), Some(Token::Literal(b))) => a == b && diagonal,
                    (Some(_), Some(_)) => diagonal,
                    _ => false,
                };
                right = *cell;
            }
            below = row;
        }
        below.first().copied().unwrap_or(false)
    }

    /// Whether every text that `self` matches is matched by one of `patterns`.
    ///
    /// Exact over an unlimited alphabet, also for a union: the positions that `patterns` can be in are followed
    /// through `self`, and each wildcard of `self` reads a character that no pattern names, because whatever accepts
    /// that one accepts any other. A test that needs more than [`MAX_COVER_STATES`] states exhausts the budget.
    pub(crate) fn is_covered_by<'a>(&self, patterns: impl IntoIterator<Item = &'a Glob>, budget: &Budget) -> bool {
        let union = Union::new(patterns);
        let mut open = vec![(0, union.start())];
        let mut seen = HashSet::new();
        while let Some((at, places)) = open.pop() {
            if union.accepts_all_from(&places) {
                continue;
            }
            if places.is_empty() || !budget.spend(STEPS_OF_A_PLACE * union.tokens.len()) {
                return false;
            }
            if !seen.insert((at, places.clone())) {
                continue;
            }
            if seen.len() > MAX_COVER_STATES {
                budget.exhaust();
                return false;
            }
            match self.tokens.get(at) {
                None if union.accepts(&places) => {}
                None => return false,
                Some(Token::Literal(c)) => open.push((at + 1, union.step(&places, Some(*c)))),
                Some(Token::One) => open.push((at + 1, union.step(&places, None))),
                Some(Token::Many) => {
                    open.push((at, union.step(&places, None)));
                    open.push((at + 1, places));
                }
            }
        }
        true
    }
}

/// Several patterns, one after the other, as one automaton. A place is an index into `tokens`; `None` is a pattern's end.
struct Union {
    tokens: Vec<Option<Token>>,
}

impl Union {
    fn new<'a>(patterns: impl IntoIterator<Item = &'a Glob>) -> Self {
        let tokens = patterns.into_iter().flat_map(|p| p.tokens.iter().copied().map(Some).chain([None])).collect();
        Self { tokens }
    }

    fn at(&self, place: usize) -> Option<Token> {
        self.tokens.get(place).copied().flatten()
    }

    fn start(&self) -> Vec<usize> {
        let after_ends = self.tokens.iter().enumerate().filter(|(_, t)| t.is_none()).map(|(i, _)| i + 1);
        let starts = std::iter::once(0).chain(after_ends).filter(|i| *i < self.tokens.len());
        self.closed(starts.collect())
    }

    /// Adds the places that are reached by giving a star nothing.
    fn closed(&self, mut places: Vec<usize>) -> Vec<usize> {
        let mut next = 0;
        while let Some(place) = places.get(next).copied() {
            if self.at(place) == Some(Token::Many) {
                places.push(place + 1);
            }
            next += 1;
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The places after one character; `None` is a character that no pattern names.
    fn step(&self, places: &[usize], c: Option<char>) -> Vec<usize> {
        let moved = places.iter().filter_map(|place| match self.at(*place)? {
            Token::Many => Some(*place),
            Token::One => Some(place + 1),
            Token::Literal(l) => (Some(l) == c).then_some(place + 1),
        });
        self.closed(moved.collect())
    }

    fn accepts(&self, places: &[usize]) -> bool {
        places.iter().any(|p| matches!(self.tokens.get(*p), Some(None)))
    }

    fn accepts_all_from(&self, places: &[usize]) -> bool {
        places.iter().any(|p| self.at(*p) == Some(Token::Many) && matches!(self.tokens.get(p + 1), Some(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covers(patterns: &[&str], target: &str, expected: bool) {
        let globs: Vec<Glob> = patterns.iter().map(|p| Glob::new(p)).collect();
        assert_eq!(Glob::new(target).is_covered_by(&globs, &Budget::new()), expected, "{patterns:?} over `{target}`");
    }

    fn meet(a: &str, b: &str, expected: bool) {
        assert_eq!(Glob::new(a).intersects(&Glob::new(b), &Budget::new()), expected, "`{a}` and `{b}`");
    }

    #[test]
    fn covering() {
        covers(&[], "a", false);
        covers(&[], "", false);
        covers(&[""], "", true);
        covers(&["*"], "*", true);
        covers(&["?*"], "*", false);
        covers(&["?*", ""], "*", true);
        covers(&["?*"], "*a", true);
        covers(&["*?b*"], "*ab*", true);
        covers(&["role/*"], "role/?pp-*", true);
        covers(&["role/a*"], "role/*", false);
        covers(&["s3:get*", "s3:put*"], "s3:*", false);
        covers(&["s3:*"], "s3:get*", true);
        covers(&["?", "??*"], "?*", true);
        covers(&["a?*", "a"], "a*", true);
    }

    #[test]
    fn meeting() {
        meet("a*", "*b", true);
        meet("a*", "b*", false);
        meet("a?c", "ab?", true);
        meet("a?c", "ab", false);
        meet("", "*", true);
        meet("", "?", false);
        meet("iam:*", "*:put?olepolicy", true);
        meet("iam:*", "s3:*", false);
    }

    #[test]
    fn a_slow_inclusion_ends() {
        let pattern = Glob::new(&format!("*a{}", "?".repeat(400)));
        let target = Glob::new(&"*a".repeat(300));
        let budget = Budget::new();
        assert!(!target.is_covered_by([&pattern], &budget));
    }

    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..6 {
            last = last.iter().flat_map(|t| ["a", "b", "z"].map(|c| format!("{t}{c}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// No pattern names `z`, so texts of up to six characters tell these short patterns apart.
        #[test]
        fn covering_agrees_with_enumeration(
            patterns in proptest::collection::vec("[ab*?]{0,3}", 0..3),
            target in "[ab*?]{0,3}",
        ) {
            let globs: Vec<Glob> = patterns.iter().map(|p| Glob::new(p)).collect();
            let target = Glob::new(&target);
            let listed = texts().iter().filter(|t| target.matches(t)).all(|t| globs.iter().any(|g| g.matches(t)));
            prop_assert_eq!(target.is_covered_by(&globs, &Budget::new()), listed);
        }

        #[test]
        fn meeting_agrees_with_enumeration(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}") {
            let (a, b) = (Glob::new(&a), Glob::new(&b));
            prop_assert_eq!(a.intersects(&b, &Budget::new()), texts().iter().any(|t| a.matches(t) && b.matches(t)));
        }
    }
}
