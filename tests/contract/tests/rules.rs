//! The rules of `template.yaml` against the table of facets.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not there has to fail them"
)]

use std::collections::{BTreeMap, BTreeSet};

use parapet_contract::template;
use parapet_guards::GuardName;
use serde_json::{Value, json};

const TEMPLATE: &str = "template.yaml";

/// The events that lead to a guard, by the service they come from.
fn wanted(guard: GuardName) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut by_source: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (source, event) in guard.events() {
        by_source.entry(source).or_default().push(event);
    }
    by_source
}

/// `parapet-encryption-guard-s3`, for events of `s3.amazonaws.com`.
fn rule_name(guard: GuardName, source: &str) -> String {
    format!("parapet-{guard}-{}", source.split('.').next().unwrap())
}

/// The rules, which are events of the functions.
fn rules() -> Vec<(String, Value)> {
    let template = template().unwrap();
    let functions = template["Resources"].as_object().unwrap().values();
    let events = functions.filter_map(|function| function["Properties"]["Events"].as_object().cloned());
    let rules = events.flatten().filter(|(_, event)| event["Type"] == "EventBridgeRule");
    rules
        .map(|(_, event)| (event["Properties"]["RuleName"].as_str().unwrap().to_owned(), event["Properties"].clone()))
        .collect()
}

fn texts(values: &Value) -> BTreeSet<String> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_let_through_what_leads_to_facets() {
    for &guard in GuardName::ALL {
        for (source, events) in wanted(guard) {
            let name = rule_name(guard, source);
            let rule = rules().into_iter().find(|(known, _)| *known == name);
            let (_, rule) = rule.unwrap_or_else(|| panic!("{TEMPLATE} has no rule {name}"));
            let detail = &rule["Pattern"]["detail"];
            let known: BTreeSet<String> = events.into_iter().map(str::to_owned).collect();
            assert_eq!(texts(&detail["eventSource"]), BTreeSet::from([source.to_owned()]), "{name}");
            assert_eq!(texts(&detail["eventName"]), known, "{name} and the table of facets differ");
        }
    }
}

#[test]
fn no_rule_is_left_over() {
    let wanted: BTreeSet<String> = GuardName::ALL
        .iter()
        .copied()
        .flat_map(|guard| wanted(guard).into_keys().map(move |source| rule_name(guard, source)))
        .collect();
    let found: BTreeSet<String> = rules().into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, wanted);
}

#[test]
fn rules_drop_failed_calls_and_what_is_not_cloudtrail() {
    for (id, rule) in rules() {
        let pattern = &rule["Pattern"];
        // Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail": the one are "a request to a public AWS service API",
        // the other "created by AWS services but are not directly triggered by a request".
        let recorded = json!(["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]);
        assert_eq!(pattern["detail-type"], recorded, "{id}");
        assert_eq!(pattern["detail"]["errorCode"], json!([{"exists": false}]), "{id}");
        assert!(pattern["source"].is_array(), "{id} takes events of any source");
    }
}

#[test]
fn a_pattern_fits_into_a_rule() {
    const LONGEST_PATTERN: usize = 2_048;
    for (id, rule) in rules() {
        assert!(rule["Pattern"].to_string().len() <= LONGEST_PATTERN, "{id}");
    }
}

#[test]
fn every_rule_has_retries_and_a_dead_letter_queue() {
    for (id, rule) in rules() {
        assert!(rule["DeadLetterConfig"]["Arn"].is_string(), "{id}");
        assert!(rule["RetryPolicy"]["MaximumRetryAttempts"].is_number(), "{id}");
    }
}
