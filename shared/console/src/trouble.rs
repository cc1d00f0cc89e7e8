//! What is said when something goes wrong.

use std::error::Error;
use std::fmt;

use crate::terminal::printable;

/// The result of anything here that can fail.
pub type Result<T, E = Trouble> = std::result::Result<T, E>;

/// What went wrong, why, and what to do about it.
///
/// It is no `std::error::Error` itself, so that any error turns into one with `?`.
#[derive(Clone, Debug)]
pub struct Trouble {
    what: String,
    causes: Vec<String>,
    remedy: Option<String>,
}

impl Trouble {
    /// Something went wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), causes: Vec::new(), remedy: None }
    }

    /// The same, with what the user can do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same, as the cause of something that matters more to the user.
    #[must_use]
    pub fn during(mut self, what: impl Into<String>) -> Self {
        self.causes.insert(0, std::mem::replace(&mut self.what, what.into()));
        self
    }
}

/// Says what was being done when it went wrong.
pub trait During<T> {
    /// Adds what was being done.
    ///
    /// # Errors
    /// Those of the result itself.
    fn during(self, what: &str) -> Result<T>;
}

impl<T, E: Into<Trouble>> During<T> for std::result::Result<T, E> {
    fn during(self, what: &str) -> Result<T> {
        self.map_err(|error| error.into().during(what))
    }
}

impl<E: Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        let mut messages = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            let message = cause.to_string();
            // Some errors print their cause themselves.
            if messages.last().is_none_or(|last| !last.contains(&message)) {
                messages.push(message);
            }
            source = cause.source();
        }
        let what = messages.remove(0);
        Self { what, causes: messages, remedy: None }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", harmless(&self.what))?;
        for cause in &self.causes {
            write!(f, "\n  because: {}", harmless(cause))?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  what to do: {}", harmless(remedy))?;
        }
        Ok(())
    }
}

/// What an error quotes can be somebody else's text: it steers no terminal, and keeps its lines.
fn harmless(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_quotes_steers_no_terminal() {
        let trouble = Trouble::new("unknown variant `\u{1b}]0;x\u{7}`\nline 2").remedy("\u{202e}look");
        assert_eq!(
            trouble.to_string(),
            "error: unknown variant `\u{fffd}]0;x\u{fffd}`\nline 2\n  what to do: \u{fffd}look"
        );
    }

    #[test]
    fn says_what_why_and_what_to_do() {
        let refused = std::io::Error::other("connection refused");
        let trouble = Trouble::from(refused).during("the lab cannot start").remedy("try again");
        assert_eq!(
            trouble.to_string(),
            "error: the lab cannot start\n  because: connection refused\n  what to do: try again"
        );
    }
}
