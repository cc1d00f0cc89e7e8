//! How fast logs are read: `cargo bench -p parapet-records`.
#![allow(missing_docs, reason = "criterion's macros write what has none")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails has to stop")]

use std::hint::black_box;
use std::io::Write as _;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use parapet_records::Reader;
use parapet_testkit::logs::{Records, log};

const BYTES: usize = 20_000_000;

fn read(input: &[u8]) {
    let _ = Reader::new(input).unwrap().for_each(&mut |item| {
        black_box(item);
        ControlFlow::Continue(())
    });
}

fn reading(c: &mut Criterion) {
    let mut plain = Vec::new();
    log(BYTES, &mut plain).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&plain).unwrap();
    let compressed = encoder.finish().unwrap();
    let records: Vec<_> = Records::default().take(15_000).collect();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let events: String = records
        .iter()
        .map(|record| format!("{{\"version\":\"0\",\"detail-type\":\"x\",\"detail\":{record}}}\n"))
        .collect();
    let messages: String = records
        .iter()
        .map(|record| format!("{}\n", serde_json::json!({"EventId": "1", "CloudTrailEvent": record.to_string()})))
        .collect();
    let indented: String = records.iter().map(|record| format!("{record:#}\n")).collect();
    let mut group = c.benchmark_group("read");
    group.sample_size(20);
    for (name, input, bytes) in [
        ("log", plain.as_slice(), plain.len()),
        ("gzip", &compressed, plain.len()),
        ("lines", lines.as_bytes(), lines.len()),
        ("events", events.as_bytes(), events.len()),
        ("strings", messages.as_bytes(), messages.len()),
        ("indented", indented.as_bytes(), indented.len()),
    ] {
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(name, |b| b.iter(|| read(input)));
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
