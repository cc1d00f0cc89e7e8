//! When one value is looser than another.

use parapet_core::matches;

use super::{Change, Direction};

/// Which way a list goes, by what is new in it and by what is gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    new: Direction,
    gone: Direction,
}

/// What the entries of a list ask for.
pub(super) const DEMAND: Meaning = Meaning { new: Direction::Stricter, gone: Direction::Looser };

/// What the entries of a list let through.
pub(super) const PERMIT: Meaning = Meaning { new: Direction::Looser, gone: Direction::Stricter };

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) changes: Vec<Change>,
}

impl Comparison {
    /// A value with an order: the greater, the stricter.
    pub(super) fn more_is_stricter<T: Ord + Copy>(&mut self, path: &str, old: T, new: T, text: impl Fn(T) -> String) {
        if old != new {
            let direction = if new > old { Direction::Stricter } else { Direction::Looser };
            self.note(path, Some(text(old)), Some(text(new)), direction);
        }
    }

    /// A value without one.
    pub(super) fn other_is_different<T: PartialEq>(
        &mut self,
        path: &str,
        old: &T,
        new: &T,
        text: impl Fn(&T) -> String,
    ) {
        if old != new {
            self.note(path, Some(text(old)), Some(text(new)), Direction::Different);
        }
    }

    /// Patterns that ask for something.
    pub(super) fn demands(&mut self, path: &str, old: &[String], new: &[String]) {
        self.listed(path, old, new, |wide, narrow| covers(wide, narrow), String::clone, DEMAND);
    }

    /// Patterns that let something through.
    pub(super) fn permits(&mut self, path: &str, old: &[String], new: &[String]) {
        self.listed(path, old, new, |wide, narrow| covers(wide, narrow), String::clone, PERMIT);
    }

    /// Texts that ask for something.
    pub(super) fn demands_exactly(&mut self, path: &str, old: &[String], new: &[String]) {
        self.listed(path, old, new, |one, other| one == other, String::clone, DEMAND);
    }

    /// Texts that let something through.
    pub(super) fn permits_exactly(&mut self, path: &str, old: &[String], new: &[String]) {
        self.listed(path, old, new, |one, other| one == other, String::clone, PERMIT);
    }

    /// A list whose order says nothing: each entry that no entry of the other list covers.
    pub(super) fn listed<T>(
        &mut self,
        path: &str,
        old: &[T],
        new: &[T],
        covers: impl Fn(&T, &T) -> bool,
        text: impl Fn(&T) -> String,
        meaning: Meaning,
    ) {
        let without = |list: &[T], others: &[T]| -> Vec<String> {
            let uncovered = list.iter().filter(|entry| !others.iter().any(|other| covers(other, entry)));
            uncovered.map(&text).collect()
        };
        for gone in without(old, new) {
            self.note(path, Some(gone), None, meaning.gone);
        }
        for entry in without(new, old) {
            self.note(path, None, Some(entry), meaning.new);
        }
    }

    fn note(&mut self, path: &str, before: Option<String>, after: Option<String>, direction: Direction) {
        self.changes.push(Change { path: path.to_owned(), before, after, direction });
    }
}

/// Whether whatever matches `narrow` matches `wide`; sometimes it is not seen, and never wrongly said. A `*` of the narrower one is a
/// character to the wider one, which only a `*` may stand for: `?` is one character, and a star may be none or many.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    matches(wide, narrow) && !(wide.contains('?') && narrow.contains('*') && wide != narrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_another() {
        for (wide, narrow, expected) in [
            ("*", "a-*", true),
            ("a-*", "*", false),
            ("a-*", "a-b-*", true),
            ("a-*", "a-b", true),
            ("a-?", "a-b", true),
            ("a-?", "a-*", false),
            ("a-?", "a-?", true),
            ("a-?*", "a-?*", true),
            ("?", "*", false),
            ("a", "a", true),
            ("a", "b", false),
        ] {
            assert_eq!(covers(wide, narrow), expected, "{wide} {narrow}");
        }
    }
}
