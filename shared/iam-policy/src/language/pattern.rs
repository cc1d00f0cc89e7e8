//! One compiled pattern.

use super::fold::{folded, variants};
use super::fuel::Fuel;
use crate::budget::Budget;
use crate::glob::{Glob, Token};

/// `arn:partition:service:region:account:resource`: the colons that a wildcard does not reach over.
const ARN_COLONS: usize = 5;

/// What one place reads before the next place is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Read {
    Literal(char),
    /// Any character that [folds](folded) to this one.
    Folded(char),
    One,
    /// One character that is no colon.
    OneInside,
    /// The pattern ends here.
    End,
}

impl Read {
    pub(super) fn accepts(self, c: char) -> bool {
        match self {
            Read::Literal(l) => l == c,
            Read::Folded(l) => folded(c) == l,
            Read::One => true,
            Read::OneInside => c != ':',
            Read::End => false,
        }
    }

    /// Whether some character is accepted by both, or both are the end.
    pub(super) fn meets(self, other: Read) -> bool {
        match (self, other) {
            (Read::End, Read::End) => true,
            (Read::End, _) | (_, Read::End) => false,
            (Read::Literal(c), read) | (read, Read::Literal(c)) => read.accepts(c),
            (Read::Folded(a), Read::Folded(b)) => a == b,
            _ => true,
        }
    }
}

/// The star in front of what a place reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Star {
    None,
    /// Any characters but colons.
    Inside,
    Any,
}

impl Star {
    pub(super) fn accepts(self, c: char) -> bool {
        match self {
            Star::None => false,
            Star::Inside => c != ':',
            Star::Any => true,
        }
    }
}

/// A state of the automaton: it may read what its star accepts and stay, or read `read` and go on to the next place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) star: Star,
    pub(super) read: Read,
}

impl Place {
    /// Whether whatever follows is matched from here.
    pub(super) fn is_everything(self) -> bool {
        self.star == Star::Any && self.read == Read::End
    }

    /// Whether a colon may be told from other characters here although nothing names it.
    pub(super) fn stops_at_colons(self) -> bool {
        self.star == Star::Inside || self.read == Read::OneInside
    }
}

/// A set of strings, written as a pattern.
///
/// A place whose star is reached contains every earlier place that is reached at the same time: from there the text has
/// to come by this place, and the star can read all that lies between. (No earlier place is in another part of an ARN:
/// the colons read so far tell the part.)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    /// The last one, and only that, is an [end](Read::End).
    places: Vec<Place>,
    /// The literals that it starts with, and those that it ends with: all of it, if it has nothing else.
    start: String,
    end: String,
    /// How many places come before the first that has a star.
    fixed: usize,
    /// How many characters `start` and `end` have.
    run: usize,
    end_run: usize,
    /// The ASCII characters that it names, folded.
    named: u128,
}

enum Step {
    Stay(Star),
    Go(Read),
}

impl Pattern {
    /// `StringLike`: wildcards match any characters.
    pub(crate) fn like(glob: &Glob) -> Self {
        Self::new(glob.tokens().iter().map(|token| match token {
            Token::Literal(c) => Step::Go(Read::Literal(*c)),
            Token::One => Step::Go(Read::One),
            Token::Many => Step::Stay(Star::Any),
        }))
    }

    /// `StringEquals`: this text only.
    pub(crate) fn equal(text: &str) -> Self {
        Self::new(text.chars().map(|c| Step::Go(Read::Literal(c))))
    }

    /// `StringEqualsIgnoreCase`: character by character the same lower case.
    pub(crate) fn equal_ignoring_case(text: &str) -> Self {
        Self::new(text.chars().map(|c| {
            let lower = folded(c);
            Step::Go(if variants(lower).nth(1).is_some() { Read::Folded(lower) } else { Read::Literal(c) })
        }))
    }

    /// `ArnLike`: six parts between the first five colons, and only a wildcard of the sixth matches a colon. `None` for
    /// fewer parts: such a pattern matches nothing.
    pub(crate) fn arn(glob: &Glob) -> Option<Self> {
        let mut colons = 0;
        let pattern = Self::new(glob.tokens().iter().map(|token| {
            let inside = colons < ARN_COLONS;
            match token {
                Token::Literal(c) => {
                    colons += usize::from(*c == ':');
                    Step::Go(Read::Literal(*c))
                }
                Token::One => Step::Go(if inside { Read::OneInside } else { Read::One }),
                Token::Many => Step::Stay(if inside { Star::Inside } else { Star::Any }),
            }
        }));
        (colons >= ARN_COLONS).then_some(pattern)
    }

    /// Every text.
    pub(crate) fn any() -> Self {
        Self::new([Step::Stay(Star::Any)])
    }

    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut places = Vec::new();
        let mut star = Star::None;
        for step in steps {
            match step {
                Step::Stay(wider) => star = star.max(wider),
                Step::Go(read) => {
                    places.push(Place { star, read });
                    star = Star::None;
                }
            }
        }
        places.push(Place { star, read: Read::End });

        let plain = |p: &Place| match p {
            Place { star: Star::None, read: Read::Literal(c) } => Some(*c),
            _ => None,
        };
        let start: String = places.iter().map_while(plain).collect();
        let run = start.chars().count();
        // What a place reads is at the end of a text if no star comes behind it.
        let behind = places.iter().rev().map(|p| p.star);
        let reads = places.iter().rev().skip(1).map(|p| p.read);
        let last = reads.zip(behind).map_while(|(read, behind)| match (read, behind) {
            (Read::Literal(c), Star::None) => Some(c),
            _ => None,
        });
        let end: Vec<char> = last.collect();
        let end_run = end.len();
        let end = end.into_iter().rev().collect();

        let fixed = places.iter().take_while(|p| p.star == Star::None && p.read != Read::End).count();
        let named = places.iter().filter_map(|p| match p.read {
            Read::Literal(c) | Read::Folded(c) => Some(u32::from(folded(c))).filter(|n| *n < u128::BITS),
            _ => None,
        });
        let named = named.fold(0, |all, n| all | 1 << n);
        Self { places, start, end, fixed, run, end_run, named }
    }

    /// Whether it matches every text.
    pub(crate) fn is_any(&self) -> bool {
        self.place(0).is_everything()
    }

    /// The one text that it matches, if that is all.
    pub(crate) fn literal(&self) -> Option<&str> {
        let end = self.place(self.run);
        (end.star == Star::None && end.read == Read::End).then_some(&self.start)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.matches_paid(text, &Budget::of(u64::MAX))
    }

    /// The same, paid for; means nothing if the budget is exhausted.
    pub(crate) fn matches_paid(&self, text: &str, budget: &Budget) -> bool {
        self.matches_within(text, &Fuel::new(budget))
    }

    /// Whether it matches the whole text. Only the last star is ever tried again, so the cost is quadratic at worst.
    pub(super) fn matches_within(&self, text: &str, fuel: &Fuel<'_>) -> bool {
        if !text.starts_with(&self.start) || !text.ends_with(&self.end) {
            return false;
        }
        let (mut at, mut rest) = (0, text.chars());
        let mut retry = None;
        while fuel.spend(1) {
            let place = self.place(at);
            if place.star != Star::None {
                retry = Some((at, place.star, rest.clone()));
            }
            let mut tail = rest.clone();
            match tail.next() {
                None if place.read == Read::End => return true,
                // The text is used up, and giving a star more of it cannot help.
                None => return false,
                Some(c) if place.read.accepts(c) => {
                    (at, rest) = (at + 1, tail);
                    continue;
                }
                Some(_) => {}
            }
            let Some((star_at, star, from)) = retry.as_mut() else { return false };
            if !from.next().is_some_and(|c| star.accepts(c)) {
                return false;
            }
            (at, rest) = (*star_at, from.clone());
        }
        false
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    pub(super) fn place(&self, at: usize) -> Place {
        self.places.get(at).copied().unwrap_or(Place { star: Star::None, read: Read::End })
    }

    /// The characters that a text needs at least from this place on.
    pub(super) fn length_from(&self, at: usize) -> usize {
        self.places.len().saturating_sub(at + 1)
    }

    pub(super) fn fixed(&self) -> usize {
        self.fixed
    }

    pub(super) fn start(&self) -> &str {
        &self.start
    }

    pub(super) fn end(&self) -> &str {
        &self.end
    }

    /// How many characters it [starts](Self::start) with.
    pub(super) fn run(&self) -> usize {
        self.run
    }

    /// How many characters it [ends](Self::end) with.
    pub(super) fn end_run(&self) -> usize {
        self.end_run
    }

    /// The shortest text that it matches from this place on, with `filler` for each `?`.
    pub(super) fn rest(&self, at: usize, filler: char) -> String {
        let reads = self.places.iter().skip(at).map(|p| p.read);
        reads
            .filter_map(|read| match read {
                Read::Literal(c) | Read::Folded(c) => Some(c),
                Read::One | Read::OneInside => Some(filler),
                Read::End => None,
            })
            .collect()
    }

    /// The characters that it names, folded.
    pub(super) fn named(&self) -> impl Iterator<Item = char> {
        self.places.iter().filter_map(|p| match p.read {
            Read::Literal(c) | Read::Folded(c) => Some(folded(c)),
            _ => None,
        })
    }

    /// The ASCII characters among them, as a bit each.
    pub(super) fn named_ascii(&self) -> u128 {
        self.named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: Option<Pattern>, text: &str, expected: bool) {
        assert_eq!(pattern.as_ref().is_some_and(|p| p.matches(text)), expected, "{pattern:?} on `{text}`");
    }

    fn like(pattern: &str) -> Option<Pattern> {
        Some(Pattern::like(&Glob::new(pattern)))
    }

    fn arn(pattern: &str) -> Option<Pattern> {
        Pattern::arn(&Glob::new(pattern))
    }

    #[test]
    fn matching() {
        check(like(""), "", true);
        check(like(""), "a", false);
        check(like("*"), "a:b", true);
        check(like("?"), ":", true);
        check(like("*ab*ab"), "abxab", true);
        check(like("*ab*ab"), "ab", false);
        check(like("*a?"), "aab", true);
        check(arn("arn:aws:iam::*:role/*"), "arn:aws:iam::1:role/a:b", true);
        check(arn("arn:aws:*:*:*:role/*:x"), "arn:aws:iam::1:role/x", false);
        check(arn("*:*:*:*:*:*"), ":::::", true);
        check(arn("*:*:*:*:*:*"), "::::", false);
        check(arn("?:::::"), "::::::", false);
        check(arn(":::::?"), "::::::", true);
        check(arn("a*:::::*b"), "ax::::::b", true);
        check(arn("a*::::b"), "a:::::b", false);
        check(arn("*"), ":::::", false);
        check(Some(Pattern::equal("a*")), "a*", true);
        check(Some(Pattern::equal("a*")), "ab", false);
        check(Some(Pattern::equal_ignoring_case("K-1")), "\u{212a}-1", true);
        check(Some(Pattern::equal_ignoring_case("K-1")), "k-1", true);
        check(Some(Pattern::equal_ignoring_case("Straße")), "STRASSE", false);
        check(Some(Pattern::equal_ignoring_case("Straße")), "STRAẞE", true);
        check(Some(Pattern::any()), "", true);
    }

    #[test]
    fn literals() {
        assert_eq!(Pattern::equal("a*").literal(), Some("a*"));
        assert_eq!(like("ab").as_ref().and_then(Pattern::literal), Some("ab"));
        assert_eq!(like("").as_ref().and_then(Pattern::literal), Some(""));
        assert_eq!(like("*").as_ref().and_then(Pattern::literal), None);
        assert_eq!(Pattern::equal_ignoring_case("1:2").literal(), Some("1:2"));
        assert_eq!(Pattern::equal_ignoring_case("1a").literal(), None);
        assert!(Pattern::any().is_any());
        assert!(!like("?*").is_some_and(|p| p.is_any()));
    }
}
