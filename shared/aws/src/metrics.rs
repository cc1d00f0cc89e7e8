//! Metrics in CloudWatch's embedded metric format: one line of the log, out of which CloudWatch Logs takes them by itself.
//!
//! CloudWatch User Guide, "Specification: Embedded metric format": "On Lambda, you do not need to set this header yourself. Writing JSON to
//! standard out in the embedded metric format is sufficient."
//!
//! Each outcome is counted by guard. What an alarm looks at has no dimension, so that one alarm hears all functions.

use std::time::{SystemTime, UNIX_EPOCH};

use parapet_core::{Outcome, Severity};
use parapet_guards::{News, Receipt, Report};
use serde_json::{Map, Value, json};

/// Of all metrics.
pub const NAMESPACE: &str = "Parapet";

/// Evidence is in the log alone.
pub const EVIDENCE_LOG_ONLY: &str = "EvidenceLogOnly";

/// A violation stays, or comes back, or nobody knows.
pub const NOT_RESTORED: &str = "NotRestored";

/// Something critical was seen that nobody mends.
pub const CRITICAL_OBSERVED: &str = "CriticalObserved";

/// A standard is not taken, or asks for less.
pub const STANDARD: &str = "Standard";

/// What alarms look at.
pub const ALARMING: [&str; 4] = [EVIDENCE_LOG_ONLY, NOT_RESTORED, CRITICAL_OBSERVED, STANDARD];

/// Prints what is to be counted of a report.
pub fn tell_report(report: &Report) {
    tell(of_report(report, now_ms()));
}

/// Prints what is to be counted of a standard that was read anew.
pub fn tell_news(news: News) {
    tell(of_news(news, now_ms()));
}

fn tell(line: Option<Value>) {
    if let Some(line) = line {
        println!("{line}");
    }
}

/// Nothing of an event that led nowhere: most do, and each metric costs for the hours in which it has a value.
fn of_report(report: &Report, time_ms: u64) -> Option<Value> {
    if let Outcome::Ignored(_) = report.outcome {
        return None;
    }
    let outcome = report.outcome.name();
    let raised = raised(report);
    let mut line = Map::new();
    line.insert("_aws".to_owned(), Value::Null);
    line.insert("Guard".to_owned(), json!(report.guard));
    line.insert("EventId".to_owned(), json!(report.event_id));
    line.insert(outcome.to_owned(), json!(1));
    line.insert("Duration".to_owned(), json!(report.duration_ms));
    let by_guard = json!({
        "Namespace": NAMESPACE,
        "Dimensions": [["Guard"]],
        "Metrics": [{"Name": outcome, "Unit": "Count"}, {"Name": "Duration", "Unit": "Milliseconds"}],
    });
    Some(told(line, time_ms, Some(by_guard), &raised))
}

fn of_news(news: News, time_ms: u64) -> Option<Value> {
    match news {
        News::NotTaken | News::Looser => Some(told(Map::new(), time_ms, None, &[STANDARD])),
        News::Taken => None,
    }
}

/// What is alarming in a report.
fn raised(report: &Report) -> Vec<&'static str> {
    let is_log_only = report.evidence.as_deref() == Some(Receipt::LogOnly { why: String::new() }.label());
    let is_left =
        report.findings.iter().any(|finding| finding.severity == Severity::Critical && !finding.is_enforced());
    [(EVIDENCE_LOG_ONLY, is_log_only), (NOT_RESTORED, is_not_restored(report)), (CRITICAL_OBSERVED, is_left)]
        .into_iter()
        .filter_map(|(name, is_raised)| is_raised.then_some(name))
        .collect()
}

/// What was told today already is counted, and wakes nobody.
fn is_not_restored(report: &Report) -> bool {
    report.outcome.is_alarming() && !report.told_before
}

/// The line. A set of dimensions "MAY be empty", says the specification: the metric then has none.
fn told(mut line: Map<String, Value>, time_ms: u64, by_guard: Option<Value>, raised: &[&str]) -> Value {
    let mut directives: Vec<Value> = by_guard.into_iter().collect();
    if !raised.is_empty() {
        let metrics: Vec<Value> = raised.iter().map(|name| json!({"Name": name, "Unit": "Count"})).collect();
        directives.push(json!({"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": metrics}));
    }
    line.insert("_aws".to_owned(), json!({"Timestamp": time_ms, "CloudWatchMetrics": directives}));
    line.extend(raised.iter().map(|name| ((*name).to_owned(), json!(1))));
    Value::Object(line)
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use parapet_core::{Ignored, Mode};
    use parapet_guards::{ControlId, Finding, GuardName};

    use super::*;

    fn report(outcome: Outcome) -> Report {
        Report { duration_ms: 21, ..Report::ending("e-1", GuardName::PolicyGuard, outcome) }
    }

    fn line(report: &Report) -> Value {
        of_report(report, 1_700_000_000_000).unwrap()
    }

    fn critical(mode: Mode) -> Finding {
        Finding {
            control: ControlId::named("S3.Encryption").unwrap(),
            severity: Severity::Critical,
            mode,
            detail: String::new(),
            was_before: false,
            is_unaccepted: false,
            asks_for_account: false,
            completes: false,
            waits_until: None,
            witness: None,
        }
    }

    #[test]
    fn an_outcome_is_counted_by_guard() {
        assert_eq!(
            line(&report(Outcome::Remediated)),
            json!({
                "_aws": {
                    "Timestamp": 1_700_000_000_000_u64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Parapet",
                        "Dimensions": [["Guard"]],
                        "Metrics": [{"Name": "Remediated", "Unit": "Count"}, {"Name": "Duration", "Unit": "Milliseconds"}],
                    }],
                },
                "Guard": "policy-guard",
                "EventId": "e-1",
                "Remediated": 1,
                "Duration": 21,
            })
        );
    }

    #[test]
    fn what_led_nowhere_is_not_counted() {
        assert_eq!(of_report(&report(Outcome::Ignored(Ignored::Gone)), 0), None);
        assert_eq!(of_news(News::Taken, 0), None);
    }

    #[test]
    fn alarms_hear_all_guards() {
        let line = line(&report(Outcome::Contested));
        let alarming = &line["_aws"]["CloudWatchMetrics"][1];
        assert_eq!((&alarming["Dimensions"], &alarming["Metrics"][0]["Name"]), (&json!([[]]), &json!("NotRestored")));
        assert_eq!(line["NotRestored"], json!(1));
    }

    #[test]
    fn what_is_alarming() {
        let check = |report: Report, expected: &[&str]| assert_eq!(raised(&report), expected, "{report:?}");
        let with = |outcome, finding| Report { findings: vec![finding], ..report(outcome) };
        check(report(Outcome::Compliant), &[]);
        check(report(Outcome::Remediated), &[]);
        check(report(Outcome::Planned), &[]);
        check(report(Outcome::Contested), &[NOT_RESTORED]);
        check(report(Outcome::Unresolved(String::new())), &[NOT_RESTORED]);
        check(report(Outcome::Undetermined(String::new())), &[NOT_RESTORED]);
        check(report(Outcome::Failed(String::new())), &[NOT_RESTORED]);
        check(report(Outcome::Blocked(String::new())), &[NOT_RESTORED]);
        let known = Report { told_before: true, ..report(Outcome::Blocked(String::new())) };
        check(known.clone(), &[]);
        // What is wrong beside it is told all the same.
        check(Report { findings: vec![critical(Mode::Observe)], ..known }, &[CRITICAL_OBSERVED]);
        check(with(Outcome::Remediated, critical(Mode::Enforce)), &[]);
        check(with(Outcome::Observed, critical(Mode::Observe)), &[CRITICAL_OBSERVED]);
        // Beside a repair, too.
        check(with(Outcome::Remediated, critical(Mode::Observe)), &[CRITICAL_OBSERVED]);
        check(with(Outcome::Observed, Finding { severity: Severity::High, ..critical(Mode::Observe) }), &[]);
        let stored = |evidence: &str| Report { evidence: Some(evidence.to_owned()), ..report(Outcome::Remediated) };
        check(stored("log-only"), &[EVIDENCE_LOG_ONLY]);
        check(stored("evidence/v2/x.json"), &[]);
    }

    #[test]
    fn a_standard_that_is_not_taken_or_looser_is_alarming() {
        for news in [News::NotTaken, News::Looser] {
            let line = of_news(news, 5).unwrap();
            assert_eq!(line["Standard"], json!(1));
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"], json!([{"Name": "Standard", "Unit": "Count"}]));
        }
    }

    /// The specification: the members that directives name "MUST" be on the root, dimensions as strings, metrics as numbers.
    #[test]
    fn every_line_keeps_to_the_format() {
        let reports = [
            report(Outcome::Failed("x".into())),
            Report { evidence: Some("log-only".into()), ..report(Outcome::Compliant) },
            Report { findings: vec![critical(Mode::Observe)], ..report(Outcome::Observed) },
        ];
        let lines = reports.iter().map(line).chain(of_news(News::Looser, 1));
        for line in lines {
            for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
                let dimensions =
                    directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap());
                assert!(dimensions.map(|name| &line[name.as_str().unwrap()]).all(Value::is_string), "{line}");
                let metrics = directive["Metrics"].as_array().unwrap();
                assert!(!metrics.is_empty(), "{line}");
                assert!(metrics.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "{line}");
            }
        }
    }
}
