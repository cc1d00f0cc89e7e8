//! A part of a text with underlines, as compilers show it.

use std::collections::BTreeSet;
use std::ops::Range;

pub(super) use crate::terminal::printable;
use crate::terminal::{Output, Paint};

/// Longer lines are not shown as they are.
pub(super) const MAX_WIDTH: usize = 140;

/// A part with more lines is shown in extracts.
const MAX_LINES: usize = 12;

/// A place to underline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Range<usize>,
    pub(super) label: String,
}

impl Mark {
    pub(super) fn of(span: Range<usize>) -> Self {
        Self { span, label: String::new() }
    }
}

/// A text as it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) out: Output,
    /// Of underlines.
    pub(super) paint: Paint,
    /// Whether lines have numbers.
    pub(super) is_numbered: bool,
}

/// The line and column of a place, from 1.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// Whether every line of a part can be shown.
pub(super) fn is_narrow(text: &str, span: &Range<usize>) -> bool {
    lines(text).filter(|line| touches(line, span)).all(|line| line.text.chars().count() <= MAX_WIDTH)
}

/// The width of the margin in which line numbers stand.
pub(super) fn margin(text: &str, span: &Range<usize>) -> usize {
    position(text, span.end).0.to_string().len()
}

/// The lines of a part of a text, its marks underlined.
pub(super) fn shown(text: &str, span: &Range<usize>, marks: &[Mark], look: Look, margin: usize) -> Vec<String> {
    let all: Vec<Line<'_>> = lines(text).filter(|line| touches(line, span)).collect();
    let (first, last) = (all.first().map_or(0, |l| l.number), all.last().map_or(0, |l| l.number));
    let marked: Vec<usize> =
        all.iter().filter(|line| marks.iter().any(|m| line.has(&m.span))).map(|l| l.number).collect();
    let is_short = all.len() <= MAX_LINES;
    let is_shown = |line: &Line<'_>| {
        is_short
            || line.number <= first + 2
            || line.number == last
            || marked.iter().any(|number| line.number.abs_diff(*number) <= 1)
    };
    let gutter = |number: Option<usize>| {
        let number = number.map(|n| n.to_string()).unwrap_or_default();
        look.out.paint(format!("{number:>margin$} |"), Paint::Dim)
    };
    let number = |line: &Line<'_>| gutter(Some(line.number).filter(|_| look.is_numbered));
    let mut result = vec![gutter(None)];
    let mut hidden: Vec<&Line<'_>> = Vec::new();
    for line in &all {
        if !is_shown(line) {
            hidden.push(line);
            continue;
        }
        match hidden.as_slice() {
            [] => {}
            // Three dots would be as long.
            [only] => result.push(format!("{} {}", number(only), printable(only.text))),
            _ => result.push(look.out.paint("...", Paint::Dim)),
        }
        hidden.clear();
        result.push(format!("{} {}", number(line), printable(line.text)));
        if let Some(underline) = underline(line, marks) {
            result.push(format!("{} {}", gutter(None), look.out.paint(underline, look.paint)));
        }
    }
    result.push(gutter(None));
    result
}

fn underline(line: &Line<'_>, marks: &[Mark]) -> Option<String> {
    let on_line: Vec<&Mark> = marks.iter().filter(|mark| line.has(&mark.span)).collect();
    let columns: BTreeSet<usize> = on_line.iter().flat_map(|mark| line.columns(&mark.span)).collect();
    let width = columns.last()? + 1;
    let carets: String = (0..width).map(|column| if columns.contains(&column) { '^' } else { ' ' }).collect();
    let label = on_line.iter().max_by_key(|mark| mark.span.end).map(|mark| printable(&mark.label)).unwrap_or_default();
    Some(format!("{carets} {label}").trim_end().to_owned())
}

struct Line<'a> {
    number: usize,
    start: usize,
    text: &'a str,
}

impl Line<'_> {
    fn has(&self, span: &Range<usize>) -> bool {
        (self.start..=self.start + self.text.len()).contains(&span.start)
    }

    /// The columns of a place, as they are shown, from 0.
    fn columns(&self, span: &Range<usize>) -> Range<usize> {
        let width = |end: usize| {
            let before = self.text.get(..end.saturating_sub(self.start)).unwrap_or(self.text);
            printable(before).chars().count()
        };
        let start = width(span.start);
        start..width(span.end).max(start + 1)
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split('\n').enumerate().map(move |(index, line)| {
        let line_start = start;
        start += line.len() + 1;
        Line { number: index + 1, start: line_start, text: line.trim_end_matches('\r') }
    })
}

fn touches(line: &Line<'_>, span: &Range<usize>) -> bool {
    line.start < span.end.max(span.start + 1) && line.start + line.text.len() >= span.start
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n\t\"ä\": \"é\",\n  \"b\": 1\n}\n";

    fn check(part: &str, marked: &[(&str, &str)], expected: &[&str]) {
        let span = |part: &str| TEXT.find(part).map(|start| start..start + part.len()).unwrap();
        let marks: Vec<Mark> =
            marked.iter().map(|(part, label)| Mark { span: span(part), label: (*label).to_owned() }).collect();
        let look = Look { out: Output::Stdout, paint: Paint::Bad, is_numbered: true };
        assert_eq!(shown(TEXT, &span(part), &marks, look, 1), expected);
    }

    #[test]
    fn marks_are_below_what_they_mark() {
        let marks = [("\"é\"", "this"), ("1", "")];
        check(
            TEXT.trim(),
            &marks,
            &[
                "  |",
                "1 | {",
                "2 |     \"ä\": \"é\",",
                "  |          ^^^ this",
                "3 |   \"b\": 1",
                "  |        ^",
                "4 | }",
                "  |",
            ],
        );
        check("\"b\": 1", &[("\"b\"", "")], &["  |", "3 |   \"b\": 1", "  |   ^^^", "  |"]);
    }

    #[test]
    fn positions_count_characters() {
        assert_eq!(position(TEXT, 0), (1, 1));
        assert_eq!(position(TEXT, TEXT.find("\"é").unwrap()), (2, 7));
        assert_eq!(position(TEXT, TEXT.len()), (5, 1));
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(printable("a\u{1b}[31m\u{9b}\u{202e}b\r"), "a\u{fffd}[31m\u{fffd}\u{fffd}b\u{fffd}");
    }
}
