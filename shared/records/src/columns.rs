//! Tables of records: the columns of a CSV, of Athena's results, of CloudTrail Lake's.

use std::borrow::Cow;

use serde::Deserialize;

use crate::normal::{self, Field};

/// Columns that have the record as it was, the best first: CloudTrail Lake, Splunk, `aws cloudtrail lookup-events`, Elastic, CloudWatch Logs
/// Insights, and Kibana or a data frame of log events.
const ORIGINALS: [&str; 6] = ["eventjson", "_raw", "cloudtrailevent", "event.original", "@message", "message"];

/// CSV that says something of events, but not enough to find a resource: the console's, and what Athena was asked to tell.
pub(crate) const HISTORY: &str = "the console's event history as CSV, which does not have what was asked for: download it as JSON, or use \
    `aws cloudtrail lookup-events`";
const OTHER: &str = "a table without records of CloudTrail: it has no column `eventJson`, `_raw` or `message`, and not both `eventName` and \
    `eventSource`";

/// The cells of a row.
pub(crate) type Cells<'a> = Vec<Cow<'a, str>>;

/// The columns of a table.
#[derive(Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
    has: Has,
}

#[derive(Debug)]
enum Has {
    /// The record as it was, in this column.
    Original(usize),
    /// The record's fields, in these, or what lies at a path in them: `userIdentity.arn`.
    Fields(Vec<Option<(&'static Field, Option<String>)>>),
}

/// What a row holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Row<'r> {
    /// A record, in the column of this name.
    Original(&'r str, &'r str),
    /// A record, put together.
    Made(String),
}

impl Columns {
    /// The columns of these names.
    ///
    /// # Errors
    /// What the table is, if it is none of records.
    pub(crate) fn of(names: &[Cow<'_, str>]) -> Result<Self, &'static str> {
        let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        if let Some(original) = ORIGINALS.into_iter().find_map(place) {
            return Ok(Self { names, has: Has::Original(original) });
        }
        if place("eventname").is_some() && place("eventsource").is_some() {
            let fields = names.iter().map(|name| of_name(name)).collect();
            return Ok(Self { names, has: Has::Fields(fields) });
        }
        Err(if place("event name").is_some() { HISTORY } else { OTHER })
    }

    /// Whether these cells are the names again, as where tables were appended.
    pub(crate) fn are_names(&self, cells: &[Cow<'_, str>]) -> bool {
        cells.len() == self.names.len() && cells.iter().zip(&self.names).all(|(cell, name)| plain(cell) == *name)
    }

    /// What the row of these cells holds; none: another number of cells.
    pub(crate) fn row<'r>(&'r self, cells: &'r [Cow<'_, str>]) -> Option<Row<'r>> {
        if cells.len() != self.names.len() {
            return None;
        }
        Some(match &self.has {
            Has::Original(column) => Row::Original(self.names.get(*column)?, cells.get(*column)?),
            Has::Fields(fields) => {
                let known = fields.iter().zip(cells).filter_map(|(field, cell)| {
                    let (field, path) = field.as_ref()?;
                    Some((*field, path.as_deref(), cell.as_ref()))
                });
                Row::Made(normal::of_cells(known))
            }
        })
    }
}

/// The field that a column is named after, and the path in it.
fn of_name(name: &str) -> Option<(&'static Field, Option<String>)> {
    let (field, path) = name.split_once('.').map_or((name, None), |(field, path)| (field, Some(path.to_owned())));
    Some((normal::field(&field.to_ascii_lowercase())?, path))
}

/// A name without what some put around it.
fn plain(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().to_owned()
}

/// Whether this may be the first row of a table at all: a file of another kind is told as what it is.
pub(crate) fn may_be_names(cells: &[Cow<'_, str>]) -> bool {
    const LONGEST: usize = 128;
    let is_name = |cell: &Cow<'_, str>| {
        let name = plain(cell);
        let begins = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@' | '#' | '$'));
        begins && name.len() <= LONGEST && !name.contains(['{', '}', '"', '\n', ':', '='])
    };
    let is_table = cells.len() > 1 || Columns::of(cells).is_ok();
    is_table && cells.iter().all(is_name)
}

/// The cells of a row in Athena's results: Athena API Reference, `Row`, `"Data": [{"VarCharValue": "string"}]`. An empty one has no value.
pub(crate) fn of_athena(row: &str) -> Option<Vec<Cow<'_, str>>> {
    #[derive(Deserialize)]
    struct Cell<'a> {
        #[serde(borrow, default, rename = "VarCharValue")]
        value: Option<Cow<'a, str>>,
    }
    let cells: Vec<Cell<'_>> = serde_json::from_str(row).ok()?;
    Some(cells.into_iter().map(|cell| cell.value.unwrap_or_default()).collect())
}

/// The names and cells of a row in the results of CloudTrail Lake (CloudTrail API Reference, GetQueryResults, `QueryResultRows`: a list of maps of
/// one entry) and of CloudWatch Logs Insights (API Reference, `ResultField`: `field` and `value`).
pub(crate) fn of_pairs(row: &str) -> Option<(Cells<'_>, Cells<'_>)> {
    type Entry = serde_json::Map<String, serde_json::Value>;
    let entries: Vec<Entry> = serde_json::from_str(row).ok()?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Cow::Owned(text),
        serde_json::Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    };
    let is_pair = |entry: &Entry| entry.len() == 1 || entry.contains_key("field") && entry.contains_key("value");
    if entries.is_empty() || !entries.iter().all(is_pair) {
        return None;
    }
    let mut pairs = (Vec::new(), Vec::new());
    for mut entry in entries {
        if let Some(name) = entry.remove("field") {
            pairs.0.push(text(name));
            pairs.1.push(text(entry.remove("value").unwrap_or_default()));
            continue;
        }
        for (name, value) in entry {
            pairs.0.push(Cow::Owned(name));
            pairs.1.push(text(value));
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells<'a>(cells: &[&'a str]) -> Vec<Cow<'a, str>> {
        cells.iter().map(|cell| Cow::Borrowed(*cell)).collect()
    }

    #[test]
    fn a_table_is_told_by_its_columns() {
        let row = |names: &[&str], row: &[&str]| {
            let columns = Columns::of(&cells(names)).unwrap();
            let cells = cells(row);
            columns.row(&cells).map(|row| match row {
                Row::Original(name, text) => format!("{name}: {text}"),
                Row::Made(record) => record,
            })
        };
        assert_eq!(row(&["eventName", "\u{feff} eventJson"], &["x", "{}"]).as_deref(), Some("eventJson: {}"));
        assert_eq!(row(&["_time", "message", "_raw"], &["1", "2", "3"]).as_deref(), Some("_raw: 3"));
        let made = Some(r#"{"eventName":"A","eventSource":"s"}"#);
        assert_eq!(row(&["EVENTNAME", "x", "eventsource"], &["A", "7", "s"]).as_deref(), made);
        let made = Some(r#"{"eventName":"A","eventSource":"s","requestParameters":{"bucketName":"b","a":{"c":"d"}}}"#);
        let names = [
            "eventName",
            "requestParameters.bucketName",
            "requestParameters.a.c",
            "eventSource",
            "requestParameters.x",
        ];
        assert_eq!(row(&names, &["A", "b", "d", "s", ""]).as_deref(), made);
        assert_eq!(row(&["eventName", "eventSource"], &["A"]), None);
        let history = ["Event name", "Event time", "User name", "Event source"];
        assert_eq!(Columns::of(&cells(&history)).unwrap_err(), HISTORY);
        assert_eq!(Columns::of(&cells(&["a", "b"])).unwrap_err(), OTHER);
    }

    #[test]
    fn names_are_told_from_text() {
        for (row, expected) in [
            (vec!["a", "b"], true),
            (vec!["_raw"], true),
            (vec!["a"], false),
            (vec!["a", ""], false),
            (vec!["{\"a\":1", "b"], false),
            (vec!["2026-11-20T10:00:00Z x", "b"], false),
        ] {
            assert_eq!(may_be_names(&cells(&row)), expected, "{row:?}");
        }
    }

    #[test]
    fn rows_of_services_are_read() {
        assert_eq!((of_pairs("[]"), of_pairs(r#"[{"a":1,"b":2}]"#)), (None, None));
        assert_eq!(of_athena(r#"[{"VarCharValue":"a"},{}]"#), Some(cells(&["a", ""])));
        assert_eq!(of_athena("[7]"), None);
        assert_eq!(of_pairs(r#"[{"a":"1"},{"b":null}]"#), Some((cells(&["a", "b"]), cells(&["1", ""]))));
        assert_eq!(of_pairs(r#"[{"field":"@message","value":"x"}]"#), Some((cells(&["@message"]), cells(&["x"]))));
    }
}
