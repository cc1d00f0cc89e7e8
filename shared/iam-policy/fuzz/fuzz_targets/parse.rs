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

/// Bytes of an error as `Debug` writes it: two texts of 60 characters, each up to ten bytes, and what is allowed there.
const MAX_ERROR: usize = 2_000;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    match Document::parse(text) {
        Err(error) => short(&error),
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

fn short(error: &ParseError) {
    for text in [format!("{error:?}"), error.to_string()] {
        assert!(text.len() <= MAX_ERROR, "{} bytes of error", text.len());
    }
}
