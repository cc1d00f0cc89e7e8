//! Letters without their case.

/// Characters that share a lower case with others and are not the upper case of it: the Kelvin sign, title case.
const IRREGULAR: &str = "\
    \u{1c5}\u{1c8}\u{1cb}\u{1f2}\u{3f4}\u{1e9e}\u{1f88}\u{1f89}\u{1f8a}\u{1f8b}\u{1f8c}\u{1f8d}\
    \u{1f8e}\u{1f8f}\u{1f98}\u{1f99}\u{1f9a}\u{1f9b}\u{1f9c}\u{1f9d}\u{1f9e}\u{1f9f}\u{1fa8}\u{1fa9}\
    \u{1faa}\u{1fab}\u{1fac}\u{1fad}\u{1fae}\u{1faf}\u{1fbc}\u{1fcc}\u{1ffc}\u{2126}\u{212a}\u{212b}";

/// What a character is compared by where case is ignored: its lower case, if that is one character.
pub(super) fn folded(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Every character that folds to `folded_char`, that one first.
pub(super) fn variants(folded_char: char) -> impl Iterator<Item = char> {
    let mut upper = folded_char.to_uppercase();
    let single = match (upper.next(), upper.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    };
    let irregular = if folded_char.is_ascii() && folded_char != 'k' { "" } else { IRREGULAR };
    let regular = single.filter(move |c| *c != folded_char && folded(*c) == folded_char);
    std::iter::once(folded_char).chain(regular).chain(irregular.chars().filter(move |c| folded(*c) == folded_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_a_variant_of_what_it_folds_to() {
        for c in ('\0'..=char::MAX).filter(|c| folded(*c) != *c) {
            assert_eq!(variants(folded(c)).filter(|v| *v == c).count(), 1, "{c:?}");
            assert!(variants(folded(c)).all(|v| folded(v) == folded(c)), "{c:?}");
            assert_eq!(variants(folded(c)).filter(|v| *v == folded(c)).count(), 1, "{c:?}");
        }
    }
}
