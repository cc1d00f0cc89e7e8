//! Answers in JSON, a line or an element of a list each.

use std::io::{self, Write};

use serde::Serialize;

use super::options::Format;

/// How many answers were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    written: u64,
}

impl Answers {
    /// Writes one more.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&mut self, out: &mut impl Write, format: Format, answer: &impl Serialize) -> io::Result<()> {
        if format == Format::Json {
            out.write_all(if self.written == 0 { b"[\n" } else { b",\n" })?;
        }
        self.written += 1;
        serde_json::to_writer(&mut *out, answer)?;
        if format == Format::Json { Ok(()) } else { out.write_all(b"\n") }
    }

    /// Writes what stands behind the last.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn end(self, out: &mut impl Write, format: Format) -> io::Result<()> {
        match (format, self.written) {
            (Format::Json, 0) => out.write_all(b"[]\n"),
            (Format::Json, _) => out.write_all(b"\n]\n"),
            _ => Ok(()),
        }
    }
}
