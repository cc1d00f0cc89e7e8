//! How far a run is, and what goes wrong on the way: standard error.

use std::fmt::Display;
use std::io::{Read, Write, stderr};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parapet_records::logs;

use super::options::{Format, Options};
use crate::terminal::{Output, Paint};

/// How often a second the bar is drawn.
const DRAWS_A_SECOND: u8 = 10;

/// A bar on a terminal; nothing otherwise.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar as long as the inputs, where that is known.
    pub(super) fn new(options: &Options) -> Self {
        // Lines that are printed to the same terminal are progress enough.
        let is_shown =
            Output::Stderr.is_terminal() && !(options.format == Format::Jsonl && Output::Stdout.is_terminal());
        if !is_shown {
            return Self::none();
        }
        let length = total(&options.paths);
        let template = match length {
            Some(_) => "{bar:20} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {bytes_per_sec}",
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND));
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar }
    }

    /// No bar.
    pub(super) fn none() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// The same input, whose bytes count.
    pub(super) fn counting<R: Read>(&self, input: R) -> impl Read + use<R> {
        self.bar.wrap_read(input)
    }

    /// Says that something went wrong.
    pub(super) fn say_error(&self, text: impl Display) {
        self.say(format!("{} {text}", Output::Stderr.paint("error:", Paint::Bad)));
    }

    /// Says something, not into the bar.
    pub(super) fn say(&self, text: impl Display) {
        // If nobody hears it, the exit code still tells.
        self.bar.suspend(|| {
            let _ = writeln!(stderr(), "{text}");
        });
    }

    /// The bar goes away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The bytes of all inputs, unless one of them is standard input or the like.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let files = paths.iter().flat_map(|path| logs(path)).flatten();
    let mut total = 0;
    for file in files {
        let metadata = file.metadata().ok().filter(|metadata| metadata.is_file() && file != Path::new("-"));
        total += metadata?.len();
    }
    paths.iter().all(|path| path != Path::new("-")).then_some(total)
}
