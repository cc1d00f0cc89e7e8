//! How rows name their answers.

use std::sync::LazyLock;

use iam_policy::Document;
use serde::Deserialize;

use crate::replay::{Answer, Says};

/// An answer that was recorded: `tests/recorded` says where.
pub(super) fn recorded(operation: &str, from: &str) -> Answer {
    let row = RECORDED.iter().find(|row| row.operation == operation && row.from == from);
    let row = row.unwrap_or_else(|| panic!("no recorded answer to {operation} is from {from}"));
    let headers = row.headers.clone().into_iter().collect();
    let says = Says::Body { status: row.status, headers, body: row.body.clone() };
    Answer { operation: operation.to_owned(), source: format!("recorded {from}"), says }
}

/// An answer after the response syntax in the API Reference of its operation.
pub(super) fn documented(operation: &str, body: &str) -> Answer {
    let says = Says::Body { status: 200, headers: Vec::new(), body: body.to_owned() };
    Answer { operation: operation.to_owned(), source: "API Reference".to_owned(), says }
}

/// An answer of IAM's, whose API Reference wraps all of them alike.
pub(super) fn iam(operation: &str, result: &str) -> Answer {
    documented(
        operation,
        &format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"),
    )
}

/// A write that succeeds and says nothing.
pub(super) fn done(operation: &str) -> Answer {
    documented(operation, "")
}

/// An error, by the code that the API Reference of its operation lists.
pub(super) fn refused(operation: &str, status: u16, code: &'static str) -> Answer {
    Answer { operation: operation.to_owned(), source: code.to_owned(), says: Says::Refusal { status, code } }
}

/// The same answer with one text for another.
pub(super) fn but(answer: Answer, text: &str, other: &str) -> Answer {
    let Says::Body { status, headers, body } = answer.says else { panic!("an error has nothing to replace") };
    assert!(body.contains(text), "{} has no {text}", answer.source);
    let says = Says::Body { status, headers, body: body.replace(text, other) };
    Answer { source: format!("{} with {other}", answer.source), says, ..answer }
}

/// What a policy says.
pub(super) fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

#[derive(Deserialize)]
struct Recorded {
    operation: String,
    status: u16,
    from: String,
    headers: std::collections::BTreeMap<String, String>,
    body: String,
}

static RECORDED: LazyLock<Vec<Recorded>> = LazyLock::new(|| {
    let files = [
        include_str!("../../tests/recorded/s3.jsonl"),
        include_str!("../../tests/recorded/s3control.jsonl"),
        include_str!("../../tests/recorded/kms.jsonl"),
        include_str!("../../tests/recorded/iam.jsonl"),
        include_str!("../../tests/recorded/cloudtrail.jsonl"),
        include_str!("../../tests/recorded/ecr.jsonl"),
    ];
    files.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
});
