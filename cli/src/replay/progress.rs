//! How far a run is, and what goes wrong on the way: standard error.

use std::fmt::Display;
use std::io::{Read, Write, stderr};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parapet_records::logs;

use crate::terminal::{Output, Paint};

/// How often a second the bar is drawn.
const DRAWS_A_SECOND: u8 = 10;

/// A bar on a terminal; nothing otherwise.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar as long as the inputs, where that is known. None where it is not wanted, or nobody sees it.
    pub(crate) fn new(paths: &[PathBuf], is_wanted: bool) -> Self {
        if !is_wanted || !Output::Stderr.is_terminal() {
            return Self::none();
        }
        let length = total(paths);
        let template = match length {
            Some(_) => "{bar:20} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {bytes_per_sec}",
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND));
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar }
    }

    /// No bar.
    pub(crate) fn none() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// The same input, whose bytes count.
    pub(crate) fn counting<R: Read>(&self, input: R) -> impl Read + use<R> {
        self.bar.wrap_read(input)
    }

    /// Says that something went wrong.
    pub(crate) fn say_error(&self, text: impl Display) {
        self.say(format!("{} {text}", Output::Stderr.paint("error:", Paint::Bad)));
    }

    /// Says something, not into the bar.
    pub(crate) fn say(&self, text: impl Display) {
        // If nobody hears it, the exit code still tells.
        self.bar.suspend(|| {
            let _ = writeln!(stderr(), "{text}");
        });
    }

    /// The bar goes away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The bytes of all inputs, unless one of them is standard input, a bucket or the like.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let files = paths.iter().flat_map(|path| logs(path)).flatten();
    let mut total = 0;
    for file in files {
        let metadata = file.metadata().ok().filter(|metadata| metadata.is_file() && file != Path::new("-"));
        total += metadata?.len();
    }
    paths.iter().all(|path| path.exists()).then_some(total)
}
