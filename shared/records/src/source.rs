//! An input as text, whatever it is compressed with, and in whatever encoding. The name of a file says nothing.

mod utf16;

use std::io::{self, BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use utf16::{Order, Utf16};

/// What an input turns out to be.
pub(crate) enum Source<'r> {
    /// Text.
    Text(Box<dyn Read + 'r>),
    /// Something that is not read.
    Other(&'static str),
}

/// RFC 1952, 2.3.1: "ID1 = 31 (0x1f, \037), ID2 = 139 (0x8b, \213), to identify the file as being in gzip format".
const GZIP: &[u8] = &[0x1f, 0x8b];

/// How files begin that are not read, and what they are.
const OTHERS: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "a zip archive, which is not read: unpack it"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd, which is not read: unpack it with `zstd -d`"),
    (b"BZh", "compressed with bzip2, which is not read: unpack it with `bunzip2`"),
    (b"\xfd7zXZ\0", "compressed with xz, which is not read: unpack it with `unxz`"),
    (b"\x04\x22\x4d\x18", "compressed with lz4, which is not read: unpack it with `lz4 -d`"),
    (b"PAR1", "a Parquet file, which is not read, as Security Lake writes them"),
    (b"ORC", "an ORC file, which is not read"),
    (b"Obj\x01", "an Avro file, which is not read"),
    (b"\xff\x06\0\0sNaPpY", "compressed with Snappy, which is not read"),
];

/// What is in gzip in gzip: Firehose compresses once more what CloudWatch Logs has compressed.
const TWICE: &str = "gzip within gzip, which is not read: unpack it once, as `gunzip` does";

/// How many bytes tell what a file is.
const MARK_BYTES: usize = 10;

/// How much of a compressed input is read at once.
const COMPRESSED_BYTES: usize = 64 * 1024;

/// The text of an input, or of what it holds if it begins as gzip does.
///
/// # Errors
/// Not even its beginning can be read.
pub(crate) fn opened<'r>(input: impl Read + 'r) -> io::Result<Source<'r>> {
    let (first, failure, whole) = begun(input);
    let failure = match failure {
        Some(error) if first.is_empty() => return Err(error),
        failure => failure,
    };
    if !first.starts_with(GZIP) {
        return Ok(encoded(&first, Box::new(whole.chain(Failing(failure)))));
    }
    // RFC 1952, 2.2: "A gzip file consists of a series of members"; each log that was appended is one.
    let inflated = MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED_BYTES, whole));
    let (first, failure, whole) = begun(inflated);
    if first.starts_with(GZIP) {
        return Ok(Source::Other(TWICE));
    }
    // What is broken from its first byte on is told as what is broken further on.
    Ok(encoded(&first, Box::new(whole.chain(Failing(failure)))))
}

/// Text, in UTF-8 unless it has the mark of another encoding.
fn encoded<'r>(first: &[u8], whole: Box<dyn Read + 'r>) -> Source<'r> {
    if let Some((_, what)) = OTHERS.iter().find(|(mark, _)| first.starts_with(mark)) {
        return Source::Other(what);
    }
    // RFC 2781, 3.2: the mark is "0xFE followed by 0xFF" in big-endian order, and the other way round in little-endian order.
    match first {
        [0xff, 0xfe, ..] => Source::Text(Box::new(Utf16::new(whole, Order::Little))),
        [0xfe, 0xff, ..] => Source::Text(Box::new(Utf16::new(whole, Order::Big))),
        // Without the mark, of what begins as JSON does: no text in UTF-8 has a zero beside each of its first letters.
        [b'{' | b'[' | b'"', 0, next, 0, ..] if *next != 0 => Source::Text(Box::new(Utf16::new(whole, Order::Little))),
        [0, b'{' | b'[' | b'"', 0, next, ..] if *next != 0 => Source::Text(Box::new(Utf16::new(whole, Order::Big))),
        _ => Source::Text(whole),
    }
}

/// The first bytes, why there are no more, and the input from its beginning.
fn begun<'r>(mut input: impl Read + 'r) -> (Vec<u8>, Option<io::Error>, Box<dyn Read + 'r>) {
    let mut first = [0; MARK_BYTES];
    let (mut length, mut failure) = (0, None);
    while let Some(room) = first.get_mut(length..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
        // Somebody may be typing.
        if first.get(..length).is_some_and(|first| first.contains(&b'\n')) {
            break;
        }
    }
    let first = first.get(..length).unwrap_or_default().to_vec();
    (first.clone(), failure, Box::new(Cursor::new(first).chain(input)))
}

/// An input that fails, once.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text(input: &[u8]) -> String {
        match opened(input).unwrap() {
            Source::Text(mut read) => {
                let mut text = String::new();
                read.read_to_string(&mut text).unwrap();
                text
            }
            Source::Other(what) => format!("! {what}"),
        }
    }

    #[test]
    fn what_is_read_is_told_by_its_first_bytes() {
        let little: Vec<u8> = "\u{feff}{\"a\":\"\u{1f600}\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}{\"a\":\"\u{1f600}\"}\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let expected = "\u{feff}{\"a\":\"\u{1f600}\"}\n";
        for input in [little, big] {
            assert_eq!(text(&input), expected);
            assert_eq!(text(&gzip(&input)), expected);
        }
        assert_eq!(text(b"{}"), "{}");
        assert_eq!(text(&[gzip(b"{}"), gzip(b"[]")].concat()), "{}[]");
        assert_eq!((text(b""), text(b"\x1f")), (String::new(), "\u{1f}".to_owned()));
    }

    #[test]
    fn what_is_not_read_is_named() {
        for (mark, what) in OTHERS {
            let input = [mark, b"and so on"].concat();
            assert_eq!(text(&input), format!("! {what}"));
            assert_eq!(text(&gzip(&input)), format!("! {what}"));
        }
        assert_eq!(text(&gzip(&gzip(b"{}"))), format!("! {TWICE}"));
    }

    #[test]
    fn what_fails_at_once_is_no_input() {
        assert!(opened(Failing(Some(io::Error::other("gone")))).is_err());
    }
}
