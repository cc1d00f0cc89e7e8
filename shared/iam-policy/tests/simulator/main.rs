//! Decisions compared with those of an independent simulator, on random policies and requests.
//!
//! `IAM_POLICY_PAIRS=200000` for as many as that, `IAM_POLICY_SEED=1` for others.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod classes;
mod decided;
mod faults;
mod generator;
mod tally;
mod words;

#[path = "../common/simulator.rs"]
mod process;

use decided::document;
use iam_policy::{Decision, PolicyKind};
use process::{SimRow, Verdict, simulate};
use serde_json::json;
use std::time::Instant;
use tally::{Tally, compared};

/// As many as a quiet machine with two processors decides in half a minute.
const PAIRS: usize = 30_000;

/// Of all pairs, in percent: more means that the generator writes what is not IAM.
const MOST_REFUSED: usize = 1;

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn decisions_are_those_of_the_simulator() {
    let started = Instant::now();
    let pairs = number("IAM_POLICY_PAIRS").unwrap_or(PAIRS);
    let Some(tally) = compared(number("IAM_POLICY_SEED").unwrap_or(0), pairs) else { return };
    let Tally { compared, classes, mended, excused, refused, wrong, .. } = tally;
    println!("{compared} pairs compared in {:.0?}", started.elapsed());
    classes.print();
    println!("disagreements that other words settle, by what the simulator gets wrong: {mended:#?}");
    println!("disagreements that stay: {excused:#?}");
    println!("refused: {refused:#?}");
    assert!(wrong.is_empty(), "{} disagreements, such as\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
    assert!(refused.values().sum::<usize>() * 100 <= MOST_REFUSED * pairs, "too many refused");
    assert_eq!(classes.rare(), Vec::<String>::new(), "too rare");
}

#[test]
fn a_row_of_one_document() {
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let policy = document(&json!({"Version": "2012-10-17", "Statement": allow}));
    let request = |resource: &str| iam_policy::Request {
        principal: "arn:aws:iam::999999999999:role/stranger".to_owned(),
        action: "s3:GetObject".to_owned(),
        resource: resource.to_owned(),
        ..Default::default()
    };
    let row = |resource| SimRow::of(PolicyKind::Resource, &policy, &request(resource), "123456789012");
    let Some(verdicts) = simulate(&[row("arn:aws:s3:::b/x"), row("arn:aws:s3:::c/x"), row("arn:aws:sqs:::c")]) else {
        return;
    };
    assert_eq!(verdicts[..2], [Verdict::Decided(Decision::Allow), Verdict::Decided(Decision::ImplicitDeny)]);
    assert!(matches!(&verdicts[2], Verdict::Refused(why) if why.contains("resource.types")), "{:?}", verdicts[2]);
}
