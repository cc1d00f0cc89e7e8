//! A glance into a file whose name does not tell that it is a log.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::memmem;

use crate::columns::{self, Columns, HISTORY};
use crate::csv::{self, Split};
use crate::prefix;
use crate::source::{self, Source};

/// How much of it is read.
const GLANCE_BYTES: u64 = 16 * 1024;

/// What its beginning looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    Log,
    /// Something that may hold records, and is not read: this.
    Other(&'static str),
    Unknown,
}

/// What stands in the beginning of every log: fields of records, or names of what is around them that others do not have.
const MARKS: [&str; 10] = [
    "eventVersion",
    "eventName",
    "eventname",
    "eventSource",
    "CloudTrailEvent",
    "logEvents",
    "awslogs",
    "eventJson",
    "requestPayload",
    "\"Records\"",
];

/// Looks at a file. One that cannot be read is told when it is.
pub(super) fn at(path: &Path) -> Looks {
    let Ok(source) = File::open(path).and_then(source::opened) else { return Looks::Log };
    let text = match source {
        Source::Other(what) => return Looks::Other(what),
        Source::Text(text) => text,
    };
    let mut begins = Vec::new();
    // What there is of it is enough.
    let _ = text.take(GLANCE_BYTES).read_to_end(&mut begins);
    of(&begins)
}

fn of(begins: &[u8]) -> Looks {
    let begins = begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begins).trim_ascii_start();
    let Some(first) = begins.first() else { return Looks::Unknown };
    let is_json = matches!(first, b'{' | b'[' | b'"') || prefix::may_begin(*first);
    if is_json && MARKS.iter().any(|mark| memmem::find(begins, mark.as_bytes()).is_some()) {
        return Looks::Log;
    }
    match csv::row(begins, true) {
        Split::Row(names, _) if csv::may_begin(begins) && columns::may_be_names(&names) => match Columns::of(&names) {
            Ok(_) => Looks::Log,
            Err(what) if what == HISTORY => Looks::Other(what),
            Err(_) => Looks::Unknown,
        },
        _ => Looks::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_from_what_is_none() {
        for (begins, expected) in [
            ("{\"Records\":[", Looks::Log),
            ("2026-11-20T10:00:00.000Z {\"eventVersion\":", Looks::Log),
            ("\"eventname\",\"eventsource\"\n", Looks::Log),
            ("_time,_raw\n", Looks::Log),
            ("Event name,Event time\n", Looks::Other(HISTORY)),
            ("a,b\n1,2\n", Looks::Unknown),
            ("# eventName\n", Looks::Unknown),
            ("{\"name\":\"x\"}", Looks::Unknown),
            ("not json", Looks::Unknown),
            ("", Looks::Unknown),
        ] {
            assert_eq!(of(begins.as_bytes()), expected, "{begins}");
        }
    }
}
