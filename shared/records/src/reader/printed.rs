//! What the AWS CLI and others print for the eye, told by its first line, so that nobody looks for a broken record in it.

use std::borrow::Cow;

use crate::columns::{self, Columns};

/// How the AWS CLI prints `Events` and `events` otherwise than in JSON.
const TEXT: &str =
    "what the AWS CLI prints with `--output text`, which does not have the record: ask with `--output json`";
const YAML: &str = "YAML, as the AWS CLI prints with `--output yaml`, which is not read: ask with `--output json`";
const TABLE: &str = "a table for the eye, as the AWS CLI prints with `--output table`: ask with `--output json`";

/// Tables whose cells no comma parts.
const TABS: &str = "a table with tabs between its cells, which is not read: save it with commas (CSV), or as JSON";
const SEMICOLONS: &str =
    "a table with semicolons between its cells, which is not read: save it with commas (CSV), or as JSON";

/// What a first line shows that is read as no log. None: it may be one.
pub(super) fn other(line: &[u8]) -> Option<&'static str> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let is_rule = line.len() > 2 && line.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'|'));
    if is_rule {
        return Some(TABLE);
    }
    let first = line.split('\t').next()?;
    if matches!(first, "EVENTS" | "RESOURCES" | "NEXTTOKEN") && first.len() < line.len() {
        return Some(TEXT);
    }
    let is_list = |name: &str| matches!(name, "Events:" | "events:" | "Records:" | "Messages:" | "QueryResultRows:");
    if is_list(line) || line == "---" || line.starts_with("- AccessKeyId: ") || line.starts_with("- CloudTrailEvent: ")
    {
        return Some(YAML);
    }
    [('\t', TABS), (';', SEMICOLONS)].into_iter().find(|(between, _)| is_table(line, *between)).map(|(_, what)| what)
}

/// Whether a line names the columns of a table of records, with this between them.
fn is_table(line: &str, between: char) -> bool {
    let names: Vec<Cow<'_, str>> = line.split(between).map(|name| Cow::Borrowed(name.trim_matches('"'))).collect();
    names.len() > 1 && columns::may_be_names(&names) && Columns::of(&names).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_tells() {
        for (line, what) in [
            ("EVENTS\tAKIA\tx\tStopLogging", Some(TEXT)),
            ("NEXTTOKEN\tabc", Some(TEXT)),
            ("Events:", Some(YAML)),
            ("- AccessKeyId: AKIA", Some(YAML)),
            ("-----------------------------", Some(TABLE)),
            ("---", Some(TABLE)),
            ("+----+----+", Some(TABLE)),
            ("eventname\teventsource\trequestparameters", Some(TABS)),
            ("\"eventName\";\"eventSource\";\"eventTime\"", Some(SEMICOLONS)),
            ("eventJson;x", Some(SEMICOLONS)),
            ("EVENTS", None),
            ("eventname,eventsource", None),
            ("eventname", None),
            ("a;b", None),
            ("2026-11-23T14:00:00Z {\"eventName\":\"A\"}", None),
            ("None", None),
            ("", None),
        ] {
            assert_eq!(other(line.as_bytes()), what, "{line}");
        }
    }
}
