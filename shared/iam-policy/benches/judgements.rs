//! How long judgements take: over AWS's own policies, and over documents that are written to be slow.
//!
//! `cargo bench -p iam-policy` prints the distribution first, then what criterion measures.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark")]

#[path = "../tests/common/hostile.rs"]
mod hostile;
#[path = "../tests/common/slow.rs"]
mod slow;

use criterion::{Criterion, criterion_group, criterion_main};
use iam_policy::{Document, Holding, PolicyKind, Rules, TrustZone, judge, narrow, new_access};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn managed() -> Vec<(String, String)> {
    let texts = [
        include_str!("../tests/data/managed_policies.jsonl"),
        include_str!("../tests/data/more_managed_policies.jsonl"),
    ];
    let rows = texts.iter().flat_map(|text| text.lines());
    rows.map(|line| {
        let row: Value = serde_json::from_str(line).expect("a row");
        (row["name"].as_str().unwrap_or_default().to_owned(), row["document"].to_string())
    })
    .collect()
}

/// One line of figures: median, 99th percentile, maximum, and whose it is.
fn report(what: &str, times: &mut [(Duration, String)]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0;
    let (slowest, name) = &times[times.len() - 1];
    println!("{what:<28} median {:>9.1?}  p99 {:>9.1?}  max {slowest:>9.1?}  {name}", at(0.5), at(0.99));
}

fn time(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn distribution() {
    let rules = Rules::all(TrustZone::new("123456789012"));
    let policies = managed();
    let timed = |work: &dyn Fn(&str)| -> Vec<(Duration, String)> {
        policies.iter().map(|(name, text)| (time(|| work(text)), name.clone())).collect()
    };
    let parse = |text: &str| Document::parse(text).expect("a policy");
    report("parse", &mut timed(&|text| drop(black_box(parse(text)))));
    report(
        "parse and all judgements",
        &mut timed(&|text| {
            let document = parse(text);
            black_box(judge(&Holding::of(&[&document], PolicyKind::Identity), &rules));
        }),
    );
    report(
        "and narrow",
        &mut timed(&|text| {
            let document = parse(text);
            black_box(narrow(&Holding::of(&[&document], PolicyKind::Identity), &rules));
        }),
    );
    let read_only =
        parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#);
    report(
        "new access",
        &mut timed(&|text| {
            let document = parse(text);
            black_box(new_access(&[&read_only], &[&document], PolicyKind::Identity));
        }),
    );
    report(
        "implies itself",
        &mut timed(&|text| {
            let document = parse(text);
            black_box(new_access(&[&document], &[&document], PolicyKind::Identity));
        }),
    );
    let hostile = hostile::texts();
    let mut slow: Vec<(Duration, String)> = hostile
        .iter()
        .map(|(name, text)| (time(|| drop(black_box(Document::parse(text)))), (*name).to_owned()))
        .collect();
    report("read, written to be slow", &mut slow);
    let mut slow: Vec<(Duration, String)> = Vec::new();
    for (name, statements) in slow::statements() {
        let document =
            Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).expect("a policy");
        for kind in [PolicyKind::Identity, PolicyKind::Resource] {
            let took = time(|| drop(black_box(judge(&Holding::of(&[&document], kind), &rules))));
            slow.push((took, format!("{name} as {kind:?}")));
            let took = time(|| drop(black_box(narrow(&Holding::of(&[&document], kind), &rules))));
            slow.push((took, format!("{name} narrowed as {kind:?}")));
            let took = time(|| drop(black_box(new_access(&[&document], &[&document], kind))));
            slow.push((took, format!("{name} related as {kind:?}")));
        }
    }
    report("written to be slow", &mut slow);
    for (took, name) in slow.iter().rev().take(8) {
        println!("    {took:>9.1?}  {name}");
    }
}

fn benchmarks(criterion: &mut Criterion) {
    distribution();
    let rules = Rules::all(TrustZone::new("123456789012"));
    let policies: Vec<Document> = managed().iter().map(|(_, text)| Document::parse(text).expect("a policy")).collect();
    criterion.bench_function("all judgements on 1,662 managed policies", |bencher| {
        bencher.iter(|| {
            for document in &policies {
                black_box(judge(&Holding::of(&[document], PolicyKind::Identity), &rules));
            }
        });
    });
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(10);
    targets = benchmarks
}
criterion_main!(all);
