//! Answers as SARIF.

use std::cmp::Reverse;

use parapet_core::Severity;
use parapet_guards::{ControlId, Decision, Led};
use parapet_records::{Position, Record};
use serde_json::{Map, Value, json};

use super::line::actor;
use crate::sarif::{Level, Location, Result, Rule};

/// The rules of what shows no control, and of what could not be read.
const LOOK: &str = "look";
const UNREADABLE: &str = "unreadable";

/// One rule for each control; then those two.
pub(super) fn rules() -> Vec<Rule> {
    let controls = ControlId::all().iter().map(|id| {
        let control = id.control();
        rule(id.as_str(), Level::Note, Some(name(control.severity)), control.title, control.rationale)
    });
    let others = [
        rule(
            LOOK,
            Level::Note,
            None,
            "An event leads to a look at a resource",
            "What is there then is read, and judged.",
        ),
        rule(UNREADABLE, Level::Error, None, "A part of a log cannot be read", "What stands there is not known."),
    ];
    controls.chain(others).collect()
}

fn rule(id: &str, level: Level, severity: Option<&'static str>, short: &str, full: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        short: short.to_owned(),
        full: full.to_owned(),
        help: "`parapet replay LOG --against-account` says what is so now, and what the guards would change."
            .to_owned(),
        level,
        severity,
        tags: vec!["security".to_owned(), "cloudtrail".to_owned()],
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// What a record leads to, a result for each look. It is no violation but a reason to look: the rule is that of the worst control that the look
/// can show, and the others are among its properties.
pub(super) fn of(file: &str, record: &Record<'_>, decision: &Decision) -> Vec<Result> {
    decision.looks.iter().map(|look| result(file, record, decision, look)).collect()
}

fn result(file: &str, record: &Record<'_>, decision: &Decision, look: &Led) -> Result {
    let worst = look.controls.iter().min_by_key(|control| Reverse(control.severity()));
    let properties = json!({
        "event_id": record.event_id(),
        "guard": look.guard,
        "resource": look.resource,
        "facets": look.facets,
        "controls": look.controls,
        "actor": actor(record),
        "row": record.row(),
    });
    Result {
        rule: worst.map_or(LOOK, |control| control.as_str()).to_owned(),
        level: Level::Note,
        message: format!("{}: {}, by {}", decision.why, look.resource, actor(record)),
        locations: vec![location(file, record.position(), Some(record.path()))],
        properties: members(properties),
    }
}

/// What could not be read.
pub(super) fn unreadable(file: &str, at: Option<(Position, Option<&str>)>, why: &str) -> Result {
    let start = Position { byte: 0, line: 1, column: 1 };
    let (position, path) = at.unwrap_or((start, None));
    Result {
        rule: UNREADABLE.to_owned(),
        level: Level::Error,
        message: why.to_owned(),
        locations: vec![location(file, position, path.map(str::to_owned))],
        properties: Map::new(),
    }
}

fn location(file: &str, position: Position, logical: Option<String>) -> Location {
    // A column is one of bytes here, and one of characters there: in a log of one line it tells nothing anyway.
    let line = usize::try_from(position.line).ok();
    Location { file: file.to_owned(), line, column: None, logical }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
