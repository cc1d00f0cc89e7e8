//! The law: for any account with a history and any attacker, no sequence of calls ends in a way to administrator or to the protected data
//! that is not reported, nor in a grant lost that the sequence did not itself change.
//!
//! The attacker's alphabet is every event of the facet table. Who can get where at the end is judged by requests alone (`power`), and not by what
//! the guards judge by. `PARAPET_LAW_SEQUENCES` says how many, `PARAPET_LAW_SEED` from which number on.

mod calls;
mod cases;
mod chance;
mod documents;
mod grants;
mod history;
mod iam;
mod known;
mod power;
mod sequence;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::{env, thread};

use serde_json::Value;
use tokio::runtime;

use calls::{ALPHABET, Call};
use chance::Chance;
use known::Shape;
use sequence::{Delivery, Failure, Histories, Sequence, minimised, play};

/// How many in CI.
const SEQUENCES: u64 = 2_000;

/// How many different histories: what was kept of each is made once.
const HISTORIES: u64 = 24;

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The sequence of a number: an attacker with a few permissions, who uses them up to six times.
fn of(seed: u64, number: u64) -> Sequence {
    let mut chance = Chance::of(seed.wrapping_mul(1_000_003).wrapping_add(number));
    let bits = u64::try_from(history::PIECES.len()).unwrap();
    let pieces = u32::try_from(Chance::of(chance.next() % HISTORIES + 7).next() % (1 << bits)).unwrap();
    // Each event comes first in turn, so that none is left out; most of the rest is IAM, where calls work together.
    let first = ALPHABET[usize::try_from(number).unwrap() % ALPHABET.len()];
    let of_iam: Vec<_> = ALPHABET.iter().copied().filter(|(source, _)| *source == "iam.amazonaws.com").collect();
    let mut permissions = vec![first];
    for _ in 0..chance.below(4) {
        permissions.push(if chance.below(4) == 0 { *chance.pick(&ALPHABET) } else { *chance.pick(&of_iam) });
    }
    let mut calls = vec![Call { source: first.0, event: first.1, choice: chance.next(), asked: None }];
    for _ in 0..chance.below(6) {
        let (source, event) = *chance.pick(&permissions);
        calls.insert(chance.below(calls.len() + 1), Call { source, event, choice: chance.next(), asked: None });
    }
    let delivery = match chance.below(3) {
        0 => Delivery::Each,
        1 => Delivery::After,
        _ => Delivery::Late(chance.next()),
    };
    Sequence { pieces, calls, delivery }
}

/// What came of some sequences.
#[derive(Default)]
struct Tally {
    /// How often each event was tried, and how often that changed something.
    events: BTreeMap<&'static str, (u64, u64)>,
    /// Failures by their shape: how often, and the first for a reader.
    failures: BTreeMap<Shape, (u64, String)>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        for (event, (tries, effective)) in other.events {
            let counts = self.events.entry(event).or_default();
            *counts = (counts.0 + tries, counts.1 + effective);
        }
        for (shape, (times, told)) in other.failures {
            self.failures.entry(shape).and_modify(|known| known.0 += times).or_insert((times, told));
        }
    }
}

/// Plays the sequences of these numbers.
async fn campaign(seed: u64, numbers: impl Iterator<Item = u64>) -> Tally {
    let (mut histories, mut tally) = (Histories::new(), Tally::default());
    for number in numbers {
        let sequence = of(seed, number);
        let ended = play(&mut histories, &sequence).await;
        for (call, effective) in sequence.calls.iter().zip(&ended.effective) {
            let (tries, effects) = tally.events.entry(call.event).or_default();
            *tries += 1;
            *effects += u64::from(*effective);
        }
        for failure in ended.failures {
            let least = minimised(&mut histories, &sequence, &failure).await;
            let records = play(&mut histories, &least).await.records;
            let shape = shape(&least, &failure, &records);
            match tally.failures.get_mut(&shape) {
                Some((times, _)) => *times += 1,
                None => {
                    let told = told(&mut histories, &least, &failure, number).await;
                    tally.failures.insert(shape, (1, told));
                }
            }
        }
    }
    tally
}

#[test]
fn no_sequence_of_calls_ends_in_a_way_unreported_or_a_grant_lost() {
    let (sequences, seed) = (number("PARAPET_LAW_SEQUENCES", SEQUENCES), number("PARAPET_LAW_SEED", 1));
    let threads = thread::available_parallelism().map_or(1, |threads| u64::try_from(threads.get()).unwrap());
    println!("{sequences} sequences from the seed {seed}");
    let part = |first: u64| {
        let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(campaign(seed, (first..sequences).step_by(usize::try_from(threads).unwrap())))
    };
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        parts.into_iter().for_each(|part| tally.add(part.join().unwrap()));
    });
    for (event, (tries, effective)) in &tally.events {
        println!("{event}: {tries} tries, {effective} effective");
    }
    for (shape, (times, told)) in &tally.failures {
        println!("{times} x {shape}\n{told}");
    }
    let unknown: Vec<String> =
        tally.failures.keys().filter(|shape| known::why(shape).is_none()).map(ToString::to_string).collect();
    assert_eq!(unknown, Vec::<String>::new());
    if sequences >= SEQUENCES {
        let has_effect = |event: &&str| tally.events.get(event).is_some_and(|(_, effective)| *effective > 0);
        let idle: BTreeSet<&str> =
            ALPHABET.iter().map(|(_, event)| *event).filter(|event| !has_effect(event)).collect();
        let left_out: BTreeSet<&str> =
            calls::LEFT_OUT.iter().copied().filter(|event| ALPHABET.iter().any(|(_, known)| known == event)).collect();
        assert_eq!(idle, left_out, "no call of these changed anything");
    }
}

/// What a failure is, once it is minimised: which way, by which calls that say what, and when the records came.
fn shape(least: &Sequence, failure: &Failure, records: &[Value]) -> Shape {
    let what = match failure {
        Failure::Unreported { to, .. } => format!("to {to}"),
        Failure::Lost(name) => format!("lost {}", name.split([' ', '/']).next().unwrap_or_default()),
    };
    let calls = records.iter().map(|record| {
        let event = record["eventName"].as_str().unwrap_or_default().to_owned();
        (event, said(&record["requestParameters"]))
    });
    Shape { what, calls: calls.collect(), is_late: least.delivery != Delivery::Each }
}

/// What a call's document says, in short; empty: it has none.
fn said(request: &Value) -> String {
    let text = ["policyDocument", "assumeRolePolicyDocument"].iter().find_map(|name| request[*name].as_str());
    let document = text.map_or_else(|| request["bucketPolicy"].clone(), |text| serde_json::from_str(text).unwrap());
    let short = |value: &Value| value.to_string().replace("arn:aws:iam::111122223333:", "").replace('"', "");
    let statement = |statement: &Value| {
        let parts = ["Effect", "Action", "Principal", "Resource"].map(|name| &statement[name]);
        parts.into_iter().filter(|part| !part.is_null()).map(short).collect::<Vec<_>>().join(" ")
    };
    document["Statement"].as_array().into_iter().flatten().map(statement).collect::<Vec<_>>().join("; ")
}

/// A failure for a reader.
async fn told(histories: &mut Histories, least: &Sequence, failure: &Failure, number: u64) -> String {
    let ended = play(histories, least).await;
    let mut text = format!(
        "   number {number}: {failure}\n   history: {:?}; records {:?}\n",
        history::told(least.pieces),
        least.delivery
    );
    for record in &ended.records {
        text += &format!("   {} {}\n", record["eventName"], record["requestParameters"]);
    }
    for report in &ended.reports {
        let findings: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                format!("{} {:?} before={} {}", finding.control, finding.mode, finding.was_before, finding.detail)
            })
            .collect();
        text += &format!(
            "   -> {} {:?} {} {findings:?} {:?}\n",
            report.guard,
            report.resource,
            report.outcome.name(),
            report.actions
        );
    }
    text
}
