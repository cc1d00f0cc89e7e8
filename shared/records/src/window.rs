//! The part of a stream that is looked at: a buffer that slides over it.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use memchr::{memchr_iter, memrchr};

/// A place in an input. Of compressed input it is a place in what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes before it.
    pub byte: u64,
    /// Its line; the first is 1.
    pub line: u64,
    /// Its column in bytes; the first is 1.
    pub column: u64,
}

impl Position {
    const START: Self = Self { byte: 0, line: 1, column: 1 };

    /// The place behind a text that begins here.
    #[must_use]
    pub(crate) fn after(self, text: &[u8]) -> Self {
        let length = text.len() as u64;
        let byte = self.byte + length;
        // Most text has no line break, or one at its end.
        let Some(newline) = memrchr(b'\n', text) else {
            return Self { byte, column: self.column + length, ..self };
        };
        let lines = memchr_iter(b'\n', text).count() as u64;
        Self { byte, line: self.line + lines, column: length - newline as u64 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {} (byte {})", self.line, self.column, self.byte)
    }
}

/// What came of asking for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// There is more now.
    More,
    /// There is no more.
    End,
    /// There may be more, but no room for it.
    Full,
}

/// From this many bytes on that wait for their end, more is asked for until they have doubled: reading them again and again
/// after every few bytes of a slow input would take the square of their length.
const PATIENCE: usize = 64 * 1024;

/// A buffer that slides over an input.
pub(crate) struct Window<'r> {
    source: Box<dyn Read + 'r>,
    /// Filled up to `end`; the rest of it is room.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Up to where lines were counted, and what place that is.
    counted: usize,
    position: Position,
    most: usize,
    has_ended: bool,
    failure: Option<io::Error>,
}

impl<'r> Window<'r> {
    /// A window of so many bytes at first, and of so many at most.
    pub(crate) fn new(source: Box<dyn Read + 'r>, size: usize, most: usize) -> Self {
        Self {
            source,
            buffer: vec![0; size],
            start: 0,
            end: 0,
            counted: 0,
            position: Position::START,
            most,
            has_ended: false,
            failure: None,
        }
    }

    /// What is there and not passed yet.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// A place where lines were counted, and what stands between that and the one so many bytes into the window.
    pub(crate) fn before(&self, ahead: usize) -> (Position, &[u8]) {
        (self.position, self.buffer.get(self.counted..self.start + ahead).unwrap_or_default())
    }

    /// The first `length` bytes are done with.
    pub(crate) fn pass(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    /// The first `length` bytes are done with, up to this place.
    pub(crate) fn pass_to(&mut self, length: usize, place: Position) {
        self.pass(length);
        self.counted = self.start;
        self.position = place;
    }

    /// Whether everything was read.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Bytes before the window.
    pub(crate) fn offset(&self) -> u64 {
        let (position, passed) = self.before(0);
        position.byte + passed.len() as u64
    }

    /// The place so many bytes into the window.
    pub(crate) fn position(&mut self, ahead: usize) -> Position {
        self.count();
        self.position.after(self.bytes().get(..ahead).unwrap_or(self.bytes()))
    }

    /// Why the input ended early, once.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Reads more.
    pub(crate) fn fill(&mut self) -> Filled {
        if self.has_ended {
            return Filled::End;
        }
        let waiting = self.end - self.start;
        let wanted = if waiting < PATIENCE { 1 } else { waiting };
        self.make_room(wanted);
        if self.end == self.buffer.len() {
            return Filled::Full;
        }
        let target = (self.end + wanted).min(self.buffer.len());
        let before = self.end;
        while self.end < target && !self.has_ended {
            self.read();
        }
        if self.end > before { Filled::More } else { Filled::End }
    }

    fn read(&mut self) {
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.source.read(room) {
            Ok(0) => self.has_ended = true,
            Ok(length) => self.end = (self.end + length).min(self.buffer.len()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                self.has_ended = true;
                self.failure = Some(error);
            }
        }
    }

    /// Moves what is not passed to the front, and makes the buffer larger where it would be more than half full.
    fn make_room(&mut self, wanted: usize) {
        if self.buffer.len() - self.end >= wanted {
            return;
        }
        self.count();
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        self.counted = 0;
        if self.end > self.buffer.len() / 2 && self.buffer.len() < self.most {
            let size = (self.buffer.len() * 2).min(self.most);
            self.buffer.resize(size, 0);
        }
    }

    fn count(&mut self) {
        let (position, passed) = self.before(0);
        self.position = position.after(passed);
        self.counted = self.start;
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

    #[test]
    fn it_slides_and_grows_up_to_its_bound() {
        let mut window = Window::new(Box::new(Drops(b"ab\ncdefghij")), 2, 4);
        while window.bytes().len() < 4 {
            assert_eq!(window.fill(), Filled::More);
        }
        assert_eq!(window.fill(), Filled::Full);
        assert_eq!(window.bytes(), b"ab\nc");
        window.pass(3);
        assert_eq!(window.position(1), Position { byte: 4, line: 2, column: 2 });
        while window.fill() == Filled::More {}
        assert_eq!((window.bytes(), window.offset()), (b"cdef".as_slice(), 3));
        window.pass(4);
        while window.fill() == Filled::More {}
        window.pass(3);
        assert_eq!((window.fill(), window.has_ended()), (Filled::End, true));
        assert_eq!((window.bytes(), window.offset()), (b"j".as_slice(), 10));
        assert_eq!(window.position(1), Position { byte: 11, line: 2, column: 9 });
    }

    #[test]
    fn a_failure_ends_it_and_is_told_once() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut window = Window::new(Box::new(b"ab".as_slice().chain(Fails)), 8, 8);
        assert_eq!((window.fill(), window.fill()), (Filled::More, Filled::End));
        assert_eq!(window.bytes(), b"ab");
        assert_eq!(window.take_failure().map(|error| error.to_string()).as_deref(), Some("gone"));
        assert!(window.take_failure().is_none());
    }
}
