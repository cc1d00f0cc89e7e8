//! A difference for a reader.

use std::io::{self, Write};

use parapet_guards::{Difference, Direction};

use crate::terminal::{Output, Paint, printable};

const DIRECTIONS: [Direction; 3] = [Direction::Looser, Direction::Stricter, Direction::Different];

/// Shows each change in a line, and how many there are.
///
/// # Errors
/// It cannot be written.
pub fn show(difference: &Difference, out: &mut impl Write) -> io::Result<()> {
    if difference.is_empty() {
        return writeln!(out, "nothing would be enforced differently");
    }
    for change in &difference.changes {
        // Padded before it is painted: what paints takes no room.
        let direction = format!("{:<9}", change.direction.name());
        let direction = Output::Stdout.paint(direction, paint(change.direction));
        writeln!(out, "{direction} {}", printable(&line(change)))?;
    }
    let count = |direction| difference.changes.iter().filter(|change| change.direction == direction).count();
    let counts: Vec<String> = DIRECTIONS
        .into_iter()
        .filter(|direction| count(*direction) > 0)
        .map(|direction| format!("{} {}", count(direction), direction.name()))
        .collect();
    writeln!(out, "{}", counts.join(", "))
}

fn line(change: &parapet_guards::Change) -> String {
    let text = change.to_string();
    let direction = format!(" ({})", change.direction.name());
    text.strip_suffix(&direction).unwrap_or(&text).to_owned()
}

fn paint(direction: Direction) -> Paint {
    match direction {
        Direction::Looser => Paint::Bad,
        Direction::Stricter => Paint::Good,
        Direction::Different => Paint::Warning,
    }
}
