//! Patterns of `*` (any characters, or none) and `?` (any single character).
//!
//! "You can use wildcard characters (* and ?) within any ARN segment" and in action names: IAM User Guide, IAM JSON
//! policy elements: Resource.

use std::str::Chars;

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for any one. Case matters.
///
/// Time is at most the product of the two lengths, whatever the pattern.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    Glob::new(pattern).matches(text)
}

/// One place of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Literal(char),
    One,
    Many,
}

impl Token {
    fn accepts(self, c: char) -> bool {
        match self {
            Token::Literal(l) => l == c,
            Token::One | Token::Many => true,
        }
    }
}

/// A compiled pattern. Matching costs at most pattern times text, never more.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Glob {
    tokens: Vec<Token>,
}

impl Glob {
    /// Stars in a row are one star.
    pub(crate) fn new(pattern: &str) -> Self {
        let mut tokens: Vec<Token> = pattern
            .chars()
            .map(|c| match c {
                '*' => Token::Many,
                '?' => Token::One,
                c => Token::Literal(c),
            })
            .collect();
        tokens.dedup_by(|next, last| *next == Token::Many && *last == Token::Many);
        Self { tokens }
    }

    /// For names whose case does not matter: match it against a text in ASCII lower case.
    pub(crate) fn lower(pattern: &str) -> Self {
        Self::new(&pattern.to_ascii_lowercase())
    }

    /// Every character stands for itself.
    pub(crate) fn literal(text: &str) -> Self {
        text.chars().map(Token::Literal).collect()
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What every text that it matches begins with.
    pub(crate) fn literal_prefix(&self) -> String {
        self.tokens.iter().map_while(|t| if let Token::Literal(c) = t { Some(*c) } else { None }).collect()
    }

    /// Whether it matches every text.
    pub(crate) fn is_any(&self) -> bool {
        !self.tokens.is_empty() && self.tokens.iter().all(|t| *t == Token::Many)
    }

    /// Whether it asks for more characters than a text of `length` bytes has: told without comparing any.
    fn is_longer_than(&self, length: usize) -> bool {
        self.tokens.iter().filter(|t| **t != Token::Many).count() > length
    }

    /// Comparisons that matching a text of `length` bytes can cost.
    pub(crate) fn cost(&self, length: usize) -> usize {
        if self.is_longer_than(length) {
            return self.tokens.len();
        }
        match self.tokens.iter().filter(|t| **t == Token::Many).take(2).count() {
            2 => self.tokens.len() * length.max(1),
            _ => self.tokens.len() + length,
        }
    }

    /// A text that it matches, with `filler` for each `*`.
    pub(crate) fn example(&self, filler: &str) -> String {
        let mut text = String::new();
        for token in &self.tokens {
            match token {
                Token::Literal(c) => text.push(*c),
                Token::One => text.push('x'),
                Token::Many => text.push_str(filler),
            }
        }
        text
    }

    /// Whether it matches the whole text. Only the last `*` is ever tried again, so the cost is quadratic at worst.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.is_longer_than(text.len()) {
            return false;
        }
        let mut pattern = self.tokens.iter();
        let mut rest = text.chars();
        let mut retry: Option<(std::slice::Iter<'_, Token>, Chars<'_>)> = None;
        loop {
            let mut after = pattern.clone();
            match after.next() {
                Some(Token::Many) => {
                    retry = Some((after.clone(), rest.clone()));
                    pattern = after;
                    continue;
                }
                Some(token) => {
                    let mut tail = rest.clone();
                    // The text is used up, and giving a star more of it cannot help.
                    let Some(c) = tail.next() else { return false };
                    if token.accepts(c) {
                        (pattern, rest) = (after, tail);
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => {}
            }
            let Some((after_star, from)) = retry.as_mut() else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            (pattern, rest) = (after_star.clone(), from.clone());
        }
    }
}

impl FromIterator<Token> for Glob {
    /// Neighbouring stars are one star.
    fn from_iter<I: IntoIterator<Item = Token>>(tokens: I) -> Self {
        let mut tokens: Vec<Token> = tokens.into_iter().collect();
        tokens.dedup_by(|a, b| *a == Token::Many && *b == Token::Many);
        Self { tokens }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(Glob::new(pattern).matches(text), expected, "`{pattern}` on `{text}`");
    }

    #[test]
    fn matching() {
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("**", "abc", true);
        check("?", "", false);
        check("?", "ä", true);
        check("a*b", "ab", true);
        check("a*b", "axxb", true);
        check("a*b", "axxbc", false);
        check("*ab*ab", "abxab", true);
        check("*ab*ab", "abab", true);
        check("*ab*ab", "ab", false);
        check("a?c*", "abcdef", true);
        check("*a?", "bab", true);
        check("*a?", "aab", true);
        check("*a??", "ab", false);
        check("*\u{0}*", "a\nb", false);
        check("a*", "a\nb", true);
        check("ml-*-data", "ml-eu-data", true);
        check("ml-*-data", "ml-data", false);
    }

    #[test]
    fn a_slow_pattern_is_not_slow() {
        let text = "a".repeat(20_000);
        check(&format!("{}b", "*a".repeat(200)), &text, false);
        check(&format!("*a{}b", "?".repeat(500)), &text, false);
    }

    /// The definition, exponential and obvious.
    fn reference(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(('*', rest)), None) => reference(rest, text),
            (Some(('*', rest)), Some((_, tail))) => reference(rest, text) || reference(pattern, tail),
            (Some(('?', rest)), Some((_, tail))) => reference(rest, tail),
            (Some((c, rest)), Some((t, tail))) => c == t && reference(rest, tail),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,7}", text in "[abc]{0,8}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(Glob::new(&pattern).matches(&text), reference(&p, &t));
        }

        #[test]
        fn an_example_matches(pattern in "[ab*?]{0,7}", filler in "[abc]{0,3}") {
            let glob = Glob::new(&pattern);
            prop_assert!(glob.matches(&glob.example(&filler)));
        }
    }
}
