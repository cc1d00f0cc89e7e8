//! The records of one input, one after the other.

mod search;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::str;

use search::Lost;

use crate::object::Found;
use crate::parse::{self, Parsed};
use crate::source;
use crate::window::{Filled, Window};
use crate::{Damage, Fault, Position, Record};

/// The longest record that is read. AWS bounds an event at 1 MiB; indented it is longer, and other tools add to it. What is
/// longer is reported, because otherwise a missing quote would make the rest of the input one record.
pub const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;

/// What is read at once: less than a core's cache.
const WINDOW_BYTES: usize = 256 * 1024;

/// How much of that is checked to be UTF-8 at once.
const RUN_BYTES: usize = 32 * 1024;

/// How deep lists may stand in lists.
const MAX_DEPTH: usize = 32;

/// A part of an input.
#[derive(Debug)]
pub enum Item<'a> {
    /// A record.
    Record(&'a Record<'a>),
    /// What cannot be read. The records around it can.
    Damage(Damage),
}

/// Reads the records of one input, in constant memory.
///
/// Any sequence of these is read, compressed with gzip or not: log files (`{"Records": [..]}`), records, EventBridge events
/// with a record as `detail`, and arrays of all of them; one a line or over many lines.
///
/// What is broken is told once, and the next well-formed record behind it is found: at the beginning of the next line if
/// records stand one a line, and within a list or after a missing quote at the next object that has the name and the source of
/// an event. Text that was cut and still is a well-formed record counts as one.
pub struct Reader<'r> {
    window: Window<'r>,
    open: Vec<Open>,
    /// The number of the last record.
    number: u64,
    lost: Option<Lost>,
    has_lists: bool,
}

/// A bracket that is open around the next record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Array,
    /// The object around a list of records.
    Object,
}

/// What stands at the beginning of the window, apart from the window.
enum Next {
    Passed(usize),
    Opened(Open, usize),
    Closed(Open),
    Object,
    Member,
    Foreign,
}

type Each<'e> = &'e mut dyn FnMut(Item<'_>) -> ControlFlow<()>;

impl<'r> Reader<'r> {
    /// Reads an input.
    ///
    /// # Errors
    /// Not even its beginning can be read.
    pub fn new(input: impl Read + 'r) -> io::Result<Self> {
        Ok(Self::sized(source::inflated(input)?, WINDOW_BYTES, MAX_RECORD_BYTES))
    }

    fn sized(input: Box<dyn Read + 'r>, window: usize, longest: usize) -> Self {
        let window = Window::new(input, window, longest);
        Self { window, open: Vec::new(), number: 0, lost: None, has_lists: false }
    }

    /// Whether there was a list of records, be it an empty one.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        self.has_lists
    }

    /// Gives every record and everything that cannot be read to `each`, in the order of the input, until it breaks.
    pub fn for_each(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            let goes_on = if self.lost.is_some() { self.search(each)? } else { self.step(each)? };
            if !goes_on {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Takes what comes next; says whether anything does.
    fn step(&mut self, each: Each<'_>) -> ControlFlow<(), bool> {
        match self.next() {
            None => {
                return match self.window.fill() {
                    Filled::More => ControlFlow::Continue(true),
                    Filled::End | Filled::Full => {
                        self.end(each)?;
                        ControlFlow::Continue(false)
                    }
                };
            }
            Some(Next::Passed(length)) => self.window.pass(length),
            Some(Next::Opened(open, length)) => self.enter(open, length),
            Some(Next::Closed(open)) => {
                self.open.pop_if(|last| *last == open);
                self.window.pass(1);
            }
            Some(Next::Object) => {
                if self.run(each)? == 0 {
                    self.object(each)?;
                }
            }
            Some(Next::Member) => self.member(each)?,
            Some(Next::Foreign) => {
                while self.window.bytes().len() < FOREIGN_BYTES && self.window.fill() == Filled::More {}
                let found = foreign(self.window.bytes());
                self.lose(0, Fault::NotAnObject(found), each)?;
            }
        }
        ControlFlow::Continue(true)
    }

    fn next(&self) -> Option<Next> {
        let bytes = self.window.bytes();
        let glue = bytes.iter().position(|byte| !is_glue(*byte));
        let rest = match glue {
            Some(0) => bytes,
            Some(length) => return Some(Next::Passed(length)),
            None if bytes.is_empty() => return None,
            None => return Some(Next::Passed(bytes.len())),
        };
        let last = self.open.last();
        Some(match rest.first()? {
            b'{' => Next::Object,
            b'[' if self.open.len() < MAX_DEPTH => Next::Opened(Open::Array, 1),
            b']' if last == Some(&Open::Array) => Next::Closed(Open::Array),
            b'}' if last == Some(&Open::Object) => Next::Closed(Open::Object),
            b'"' if last == Some(&Open::Object) => Next::Member,
            0xef if rest.starts_with(BYTE_ORDER_MARK) => Next::Passed(BYTE_ORDER_MARK.len()),
            0xef if BYTE_ORDER_MARK.starts_with(rest) && !self.window.has_ended() => return None,
            _ => Next::Foreign,
        })
    }

    /// An array begins, or an object with one that ends so many bytes from here.
    fn enter(&mut self, open: Open, length: usize) {
        if open == Open::Object {
            self.open.push(Open::Object);
        }
        self.open.push(Open::Array);
        self.has_lists = true;
        self.window.pass(length);
    }

    /// Reads the records that the window begins with, as long as they follow each other and nothing is odd: the common case,
    /// and the fast one.
    fn run(&mut self, each: Each<'_>) -> ControlFlow<(), usize> {
        let bytes = self.window.bytes();
        let text = text(bytes.get(..RUN_BYTES).unwrap_or(bytes));
        let mut done = 0;
        let mut flow = ControlFlow::Continue(());
        while let Some((found, raw)) = text.get(done..).and_then(parse::record) {
            self.number += 1;
            let before = self.window.before(done);
            flow = each(Item::Record(&record(found, raw, self.number, before)));
            done += raw.len();
            let glue = text.as_bytes().iter().skip(done).take_while(|byte| is_glue(**byte)).count();
            done += glue;
            if flow.is_break() || text.as_bytes().get(done) != Some(&b'{') {
                break;
            }
        }
        self.window.pass(done);
        flow?;
        ControlFlow::Continue(done)
    }

    /// Reads the object that the window begins with.
    fn object(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            let (length, at, fault) = match parse::object(self.window.bytes()) {
                Parsed::Whole(found, raw) => {
                    let length = raw.len();
                    match str::from_utf8(raw) {
                        Ok(raw) if found.is_record() => {
                            self.number += 1;
                            let before = self.window.before(0);
                            each(Item::Record(&record(found, raw, self.number, before)))?;
                            self.window.pass(length);
                            return ControlFlow::Continue(());
                        }
                        Ok(_) => (length, 0, Fault::NotARecord),
                        Err(error) => (length, error.valid_up_to(), Fault::NotUtf8),
                    }
                }
                Parsed::List(length) => {
                    self.enter(Open::Object, length);
                    return ControlFlow::Continue(());
                }
                Parsed::Broken(syntax) => {
                    if self.may_go_on(syntax.at) {
                        continue;
                    }
                    return self.lose(syntax.at, Fault::Syntax(syntax.why), each);
                }
                Parsed::Cut => match self.window.fill() {
                    Filled::More => continue,
                    filled => return self.lose_all(filled, each),
                },
            };
            self.tell(at, true, fault, each)?;
            self.window.pass(length);
            return ControlFlow::Continue(());
        }
    }

    /// Passes over a field beside a list of records.
    fn member(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            match parse::member(self.window.bytes()) {
                Parsed::Whole((), raw) => {
                    let length = raw.len();
                    self.window.pass(length);
                    return ControlFlow::Continue(());
                }
                Parsed::List(length) => {
                    self.enter(Open::Array, length);
                    return ControlFlow::Continue(());
                }
                Parsed::Broken(syntax) => {
                    if self.may_go_on(syntax.at) {
                        continue;
                    }
                    return self.lose(syntax.at, Fault::Syntax(syntax.why), each);
                }
                Parsed::Cut => match self.window.fill() {
                    Filled::More => {}
                    filled => return self.lose_all(filled, each),
                },
            }
        }
    }

    /// Whether what is wrong may only be cut by the window's end, and there is more: `1.` is no number, and `1.5` is.
    fn may_go_on(&mut self, at: usize) -> bool {
        at + 1 >= self.window.bytes().len() && self.window.fill() == Filled::More
    }

    /// The window ends within what it begins with, and there is no more of it.
    fn lose_all(&mut self, filled: Filled, each: Each<'_>) -> ControlFlow<()> {
        let length = self.window.bytes().len();
        let fault = match (filled, self.window.take_failure()) {
            (Filled::Full, _) => return self.lose(0, Fault::TooLong, each),
            (_, Some(error)) => Fault::Input(error),
            (_, None) => Fault::Cut,
        };
        self.lose(length, fault, each)
    }

    /// Tells what is wrong `at` bytes from here. From the next byte on the next record is looked for: what is wrong may show
    /// only within it, after a missing quote for example.
    fn lose(&mut self, at: usize, fault: Fault, each: Each<'_>) -> ControlFlow<()> {
        let since = self.window.offset();
        self.lost = Some(Lost { since, furthest: since + at as u64, spent: 0 });
        self.tell(at, true, fault, each)?;
        self.window.pass(1);
        ControlFlow::Continue(())
    }

    fn tell(&mut self, at: usize, is_record: bool, fault: Fault, each: Each<'_>) -> ControlFlow<()> {
        self.number += u64::from(is_record);
        let position: Position = self.window.position(at);
        each(Item::Damage(Damage { position, record: is_record.then_some(self.number), fault }))
    }

    /// There is no more.
    fn end(&mut self, each: Each<'_>) -> ControlFlow<()> {
        let is_lost = self.lost.take().is_some();
        if let Some(error) = self.window.take_failure() {
            self.tell(0, false, Fault::Input(error), each)?;
        } else if !is_lost && !self.open.is_empty() {
            self.tell(0, false, Fault::Unclosed, each)?;
        }
        ControlFlow::Continue(())
    }
}

/// How much is shown of what is no record.
const FOREIGN_BYTES: usize = 24;

/// U+FEFF, which some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What may stand between records. A comma too many or too few loses none.
fn is_glue(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

/// The beginning that is UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_else(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        str::from_utf8(valid).unwrap_or_default()
    })
}

fn record<'a>(found: Found<'a>, raw: &'a str, number: u64, before: (Position, &'a [u8])) -> Record<'a> {
    Record { fields: found.fields, raw, is_wrapped: found.is_wrapped, number, before }
}

/// The beginning of what is no record, in one short line.
fn foreign(bytes: &[u8]) -> String {
    let start = bytes.get(..FOREIGN_BYTES).unwrap_or(bytes);
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | b',' | b'{' | b'[');
    let length = 1 + start.iter().skip(1).take_while(|byte| !ends(byte)).count();
    let text = String::from_utf8_lossy(start.get(..length).unwrap_or(start));
    let plain = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let more = if length == FOREIGN_BYTES { ".." } else { "" };
    text.chars().map(plain).chain([more.to_owned()]).collect()
}
