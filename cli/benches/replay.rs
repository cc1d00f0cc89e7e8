//! `parapet replay` from a log to its answer: `cargo bench -p parapet-cli`.
#![allow(missing_docs, reason = "criterion's macros write what has none")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails has to stop")]

use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use parapet_cli::replay::{Format, one};
use parapet_testkit::logs::log;

const BYTES: usize = 20_000_000;

fn replay(c: &mut Criterion) {
    let mut input = Vec::new();
    log(BYTES, &mut input).unwrap();
    let records = one(input.as_slice(), Format::Text, io::sink()).unwrap();
    let mut group = c.benchmark_group("replay");
    group.sample_size(20);
    for (unit, throughput) in
        [("bytes", Throughput::Bytes(input.len() as u64)), ("records", Throughput::Elements(records))]
    {
        group.throughput(throughput);
        for (name, format) in [("text", Format::Text), ("jsonl", Format::Jsonl)] {
            group.bench_function(format!("{name}, {unit}"), |b| {
                b.iter(|| one(input.as_slice(), format, io::sink()).unwrap());
            });
        }
    }
}

criterion_group!(benches, replay);
criterion_main!(benches);
