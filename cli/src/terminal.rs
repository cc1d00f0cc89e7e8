//! What goes to stderr for a reader: progress, colours, numbers.

use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, stderr};

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

/// Whether stderr takes colours: a terminal, and nobody asked for none (<https://no-color.org>).
#[must_use]
pub fn has_colours() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && stderr().is_terminal()
}

/// Text in a colour, where stderr takes colours.
#[must_use]
pub fn paint(text: impl Display, paint: Paint) -> String {
    let code = match paint {
        Paint::Plain => return text.to_string(),
        Paint::Dim => "2",
        Paint::Bold => "1",
        Paint::Good => "32",
        Paint::Bad => "31",
        Paint::Warning => "33",
    };
    if has_colours() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
}

/// Says what is being done.
pub fn step(text: impl Display) {
    eprintln!("{} {text}", paint("*", Paint::Bold));
}
