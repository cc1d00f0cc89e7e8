//! Answers rows of JSON, one line each, in their order.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write, stdin};
use std::path::Path;
use std::time::Instant;

use iam_policy::parse_json;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::analysis::Question;
use super::report::{Answer, Refusal, Report};
use super::row::{Row, shown};
use super::{Exit, Failure};
use crate::Trouble;

/// Answers every row of a file. Memory is that of the longest row.
pub(super) fn run(
    path: &Path,
    asked: impl Fn(Row) -> Result<Question, Refusal>,
    out: &mut impl Write,
    exit: &mut Exit,
) -> Result<(), Failure> {
    let mut input = BufReader::new(opened(path)?);
    let mut line = Vec::new();
    let packed = match input.fill_buf().map_err(|error| unreadable(path, error))? {
        [0x1f, 0x8b, ..] => Some("it is gzip: give its rows unpacked"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("it is UTF-16: give its rows in UTF-8"),
        _ => None,
    };
    if let Some(what) = packed {
        return Err(unreadable(path, io::Error::other(what)).into());
    }
    for number in 1.. {
        // Whoever waits for an answer before the next question gets it.
        if input.buffer().is_empty() {
            out.flush()?;
        }
        line.clear();
        let length = input.read_until(b'\n', &mut line).map_err(|error| unreadable(path, error))?;
        if length == 0 {
            break;
        }
        let text = line.strip_prefix("\u{feff}".as_bytes()).filter(|_| number == 1).unwrap_or(&line);
        let text = text.trim_ascii_end();
        if text.is_empty() {
            continue;
        }
        let report = answered(text, number, &asked);
        exit.note(report.answer.exit());
        serde_json::to_writer(&mut *out, &report).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn answered(text: &[u8], number: usize, asked: &impl Fn(Row) -> Result<Question, Refusal>) -> Report {
    let start = Instant::now();
    let invalid = |refusal: Refusal, id: Option<Box<RawValue>>| {
        let line = if id.is_none() { Some(number) } else { None };
        (Answer::invalid(refusal), id.unwrap_or_else(null), line)
    };
    let (answer, id, line) = match str::from_utf8(text).map(parse_json) {
        Ok(Ok(Value::Object(row))) => {
            let id = id(text).unwrap_or_else(null);
            (asked(row).map_or_else(Answer::invalid, |question| question.answer()), id, None)
        }
        Ok(Ok(other)) => invalid(Refusal::new("row", shown(&other), "an object"), None),
        Ok(Err(error)) => {
            let found = error.found().replace("line 1 column ", "column ");
            match error.path() {
                "" => invalid(Refusal::new("row", found, "an object in JSON"), None),
                path => invalid(Refusal::new(path, found, error.allowed()), id(text)),
            }
        }
        Err(error) => invalid(Refusal::new("row", error.to_string(), "an object in JSON"), None),
    };
    Report { id: Some(id), line, file: None, place: None, answer, micros: micros(start) }
}

pub(super) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// As it was written: a number can have more digits than one can count with.
fn id(text: &[u8]) -> Option<Box<RawValue>> {
    #[derive(Deserialize)]
    struct Labelled<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    let Labelled { id } = serde_json::from_slice(text).ok()?;
    Some(id.map_or_else(null, ToOwned::to_owned))
}

fn null() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

fn opened(path: &Path) -> Result<Box<dyn Read>, Trouble> {
    if path == Path::new("-") {
        return Ok(Box::new(stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(unreadable(path, error)),
    }
}

fn unreadable(path: &Path, error: std::io::Error) -> Trouble {
    Trouble::from(error)
        .during(format!("the batch `{}` cannot be read", path.display()))
        .remedy("give a file of JSON lines, or `-` for standard input")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let report = answered(line.as_bytes(), 7, &|_| Err(Refusal::new("policy", "nothing", "a policy")));
        let text = serde_json::to_string(&Report { micros: 0, ..report }).unwrap();
        assert_eq!(text, expected);
    }

    #[test]
    fn an_id_is_echoed_as_it_was() {
        let answer = r#""verdict":"invalid","findings":[],"error":"policy: nothing, expected a policy","micros":0}"#;
        for id in [r#""a""#, "1", "12345678901234567890123", "1.50", "null", r#"{"b":1,"a":[2]}"#, "true"] {
            check(&format!(r#"{{"policy": {{}}, "id": {id}}}"#), &format!(r#"{{"id":{id},{answer}"#));
        }
        check("{}", &format!(r#"{{"id":null,{answer}"#));
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        check(
            r#"{"id": 7, "policy": {"Statement": {"Effect": "Deny", "Effect": "Allow"}}}"#,
            r#"{"id":7,"verdict":"invalid","findings":[],"error":"policy.Statement.Effect: the key twice, at column 36 and column 54, expected it once","micros":0}"#,
        );
        check(
            r#"{"id": 1, "id": 2}"#,
            r#"{"id":null,"line":7,"verdict":"invalid","findings":[],"error":"id: the key twice, at column 2 and column 11, expected it once","micros":0}"#,
        );
    }

    #[test]
    fn an_unreadable_line_has_its_number() {
        check(
            "{",
            r#"{"id":null,"line":7,"verdict":"invalid","findings":[],"error":"row: EOF while parsing an object at column 1, expected an object in JSON","micros":0}"#,
        );
        check(
            "[]",
            r#"{"id":null,"line":7,"verdict":"invalid","findings":[],"error":"row: a list, expected an object","micros":0}"#,
        );
    }
}
