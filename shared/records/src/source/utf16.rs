//! UTF-16 as UTF-8, which is what everything behind it reads.

use std::io::{self, ErrorKind, Read};

/// How much is read at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// Which byte of two is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// An input in UTF-16, read as UTF-8. Half of a surrogate pair becomes U+FFFD, so that one odd character breaks no record.
pub(super) struct Utf16<R> {
    input: R,
    order: Order,
    chunk: Vec<u8>,
    /// Half of a unit, which the last chunk ended in.
    half: Option<u8>,
    /// The first of a surrogate pair, likewise.
    high: Option<u16>,
    text: String,
    given: usize,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(input: R, order: Order) -> Self {
        let chunk = vec![0; CHUNK_BYTES];
        Self { input, order, chunk, half: None, high: None, text: String::new(), given: 0 }
    }

    /// Reads on until there is text, or no more.
    fn more(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        while self.text.is_empty() {
            let length = match self.input.read(&mut self.chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            if length == 0 {
                if self.half.take().is_some() | self.high.take().is_some() {
                    self.text.push(char::REPLACEMENT_CHARACTER);
                }
                return Ok(());
            }
            self.decode(length);
        }
        Ok(())
    }

    fn decode(&mut self, length: usize) {
        let bytes = self.half.take().into_iter().chain(self.chunk.iter().take(length).copied());
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        let mut first = None;
        for byte in bytes {
            match (first.take(), self.order) {
                (None, _) => first = Some(byte),
                (Some(first), Order::Little) => units.push(u16::from_le_bytes([first, byte])),
                (Some(first), Order::Big) => units.push(u16::from_be_bytes([first, byte])),
            }
        }
        self.half = first;
        self.high = units.pop_if(|last| (0xd800..0xdc00).contains(last));
        self.text.extend(char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.more()?;
        }
        let left = self.text.as_bytes().get(self.given..).unwrap_or_default();
        let length = left.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(left) {
            *to = *from;
        }
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn read(bytes: &[u8], order: Order) -> String {
        let mut text = String::new();
        Utf16::new(Drops(bytes), order).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn characters_may_be_cut_anywhere() {
        let text = "a\u{e4}\u{20ac}\u{1f600}b";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((read(&little, Order::Little), read(&big, Order::Big)), (text.to_owned(), text.to_owned()));
    }

    #[test]
    fn what_is_no_character_is_replaced() {
        assert_eq!(read(&[0x00, 0xd8, b'a', 0], Order::Little), "\u{fffd}a");
        assert_eq!(read(&[b'a', 0, 0x00, 0xd8], Order::Little), "a\u{fffd}");
        assert_eq!(read(&[b'a', 0, b'b'], Order::Little), "a\u{fffd}");
    }
}
