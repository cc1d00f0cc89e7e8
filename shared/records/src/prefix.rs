//! What stands before a record in a line of text: exports of CloudWatch Logs and `aws logs tail`.

use memchr::{memchr, memchr2};

/// The longest prefix. CloudWatch Logs, API Reference, `logStreamName`: at most 512 characters.
const LONGEST: usize = 2 * 1024;

/// What a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// A prefix of so many bytes, and then a record.
    Before(usize),
    /// Something else.
    None,
    /// The text ends before that is known.
    Cut,
}

/// The prefix of the line that a text begins with.
///
/// An export of CloudWatch Logs has a time before each event; `aws logs tail` has a time (`--format short`), a time and the stream (`detailed`), or
/// the same and then the record in lines of its own (`json`). On a terminal the two have colours.
pub(crate) fn of(bytes: &[u8]) -> Prefix {
    let begin = coloured(bytes);
    let Some(time) = begin.get(..TIME.len()) else {
        return if begin.len() < TIME.len() && is_time(begin) { Prefix::Cut } else { Prefix::None };
    };
    if !is_time(time) {
        return Prefix::None;
    }
    let bounded = bytes.get(..LONGEST).unwrap_or(bytes);
    match memchr2(b'{', b'\n', bounded) {
        Some(at) if bounded.get(at) == Some(&b'{') => Prefix::Before(at),
        // The record stands in the next lines.
        Some(newline) => match bytes.get(newline + 1) {
            Some(b'{') => Prefix::Before(newline + 1),
            Some(_) => Prefix::None,
            None => Prefix::Cut,
        },
        None if bytes.len() < LONGEST => Prefix::Cut,
        None => Prefix::None,
    }
}

const TIME: &[u8] = b"0000-00-00T00:00:00";

fn is_time(text: &[u8]) -> bool {
    text.iter().zip(TIME).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
}

/// The text behind a colour that it begins with: ECMA-48, `ESC [ .. m`.
fn coloured(bytes: &[u8]) -> &[u8] {
    const LONGEST_COLOUR: usize = 12;
    let Some(rest) = bytes.strip_prefix(b"\x1b[") else { return bytes };
    let end = memchr(b'm', rest.get(..LONGEST_COLOUR).unwrap_or(rest));
    end.and_then(|end| rest.get(end + 1..)).unwrap_or(bytes)
}

/// Whether a line may begin with a prefix.
pub(crate) fn may_begin(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == 0x1b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_time_and_what_is_before_a_brace() {
        for (text, expected) in [
            ("2026-11-20T10:00:00.000Z {", Prefix::Before(25)),
            ("2026-11-20T10:00:00 {", Prefix::Before(20)),
            ("2026-11-20T10:00:00.123000+00:00 111111111111_CloudTrail_us-east-1 {", Prefix::Before(67)),
            ("2026-11-20T10:00:00+00:00 stream \n{", Prefix::Before(34)),
            ("\u{1b}[32m2026-11-20T10:00:00\u{1b}[0m \u{1b}[36mstream\u{1b}[0m {", Prefix::Before(45)),
            ("2026-11-20T10:00:00Z START\nx", Prefix::None),
            ("2026-11-20T10:00:00Z stream", Prefix::Cut),
            ("2026-11-20T10", Prefix::Cut),
            ("2026", Prefix::Cut),
            ("7", Prefix::Cut),
            ("77,", Prefix::None),
            ("x", Prefix::None),
        ] {
            assert_eq!(of(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(of(format!("2026-11-20T10:00:00Z {}", "x".repeat(LONGEST)).as_bytes()), Prefix::None);
    }
}
