//! One line of JSON for each record.

use std::fmt::Display;
use std::io::{self, Write};

use parapet_guards::{ControlId, Facet, GuardName};
use parapet_records::Record;
use serde::{Serialize, Serializer};

use super::answers::Answers;
use super::judge::Verdict;
use super::options::Format;
use parapet_guards::Led;

/// CloudTrail's own word for a caller that it cannot name.
const UNKNOWN: &str = "Unknown";

#[derive(Serialize)]
struct Line<'a> {
    event_id: Option<&'a str>,
    event_source: Option<&'a str>,
    event_name: Option<&'a str>,
    decision: &'static str,
    #[serde(serialize_with = "as_text")]
    why: &'a dyn Display,
    guard: Option<GuardName>,
    resource: Option<&'a str>,
    facets: &'a [Facet],
    controls: &'a [ControlId],
    actor: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
    file: &'a str,
    line: u64,
    row: u64,
    at: String,
}

#[derive(Serialize)]
struct Also<'a> {
    guard: GuardName,
    resource: &'a str,
    facets: &'a [Facet],
    controls: &'a [ControlId],
}

/// Writes what came of a record in a file.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    (answers, out): (&mut Answers, &mut impl Write),
    format: Format,
    file: &str,
    record: &Record<'_>,
    verdict: &Verdict,
) -> io::Result<()> {
    let mut line = Line {
        event_id: record.event_id(),
        event_source: record.event_source(),
        event_name: record.event_name(),
        decision: "ignored",
        why: &"",
        guard: None,
        resource: None,
        facets: &[],
        controls: &[],
        actor: actor(record),
        also: Vec::new(),
        file,
        line: record.position().line,
        row: record.row(),
        at: record.path(),
    };
    match verdict {
        Verdict::Ignored(why) => line.why = why,
        Verdict::Reconcile(decision) => {
            line.decision = "reconcile";
            line.why = &decision.why;
            if let Some((first, others)) = decision.looks.split_first() {
                line.guard = Some(first.guard);
                line.resource = Some(&first.resource);
                line.facets = &first.facets;
                line.controls = &first.controls;
                line.also = others.iter().map(Also::from).collect();
            }
        }
    }
    answers.write(out, format, &line)
}

/// Who called, as far as the record says.
pub(super) fn actor<'a>(record: &'a Record<'_>) -> &'a str {
    record.actor().or_else(|| record.actor_kind()).unwrap_or(UNKNOWN)
}

impl<'a> From<&'a Led> for Also<'a> {
    fn from(look: &'a Led) -> Self {
        Self { guard: look.guard, resource: &look.resource, facets: &look.facets, controls: &look.controls }
    }
}

fn as_text<S: Serializer>(text: &&dyn Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use parapet_guards::ResourceKind;
    use parapet_guards::{Decision, Target};
    use parapet_records::{Item, Reader};
    use serde_json::{Value, json};

    use super::super::judge::Why;
    use super::*;

    fn line(record: &str, verdict: &Verdict) -> Value {
        let mut out = Vec::new();
        let _ = Reader::new(record.as_bytes()).unwrap().for_each(&mut |item| {
            let Item::Record(record) = item else { panic!("{item:?}") };
            write((&mut Answers::new(Format::Jsonl), &mut out), Format::Jsonl, "log.json", record, verdict).unwrap();
            ControlFlow::Continue(())
        });
        assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&out).unwrap()
    }

    fn look(resource: &str) -> Led {
        Led {
            guard: GuardName::PolicyGuard,
            target: Target::Every(ResourceKind::Bucket),
            resource: resource.to_owned(),
            facets: vec![Facet::BucketPolicy],
            controls: vec![ControlId::named("S3.TlsOnly").unwrap()],
        }
    }

    #[test]
    fn the_first_of_several_stands_in_the_line_itself() {
        let decision = Decision { why: "because".to_owned(), looks: vec![look("a"), look("b"), look("c")] };
        let line = line(r#"{"eventID":"1","eventName":"n","eventSource":"s"}"#, &Verdict::Reconcile(decision));
        let also = |resource| json!({"guard": "policy-guard", "resource": resource, "facets": ["bucket-policy"], "controls": ["S3.TlsOnly"]});
        assert_eq!(
            line,
            json!({"event_id": "1", "event_source": "s", "event_name": "n", "decision": "reconcile", "why": "because", "guard": "policy-guard",
                "resource": "a", "facets": ["bucket-policy"], "controls": ["S3.TlsOnly"], "actor": "Unknown", "also": [also("b"), also("c")],
                "file": "log.json", "line": 1, "row": 1, "at": "$"})
        );
    }

    #[test]
    fn what_a_record_does_not_name_is_null() {
        let line = line(
            r#"{"eventVersion":"1.11","userIdentity":{"type":"Root"}}"#,
            &Verdict::Ignored(Why::NoGuard("\n".to_owned())),
        );
        assert_eq!(
            line,
            json!({"event_id": null, "event_source": null, "event_name": null, "decision": "ignored", "why": "event \n does not concern any guard",
                "guard": null, "resource": null, "facets": [], "controls": [], "actor": "Root",
                "file": "log.json", "line": 1, "row": 1, "at": "$"})
        );
    }
}
