//! Decisions compared with those of an independent simulator, on random policies and requests.
//!
//! As many pairs as run in about 30 seconds; `IAM_POLICY_PAIRS=100000` for as many as that, `IAM_POLICY_SEED=1` for others.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

#[path = "common/simulator.rs"]
mod process;

#[path = "simulator/faults.rs"]
mod faults;

#[path = "simulator/generator.rs"]
mod generator;

use faults::{EXCUSES, FAULTS};
use iam_policy::{Decision, Document, Policies, PolicyKind, decide, evaluate};
use process::{SimRow, Verdict, simulate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const BATCH: usize = 5_000;
const TIME: Duration = Duration::from_secs(30);
/// Of all pairs, in percent: more means that the generator writes what is not IAM.
const MOST_REFUSED: usize = 1;

fn document(value: &Value) -> Document {
    Document::from_value(value.clone()).expect("a policy")
}

fn documents(values: &[Value]) -> Vec<Document> {
    values.iter().map(document).collect()
}

fn ours(row: &SimRow) -> Decision {
    let identity = documents(&row.identity);
    let [resource, boundary, session] =
        [&row.resource_policy, &row.boundary, &row.session].map(|v| v.as_ref().map(document));
    let [scps, rcps] = [&row.scps, &row.rcps].map(|l| l.iter().map(|level| documents(level)).collect::<Vec<_>>());
    let policies = Policies {
        identity: identity.iter().collect(),
        resource: resource.as_ref(),
        boundary: boundary.as_ref(),
        session: session.as_ref(),
        scps: scps.iter().map(|level| level.iter().collect()).collect(),
        rcps: rcps.iter().map(|level| level.iter().collect()).collect(),
        principal_account: None,
        resource_account: Some(&row.account),
    };
    let decision = evaluate(&policies, &row.request()).decision;
    let [only] = identity.as_slice() else { return decision };
    let is_alone = resource.is_none() && boundary.is_none() && session.is_none() && scps.is_empty() && rcps.is_empty();
    if is_alone && generator::is_for_identity_alone(row) {
        let alone = decide(only, PolicyKind::Identity, &row.request());
        assert_eq!(alone, decision, "`decide` and `evaluate` on {}", row.to_json());
    }
    decision
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The simulator's decisions; a row that it refuses has none and is counted. `None`: there is no simulator.
fn theirs(rows: &[SimRow], refused: &mut Vec<String>) -> Option<Vec<Option<Decision>>> {
    let decided = |verdict| match verdict {
        Verdict::Decided(decision) => Some(decision),
        Verdict::Refused(why) => {
            refused.push(why);
            None
        }
    };
    Some(simulate(rows)?.into_iter().map(decided).collect())
}

/// The row without what the simulator gets wrong, and the names of that.
fn mended(row: &SimRow) -> (SimRow, Vec<&'static str>) {
    let mut row = row.clone();
    let mut met = Vec::new();
    for fault in &FAULTS {
        let before = row.clone();
        (fault.mend)(&mut row);
        if row != before {
            met.push(fault.name);
        }
    }
    (row, met)
}

#[derive(Default)]
struct Tally {
    compared: usize,
    decisions: BTreeMap<String, usize>,
    /// Of each fault: the disagreements that are gone once it, or one with it, is mended.
    mended: BTreeMap<&'static str, usize>,
    excused: BTreeMap<&'static str, usize>,
    refused: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// False if there is no simulator.
    fn compare(&mut self, rows: &[SimRow], from: usize) -> bool {
        let Some(verdicts) = theirs(rows, &mut self.refused) else { return false };
        let mut disputed = Vec::new();
        for (i, (row, theirs)) in rows.iter().zip(verdicts).enumerate() {
            let Some(theirs) = theirs else { continue };
            let decision = ours(row);
            self.compared += 1;
            *self.decisions.entry(format!("{decision:?}")).or_default() += 1;
            if decision != theirs {
                disputed.push((from + i, row, decision));
            }
        }
        let (rows, faults): (Vec<SimRow>, Vec<_>) = disputed.iter().map(|(_, row, _)| mended(row)).unzip();
        let Some(verdicts) = theirs(&rows, &mut self.refused) else { return false };
        for (((index, row, ours_was), (other, met)), theirs) in
            disputed.iter().zip(rows.iter().zip(faults)).zip(verdicts)
        {
            assert_eq!(ours(other), *ours_was, "other words for {}: {}", row.to_json(), other.to_json());
            let excuse = EXCUSES.iter().find(|e| theirs.is_some_and(|theirs| (e.covers)(row, *ours_was, theirs)));
            match excuse {
                _ if theirs == Some(*ours_was) => {
                    met.iter().for_each(|name| *self.mended.entry(name).or_default() += 1)
                }
                Some(excuse) => *self.excused.entry(excuse.name).or_default() += 1,
                None => {
                    self.wrong.push(format!("pair {index}: {ours_was:?}, simulator {theirs:?}: {}", other.to_json()));
                }
            }
        }
        true
    }
}

#[test]
fn decisions_are_those_of_the_simulator() {
    let started = Instant::now();
    let (wanted, seed) = (number("IAM_POLICY_PAIRS"), number("IAM_POLICY_SEED").unwrap_or(0));
    let mut tally = Tally::default();
    let mut from = 0;
    while wanted.map_or(started.elapsed() < TIME, |wanted| from < wanted) {
        let end = wanted.map_or(from + BATCH, |wanted| wanted.min(from + BATCH));
        let rows: Vec<SimRow> = (from..end).map(|i| generator::row(seed, i)).collect();
        if !tally.compare(&rows, from) {
            return;
        }
        from = end;
    }
    let Tally { compared, decisions, mended, excused, refused, wrong } = tally;
    println!("{compared} pairs compared in {:.0?}: {decisions:?}", started.elapsed());
    println!("disagreements that other words settle, by what the simulator gets wrong: {mended:#?}");
    println!("disagreements that stay: {excused:#?}");
    println!("{} refused, such as {:?}", refused.len(), refused.first());
    assert!(wrong.is_empty(), "{} disagreements, such as\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
    assert!(refused.len() * 100 <= MOST_REFUSED * from, "{} refused", refused.len());
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
