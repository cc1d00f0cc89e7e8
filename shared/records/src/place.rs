//! Where in its input something stands, as far as more than bytes and lines tell it.

use std::fmt::Write as _;

use crate::Position;

/// A bracket that is open around the next record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// A list, with the key that it stands behind, if it does, and how many of its elements have begun.
    List { name: &'static str, elements: u64 },
    /// One row of a list of rows, which is broken: what stands in it is no record by itself.
    BrokenRow,
    /// An object around a list of records.
    Object { name: &'static str },
}

/// What an inner text lies in, such as the string of JSON in a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// The path to it.
    pub(crate) path: String,
    pub(crate) row: u64,
    /// Where the outermost value begins.
    pub(crate) position: Option<Position>,
    /// How many texts it lies in.
    pub(crate) depth: usize,
    /// Whether one of them was compressed.
    pub(crate) is_packed: bool,
}

/// The place of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) around: &'a Around,
    pub(crate) open: &'a [Open],
    pub(crate) row: u64,
}

impl Place<'_> {
    /// Which value of the input, from 1.
    pub(crate) fn row(&self) -> u64 {
        if self.around.depth > 0 { self.around.row } else { self.row }
    }

    /// The way from that value to here, `$` being the value itself: `$.Messages[0].Body.detail`. It leads through strings of JSON as through
    /// objects.
    pub(crate) fn path(&self) -> String {
        let mut path = if self.around.depth > 0 { self.around.path.clone() } else { "$".to_owned() };
        for open in self.open {
            let (Open::List { name, .. } | Open::Object { name }) = open else { continue };
            if !name.is_empty() {
                path.push('.');
                path.push_str(name);
            }
            if let Open::List { elements, .. } = open {
                // Writing to memory does not fail.
                let _ = write!(path, "[{}]", elements.saturating_sub(1));
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_what_is_open() {
        let list = |name, elements| Open::List { name, elements };
        let path = |around: &Around, open: &[Open]| Place { around, open, row: 1 }.path();
        let top = Around::default();
        assert_eq!(path(&top, &[]), "$");
        assert_eq!(path(&top, &[Open::Object { name: "" }, list("Records", 4)]), "$.Records[3]");
        let hits = [Open::Object { name: "" }, Open::Object { name: "hits" }, list("hits", 1)];
        assert_eq!(path(&top, &hits), "$.hits.hits[0]");
        assert_eq!(path(&top, &[list("", 2), list("", 1)]), "$[1][0]");
        let body = Around { path: "$.Messages[0].Body".to_owned(), row: 7, depth: 1, ..Around::default() };
        assert_eq!(path(&body, &[Open::Object { name: "" }, list("Records", 1)]), "$.Messages[0].Body.Records[0]");
        assert_eq!(Place { around: &body, open: &[], row: 1 }.row(), 7);
    }
}
