//! Answers for programs: JSON, a line or an element of a list each, and SARIF.

use std::io::{self, Write};

use serde::Serialize;

use super::options::Format;
use super::results;
use crate::sarif::{Result, Writer};

/// What was written so far.
#[derive(Debug)]
pub(super) struct Answers {
    written: u64,
    sarif: Option<Writer>,
}

impl Answers {
    pub(super) fn new(format: Format) -> Self {
        Self { written: 0, sarif: (format == Format::Sarif).then(|| Writer::new(&results::rules())) }
    }

    /// Writes these results, where the answer is SARIF.
    ///
    /// # Errors
    /// They cannot be written.
    pub(super) fn results(
        &mut self,
        out: &mut impl Write,
        results: impl IntoIterator<Item = Result>,
    ) -> io::Result<()> {
        let Some(sarif) = &mut self.sarif else { return Ok(()) };
        results.into_iter().try_for_each(|result| sarif.write(out, &result))
    }

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
        if let Some(sarif) = self.sarif {
            return sarif.end(out);
        }
        match (format, self.written) {
            (Format::Json, 0) => out.write_all(b"[]\n"),
            (Format::Json, _) => out.write_all(b"\n]\n"),
            _ => Ok(()),
        }
    }
}
