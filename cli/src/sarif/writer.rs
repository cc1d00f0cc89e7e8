//! Writes a run, one result after the other.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::result::Result;
use super::rule::Rule;

/// The schema, by its published name (SARIF 2.1.0, "3.13.3 $schema property").
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run of one command.
///
/// [`new`](Self::new) takes the rules, [`write`](Self::write) a result, [`end`](Self::end) closes the document: without it what was written is
/// no JSON. Rules and results are in the order in which they came. Nothing but the ids of the rules is kept in memory.
#[derive(Debug)]
pub struct Writer {
    rules: Vec<String>,
    is_first: bool,
    /// What could not be read or done.
    troubles: Vec<String>,
    /// What is written before the first result.
    head: Option<String>,
}

impl Writer {
    /// A run with these rules.
    pub fn new(rules: &[Rule]) -> Self {
        let driver = json!({
            "name": "parapet",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(|rule| serde_json::to_value(rule).unwrap_or_default()).collect::<Vec<Value>>(),
        });
        let head = format!(
            "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":[",
            json!(SCHEMA)
        );
        Self {
            rules: rules.iter().map(|rule| rule.id.clone()).collect(),
            is_first: true,
            troubles: Vec::new(),
            head: Some(head),
        }
    }

    /// Writes a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, out: &mut impl Write, result: &Result) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        let index = self.rules.iter().position(|rule| *rule == result.rule);
        serde_json::to_writer(out, &result.value(index)).map_err(io::Error::from)
    }

    /// Keeps in mind what went wrong: the run is told as one that did not succeed. Code scanning shows no such notes, so what is about a
    /// file should be a result, too.
    pub fn trouble(&mut self, what: impl Into<String>) {
        self.troubles.push(what.into());
    }

    /// Ends the run.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self, out: &mut impl Write) -> io::Result<()> {
        self.begin(out)?;
        let notes = self.troubles.iter().map(|what| json!({"level": "error", "message": {"text": what}}));
        let invocation = json!({
            "executionSuccessful": self.troubles.is_empty(),
            "toolExecutionNotifications": notes.collect::<Vec<Value>>(),
        });
        writeln!(out, "\n],\"invocations\":[{invocation}]}}]}}")
    }

    fn begin(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.head.take().map_or(Ok(()), |head| out.write_all(head.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::sarif::{Level, Location};

    const OFFICIAL: &str = include_str!("../../tests/data/sarif/sarif-schema-2.1.0.json");

    /// The official schema. One pattern in it, of a property that is not written here, is no regular expression (a bracket is closed that was
    /// not opened), which a strict reader refuses.
    fn official() -> jsonschema::Validator {
        let mut schema: Value = serde_json::from_str(OFFICIAL).unwrap();
        for of in ["run", "toolComponent"] {
            let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
            assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
        }
        jsonschema::validator_for(&schema).unwrap()
    }

    fn rule(id: &str, severity: Option<&'static str>) -> Rule {
        Rule {
            id: id.to_owned(),
            short: "short".to_owned(),
            full: "full".to_owned(),
            help: "help".to_owned(),
            level: Level::Error,
            severity,
            tags: vec!["security".to_owned()],
        }
    }

    fn result(rule: &str, locations: Vec<Location>) -> Result {
        Result {
            rule: rule.to_owned(),
            level: Level::Error,
            message: "too \"much\"".to_owned(),
            locations,
            properties: Map::from_iter([("witness".to_owned(), json!({"action": "iam:*"}))]),
        }
    }

    /// What a run writes. It has to be as the official schema says.
    fn written(rules: &[Rule], results: &[Result], trouble: Option<&str>) -> Value {
        let mut out = Vec::new();
        let mut writer = Writer::new(rules);
        for result in results {
            writer.write(&mut out, result).unwrap();
        }
        if let Some(trouble) = trouble {
            writer.trouble(trouble);
        }
        writer.end(&mut out).unwrap();
        let value = serde_json::from_slice(&out).unwrap();
        let faults: Vec<String> = official().iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new());
        value
    }

    #[test]
    fn a_run_is_as_the_schema_says() {
        let place = |line| Location {
            file: "a b.yaml".to_owned(),
            line,
            column: line,
            logical: Some("Role / root".to_owned()),
        };
        let rules = [rule("admin", Some("critical")), rule("unreadable", None)];
        let results = [
            result("admin", vec![place(Some(3)), place(Some(4))]),
            result("unreadable", vec![place(None)]),
            result("admin", vec![]),
        ];
        let value = written(&rules, &results, Some("a file cannot be read"));
        let run = &value["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), 3);
        assert_eq!(run["results"][1]["ruleIndex"], json!(1));
        assert_eq!(run["tool"]["driver"]["rules"][0]["properties"]["security-severity"], json!("9.5"));
        assert_eq!(run["tool"]["driver"]["rules"][1]["properties"].get("security-severity"), None);
        assert_eq!(run["invocations"][0]["executionSuccessful"], json!(false));
    }

    #[test]
    fn a_run_without_results_is_one() {
        assert_eq!(written(&[], &[], None)["runs"][0]["results"], json!([]));
    }

    #[test]
    fn the_schema_tells_what_is_wrong() {
        let schema = official();
        assert!(!schema.is_valid(&json!({"version": "2.1.0", "runs": [{"results": []}]})));
    }
}
