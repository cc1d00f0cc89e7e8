//! Each way is found, and none of it without any part of it.

use crate::common::{policy, zone};
use crate::ways::{PASS_ROLE, Way, Ways};
use iam_policy::{Breach, Holding, Judgement, PolicyKind, Rules, ViolationKind, judge};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The ways that are found in these statements.
fn found(statements: &Value, kind: ViolationKind) -> Vec<BTreeSet<String>> {
    let document = policy(statements.clone());
    match judge(&Holding::of(&[&document], PolicyKind::Identity), &Rules::of(zone(), [kind])) {
        Judgement::Undetermined(why) => panic!("undetermined: {why}"),
        Judgement::Decided(violations) => {
            violations.into_iter().flat_map(|violation| reached(violation.breach)).collect()
        }
    }
}

fn reached(breach: Breach) -> Vec<BTreeSet<String>> {
    match breach {
        Breach::Reach { ways, .. } => ways.into_iter().map(|way| way.into_iter().collect()).collect(),
        Breach::Entrance { .. } | Breach::Exception { .. } => panic!("{breach:?}"),
    }
}

/// Every role to pass; else every resource. What is only needed on the way is one thing.
fn statements(way: &Way, but: Option<&String>) -> Value {
    let mut all = Vec::new();
    for action in way.actions.iter().filter(|action| Some(*action) != but) {
        let resources: &[&str] = match action.as_str() {
            _ if !way.passes_role() => &["*"],
            PASS_ROLE => &["*"],
            "ec2:RunInstances" => &STARTED,
            _ => &[ONE],
        };
        all.push(json!({"Effect": "Allow", "Action": action, "Resource": resources}));
    }
    json!(all)
}

/// One thing of somewhere.
const ONE: &str = "arn:aws:*:us-east-1:123456789012:one/thing";

/// One instance, and the image that it is started from.
const STARTED: [&str; 2] = ["arn:aws:ec2:us-east-1:123456789012:instance/thing", "arn:aws:ec2:us-east-1::image/thing"];

fn check(ways: &[Way], kind: ViolationKind) {
    for way in ways {
        let all: BTreeSet<String> = way.actions.iter().cloned().collect();
        assert_eq!(found(&statements(way, None), kind), [all], "{}", way.id);
        for action in way.actions.iter().filter(|_| way.actions.len() > 1) {
            let rest = found(&statements(way, Some(action)), kind);
            assert!(rest.is_empty(), "{} without {action}: {rest:?}", way.id);
        }
    }
}

#[test]
fn ways_to_more_permissions() {
    check(&Ways::derived().runs, ViolationKind::PrivilegeEscalation);
}

#[test]
fn ways_to_move_data() {
    check(&Ways::derived().moves, ViolationKind::ConfusedService);
}

/// The service that a role is passed to has to be one that assumes it.
#[test]
fn a_role_that_may_go_to_another_service_only() {
    let ways = Ways::derived();
    for (ways, kind) in
        [(&ways.runs, ViolationKind::PrivilegeEscalation), (&ways.moves, ViolationKind::ConfusedService)]
    {
        for way in ways.iter().filter(|way| way.passes_role()) {
            let to = |service: &str| {
                let mut all = statements(way, None);
                all[0]["Condition"] = json!({"StringEquals": {"iam:PassedToService": service}});
                found(&all, kind)
            };
            assert!(to("polly.amazonaws.com").is_empty(), "{}", way.id);
            for service in &way.passed_to {
                assert_eq!(to(service).len(), 1, "{} to {service}", way.id);
            }
        }
    }
}
