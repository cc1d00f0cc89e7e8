//! An input, whatever it is compressed with.

use std::io::{self, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use std::io::BufReader;

/// RFC 1952, 2.3.1: "ID1 = 31 (0x1f, \037), ID2 = 139 (0x8b, \213), to identify the file as being in gzip format".
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much of a compressed input is read at once.
const COMPRESSED_BYTES: usize = 64 * 1024;

/// The input itself, or what it holds if it begins as gzip does. The name of a file says nothing.
///
/// # Errors
/// It cannot be read.
pub(crate) fn inflated<'r>(mut input: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let mut first = [0; GZIP.len()];
    let mut length = 0;
    while let Some(room) = first.get_mut(length..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let is_gzip = first == GZIP;
    let whole = Cursor::new(first).take(length as u64).chain(input);
    Ok(if is_gzip {
        // RFC 1952, 2.2: "A gzip file consists of a series of members"; each log that was appended is one.
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED_BYTES, whole)))
    } else {
        Box::new(whole)
    })
}
