//! What the rows are about, so that none of it is rare, and how often it is what decides.

use crate::decided::ours;
use crate::process::SimRow;
use crate::words::{each, each_resource, each_statement};
use iam_policy::Decision;
use serde_json::Value;
use std::collections::BTreeMap;

/// One row of so many is also decided without each topic.
const SAMPLE: usize = 10;

/// Of all pairs, in permille: a class with fewer proves nothing.
const LEAST: usize = 10;

/// Of the pairs of a class, in percent: likewise each decision.
const LEAST_DECIDED: usize = 5;

/// Of the sample, in permille: how often a topic has to be what decides.
const LEAST_DECISIVE: usize = 10;

/// What is taken out of a row's policies to see whether it decides.
struct Topic {
    name: &'static str,
    remove: fn(&mut SimRow),
}

const TOPICS: [Topic; 4] = [
    Topic {
        name: "regions",
        remove: |row| {
            without_keys(row, |key| key.ends_with(":requestedregion") || key.ends_with(":region"));
            without_place(row, 3);
        },
    },
    Topic { name: "partitions", remove: |row| without_place(row, 1) },
    Topic { name: "tags", remove: |row| without_keys(row, |key| key.contains("tag")) },
    Topic {
        name: "services",
        remove: |row| {
            let keys = [
                "aws:principalisawsservice",
                "aws:principalservicename",
                "aws:source",
                "kms:viaservice",
                "aws:calledvia",
            ];
            without_keys(row, |key| keys.iter().any(|start| key.starts_with(start)) && key != "aws:sourceip");
            let caller = row.principal.clone();
            each_statement(row, |statement, _| {
                for element in ["Principal", "NotPrincipal"] {
                    let services = statement.get_mut(element).and_then(|types| types.get_mut("Service"));
                    services.into_iter().flat_map(each).for_each(|name| *name = caller.clone().into());
                }
            });
        },
    },
];

/// How many rows there are of each class and decision.
#[derive(Default)]
pub(crate) struct Classes {
    all: usize,
    decisions: BTreeMap<&'static str, [usize; 3]>,
    sampled: usize,
    decisive: BTreeMap<&'static str, usize>,
}

impl Classes {
    pub(crate) fn count(&mut self, index: usize, row: &SimRow, decision: Decision) {
        self.all += 1;
        let at = [Decision::Allow, Decision::ExplicitDeny, Decision::ImplicitDeny].iter().position(|d| *d == decision);
        let at = at.expect("one of three");
        for class in classes(row) {
            self.decisions.entry(class).or_default()[at] += 1;
        }
        if !index.is_multiple_of(SAMPLE) {
            return;
        }
        self.sampled += 1;
        for Topic { name, remove } in &TOPICS {
            let mut other = row.clone();
            remove(&mut other);
            let is_decisive = other != *row && ours(&other) != decision;
            *self.decisive.entry(name).or_default() += usize::from(is_decisive);
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.all += other.all;
        self.sampled += other.sampled;
        for (class, counts) in other.decisions {
            let sums = self.decisions.entry(class).or_default();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        for (topic, count) in other.decisive {
            *self.decisive.entry(topic).or_default() += count;
        }
    }

    /// What is too rare.
    pub(crate) fn rare(&self) -> Vec<String> {
        let mut rare = Vec::new();
        for (class, counts) in &self.decisions {
            let of_class: usize = counts.iter().sum();
            let is_rare = of_class * 1000 < self.all * LEAST;
            if is_rare || counts.iter().any(|count| count * 100 < of_class * LEAST_DECIDED) {
                rare.push(format!("{class}: {counts:?}"));
            }
        }
        for (topic, count) in &self.decisive {
            if count * 1000 < self.sampled * LEAST_DECISIVE {
                rare.push(format!("{topic} decide {count} of {}", self.sampled));
            }
        }
        rare
    }

    pub(crate) fn print(&self) {
        for (class, [allowed, denied, not_allowed]) in &self.decisions {
            println!("{class}: {allowed} allowed, {denied} denied, {not_allowed} not allowed");
        }
        println!("what decides, of {}: {:?}", self.sampled, self.decisive);
    }
}

/// A class of rows with a condition on such a key, which is given in lower case.
type Asked = (&'static str, fn(&str) -> bool);

const ASKED: [Asked; 6] = [
    ("asks for resource tags", |key| key.contains("resourcetag/")),
    ("asks for request tags", |key| key.starts_with("aws:requesttag/")),
    ("asks for tag keys", |key| key == "aws:tagkeys"),
    ("asks for principal tags", |key| key.starts_with("aws:principaltag/")),
    ("asks for services", |key| key.starts_with("aws:principal") && key.contains("service")),
    ("asks for sources", |key| key.starts_with("aws:source") && key != "aws:sourceip"),
];

fn classes(row: &SimRow) -> Vec<&'static str> {
    let mut classes = vec!["all", caller(row)];
    let arn = if row.resource == "*" { &row.principal } else { &row.resource };
    classes.push(match arn.split(':').nth(1) {
        Some("aws") => "in aws",
        Some("aws-cn") => "in aws-cn",
        Some("aws-us-gov") => "in aws-us-gov",
        Some("aws-eusc") => "in aws-eusc",
        _ => "elsewhere",
    });
    let account = row.principal.split(':').nth(4);
    classes.extend(account.is_some_and(|account| account != row.account).then_some("to another account"));
    let mut names_region = false;
    each_resource(&mut row.clone(), |_, pattern, _| {
        let region = pattern.split(':').nth(3);
        names_region |= region.is_some_and(|region| !["", "*"].contains(&region));
    });
    let keys = keys(row);
    classes.extend((names_region || keys.iter().any(|key| key.ends_with("region"))).then_some("names a region"));
    for (class, is_asked) in ASKED {
        classes.extend(keys.iter().any(|key| is_asked(key)).then_some(class));
    }
    classes
}

fn caller(row: &SimRow) -> &'static str {
    match row.principal.split(':').nth(5).map(|name| name.split('/').next().unwrap_or_default()) {
        Some("user") => "by a user",
        Some("role") => "by a role",
        Some("root") => "by a root user",
        Some("federated-user") => "by a federated user",
        Some("assumed-role") if row.principal.contains("/AWSServiceRoleFor") => "by a service-linked role",
        Some("assumed-role") => "by a session",
        Some(_) => "by an identity provider",
        None if row.principal == "*" => "by nobody",
        None if row.action == "sts:AssumeRoleWithWebIdentity" => "by an identity provider",
        None => "by a service",
    }
}

/// The condition keys of the policies, in lower case.
fn keys(row: &SimRow) -> Vec<String> {
    let mut keys = Vec::new();
    each_statement(&mut row.clone(), |statement, _| {
        let block = statement.get("Condition").and_then(Value::as_object);
        let tests = block.into_iter().flat_map(|block| block.values()).filter_map(Value::as_object);
        keys.extend(tests.flat_map(|tests| tests.keys()).map(|key| key.to_lowercase()));
    });
    keys
}

/// Without the conditions on some keys, which are given in lower case.
fn without_keys(row: &mut SimRow, is_removed: impl Fn(&str) -> bool) {
    each_statement(row, |statement, _| {
        let Some(block) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { return };
        for tests in block.values_mut().filter_map(Value::as_object_mut) {
            tests.retain(|key, _| !is_removed(&key.to_lowercase()));
        }
        block.retain(|_, tests| tests.as_object().is_some_and(|tests| !tests.is_empty()));
        if block.is_empty() {
            statement.as_object_mut().and_then(|statement| statement.remove("Condition"));
        }
    });
}

/// With a star for one segment of every resource that is an ARN.
fn without_place(row: &mut SimRow, segment: usize) {
    each_resource(row, |_, pattern, _| {
        let mut parts: Vec<&str> = pattern.splitn(6, ':').collect();
        if parts.len() == 6 {
            parts[segment] = "*";
            *pattern = parts.join(":");
        }
    });
}
