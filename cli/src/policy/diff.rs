//! The lines in which two JSON texts differ.

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
    /// Lines that are the same and not shown.
    Gap,
}

/// Lines that are shown around a change.
const CONTEXT: usize = 1;

/// Comparisons that a difference may cost.
const MAX_CELLS: usize = 4_000_000;

/// How one JSON text becomes another, with a little around each change; `None` if they are too long to compare.
pub(super) fn diff<'a>(old: &'a str, new: &'a str) -> Option<Vec<Line<'a>>> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    if (old.len() + 1).saturating_mul(new.len() + 1) > MAX_CELLS {
        return None;
    }
    Some(gapped(&changes(&old, &new)))
}

/// All lines of both, the common ones once.
pub(super) fn changes<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    // How many lines are common from the end to line i of the old and line j of the new text, from the back.
    let mut table: Vec<Vec<u32>> = vec![vec![0; new.len() + 1]];
    for a in old.iter().rev() {
        let after = table.last().map(Vec::as_slice).unwrap_or_default();
        let mut row = vec![0];
        for (b, pair) in new.iter().rev().zip(after.windows(2)) {
            let (diagonal, down) = (pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0));
            let right = row.last().copied().unwrap_or(0);
            row.push(if is_same(a, b) { diagonal + 1 } else { down.max(right) });
        }
        table.push(row);
    }
    let common = |i: usize, j: usize| {
        let row = table.get(old.len().saturating_sub(i));
        row.and_then(|row| row.get(new.len().saturating_sub(j))).copied().unwrap_or(0)
    };
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if is_same(a, b) => {
                lines.push(Line::Same(b));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || common(i + 1, j) >= common(i, j + 1) => {
                lines.push(Line::Removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(Line::Added(b));
                j += 1;
            }
            _ => return lines,
        }
    }
}

/// The last entry of a list has no comma; that alone is no difference.
fn is_same(a: &str, b: &str) -> bool {
    a.strip_suffix(',').unwrap_or(a) == b.strip_suffix(',').unwrap_or(b)
}

fn gapped<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let is_change = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let is_near = |at: usize| {
        let near = lines.iter().skip(at.saturating_sub(CONTEXT)).take(CONTEXT + 1 + at.min(CONTEXT));
        near.into_iter().any(is_change)
    };
    let mut shown: Vec<Line<'a>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if is_near(at) {
            shown.push(line.clone());
        } else if shown.last() != Some(&Line::Gap) {
            shown.push(Line::Gap);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let lines = diff(old, new).unwrap();
        let line = |line: &Line<'_>| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Removed(text) => format!("-{text}"),
            Line::Added(text) => format!("+{text}"),
            Line::Gap => "..".to_owned(),
        };
        lines.iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn changes_are_shown_with_what_is_around_them() {
        assert_eq!(shown("a\nb\nc\nd\ne", "a\nb\nx\nd\ne"), "..  b -c +x  d ..");
        assert_eq!(shown("a\nb", "a\nb\nc"), "..  b +c");
        assert_eq!(shown("a\nb", ""), "-a -b");
        assert_eq!(shown("a", "a"), "..");
        assert_eq!(shown("a\nb\nc\nd\ne\nf\ng", "b\nc\nd\ne\nf"), "-a  b ..  f -g");
        assert_eq!(shown("a,\nb,\nc", "a,\nb"), "..  b -c");
        assert_eq!(shown("a\nb\nc", "c\na\nb"), "+c  a  b -c");
        assert_eq!(diff(&"a\n".repeat(5_000), &"b\n".repeat(5_000)), None);
    }
}
