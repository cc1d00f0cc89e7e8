//! Policies with the rules that they are judged by: what laws are tried on.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use crate::common::{document, policy, rows, zone};
use crate::handmade;
use iam_policy::{
    Breach, Document, Holding, Judgement, Outsiders, PolicyKind, PolicyKind::Identity, PolicyKind::Resource,
    PolicyKind::Trust, Rules, Sealed, Target, TrustZone, ViolationKind, judge,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A policy and its rules.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) kind: PolicyKind,
    pub(crate) policy: Value,
    pub(crate) rules: Rules,
}

/// What is said of a policy, whatever the witness.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) kind: ViolationKind,
    /// As they stand in the policy.
    pub(crate) statements: BTreeSet<usize>,
    pub(crate) what: What,
}

/// What is wrong, without an order and without names of statements.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct What {
    pub(crate) ways: BTreeSet<BTreeSet<String>>,
    pub(crate) targets: BTreeSet<String>,
    /// `*` for everyone.
    pub(crate) outsiders: BTreeSet<String>,
    pub(crate) elements: BTreeSet<&'static str>,
}

impl Case {
    pub(crate) fn new(name: &str, kind: PolicyKind, policy: Value) -> Self {
        Self { name: name.to_owned(), kind, policy, rules: Rules::all(zone()) }
    }

    /// The same with another policy.
    pub(crate) fn with(&self, policy: Value) -> Self {
        Self { policy, ..self.clone() }
    }

    /// The same by rules that name what is protected and what is sealed.
    pub(crate) fn with_more_rules(mut self) -> Self {
        self.name.push_str(", with what is protected and sealed");
        let arns = |list: &[&str]| list.iter().map(|arn| (*arn).to_owned()).collect::<Vec<_>>();
        self.rules.protected = arns(&["arn:aws:s3:::data/*", "arn:aws:dynamodb:sa-east-1:123456789012:table/people"]);
        self.rules.envelope = vec![policy(
            json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/open/*"}]),
        )];
        self.rules.sealed = Sealed {
            resources: arns(&["arn:aws:s3:::b", "arn:aws:s3:::b/private/standard.yaml"]),
            keepers: arns(&["arn:aws:iam::123456789012:role/keeper"]),
        };
        self
    }

    /// The same where nobody says whose account it is.
    pub(crate) fn without_account(mut self) -> Self {
        self.name.push_str(", of an account that is not known");
        self.rules.zone.account.clear();
        self.rules.zone.accounts.clear();
        self
    }

    pub(crate) fn document(&self) -> Option<Document> {
        Document::from_value(self.policy.clone()).ok()
    }

    /// What is found; none where it is undetermined, or no policy.
    pub(crate) fn found(&self) -> Option<Vec<Found>> {
        let document = self.document()?;
        let Judgement::Decided(violations) = judge(&Holding::of(&[&document], self.kind), &self.rules) else {
            return None;
        };
        let found = violations.into_iter().map(|violation| Found {
            kind: violation.kind,
            statements: violation.statements.iter().map(|at| at.statement).collect(),
            what: What::of(violation.breach),
        });
        let mut found: Vec<Found> = found.collect();
        found.sort();
        Some(found)
    }
}

impl What {
    fn of(breach: Breach) -> Self {
        match breach {
            Breach::Reach { ways, target } => Self {
                ways: ways.into_iter().map(BTreeSet::from_iter).collect(),
                targets: [target_name(target).to_owned()].into(),
                ..Self::default()
            },
            Breach::Entrance { outsiders, .. } => {
                let outsiders = match outsiders {
                    Outsiders::Everyone => ["*".to_owned()].into(),
                    Outsiders::AnyService => ["any service".to_owned()].into(),
                    Outsiders::Named(names) => names,
                };
                Self { outsiders, ..Self::default() }
            }
            Breach::Exception { elements } => Self { elements: elements.into_iter().collect(), ..Self::default() },
        }
    }

    fn extend(&mut self, other: &Self) {
        self.ways.extend(other.ways.iter().cloned());
        self.targets.extend(other.targets.iter().cloned());
        self.outsiders.extend(other.outsiders.iter().cloned());
        self.elements.extend(&other.elements);
        // Everyone is these, too.
        if self.outsiders.contains("*") {
            self.outsiders = ["*".to_owned()].into();
        }
    }
}

fn target_name(target: Target) -> &'static str {
    match target {
        Target::EveryResource => "every resource",
        Target::Protected => "a protected one",
        Target::Sealed => "a sealed one",
        Target::Guards => "what guards",
    }
}

/// All that is said of each kind, whichever statements do it.
pub(crate) fn summary(found: &[Found]) -> BTreeMap<ViolationKind, What> {
    let mut kinds: BTreeMap<ViolationKind, What> = BTreeMap::new();
    for one in found {
        kinds.entry(one.kind).or_default().extend(&one.what);
    }
    kinds
}

/// The kinds of what is found.
pub(crate) fn kinds(found: &[Found]) -> BTreeSet<ViolationKind> {
    found.iter().map(|one| one.kind).collect()
}

/// AWS's managed policies: all 1,662 where `IAM_POLICY_ALL` is set, else every fourth of the 200 in the first file and every twentieth of the
/// others.
pub(crate) fn managed() -> Vec<Case> {
    let case = |row: Value| Case::new(text(&row["name"]), Identity, row["document"].clone());
    let [first, others] = if std::env::var_os("IAM_POLICY_ALL").is_some() { [1, 1] } else { [4, 20] };
    let first = rows(include_str!("../data/managed_policies.jsonl")).step_by(first).map(case);
    first.chain(rows(include_str!("../data/more_managed_policies.jsonl")).step_by(others).map(case)).collect()
}

/// Those of the labelled files, the paths of pathfinding.cloud, AWS's samples for CheckNoNewAccess, the cases from the field, and those
/// made by hand.
pub(crate) fn labelled() -> Vec<Case> {
    let mut cases = Vec::new();
    for row in rows(include_str!("../data/iam_vulnerable.jsonl")) {
        let kind = if row["kind"] == "trust" { Trust } else { Identity };
        cases.push(Case::new(text(&row["id"]), kind, row["policy"].clone()));
    }
    for row in rows(include_str!("../data/privesc_pathfinding.jsonl")) {
        let actions: Vec<&Value> = row["required"].as_array().into_iter().flatten().map(|one| &one["action"]).collect();
        let statement = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
        cases.push(Case::new(text(&row["id"]), Identity, policy(statement).as_value().clone()));
    }
    let samples = include_str!("../data/check_no_new_access.jsonl").replace("<ACCOUNT ID>", "111111111111");
    for row in rows(&samples) {
        let kind = if row["policyType"] == "RESOURCE_POLICY" { Resource } else { Identity };
        cases.push(Case::new(text(&row["id"]), kind, row["new"].clone()));
    }
    for row in rows(include_str!("../data/field_cases.jsonl")) {
        let kind = match row["type"].as_str() {
            Some("identity") => Identity,
            Some("resource") => Resource,
            _ => Trust,
        };
        let mut zone = TrustZone::new(row["account"].as_str().unwrap_or_default());
        let organizations = row["organizations"].as_array().into_iter().flatten();
        zone.organizations = organizations.filter_map(Value::as_str).map(str::to_owned).collect();
        let case = Case::new(text(&row["id"]), kind, row["policy"].clone());
        cases.push(Case { rules: Rules::all(zone), ..case });
    }
    for (name, kind, statements) in handmade::statements() {
        cases.push(Case::new(name, kind, policy(statements).as_value().clone()));
    }
    cases
}

/// The smallest policy that is as bad: without statements, entries of lists and conditions that make no difference.
pub(crate) fn shrunk(case: &Case, is_bad: &dyn Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    loop {
        let smaller = smaller(&smallest.policy).into_iter().map(|policy| smallest.with(policy));
        match smaller.into_iter().find(|case| case.document().is_some() && is_bad(case)) {
            Some(case) => smallest = case,
            None => return smallest,
        }
    }
}

/// The value without one of its parts.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => {
            let halves = [list.len() / 2, list.len() - list.len() / 2].into_iter().filter(|half| *half > 1);
            let mut all: Vec<Value> = Vec::new();
            for half in halves {
                all.push(list[..half].to_vec().into());
                all.push(list[list.len() - half..].to_vec().into());
            }
            for index in 0..list.len() {
                let mut without = list.clone();
                without.remove(index);
                all.push(without.into());
            }
            for (index, entry) in list.iter().enumerate().filter(|(_, entry)| !entry.is_string()) {
                all.extend(smaller(entry).into_iter().map(|entry| {
                    let mut with = list.clone();
                    with[index] = entry;
                    with.into()
                }));
            }
            all
        }
        Value::Object(fields) => {
            let mut all: Vec<Value> = Vec::new();
            for (key, entry) in fields {
                let mut without = fields.clone();
                without.shift_remove(key);
                all.push(without.into());
                all.extend(smaller(entry).into_iter().map(|entry| {
                    let mut with = fields.clone();
                    with.insert(key.clone(), entry);
                    with.into()
                }));
            }
            all
        }
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// That the rules' own documents are policies.
pub(crate) fn renamed_document(of: &Document, rename: impl Fn(&Value) -> Value) -> Document {
    document(rename(of.as_value()))
}
