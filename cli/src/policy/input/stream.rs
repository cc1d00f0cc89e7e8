//! Several values in one text, as commands leave them that write into one file.

use std::ops::Range;

use serde::de::IgnoredAny;

/// More are not told apart: each takes memory, however short it is.
const MOST_VALUES: usize = 1_000_000;

/// The bytes of each value, if there are several and nothing else: objects and lists.
pub(super) fn several(text: &str) -> Option<Vec<Range<usize>>> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut spans = Vec::new();
    let mut start = 0;
    while let Some(value) = values.next() {
        value.ok()?;
        let end = values.byte_offset();
        let value = text.get(start..end)?;
        let start_of_value = end - value.trim_start().len();
        if !value.trim_start().starts_with(['{', '[']) || spans.len() >= MOST_VALUES {
            return None;
        }
        spans.push(start_of_value..end);
        start = end;
    }
    (spans.len() > 1).then_some(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart() {
        for (text, expected) in [
            ("{}", None),
            ("{}{}", Some(vec!["{}", "{}"])),
            ("\n{\"a\": 1}\n\n [2] \n{}\n", Some(vec!["{\"a\": 1}", "[2]", "{}"])),
            ("{} 1", None),
            ("{} {", None),
            ("{}, {}", None),
            ("", None),
        ] {
            let values = several(text).map(|spans| spans.into_iter().map(|span| &text[span]).collect::<Vec<_>>());
            assert_eq!(values, expected, "{text}");
        }
        assert_eq!(several(&"[]".repeat(MOST_VALUES)).map(|spans| spans.len()), Some(MOST_VALUES));
        assert_eq!(several(&"[]".repeat(MOST_VALUES + 1)), None);
    }
}
