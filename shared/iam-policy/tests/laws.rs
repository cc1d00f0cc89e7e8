//! What holds for every document, tried on thousands of made-up ones.
#![allow(clippy::panic, reason = "a helper of tests fails the test")]

mod common;

use common::{policy, zone};
use iam_policy::{Decision, Document, Judgement, Narrowing, PolicyKind, Request, Statement, decide, judge, narrow};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const ACTIONS: [&str; 12] = [
    "*",
    "iam:*",
    "iam:Put*",
    "iam:Attach*Policy",
    "iam:PutRolePolicy",
    "iam:CreatePolicyVersion",
    "i*:*",
    "s3:*",
    "s3:GetObject",
    "s3:Get*",
    "sts:AssumeRole",
    "sts:*",
];
const RESOURCES: [&str; 14] = [
    "*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::123456789012:*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:policy/*",
    "arn:aws:iam::*",
    "arn:aws:iam::*:role/app-*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/?*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/private/*",
    "arn:*",
];
const PRINCIPALS: [&str; 5] = [
    "*",
    "arn:aws:iam::123456789012:role/app",
    "arn:aws:iam::210987654321:root",
    "123456789012",
    "arn:aws:iam::123456789012:user/u",
];
const CONDITIONS: [(&str, &str, &str); 16] = [
    ("StringEquals", "aws:PrincipalOrgID", "o-ours"),
    ("StringNotEquals", "aws:PrincipalOrgID", "o-ours"),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-ours"),
    ("StringLike", "aws:PrincipalOrgID", "*"),
    ("Null", "aws:PrincipalOrgID", "true"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012"),
    ("StringNotEquals", "aws:PrincipalAccount", "210987654321"),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("Bool", "aws:SecureTransport", "false"),
    ("StringEquals", "aws:ResourceTag/team", "x"),
    ("StringLikeIfExists", "aws:Referer", "*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:*"),
    ("ForAllValues:StringEquals", "aws:TagKeys", "x"),
];

fn some_of(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(prop::sample::select(pool), 1..4);
    (list, any::<bool>()).prop_map(|(list, alone)| match list.as_slice() {
        [only] if alone => json!(only),
        list => json!(list),
    })
}

fn element(name: &'static str, pool: &'static [&'static str]) -> impl Strategy<Value = (String, Value)> {
    (prop::bool::weighted(0.15), some_of(pool))
        .prop_map(move |(not, value)| (format!("{}{name}", if not { "Not" } else { "" }), value))
}

fn principal() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        2 => Just(("Principal".to_owned(), json!("*"))),
        4 => element("Principal", &PRINCIPALS).prop_map(|(name, value)| (name, json!({"AWS": value}))),
        1 => Just(("Principal".to_owned(), json!({"Service": "sns.amazonaws.com", "AWS": "*"}))),
    ]
}

fn statement(kind: PolicyKind) -> impl Strategy<Value = Value> {
    let condition = prop_oneof![
        3 => Just(None),
        2 => prop::collection::vec(prop::sample::select(CONDITIONS.to_vec()), 1..3).prop_map(Some),
    ];
    (prop::bool::weighted(0.7), principal(), element("Action", &ACTIONS), element("Resource", &RESOURCES), condition)
        .prop_map(move |(allow, principal, action, resource, conditions)| {
            let mut fields =
                Map::from_iter([("Effect".to_owned(), json!(if allow { "Allow" } else { "Deny" })), action]);
            if kind != PolicyKind::Identity {
                fields.extend([principal]);
            }
            if kind != PolicyKind::Trust {
                fields.extend([resource]);
            }
            if let Some(conditions) = conditions {
                let block: Map<String, Value> = conditions
                    .into_iter()
                    .map(|(operator, key, value)| (operator.to_owned(), json!({key: value})))
                    .collect();
                fields.insert("Condition".to_owned(), block.into());
            }
            fields.into()
        })
}

fn documents() -> impl Strategy<Value = (PolicyKind, Document)> {
    let kinds = prop::sample::select(vec![PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust]);
    kinds.prop_flat_map(|kind| {
        prop::collection::vec(statement(kind), 0..6).prop_map(move |list| (kind, policy(list.into())))
    })
}

fn found(document: &Document, kind: PolicyKind) -> usize {
    match judge(document, kind, &zone()) {
        Judgement::Decided(violations) => violations.len(),
        Judgement::Undetermined(why) => panic!("{why}"),
    }
}

/// Whether each kept statement is one of the originals, in their order, or one with fewer principals.
fn is_subsequence(kept: &Value, original: &Value) -> bool {
    let same = |a: &Value, b: &Value| {
        let without = |v: &Value| {
            v.as_object().map(|o| {
                o.iter().filter(|(k, _)| *k != "Principal").map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
            })
        };
        a == b || without(a) == without(b)
    };
    let mut rest = original.as_array().into_iter().flatten();
    kept.as_array().into_iter().flatten().all(|k| rest.any(|o| same(k, o)))
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
        match narrow(&document, kind, &zone()) {
            Narrowing::Unchanged => prop_assert_eq!(found(&document, kind), 0),
            Narrowing::NothingLeft => prop_assert_ne!(found(&document, kind), 0),
            Narrowing::Changed(narrowed) => {
                prop_assert_ne!(found(&document, kind), 0);
                prop_assert_eq!(found(&narrowed, kind), 0);
                prop_assert_eq!(narrow(&narrowed, kind, &zone()), Narrowing::Unchanged);
                prop_assert!(is_subsequence(&narrowed.as_value()["Statement"], &document.as_value()["Statement"]));
                prop_assert!(narrowed.statements().len() <= document.statements().len());
            }
            Narrowing::Undetermined(why) => prop_assert!(false, "{}", why),
        }
    }

    /// Putting any dropped statement back brings the violation back.
    #[test]
    fn narrowing_drops_no_more_than_needed((kind, document) in documents()) {
        if let (Narrowing::Changed(narrowed), PolicyKind::Identity) = (narrow(&document, kind, &zone()), kind) {
            let originals = document.as_value()["Statement"].as_array().cloned().unwrap_or_default();
            let kept = narrowed.as_value()["Statement"].as_array().cloned().unwrap_or_default();
            for dropped in originals.into_iter().filter(|s| !kept.contains(s)) {
                let again = narrowed.with_statement(dropped).expect("a policy");
                prop_assert_ne!(found(&again, kind), 0, "{}", again.to_json());
            }
        }
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
            let request = Request { action: "iam:PutRolePolicy".to_owned(), resource, ..Request::default() };
            decide(&document, kind, &request) == Decision::Allow
        });
        if kind == PolicyKind::Identity && every {
            prop_assert_ne!(found(&document, kind), 0, "{}", document.to_json());
        }
    }

    /// Where nothing is denied, and no two conditions on one key contradict each other, each witness is allowed.
    #[test]
    fn witnesses_are_allowed((kind, document) in documents()) {
        let hard = document.statements().iter().any(|s| !s.is_allow() || has_one_key_twice(s));
        if let (Judgement::Decided(violations), false) = (judge(&document, kind, &zone()), hard) {
            for violation in violations {
                let decision = decide(&document, kind, &Request::from(&violation.witness));
                prop_assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
            }
        }
    }
}

fn has_one_key_twice(statement: &Statement) -> bool {
    let keys: BTreeSet<&str> = statement.conditions.iter().map(|c| c.key.as_str()).collect();
    keys.len() < statement.conditions.len()
}

/// Judged or undetermined, but soon. The limit is for an unoptimised build on a busy machine.
fn ends(statements: Value) {
    let document = policy(statements);
    let start = Instant::now();
    for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust] {
        judge(&document, kind, &zone());
        narrow(&document, kind, &zone());
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

#[test]
fn a_spent_budget_is_undetermined() {
    let pattern = format!("arn:aws:iam::*:{}", "*a".repeat(5_000));
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": vec![pattern; 20]});
    let document = policy(json!([statement]));
    assert!(matches!(judge(&document, PolicyKind::Identity, &zone()), Judgement::Undetermined(_)));
    assert!(matches!(narrow(&document, PolicyKind::Identity, &zone()), Narrowing::Undetermined(_)));
}
