//! What is proposed to a person: the given cases, others of each kind, and what the result says of itself.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{document, rows};
use iam_policy::{
    Decision, Document, Element, Holding, Judgement, Narrowed, PolicyKind, Proposal, Request, Rules, Search, Terms,
    TrustZone, Way, decide, judge, new_access, propose,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One row of the given cases.
struct Case {
    row: Value,
}

impl Case {
    fn text(&self, name: &str) -> Option<&str> {
        self.row[name].as_str()
    }

    fn name(&self) -> &str {
        self.text("id").expect("an id")
    }

    fn kind(&self) -> PolicyKind {
        match self.text("type") {
            Some("identity") => PolicyKind::Identity,
            Some("trust") => PolicyKind::Trust,
            _ => PolicyKind::Resource,
        }
    }

    fn rules(&self) -> Rules {
        let texts = |name: &str| {
            let values = self.row[name].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut zone = self.text("account").map_or_else(TrustZone::unknown, TrustZone::new);
        zone.accounts = texts("trusted_accounts").into_iter().collect();
        zone.organizations = texts("organizations").into_iter().collect();
        let mut rules = Rules::all(zone);
        if let Some(of) = self.text("of") {
            rules.kinds.retain(|kind| kind.name() == of);
        }
        rules.protected = texts("protected");
        rules.envelope = self.row.get("envelope").map(|envelope| document(envelope.clone())).into_iter().collect();
        rules
    }

    fn before(&self) -> Document {
        document(self.row["policy"].clone())
    }

    fn proposed(&self) -> Option<Narrowed> {
        let before = self.before();
        let most_bytes = self.row["most_bytes"].as_u64().and_then(|most| usize::try_from(most).ok());
        let terms = Terms { most_bytes, ..Terms::for_person() };
        match propose(&Holding::of(&[&before], self.kind()), &self.rules(), &terms) {
            Proposal::Changed(narrowed) => Some(narrowed),
            Proposal::Unchanged(_) => None,
            Proposal::Undetermined(why) => panic!("{}: {why}", self.name()),
        }
    }

    /// Everything that is wrong with what is proposed.
    fn faults(&self) -> Vec<String> {
        let before = self.before();
        let Some(narrowed) = self.proposed() else { return vec!["nothing is proposed".to_owned()] };
        let nothing = document(json!({"Version": "2012-10-17", "Statement": []}));
        let after = narrowed.documents.first().cloned().flatten().unwrap_or(nothing);
        let mut faults = Vec::new();
        for (name, expected) in [("keeps", true), ("loses", false)] {
            for request in self.row[name].as_array().into_iter().flatten() {
                let request = request_of(request, &before);
                let is_allowed = decide(&after, self.kind(), &request) == Decision::Allow;
                if is_allowed != expected {
                    faults.push(format!("{name} {request:?}"));
                }
            }
        }
        let patterns = patterns(after.as_value());
        if self.row["at_most_patterns"].as_u64().is_some_and(|most| patterns as u64 > most) {
            faults.push(format!("{patterns} patterns"));
        }
        if self.row["most_bytes"].as_u64().is_some_and(|most| after.to_json().len() as u64 > most) {
            faults.push(format!("{} bytes", after.to_json().len()));
        }
        let sids: Vec<Value> = statements(&after).into_iter().filter_map(|s| s.get("Sid").cloned()).collect();
        if sids.iter().enumerate().any(|(i, sid)| sids.iter().skip(i + 1).any(|other| other == sid)) {
            faults.push(format!("the same Sid twice: {sids:?}"));
        }
        if let Search::Found(witness) = new_access(&[&before], &[&after], self.kind()) {
            faults.push(format!("new: {witness:?}"));
        }
        match judge(&Holding::of(&[&after], self.kind()), &self.rules()) {
            Judgement::Decided(found) => {
                let found = found.iter().filter(|v| !narrowed.left.iter().any(|left| left.kind == v.kind));
                faults.extend(found.map(|violation| format!("still: {violation}")));
            }
            Judgement::Undetermined(why) => faults.push(why),
        }
        if narrowed.taken.is_empty() || narrowed.taken.iter().any(|taken| taken.closes.is_empty()) {
            faults.push(format!("not explained: {:?}", narrowed.taken));
        }
        if !faults.is_empty() {
            faults.push(after.to_json());
        }
        faults
    }
}

/// A request of the row, by whom the policy names first.
fn request_of(value: &Value, policy: &Document) -> Request {
    let named = &policy.as_value()["Statement"][0]["Principal"];
    let named = named.as_object().and_then(|map| map.values().next()).unwrap_or(named);
    let named = named.as_array().and_then(|list| list.first()).unwrap_or(named);
    let principal = value["principal"].as_str().or(named.as_str()).unwrap_or_default().to_owned();
    let context = value["context"].as_object().into_iter().flatten();
    let context = context.map(|(key, value)| (key.clone(), vec![value.as_str().expect("a text").to_owned()]));
    let text = |name: &str| value[name].as_str().unwrap_or("*").to_owned();
    Request { principal, action: text("action"), resource: text("resource"), context: context.collect() }
}

fn statements(document: &Document) -> Vec<Value> {
    listed(&document.as_value()["Statement"])
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    }
}

/// How many actions, resources, principals and values a policy names.
fn patterns(policy: &Value) -> usize {
    fn leaves(value: &Value) -> usize {
        match value {
            Value::Object(map) => map.values().map(leaves).sum(),
            Value::Array(list) => list.iter().map(leaves).sum(),
            _ => 1,
        }
    }
    let statements = listed(&policy["Statement"]);
    let elements = ["Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"];
    statements.iter().flat_map(|s| elements.iter().filter_map(|name| s.get(*name))).map(leaves).sum()
}

#[track_caller]
fn all_are_right(cases: impl Iterator<Item = Value>) {
    let cases = cases.map(|row| Case { row });
    let wrong: Vec<(String, Vec<String>)> =
        cases.map(|case| (case.name().to_owned(), case.faults())).filter(|(_, faults)| !faults.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What others would do by hand.
#[test]
fn the_given_cases() {
    all_are_right(rows(include_str!("data/narrowing_cases.jsonl")));
}

/// Others of each kind.
#[test]
fn their_siblings() {
    all_are_right(rows(include_str!("data/narrowing_siblings.jsonl")));
}

#[test]
fn what_is_told_is_the_value_that_goes_and_not_the_statement_that_has_it() {
    let rows = rows(include_str!("data/narrowing_cases.jsonl"));
    let row = rows.into_iter().find(|row| row["id"] == "nw-gh-values").expect("the case");
    let narrowed = Case { row }.proposed().expect("a proposal");
    let told: Vec<(Element, &str)> = narrowed.taken.iter().map(|one| (one.element, one.piece.as_str())).collect();
    assert_eq!(told, [(Element::Condition, "repo:*")]);
}

/// What is proposed for statements, with every rule.
fn proposed(kind: PolicyKind, before: Value) -> Narrowed {
    let before = document(json!({"Version": "2012-10-17", "Statement": before}));
    let rules = Rules::all(TrustZone::new("111111111111"));
    match propose(&Holding::of(&[&before], kind), &rules, &Terms::for_person()) {
        Proposal::Changed(narrowed) => narrowed,
        other => panic!("{other:?}"),
    }
}

/// A Deny holds for what other policies grant; but for who may assume a role there is no other.
#[test]
fn a_deny_stays_without_an_allow() {
    let public =
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"});
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let hop = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"});
    let guard = json!({"Effect": "Deny", "Action": ["iam:*", "organizations:*"], "Resource": "*"});
    let everyone = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"});
    let nobody =
        json!({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sts:AssumeRole"});
    let check = |kind, before: Value, left: Option<Value>| {
        let after = proposed(kind, before);
        let after = after.documents.first().cloned().flatten();
        assert_eq!(after.as_ref().map(statements), left.map(|left| vec![left]));
    };
    check(PolicyKind::Resource, json!([public, tls]), Some(tls.clone()));
    check(PolicyKind::Identity, json!([hop, guard]), Some(guard.clone()));
    check(PolicyKind::Trust, json!([everyone, nobody]), None);
}

/// One row says what all of a piece was taken for, and what it was not taken for it does not say.
#[test]
fn a_piece_is_told_once_and_by_what_goes() {
    let told = |kind, before: Value| -> Vec<String> {
        let taken = proposed(kind, before).taken;
        let closes = |ways: &[Way]| ways.iter().map(|way| way.kind.name()).collect::<BTreeSet<_>>();
        taken.iter().map(|one| format!("{} {:?}", one.piece, closes(&one.closes))).collect()
    };
    let mixed = json!([{"Effect": "Allow", "Principal": {"AWS": "*", "Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}]);
    assert_eq!(
        told(PolicyKind::Trust, mixed),
        [r#"* {"trust-wildcard"}"#, r#"scheduler.amazonaws.com {"confused-deputy"}"#]
    );
    let mfa = json!([
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}},
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    ]);
    assert_eq!(told(PolicyKind::Identity, mfa), [r#"sts:AssumeRole {"privilege-escalation"}"#]);
}
