//! What holds for every document, tried on thousands of made-up ones.
#![allow(clippy::panic, reason = "a helper of tests fails the test")]

mod common;

#[path = "common/generate.rs"]
mod generate;

use common::{judged, policy, rules, violations, zone};
use generate::documents;
use iam_policy::{
    Decision, Document, Holding, Judgement, Narrowing, PolicyKind, Request, Rules, Search, common_access, decide,
    equivalent, implies, judge, narrow, new_access,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn found(document: &Document, kind: PolicyKind) -> usize {
    violations(document, kind).len()
}

/// Requests of somebody who has nothing to do with the account.
fn strange_requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:PutRolePolicy", "sts:AssumeRole"] {
        for resource in
            ["arn:aws:s3:::b", "arn:aws:s3:::b/x", "arn:aws:s3:::b/", "arn:aws:s3:::b/private/x", "arn:aws:s3:::c"]
        {
            for context in [
                vec![],
                vec![
                    ("aws:PrincipalOrgID", "o-theirs"),
                    ("aws:PrincipalAccount", "999999999999"),
                    ("aws:SourceIp", "198.51.100.1"),
                    ("aws:SecureTransport", "true"),
                ],
                vec![
                    ("aws:PrincipalAccount", "999999999999"),
                    ("aws:MultiFactorAuthPresent", "true"),
                    ("aws:SourceIp", "198.51.100.1"),
                    ("aws:SecureTransport", "true"),
                    ("aws:Referer", "x"),
                ],
            ] {
                requests.push(Request {
                    principal: "arn:aws:iam::999999999999:user/stranger".to_owned(),
                    action: action.to_owned(),
                    resource: resource.to_owned(),
                    context: context.into_iter().map(|(k, v)| (k.to_owned(), vec![v.to_owned()])).collect(),
                });
            }
        }
    }
    requests
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn narrowing_is_a_projection((kind, document) in documents()) {
        for rules in [rules(), Rules::all(zone())] {
            match narrow(&Holding::of(&[&document], kind), &rules) {
                Narrowing::Unchanged => prop_assert!(judged(&[&document], kind, &rules).is_empty()),
                Narrowing::Changed(narrowed) => {
                    prop_assert!(!judged(&[&document], kind, &rules).is_empty());
                    if let [Some(narrowed)] = narrowed.as_slice() {
                        prop_assert_eq!(narrow(&Holding::of(&[narrowed], kind), &rules), Narrowing::Unchanged);
                        prop_assert!(!matches!(new_access(&[&document], &[narrowed], kind), Search::Found(_)));
                    }
                }
                Narrowing::Undetermined(why) => prop_assert!(false, "{}", why),
            }
        }
    }

    /// Putting any removed action, resource, principal or statement back brings the violation back.
    #[test]
    fn narrowing_drops_no_more_than_needed((kind, document) in documents()) {
        let rules = rules();
        if let Narrowing::Changed(narrowed) = narrow(&Holding::of(&[&document], kind), &rules) {
            let narrowed = narrowed.into_iter().flatten().next();
            for piece in pieces(&document).filter(|piece| !grants(narrowed.as_ref(), piece, kind)) {
                let again = match &narrowed {
                    Some(narrowed) => narrowed.with_statement(piece.clone()).expect("a policy"),
                    None => denies_and(&document, &piece),
                };
                prop_assert_ne!(found(&again, kind), 0, "{} for {}", again.to_json(), document.to_json());
            }
        }
    }

    #[test]
    fn relations_are_an_order((kind, one) in documents(), (_, other) in documents()) {
        let same = new_access(&[&one], &[&one], kind);
        prop_assert!(!matches!(same, Search::Found(_)), "{:?} of {}", same, one.to_json());
        if let Search::Found(witness) = new_access(&[&one], &[&other], kind) {
            prop_assert_eq!(decide(&other, kind, &witness), Decision::Allow, "{:?} of {}", witness, other.to_json());
            if !has_variables(&one) {
                prop_assert_ne!(decide(&one, kind, &witness), Decision::Allow, "{:?} of {}", witness, one.to_json());
            }
        }
        if let Search::Found(witness) = common_access(&[&one], &[&other], kind) {
            for document in [&one, &other] {
                let decision = decide(document, kind, &witness);
                prop_assert_eq!(decision, Decision::Allow, "{:?} of {}", witness, document.to_json());
            }
        }
        prop_assert_eq!(equivalent(&[&one], &[&other], kind), implies(&[&one], &[&other], kind) && implies(&[&other], &[&one], kind));
    }

    /// What a stranger may do is found, unless the document names strangers.
    #[test]
    fn whatever_lets_a_stranger_in_is_found((kind, document) in documents()) {
        let kind = if kind == PolicyKind::Identity { return Ok(()) } else { kind };
        let lets_in = strange_requests().iter().any(|r| {
            (kind == PolicyKind::Resource || r.action.starts_with("sts:")) && decide(&document, kind, r) == Decision::Allow
        });
        if lets_in {
            prop_assert_ne!(found(&document, kind), 0, "{}", document.to_json());
        }
    }

    /// An action that is allowed on every one of many unrelated names, without any context, makes an administrator.
    #[test]
    fn whatever_is_allowed_on_every_role_is_found((kind, document) in documents()) {
        let names = ["a", "zz", "Deploy", "x-1", "0000000000000000", "some.other@name", "service-role/x"];
        let every = names.iter().all(|name| {
            let resource = format!("arn:aws:iam::123456789012:role/{name}");
            let context = [
                ("aws:PrincipalArn".to_owned(), vec!["arn:aws:iam::123456789012:role/x".to_owned()]),
                ("aws:PrincipalAccount".to_owned(), vec!["123456789012".to_owned()]),
            ]
            .into();
            let request = Request { action: "iam:PutRolePolicy".to_owned(), resource, context, ..Request::default() };
            decide(&document, kind, &request) == Decision::Allow
        });
        if kind == PolicyKind::Identity && every {
            prop_assert_ne!(found(&document, kind), 0, "{}", document.to_json());
        }
    }

    /// Each witness is allowed, unless the finding rests on a pattern whose meaning is not certain.
    #[test]
    fn witnesses_are_allowed((kind, document) in documents()) {
        if has_variables(&document) {
            return Ok(());
        }
        for violation in judged(&[&document], kind, &Rules::all(zone())) {
            let decision = decide(&document, kind, &violation.witness);
            prop_assert_eq!(decision, Decision::Allow, "{:?} of {}", violation, document.to_json());
        }
    }
}

/// Whether the document has a policy variable.
fn has_variables(document: &Document) -> bool {
    document.to_json().contains("${aws:username}")
}

/// Each Allow with one action, one resource and one principal of its own.
fn pieces(document: &Document) -> impl Iterator<Item = Value> {
    let statements = document.as_value()["Statement"].as_array().cloned().unwrap_or_default();
    let allows = statements.into_iter().filter(|s| s["Effect"] == "Allow");
    let one_each = |value: Value, path: &'static [&'static str]| -> Vec<Value> {
        let place = path.iter().try_fold(&value, |v, key| v.get(key));
        let Some(Value::Array(list)) = place else { return vec![value] };
        let with = |entry: &Value| {
            let mut piece = value.clone();
            let place = path.iter().try_fold(&mut piece, |v, key| v.get_mut(key));
            if let Some(place) = place {
                *place = entry.clone();
            }
            piece
        };
        list.iter().map(with).collect()
    };
    allows
        .flat_map(move |s| one_each(s, &["Action"]))
        .flat_map(move |s| one_each(s, &["Resource"]))
        .flat_map(move |s| one_each(s, &["Principal", "AWS"]))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Whether a document allows all that the piece would, its Denies aside.
fn grants(document: Option<&Document>, piece: &Value, kind: PolicyKind) -> bool {
    let Some(document) = document else { return false };
    let allows = document.as_value()["Statement"].as_array().cloned().unwrap_or_default();
    let allows: Vec<Value> = allows.into_iter().filter(|s| s["Effect"] == "Allow").collect();
    implies(&[&policy(json!([piece]))], &[&policy(allows.into())], kind)
}

/// The Denies of a document and one more statement.
fn denies_and(document: &Document, piece: &Value) -> Document {
    let statements = document.as_value()["Statement"].as_array().cloned().unwrap_or_default();
    policy(statements.into_iter().filter(|s| s["Effect"] == "Deny").chain([piece.clone()]).collect())
}

/// Judged or undetermined, but soon. The limit is for an unoptimised build on a busy machine.
fn ends(statements: Value) {
    let document = policy(statements);
    let start = Instant::now();
    for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust] {
        judge(&Holding::of(&[&document], kind), &Rules::all(zone()));
        narrow(&Holding::of(&[&document], kind), &Rules::all(zone()));
        new_access(&[&document], &[&document], kind);
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_document_written_to_be_slow_ends() {
    let slow = format!("arn:aws:iam::*:*{}", "a*?".repeat(2_000));
    let many: Vec<String> = (0..20).map(|i| format!("{slow}{i}")).collect();
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "iam:*", "Resource": many});
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": many});
    ends(json!([allow, deny]));
    let except = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": many});
    ends(json!([allow, except]));
    let blowup: Vec<String> = (0..60).map(|i| format!("arn:aws:iam::*:*a{}{i}", "?".repeat(60))).collect();
    let target = format!("arn:aws:iam::*:{}", "*a".repeat(300));
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": [target]});
    ends(json!([allow, {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": blowup}]));
    let actions: Vec<String> = (0..500).map(|i| format!("*a{}{i}*", "?".repeat(100))).collect();
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*"});
    ends(json!([allow, {"Effect": "Deny", "Principal": "*", "NotAction": actions, "Resource": "*"}]));
}

/// Of a statement that is wrong whatever it is about, no part is kept: to find that out for each of its many parts costs too much.
#[test]
fn a_statement_of_which_no_part_can_be_kept_is_narrowed() {
    let document = policy(json!([
        {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:role/*"},
        {"Effect": "Allow", "Action": ["iam:*", "*"], "NotResource": ["arn:aws:iam::123456789012:*", "arn:aws:iam::*:role/*"]},
        {"Effect": "Deny", "Action": "i*:*",
         "Resource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::123456789012:*"]}
    ]));
    let narrowed = narrow(&Holding::of(&[&document], PolicyKind::Identity), &Rules::all(zone()));
    assert!(matches!(narrowed, Narrowing::Changed(_)), "{narrowed:?}");
}

#[test]
fn a_spent_budget_is_undetermined() {
    let pattern = format!("arn:aws:iam::*:{}", "*a".repeat(5_000));
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": vec![pattern; 20]});
    let document = policy(json!([statement]));
    let documents = [&document];
    let holding = Holding::of(&documents, PolicyKind::Identity);
    assert!(matches!(judge(&holding, &rules()), Judgement::Undetermined(_)));
    assert!(matches!(narrow(&holding, &rules()), Narrowing::Undetermined(_)));
}
