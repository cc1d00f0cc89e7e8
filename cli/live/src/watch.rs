//! What happens in a lab, as lines for a reader.

use std::collections::HashMap;
use std::fmt::Display;

use parapet_console::terminal::{Output, Paint, of_outcome};
use parapet_lab::{Answer, Event, Invocation, Line};
use serde_json::Value;
use time::OffsetDateTime;

/// Joins what the functions did with the calls that led to it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    calls: HashMap<String, Event>,
    early: HashMap<String, Invocation>,
}

impl Watch {
    /// The lines to show for one more thing that happened; either side of a pair may come first.
    pub(crate) fn show(&mut self, line: Line) -> Vec<String> {
        match line {
            Line::Event(event) => {
                let mut lines = vec![call(&event)];
                if let Some(invocation) = self.early.remove(&event.event_id) {
                    lines.push(reaction(&invocation, Some(&event)));
                }
                self.calls.insert(event.event_id.clone(), event);
                lines
            }
            Line::Invocation(invocation) => match invocation.event_id.as_ref() {
                Some(id) if !self.calls.contains_key(id) => {
                    self.early.insert(id.clone(), invocation);
                    Vec::new()
                }
                id => vec![reaction(&invocation, id.and_then(|id| self.calls.get(id)))],
            },
        }
    }
}

fn call(event: &Event) -> String {
    let resource = event.resource.as_deref().unwrap_or_default();
    let failed =
        event.error_code.as_ref().map(|code| paint(format!(" failed: {code}"), Paint::Dim)).unwrap_or_default();
    format!(
        "{}  {}  {} {resource}{failed}",
        paint(clock(event.time_ms), Paint::Dim),
        event.actor(),
        paint(&event.event_name, Paint::Bold)
    )
}

fn reaction(invocation: &Invocation, event: Option<&Event>) -> String {
    let after = event.map_or(0, |event| invocation.time_ms.saturating_sub(event.time_ms));
    let cause = event.map(|event| format!(" {} by {}", event.event_name, event.actor())).unwrap_or_default();
    let head = format!("{}    → {}{cause}:", paint(clock(invocation.time_ms), Paint::Dim), invocation.guard());
    match invocation.answer() {
        Some(answer) => format!(
            "{head} {} {}{}",
            outcome(&answer.outcome),
            paint(format!("{after} ms"), Paint::Dim),
            details(&answer)
        ),
        None if invocation.error.is_some() => format!(
            "{head} {} {}",
            outcome("failed"),
            invocation.error.as_ref().map(Value::to_string).unwrap_or_default()
        ),
        None => format!("{head} done"),
    }
}

fn details(answer: &Answer) -> String {
    let mut parts = answer.actions.clone();
    parts.extend(answer.why.clone());
    parts.extend(answer.evidence.as_ref().map(|key| paint(key, Paint::Dim)));
    if parts.is_empty() { String::new() } else { format!("  {}", parts.join("; ")) }
}

fn outcome(name: &str) -> String {
    paint(name, of_outcome(name))
}

fn paint(text: impl Display, paint: Paint) -> String {
    Output::Stderr.paint(text, paint)
}

fn clock(time_ms: u64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!("{:02}:{:02}:{:02}.{:03}", moment.hour(), moment.minute(), moment.second(), moment.millisecond())
}
