//! The alarms against what the functions print.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not there has to fail them"
)]

use std::collections::BTreeSet;

use parapet_aws::metrics::{ALARMING, NAMESPACE};
use parapet_contract::template;
use serde_json::Value;

fn alarms() -> Vec<Value> {
    let template = template().unwrap();
    let resources = template["Resources"].as_object().unwrap().values().cloned();
    resources.filter(|resource| resource["Type"] == "AWS::CloudWatch::Alarm").collect()
}

/// A metric that no alarm looks at alarms nobody, and an alarm on a metric that nobody fills is silent for ever.
#[test]
fn every_alarming_metric_has_its_alarm() {
    let own = alarms().into_iter().filter(|alarm| alarm["Properties"]["Namespace"] == NAMESPACE);
    let looked_at: Vec<String> =
        own.map(|alarm| alarm["Properties"]["MetricName"].as_str().unwrap().to_owned()).collect();
    assert_eq!(looked_at.len(), ALARMING.len());
    assert_eq!(looked_at.into_iter().collect::<BTreeSet<_>>(), ALARMING.map(str::to_owned).into());
}

/// What has no dimension is found without one. Nobody hears an alarm without an action.
#[test]
fn alarms_look_where_the_metrics_are_and_tell_somebody() {
    for alarm in alarms() {
        let alarm = &alarm["Properties"];
        let is_own = alarm["Namespace"] == NAMESPACE;
        assert_eq!(alarm["Dimensions"].is_null(), is_own, "{alarm}");
        assert_eq!(alarm["Statistic"].as_str(), Some(if alarm["Namespace"] == "AWS/SQS" { "Maximum" } else { "Sum" }));
        assert_eq!(alarm["AlarmActions"][0].as_str(), Some("NotificationTopic"), "{alarm}");
    }
}
