//! CSV, a row at a time: RFC 4180.

use std::borrow::Cow;
use std::str;

use memchr::{memchr, memchr2, memchr3};

/// What stands at the beginning of a text that may end anywhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Split<'a> {
    /// A row, of so many bytes with the end of its line.
    Row(Vec<Cow<'a, str>>, usize),
    /// The text ends within the row.
    Cut,
    /// It is no row, for this reason.
    Broken(&'static str),
}

/// Reads the row that a text begins with; `is_all`: there is no more.
///
/// RFC 4180, 2: "Fields containing line breaks (CRLF), double quotes, and commas should be enclosed in double-quotes", and a double quote in one
/// "must be escaped by preceding it with another double quote".
pub(crate) fn row(bytes: &[u8], is_all: bool) -> Split<'_> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (cell, length) = match rest.first() {
            Some(b'"') => match quoted(rest) {
                Some(found) => found,
                None if is_all => return Split::Broken("a quote that nothing ends"),
                None => return Split::Cut,
            },
            _ => match memchr3(b',', b'\n', b'"', rest) {
                Some(end) if rest.get(end) == Some(&b'"') => {
                    return Split::Broken("a quote within a cell without quotes");
                }
                Some(end) => (Cow::Borrowed(rest.get(..end).unwrap_or_default()), end),
                None if is_all => (Cow::Borrowed(rest), rest.len()),
                None => return Split::Cut,
            },
        };
        at += length;
        let is_quoted = rest.first() == Some(&b'"');
        let (behind, is_last) = match bytes.get(at..).unwrap_or_default() {
            [b',', ..] => (1, false),
            [b'\n', ..] => (1, true),
            [b'\r', b'\n', ..] => (2, true),
            [] | [b'\r'] if is_all => (0, true),
            [] | [b'\r'] => return Split::Cut,
            _ => return Split::Broken("a quote that ends within a cell"),
        };
        let Some(cell) = utf8(cell, is_quoted) else { return Split::Broken("it is not UTF-8") };
        cells.push(cell);
        at += behind;
        if is_last {
            return Split::Row(cells, at);
        }
    }
}

/// What stands in quotes, and how long it is with them. None: nothing ends it here. What doubles a quote at the end of the text may be its end.
fn quoted(bytes: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let mut at = 1;
    let mut unescaped: Option<Vec<u8>> = None;
    loop {
        let rest = bytes.get(at..)?;
        let quote = memchr(b'"', rest)?;
        let before = rest.get(..quote)?;
        if rest.get(quote + 1) != Some(&b'"') {
            let text = match unescaped {
                Some(mut text) => {
                    text.extend_from_slice(before);
                    Cow::Owned(text)
                }
                None => Cow::Borrowed(before),
            };
            return Some((text, at + quote + 1));
        }
        let text = unescaped.get_or_insert_default();
        text.extend_from_slice(before);
        text.push(b'"');
        at += quote + 2;
    }
}

fn utf8(cell: Cow<'_, [u8]>, is_quoted: bool) -> Option<Cow<'_, str>> {
    // Before the end of a line may stand a carriage return.
    let trimmed = |text: &str| if is_quoted { text.len() } else { text.strip_suffix('\r').unwrap_or(text).len() };
    match cell {
        Cow::Borrowed(bytes) => {
            let text = str::from_utf8(bytes).ok()?;
            text.get(..trimmed(text)).map(Cow::Borrowed)
        }
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

/// How long the line is that a text begins with, with its end. None: it does not end here.
pub(crate) fn line(bytes: &[u8]) -> Option<usize> {
    memchr(b'\n', bytes).map(|newline| newline + 1)
}

/// Whether a text may begin with a row of names: no value of JSON does, and no time.
pub(crate) fn may_begin(bytes: &[u8]) -> bool {
    let first = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    first.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'"' | b'_' | b'@' | b'#' | b'$'))
        && memchr2(b'{', b'[', first.get(..2).unwrap_or(first)).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, is_all: bool) -> String {
        match row(text.as_bytes(), is_all) {
            Split::Row(cells, length) => format!("{} of {length}", cells.join("|")),
            Split::Cut => "cut".to_owned(),
            Split::Broken(why) => why.to_owned(),
        }
    }

    #[test]
    fn a_row_is_split_into_cells() {
        for (text, expected) in [
            ("a,b\nc", "a|b of 4"),
            ("a,b\r\nc", "a|b of 5"),
            ("a,\"b\"\r\nc", "a|b of 7"),
            (",\n", "| of 2"),
            ("\"a\"\"b\",\"c\nd\"\n", "a\"b|c\nd of 13"),
            ("\"\"\"\"\n", "\" of 5"),
            ("\"\"\n", " of 3"),
            ("a\"b\n", "a quote within a cell without quotes"),
            ("\"a\"b\n", "a quote that ends within a cell"),
        ] {
            assert_eq!(shown(text, false), expected, "{text}");
        }
        for (text, expected) in
            [("a,b", "a|b of 3"), ("a,\"b\"", "a|b of 5"), ("a,", "a| of 2"), ("\"a", "a quote that nothing ends")]
        {
            assert_eq!((shown(text, false).as_str(), shown(text, true).as_str()), ("cut", expected), "{text}");
        }
    }

    #[test]
    fn every_beginning_of_a_row_is_cut() {
        let text = "a,\"b\"\"c\nd\",e\r\n";
        for end in 0..text.len() {
            assert_eq!(shown(&text[..end], false), "cut", "{}", &text[..end]);
        }
    }

    #[test]
    fn json_is_no_row() {
        for (text, expected) in [("a,b", true), ("\"a\",", true), ("_raw", true), ("\u{feff}a", true)] {
            assert_eq!(may_begin(text.as_bytes()), expected, "{text}");
        }
        for text in ["{\"a\":1}", " [", "\"{\\\"a", "2026-", "", "\u{1b}[32m2026"] {
            assert!(!may_begin(text.as_bytes()), "{text}");
        }
    }
}
