//! Whatever the bytes, reading them ends, and says the same however they come. `PARAPET_READ_CASES` says how many are tried: `.ci/nightly` tries
//! more of them than every change does.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use parapet_records::{InputFormat, Item, MAX_RECORD_BYTES, Reader};
use proptest::collection::vec;
use proptest::prelude::*;

/// The samples, and one with every way around a record in the others' place.
static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(folder.join("folder_cwl_export/stream/000000.gz"));
    files.sort();
    let mut samples: Vec<_> = files.iter().filter(|file| file.is_file()).map(|file| fs::read(file).unwrap()).collect();
    samples.push(b"eventname,eventsource,useridentity,requestparameters\nA,s,\"{type=Root, arn=a}\",\"{\"\"bucketName\"\":\"\"b\"\"}\"\nB,s,,\n".to_vec());
    samples.push(br#"{"ResultSet":{"Rows":[{"Data":[{"VarCharValue":"eventname"},{"VarCharValue":"eventsource"}]},{"Data":[{"VarCharValue":"A"},{"VarCharValue":"s"}]}]}}"#.to_vec());
    samples.push(
        b"2026-11-20T10:00:00+00:00 stream \n{\n    \"eventName\": \"A\",\n    \"eventSource\": \"s\"\n}\n".to_vec(),
    );
    samples.push(
        "\u{feff}{\"eventName\":\"A\",\"eventSource\":\"s\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    );
    samples
});

/// An input that comes in pieces.
struct Pieces<'a> {
    input: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.size);
        self.input.read(buffer.get_mut(..length).unwrap_or_default())
    }
}

/// The names of the events of an input that comes in pieces of this size, with their paths.
fn events(input: &[u8], size: usize, format: InputFormat) -> Vec<String> {
    let mut events = Vec::new();
    // A piece of gzip may be no gzip.
    let Ok(mut reader) = Reader::with_format(Pieces { input, size }, format) else { return events };
    let _ = reader.for_each(&mut |item| {
        if let Item::Record(record) = item {
            assert!(record.raw().len() <= MAX_RECORD_BYTES);
            let _ = record.members(&["requestParameters", "userIdentity"]);
            events.push(format!("{} {}", record.path(), record.event_name().unwrap_or("-")));
        }
        ControlFlow::Continue(())
    });
    events
}

/// What is done to a sample.
#[derive(Clone, Debug)]
enum Change {
    Cut(usize),
    Replaced(usize, u8),
    Removed(usize, usize),
    Inserted(usize, Vec<u8>),
    Repeated(usize, usize),
    Another(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || any::<prop::sample::Index>().prop_map(|index| index.index(4_000));
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\\n\r \0=".as_slice())];
    prop_oneof![
        place().prop_map(Change::Cut),
        (place(), byte()).prop_map(|(at, byte)| Change::Replaced(at, byte)),
        (place(), 1_usize..40).prop_map(|(at, length)| Change::Removed(at, length)),
        (place(), vec(byte(), 1..12)).prop_map(|(at, bytes)| Change::Inserted(at, bytes)),
        (place(), 1_usize..400).prop_map(|(at, length)| Change::Repeated(at, length)),
        place().prop_map(Change::Another),
    ]
}

fn changed(mut bytes: Vec<u8>, change: &Change) -> Vec<u8> {
    let length = bytes.len().max(1);
    let end = |at: usize, more: usize| (at % length + more).min(bytes.len());
    match change {
        Change::Cut(at) => bytes.truncate(at % length),
        Change::Replaced(at, with) => {
            if let Some(byte) = bytes.get_mut(at % length) {
                *byte = *with;
            }
        }
        Change::Removed(at, more) => drop(bytes.drain(end(*at, 0)..end(*at, *more))),
        Change::Inserted(at, more) => {
            let at = end(*at, 0);
            drop(bytes.splice(at..at, more.iter().copied()));
        }
        Change::Repeated(at, more) => {
            let piece = bytes.get(end(*at, 0)..end(*at, *more)).unwrap_or_default().to_vec();
            bytes.extend(piece);
        }
        Change::Another(which) => bytes.extend(SAMPLES.get(which % SAMPLES.len()).unwrap()),
    }
    bytes
}

fn format() -> impl Strategy<Value = InputFormat> {
    prop_oneof![
        4 => Just(InputFormat::Auto),
        1 => Just(InputFormat::Json),
        1 => Just(InputFormat::Lines),
        1 => Just(InputFormat::Csv),
    ]
}

fn cases() -> u32 {
    std::env::var("PARAPET_READ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn bytes_of_any_kind_are_read_to_their_end(bytes in vec(any::<u8>(), 0..600), format in format(), size in 1_usize..64) {
        prop_assert_eq!(events(&bytes, size, format), events(&bytes, usize::MAX, format));
    }

    #[test]
    fn changed_samples_are_read_to_their_end(
        sample in any::<prop::sample::Index>(), changes in vec(change(), 0..6), format in format(), size in 1_usize..600,
    ) {
        let bytes = changes.iter().fold(sample.get(&SAMPLES).clone(), changed);
        prop_assert_eq!(events(&bytes, size, format), events(&bytes, usize::MAX, format));
    }
}
