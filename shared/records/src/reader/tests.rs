use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A record as CloudTrail writes it, with everything that could be taken for another one.
fn record(id: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/jane"}},"eventTime":"2026-11-23T14:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","requestParameters":{{"note":"{{\"Records\":[","Records":[{{}},[1,-2.5e3]],"detail":{{"eventName":"x"}},"list":[{{"a":null}}]}},"eventID":"{id}","recipientAccountId":"111122223333"}}"#
    )
}

fn event(id: usize) -> String {
    format!(r#"{{"version":"0","id":"e","detail-type":"AWS API Call via CloudTrail","detail":{}}}"#, record(id))
}

fn list(records: &[String]) -> String {
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// What is read: ids, and faults with their places.
fn read_with(input: &[u8], window: usize) -> String {
    let mut shown = String::new();
    let mut reader = Reader::sized(source::opened(input).unwrap(), window, MAX_RECORD_BYTES);
    let _ = reader.for_each(&mut |item| {
        match item {
            Item::Record(record) => {
                let members = record.members(&["eventID"]).unwrap();
                assert_eq!(members["eventID"], record.event_id().unwrap_or_default());
                write!(shown, "{} ", record.event_id().unwrap()).unwrap();
            }
            Item::Damage(Damage { position, fault, .. }) => {
                write!(shown, "[{}:{} {fault}] ", position.line, position.column).unwrap();
            }
        }
        ControlFlow::Continue(())
    });
    shown.trim_end().to_owned()
}

/// The same, whatever the size of the window.
fn read(input: impl AsRef<[u8]>) -> String {
    let input = input.as_ref();
    let shown = read_with(input, WINDOW_BYTES);
    for window in [1, 7, 64, 1_000] {
        assert_eq!(read_with(input, window), shown, "a window of {window}");
    }
    shown
}

fn pretty(text: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap()
}

#[test]
fn every_container_is_read() {
    let [a, b] = [record(1), record(2)];
    let both = [a.clone(), b.clone()];
    for input in [
        list(&both),
        format!("{a}\n{b}\n"),
        format!("{a}\r\n\r\n{b}"),
        format!("\u{feff}{a}\n\u{feff}{b}"),
        format!("[{a},{b}]"),
        format!("{}\n{}\n", event(1), event(2)),
        format!("[{},\n{}]", event(1), event(2)),
        list(&[event(1), event(2)]),
        format!("{}\n\n{}\n", pretty(&a), pretty(&event(2))),
        pretty(&list(&both)),
        format!("{}{}", list(std::slice::from_ref(&a)), list(std::slice::from_ref(&b))),
        format!("[{}, [{b}]]", list(std::slice::from_ref(&a))),
        format!(r#"{{"version":{{"x":[1]}},"Records":[{a}],"more":12 ,"Records":[{b}],"end":[{{}}]}}"#),
        format!(r#"{{"Records":[],"x":"y"}}{a}{b}"#),
    ] {
        assert_eq!(read(&input), "1 2", "{input}");
        assert_eq!(read(gzip(input.as_bytes())), "1 2", "{input}");
    }
    let members = [gzip(list(&[a]).as_bytes()), gzip(list(&[b]).as_bytes())].concat();
    assert_eq!(read(members), "1 2");
}

/// What Lambda tells a bus of a failed invocation, what `put-events` takes, what a function was invoked with as a list.
#[test]
fn what_lies_in_events_of_events_is_read() {
    let [a, b] = [record(1), record(2)];
    let failed = |payload: &str| {
        format!(r#"{{"requestContext":{{"requestId":"r"}},"requestPayload":{payload},"responsePayload":{{}}}}"#)
    };
    let told = |detail: &str| {
        format!(
            r#"{{"version":"0","detail-type":"Lambda Function Invocation Result - Failure","source":"lambda","detail":{detail}}}"#
        )
    };
    let entry = |record: &str| {
        let detail = serde_json::to_string(record).unwrap();
        format!(r#"{{"Source":"x","DetailType":"AWS API Call via CloudTrail","Detail":{detail},"EventBusName":"b"}}"#)
    };
    for input in [
        format!("{}{}", told(&failed(&event(1))), told(&failed(&b))),
        told(&failed(&format!("[{a},{}]", event(2)))),
        failed(&format!("[{}, {b}]", event(1))),
        list(&[told(&failed(&a)), told(&failed(&b))]),
        format!(r#"{{"Entries":[{},{}]}}"#, entry(&a), entry(&b)),
        format!("[{},{}]", entry(&a), entry(&b)),
        told(&failed(&format!("[{},{}]", told(&failed(&a)), event(2)))),
    ] {
        assert_eq!(read(&input), "1 2", "{input}");
    }
}

/// Lines that tools leave between records, or in their place.
#[test]
fn harmless_lines_are_passed_over() {
    let [a, b] = [record(1), record(2)];
    let bulk = r#"{"index":{"_index":"cloudtrail","_id":"1"}}"#;
    for input in [
        format!("null\n{a}\nNone\n{b}\n"),
        format!("{a}\n{b}\n\0\0\0\0"),
        format!("{bulk}\n{a}\n{{\"create\":{{}}}}\n{b}\n"),
        format!("None\n{a}{b}null"),
    ] {
        assert_eq!(read(&input), "1 2", "{input:?}");
    }
    for (input, what) in [
        ("nullable", "nullable"),
        ("None of it", "None of it"),
        (r#"{"index":{"a":1}}"#, "object"),
        (r#"{"index":{},"b":1}"#, "object"),
    ] {
        assert!(read(input).contains(what), "{input}: {}", read(input));
    }
}

/// PowerShell's and Windows' own tools write it, some without its mark.
#[test]
fn utf16_without_its_mark_is_read() {
    let both = format!("{}\n{}", record(1), record(2));
    let units: Vec<u16> = both.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(
        (read(&little), read(&big), read(gzip(&little))),
        ("1 2".to_owned(), "1 2".to_owned(), "1 2".to_owned())
    );
}

#[test]
fn nothing_is_no_damage() {
    for input in ["null", "None\n", "\0\0", "", " \n", "\u{feff}", "[]", r#"{"Records":[]}"#, "{\"Records\" : [ ] }\n"]
    {
        assert_eq!(read(input), "", "{input}");
    }
    assert_eq!(read(gzip(b"")), "");
}

#[test]
fn what_is_broken_is_told_and_the_rest_is_read() {
    let [a, b] = [record(1), record(2)];
    let cut = &a[..200];
    let shown = [
        ("text in lines", format!("{a}\nnot json\n{b}")),
        ("two lines of text", format!("x\ny\n{b}")),
        ("something else in lines", format!("{a}\n{{\"a\":1}}\n{b}")),
        ("an empty object", format!("{{}}{b}")),
        ("something else in an array", format!("[7,{a},null,\"{{\",{b}]")),
        ("cut, in lines", format!("{a}\n{cut}\n{b}\n{a}")),
        ("cut before a value, in lines", format!("{a}\n{{\"eventName\":\n{b}\n{a}")),
        ("cut, in a list", list(&[cut.to_owned(), b.clone()])),
        ("no first brace, in a list", list(&[a.clone(), a[1..].to_owned(), b.clone()])),
        (
            "a cut log before another",
            format!("{}{}", &list(std::slice::from_ref(&a))[..300], list(std::slice::from_ref(&b))),
        ),
        ("no colon, indented", format!("{}\n{b}", pretty(&a).replace("\"type\": ", "\"type\" "))),
        ("cut by the end", format!("{a}\n{cut}")),
        ("a record in what is cut by the end", format!("{{\"a\":[{b},")),
        ("no end of the list", format!("{{\"Records\":[{a},")),
        ("no end of a field behind the list", format!("{{\"Records\":[{a}],\"x")),
        ("a broken field behind the list", format!("{{\"Records\":[{a}],\"x\" 1}}\n{b}")),
        ("zeros", format!("{a}\0\0\n{b}\0")),
        ("brackets", format!("]}}{a}")),
    ]
    .map(|(name, input)| format!("{name}: {}", read(input)));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let [a, b] = [record(1), record(2)];
    let broken = |place: &str| {
        let at = a.find(place).unwrap() + place.len();
        [a.as_bytes().get(..at).unwrap(), b"\xff", a.as_bytes().get(at..).unwrap(), b"\n", b.as_bytes()].concat()
    };
    let column = a.find("{\\\"Records").unwrap() + 1;
    assert_eq!(read(broken("\"note\":\"")), format!("[1:{column} it is not UTF-8] 2"));
    let column = a.find("PutBucketPolicy\"").unwrap() + 1;
    assert_eq!(read(broken("\"eventName\":\"")), format!("[1:{column} broken JSON: invalid unicode code point] 2"));
    let utf16: Vec<u8> = a.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read([b"\xff\xfe".as_slice(), &utf16].concat()), "1");
    assert_eq!(read(&utf16), "1", "without its mark the first letters tell it");
}

#[test]
fn odd_fields_do_not_break_a_record() {
    for odd in ["7", "null", "[[1]]", "{\"a\":{}}", "true", "1.5", "\"\\u00e4\""] {
        let input = format!(
            r#"{{"eventID":"1","eventName":{odd},"eventSource":{odd},"userIdentity":{odd},"errorCode":{odd},"readOnly":{odd},"detail":{odd},"Records":{odd}}}"#
        );
        assert_eq!(read(&input), "1", "{input}");
    }
}

#[test]
fn long_and_deep_records_are_read() {
    let with = |value: &str| record(1).replacen("\"note\":", &format!("\"big\":{value},\"note\":"), 1);
    let long = format!("{}\n{}", with(&format!("\"{}\"", "x".repeat(2_000_000))), record(2));
    assert_eq!(read_with(long.as_bytes(), WINDOW_BYTES), "1 2");
    let deep = with(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    let mut seen = 0;
    let _ = Reader::new(deep.as_bytes()).unwrap().for_each(&mut |item| {
        let Item::Record(record) = item else { panic!("{item:?}") };
        assert_eq!(
            record.members(&["requestParameters"]).unwrap()["requestParameters"]["big"],
            serde_json::json!([null])
        );
        assert_eq!(record.members(&["eventID"]).unwrap(), serde_json::json!({"eventID": "1"}));
        seen += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(seen, 1);
}

#[test]
fn a_record_without_an_end_is_not_kept() {
    let [a, b] = [record(1), record(2)];
    let long = format!("{a}\n{{\"eventName\":\"{}\"}}\n{b}", "x".repeat(MAX_RECORD_BYTES));
    assert_eq!(read_with(long.as_bytes(), WINDOW_BYTES), "1 [2:1 the record is longer than 8 MiB] 2");
}

#[test]
fn looking_for_a_record_takes_no_square_of_the_time() {
    let deep = format!("{}x\n{}", "{\"eventName\":".repeat(300_000), record(2));
    let start = std::time::Instant::now();
    let shown = read_with(deep.as_bytes(), WINDOW_BYTES);
    assert!(shown.ends_with("] 2"), "{shown}");
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn an_input_that_ends_early_is_told_once() {
    let whole = gzip(list(&(0..200).map(record).collect::<Vec<_>>()).as_bytes());
    let shown = read_with(&whole[..whole.len() / 2], WINDOW_BYTES);
    assert!(shown.starts_with("0 1 2 ") && shown.matches('[').count() == 1, "{shown}");
    let mut broken = whole.clone();
    broken[whole.len() / 2] ^= 0x55;
    let shown = read_with(&broken, WINDOW_BYTES);
    assert!(shown.starts_with("0 1 2 ") && shown.contains('['), "{shown}");
}

#[test]
fn whoever_has_enough_can_stop() {
    let input = list(&[record(1), record(2)]);
    let mut seen = 0;
    let flow = Reader::new(input.as_bytes()).unwrap().for_each(&mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!((flow, seen), (ControlFlow::Break(()), 1));
}

#[test]
fn a_record_knows_its_place() {
    let input = format!("\n {}\n{}", record(1), record(2));
    let mut places = Vec::new();
    let _ = Reader::new(input.as_bytes()).unwrap().for_each(&mut |item| {
        let Item::Record(record) = item else { panic!("{item:?}") };
        places.push((record.number(), record.position()));
        ControlFlow::Continue(())
    });
    let second = Position { byte: record(1).len() as u64 + 3, line: 3, column: 1 };
    assert_eq!(places, [(1, Position { byte: 2, line: 2, column: 2 }), (2, second)]);
}

/// Something done to a record's text.
#[derive(Clone, Debug)]
enum Harm {
    Cut(usize),
    Beheaded(usize),
    Replaced(usize, u8),
    Removed(usize),
    Inserted(usize, Vec<u8>),
    Garbage(Vec<u8>),
}

fn harm() -> impl Strategy<Value = Harm> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\\n \0".as_slice())];
    prop_oneof![
        (0_usize..900).prop_map(Harm::Cut),
        (1_usize..900).prop_map(Harm::Beheaded),
        (0_usize..900, byte.clone()).prop_map(|(at, byte)| Harm::Replaced(at, byte)),
        (0_usize..900).prop_map(Harm::Removed),
        (0_usize..900, vec(byte.clone(), 1..8)).prop_map(|(at, bytes)| Harm::Inserted(at, bytes)),
        vec(byte, 0..40).prop_map(Harm::Garbage),
    ]
}

fn harmed(text: &str, harm: &Harm) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let length = bytes.len();
    match harm {
        Harm::Cut(at) => bytes.truncate(at % length),
        Harm::Beheaded(at) => drop(bytes.drain(..at % length)),
        Harm::Replaced(at, byte) => bytes[at % length] = *byte,
        Harm::Removed(at) => drop(bytes.remove(at % length)),
        Harm::Inserted(at, more) => drop(bytes.splice(at % length..at % length, more.iter().copied())),
        Harm::Garbage(garbage) => bytes.clone_from(garbage),
    }
    bytes
}

fn ids(input: &[u8], window: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut reader = Reader::sized(source::opened(input).unwrap(), window, MAX_RECORD_BYTES);
    let _ = reader.for_each(&mut |item| {
        if let Item::Record(record) = item {
            ids.push(record.event_id().unwrap_or("-").to_owned());
        }
        ControlFlow::Continue(())
    });
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_the_bytes_it_ends(bytes in vec(any::<u8>(), 0..300), window in 1_usize..40) {
        ids(&bytes, window);
    }

    #[test]
    fn whatever_looks_like_json_it_ends(
        parts in vec(prop::sample::select(&["{", "}", "[", "]", "\"", ",", ":", "\n", "Records", "\"Records\":[", "detail", "\\", "1", "\u{feff}"][..]), 0..60),
        window in 1_usize..40,
    ) {
        ids(parts.concat().as_bytes(), window);
    }

    #[test]
    fn every_record_around_a_broken_one_is_found_in_lines(harm in harm(), wrapped: bool, window in 1_usize..2_000) {
        let make = if wrapped { event } else { record };
        let lines = [make(1).into_bytes(), harmed(&make(2), &harm), make(3).into_bytes(), make(4).into_bytes()];
        let found = ids(&lines.join(&b'\n'), window);
        for id in ["1", "3", "4"] {
            prop_assert!(found.iter().any(|found| found == id), "{id} is not among {found:?}");
        }
    }

    #[test]
    fn every_record_around_a_broken_one_is_found_in_a_list(harm in harm(), wrapped: bool, window in 1_usize..2_000) {
        let make = if wrapped { event } else { record };
        let records = [make(1).into_bytes(), harmed(&make(2), &harm), make(3).into_bytes(), make(4).into_bytes()];
        let input = [b"{\"Records\":[".as_slice(), &records.join(&b','), b"]}"].concat();
        let found = ids(&input, window);
        for id in ["1", "3", "4"] {
            prop_assert!(found.iter().any(|found| found == id), "{id} is not among {found:?}");
        }
    }
}
