//! What a reader sees: progress, colours, columns.

use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, stderr, stdout};

use rustix::termios::tcgetwinsize;

/// How a piece of text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// Less important.
    Dim,
    /// More important.
    Bold,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Worth a look.
    Warning,
}

/// Where a piece of text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Results.
    Stdout,
    /// Progress.
    Stderr,
}

impl Output {
    /// Whether it takes colours: a terminal, and nobody asked for none (<https://no-color.org>).
    #[must_use]
    pub fn has_colours(self) -> bool {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.is_terminal() && !refused
    }

    /// Whether somebody reads it as it comes.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Stdout => stdout().is_terminal(),
            Self::Stderr => stderr().is_terminal(),
        }
    }

    /// How many columns the terminal has. A file has no bound.
    #[must_use]
    pub fn width(self) -> Option<usize> {
        let size = match self {
            Self::Stdout => tcgetwinsize(stdout()),
            Self::Stderr => tcgetwinsize(stderr()),
        };
        size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Text in a colour, where this takes colours.
    #[must_use]
    pub fn paint(self, text: impl Display, paint: Paint) -> String {
        let code = match paint {
            Paint::Plain => return text.to_string(),
            Paint::Dim => "2",
            Paint::Bold => "1",
            Paint::Good => "32",
            Paint::Bad => "31",
            Paint::Warning => "33",
        };
        if self.has_colours() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
}

/// What a tab is shown as.
const TAB: &str = "    ";

/// Text that does nothing to a terminal, tabs as spaces.
#[must_use]
pub fn printable(text: &str) -> String {
    let is_bad = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace('\t', TAB).chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect()
}

/// The colour of an outcome's concern.
#[must_use]
pub fn of_outcome(outcome: &str) -> Paint {
    match outcome {
        "Remediated" => Paint::Good,
        "Compliant" | "Ignored" => Paint::Dim,
        "Contested" | "Observed" | "Planned" => Paint::Warning,
        _ => Paint::Bad,
    }
}

/// Says what is being done.
pub fn step(text: impl Display) {
    eprintln!("{} {text}", Output::Stderr.paint("*", Paint::Bold));
}
