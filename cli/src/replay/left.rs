//! The files of a folder that are left out, because nothing in them looks like a log.

use std::path::{Path, PathBuf};

use super::progress::Progress;
use crate::terminal::printable;

/// How many are named. The rest is counted: a folder may be a checkout, or a home.
const MOST_NAMED: usize = 10;

/// The first of them, and how many there are.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    named: Vec<PathBuf>,
    count: usize,
}

impl LeftOut {
    pub(super) fn note(&mut self, file: &Path) {
        self.count += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(file.to_owned());
        }
    }

    /// Says which they are, if there are any.
    pub(super) fn tell(&self, progress: &Progress) {
        if let Some(note) = self.shown() {
            progress.say(note);
        }
    }

    fn shown(&self) -> Option<String> {
        let names: Vec<_> = self.named.iter().map(|file| printable(&file.display().to_string())).collect();
        let more = self.count - names.len();
        match (self.count, more) {
            (0, _) => None,
            (_, 0) => Some(format!("note: left out, because nothing in it looks like a log: {}", names.join(", "))),
            _ => Some(format!(
                "note: left out, because nothing in it looks like a log: {} and {more} more",
                names.join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named() {
        let mut left_out = LeftOut::default();
        assert_eq!(left_out.shown(), None);
        for number in 0..MOST_NAMED + 2 {
            left_out.note(Path::new(&number.to_string()));
        }
        let shown = left_out.shown().unwrap();
        assert!(shown.contains(": 0, 1, 2,") && shown.ends_with(", 9 and 2 more"), "{shown}");
    }
}
