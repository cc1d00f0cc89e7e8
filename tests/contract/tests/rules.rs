//! The rules of `template.yaml` against the table of facets. `PARAPET_UPDATE=1` writes the events into them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not there has to fail them"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

use parapet_contract::{read, root, template};
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

/// The template with these events in the rule of this name, a line each.
fn with_events(template: &str, rule: &str, events: &[&str]) -> String {
    const LIST: &str = "          eventName:";
    const ITEM: &str = "            - ";
    let (mut in_rule, mut in_list) = (false, false);
    let mut lines = Vec::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("      Name: ") {
            in_rule = name == rule;
        }
        if in_list && line.starts_with(ITEM) {
            continue;
        }
        in_list = in_rule && line == LIST;
        lines.push(line.to_owned());
        if in_list {
            lines.extend(events.iter().map(|event| format!("{ITEM}{event}")));
        }
    }
    lines.join("\n") + "\n"
}

fn rules() -> Vec<(String, Value)> {
    let template = template().unwrap();
    let resources = template["Resources"].as_object().unwrap().clone();
    let is_rule = |(_, resource): &(String, Value)| resource["Type"] == "AWS::Events::Rule";
    resources.into_iter().filter(is_rule).map(|(id, rule)| (id, rule["Properties"].clone())).collect()
}

fn texts(values: &Value) -> BTreeSet<String> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_let_through_what_leads_to_facets() {
    if env::var_os("PARAPET_UPDATE").is_some() {
        let mut template = read(TEMPLATE).unwrap();
        for &guard in GuardName::ALL {
            for (source, events) in wanted(guard) {
                template = with_events(&template, &rule_name(guard, source), &events);
            }
        }
        fs::write(root().join(TEMPLATE), template).unwrap();
    }
    for &guard in GuardName::ALL {
        for (source, events) in wanted(guard) {
            let name = rule_name(guard, source);
            let rule = rules().into_iter().find(|(_, rule)| rule["Name"] == name.as_str());
            let (_, rule) = rule.unwrap_or_else(|| panic!("{TEMPLATE} has no rule {name}"));
            let detail = &rule["EventPattern"]["detail"];
            let known: BTreeSet<String> = events.into_iter().map(str::to_owned).collect();
            assert_eq!(texts(&detail["eventSource"]), BTreeSet::from([source.to_owned()]), "{name}");
            assert_eq!(
                texts(&detail["eventName"]),
                known,
                "{name} and the table of facets differ: run PARAPET_UPDATE=1 cargo test -p parapet-contract"
            );
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
    let found: BTreeSet<String> =
        rules().into_iter().map(|(_, rule)| rule["Name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn rules_drop_failed_calls_and_what_is_not_cloudtrail() {
    for (id, rule) in rules() {
        let pattern = &rule["EventPattern"];
        assert_eq!(pattern["detail-type"], json!(["AWS API Call via CloudTrail"]), "{id}");
        assert_eq!(pattern["detail"]["errorCode"], json!([{"exists": false}]), "{id}");
        assert!(pattern["source"].is_array(), "{id} takes events of any source");
    }
}

#[test]
fn a_pattern_fits_into_a_rule() {
    const LONGEST_PATTERN: usize = 2_048;
    for (id, rule) in rules() {
        assert!(rule["EventPattern"].to_string().len() <= LONGEST_PATTERN, "{id}");
    }
}

#[test]
fn every_target_has_retries_and_a_dead_letter_queue() {
    for (id, rule) in rules() {
        for target in rule["Targets"].as_array().unwrap() {
            assert!(target["DeadLetterConfig"]["Arn"].is_string(), "{id}");
            assert!(target["RetryPolicy"]["MaximumRetryAttempts"].is_number(), "{id}");
        }
    }
}
