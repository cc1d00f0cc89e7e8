//! Any text: it is refused in few words, or read and written back without a loss.
#![no_main]

use iam_policy::{Document, DocumentKind, ParseError};
use libfuzzer_sys::{Corpus, fuzz_target};

const KINDS: [DocumentKind; 7] = [
    DocumentKind::Identity,
    DocumentKind::Resource,
    DocumentKind::Trust,
    DocumentKind::Boundary,
    DocumentKind::Session,
    DocumentKind::Scp,
    DocumentKind::Rcp,
];

/// Bytes of an error as `Debug` writes it: a path of eight names and two texts, 60 characters each of up to ten bytes, and what is
/// allowed there.
const MAX_ERROR: usize = 6_500;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    match Document::parse(text) {
        Err(error) => {
            short(&error);
            if let [first, second] = error.places() {
                assert_ne!(first, second);
                assert_eq!(key_at(text, *first), key_at(text, *second));
            }
        }
        Ok(document) => {
            let written = document.to_json();
            let again = Document::parse(&written).expect("what was written can be read");
            assert_eq!(document, again);
            assert_eq!(document.statements(), again.statements());
            assert_eq!(written, again.to_json());
            assert!(document.equivalent_text(&again));
            for kind in KINDS {
                if let Err(error) = document.check(kind) {
                    short(&error);
                }
            }
        }
    }
    Corpus::Keep
});

/// The key at a line and a column.
fn key_at(text: &str, (line, column): (usize, usize)) -> String {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[start + column - 1..];
    let keys = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    keys.map(|key| key.expect("a key")).next().expect("a key")
}

fn short(error: &ParseError) {
    for text in [format!("{error:?}"), error.to_string()] {
        assert!(text.len() <= MAX_ERROR, "{} bytes of error", text.len());
    }
}
