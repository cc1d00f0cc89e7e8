//! What happens in the account: recorded calls, and what the functions made of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// How often the stream is looked at by who waits for it.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// One thing that happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Line {
    /// A recorded call.
    Event(Event),
    /// A function has answered, or failed.
    Invocation(Invocation),
}

/// A call that CloudTrail recorded.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// When the call was answered, in milliseconds since 1970.
    pub time_ms: u64,
    /// CloudTrail's id of it.
    pub event_id: String,
    /// For example `StopLogging`.
    pub event_name: String,
    /// Who called.
    pub actor_arn: Option<String>,
    /// Why it failed, if it did.
    pub error_code: Option<String>,
    /// What was touched, as far as the request says.
    pub resource: Option<String>,
    /// The rules that took it to a guard.
    pub matched_rules: Vec<String>,
}

/// One run of a function.
#[derive(Clone, Debug, Deserialize)]
pub struct Invocation {
    /// When it answered, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which function.
    pub function: String,
    /// Of which event.
    pub event_id: Option<String>,
    /// How long it ran, a cold start included.
    pub duration_ms: f64,
    /// What it answered.
    pub response: Option<Value>,
    /// How it failed.
    pub error: Option<Value>,
}

impl Event {
    /// The last part of the actor's ARN: a user's name, or a function's session.
    #[must_use]
    pub fn actor(&self) -> &str {
        self.actor_arn.as_deref().and_then(|arn| arn.rsplit('/').next()).unwrap_or("-")
    }

    /// Whether the call did what it was to do.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.error_code.is_none()
    }
}

impl Invocation {
    /// The function's name, without the product's.
    #[must_use]
    pub fn guard(&self) -> &str {
        self.function.strip_prefix("parapet-").unwrap_or(&self.function)
    }

    /// What a guard answered.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        read_answer(self.response.as_ref()?)
    }
}

/// A guard's answer, as far as it is shown and checked here.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The outcome's name.
    pub outcome: String,
    /// The ARN of what was looked at; of several, of the one of greatest concern.
    pub resource: Option<String>,
    /// Why, where the outcome has a reason.
    pub why: Option<String>,
    /// What was wrong.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// What was written.
    #[serde(default)]
    pub actions: Vec<String>,
    /// The S3 key of the evidence, or `log-only`.
    pub evidence: Option<String>,
    /// Calls to AWS on the guarded resource.
    #[serde(default)]
    pub aws_calls: u32,
}

/// A violated control.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    /// Its id.
    pub control: String,
    /// How bad it is.
    pub severity: String,
    /// What is wrong.
    pub detail: String,
}

impl Answer {
    /// Whether something was wrong and is mended.
    #[must_use]
    pub fn is_repair(&self) -> bool {
        matches!(self.outcome.as_str(), "Remediated" | "Contested")
    }

    /// Whether nothing was written, whatever was seen.
    #[must_use]
    pub fn left_alone(&self) -> bool {
        matches!(self.outcome.as_str(), "Compliant" | "Ignored" | "Observed") && self.actions.is_empty()
    }

    /// Whether nothing was wrong and nothing was written.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.outcome.as_str(), "Compliant" | "Ignored") && self.actions.is_empty()
    }
}

/// A function's answer is JSON, which the stream holds as it is or as text.
pub(crate) fn read_answer(response: &Value) -> Option<Answer> {
    match response {
        Value::String(text) => serde_json::from_str(text).ok(),
        value => Answer::deserialize(value).ok(),
    }
}

/// What has happened since it was opened, in the order in which it was noted.
#[derive(Debug)]
pub struct Stream {
    path: PathBuf,
    offset: u64,
    unfinished: Vec<u8>,
    /// The recorded calls so far.
    pub events: Vec<Event>,
    /// The runs of functions so far.
    pub invocations: Vec<Invocation>,
}

impl Stream {
    /// Everything from now on.
    pub(crate) fn from_now(path: &Path) -> Self {
        let offset = path.metadata().map(|file| file.len()).unwrap_or_default();
        Self { path: path.to_owned(), offset, unfinished: Vec::new(), events: Vec::new(), invocations: Vec::new() }
    }

    /// What is new since the last look.
    ///
    /// # Errors
    /// The stream's file cannot be read.
    pub fn read(&mut self) -> io::Result<Vec<Line>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        self.offset += u64::try_from(file.read_to_end(&mut self.unfinished)?).unwrap_or_default();
        let complete = self.unfinished.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = self.unfinished.drain(..complete).collect();
        let lines: Vec<Line> =
            lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        for line in &lines {
            match line {
                Line::Event(event) => self.events.push(event.clone()),
                Line::Invocation(invocation) => self.invocations.push(invocation.clone()),
            }
        }
        Ok(lines)
    }

    /// Waits until the stream shows something. `None` if it does not in time.
    ///
    /// # Errors
    /// The stream's file cannot be read.
    pub async fn until<T>(&mut self, timeout: Duration, shows: impl Fn(&Self) -> Option<T>) -> io::Result<Option<T>> {
        let deadline = Instant::now() + timeout;
        loop {
            self.read()?;
            let found = shows(self);
            if found.is_some() || Instant::now() >= deadline {
                return Ok(found);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until every event that concerns a guard has been answered, those of the guards' own writes included.
    ///
    /// # Errors
    /// The stream's file cannot be read.
    pub async fn settle(&mut self, timeout: Duration) -> io::Result<bool> {
        // A guard's write is recorded within this time after it, so a stream that is quiet for longer stays so.
        const QUIET: Duration = Duration::from_millis(40);
        let deadline = Instant::now() + timeout;
        let mut quiet_since = Instant::now();
        while Instant::now() < deadline {
            if !self.read()?.is_empty() || !self.unanswered().is_empty() {
                quiet_since = Instant::now();
            }
            if quiet_since.elapsed() > QUIET {
                return Ok(true);
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(false)
    }

    /// The run of a function on an event; of several, the last.
    #[must_use]
    pub fn invocation_of(&self, event_id: &str) -> Option<&Invocation> {
        self.invocations.iter().rev().find(|invocation| invocation.event_id.as_deref() == Some(event_id))
    }

    fn unanswered(&self) -> Vec<&Event> {
        // A rule takes an event to one function.
        self.events
            .iter()
            .filter(|event| self.functions_on(&event.event_id).len() < event.matched_rules.len())
            .collect()
    }

    fn functions_on(&self, event_id: &str) -> BTreeSet<&str> {
        let runs = self.invocations.iter().filter(|run| run.event_id.as_deref() == Some(event_id));
        runs.map(|run| run.function.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_line_is_read_once_it_is_whole() {
        let path = std::env::temp_dir().join(format!("parapet-stream-{}", std::process::id()));
        let mut file = File::create(&path).unwrap();
        let mut stream = Stream::from_now(&path);
        let line = br#"{"kind":"invocation","time_ms":1,"function":"parapet-policy-guard","request_id":"r","event_id":"e","status":"ok","duration_ms":3.5,"response":"{\"outcome\":\"Compliant\"}","error":null}"#;
        file.write_all(&line[..20]).unwrap();
        assert!(stream.read().unwrap().is_empty());
        file.write_all(&line[20..]).unwrap();
        file.write_all(b"\n").unwrap();
        assert_eq!(stream.read().unwrap().len(), 1);
        let invocation = stream.invocation_of("e").unwrap();
        assert_eq!(invocation.guard(), "policy-guard");
        assert!(invocation.answer().unwrap().is_idle());
        std::fs::remove_file(path).unwrap();
    }
}
