//! The records of one input, one after the other.

mod inner;
mod printed;
mod rows;
mod search;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::str;

use inner::Taken;
use search::Lost;

use crate::columns::{self, Columns};
use crate::csv;
use crate::object::{Entered, Found};
use crate::parse::{self, Parsed};
use crate::place::{Around, Open, Place};
use crate::prefix::{self, Prefix};
use crate::source::{self, Source};
use crate::window::{Filled, Window};
use crate::wrappers;
use crate::{Damage, Fault, InputFormat, Position, Record};

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
/// Any sequence of these is read, compressed with gzip or not, in UTF-8 or in UTF-16 with its mark: log files (`{"Records": [..]}`), records,
/// EventBridge events with a record as `detail`, arrays of all of them; one a line or over many lines; what others put around records
/// (`wrappers.rs` lists it), be it strings of JSON or base64; lines of text with a record behind a time; and CSV with a record in a column, or
/// its fields in several.
///
/// What is broken is told once, and the next well-formed record behind it is found: at the beginning of the next line if
/// records stand one a line, and within a list or after a missing quote at the next object that has the name and the source of
/// an event. Text that was cut and still is a well-formed record counts as one. What is no log is told as what it is.
pub struct Reader<'r> {
    window: Window<'r>,
    open: Vec<Open>,
    around: Around,
    framing: Framing,
    /// The columns of the table that is read.
    columns: Option<Columns>,
    /// The number of the last record.
    number: u64,
    /// The number of the last value that is in no other.
    row: u64,
    lost: Option<Lost>,
    has_lists: bool,
}

/// How values follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// It is to be found out.
    Unknown,
    /// As JSON, one after the other.
    Json,
    /// The same, or lines of text before each.
    Lines,
    /// As rows of a table.
    Csv,
    /// Not at all: it is this.
    Other(&'static str),
}

/// What stands at the beginning of the window, apart from the window.
enum Next {
    Passed(usize),
    Array,
    Closed,
    Object,
    Member,
    /// A row of a list of them.
    Row,
    /// Something else, that may hold a record all the same.
    Foreign,
}

type Each<'e> = &'e mut dyn FnMut(Item<'_>) -> ControlFlow<()>;

impl<'r> Reader<'r> {
    /// Reads an input, whatever it is.
    ///
    /// # Errors
    /// Not even its beginning can be read.
    pub fn new(input: impl Read + 'r) -> io::Result<Self> {
        Self::with_format(input, InputFormat::Auto)
    }

    /// Reads an input of this format.
    ///
    /// # Errors
    /// Not even its beginning can be read.
    pub fn with_format(input: impl Read + 'r, format: InputFormat) -> io::Result<Self> {
        let mut reader = Self::sized(source::opened(input)?, WINDOW_BYTES, MAX_RECORD_BYTES);
        match (format, reader.framing) {
            (InputFormat::Auto, _) | (_, Framing::Other(_)) => {}
            (InputFormat::Json, _) => reader.framing = Framing::Json,
            (InputFormat::Lines, _) => reader.framing = Framing::Lines,
            (InputFormat::Csv, _) => reader.framing = Framing::Csv,
        }
        Ok(reader)
    }

    fn sized(source: Source<'r>, window: usize, longest: usize) -> Self {
        let (input, framing): (Box<dyn Read + 'r>, _) = match source {
            Source::Text(text) => (text, Framing::Unknown),
            Source::Other(what) => (Box::new(io::empty()), Framing::Other(what)),
        };
        Self {
            window: Window::new(input, window, longest),
            open: Vec::new(),
            around: Around::default(),
            framing,
            columns: None,
            number: 0,
            row: 0,
            lost: None,
            has_lists: false,
        }
    }

    /// Reads what lies in something else, after so many records.
    fn within(source: Source<'r>, window: usize, around: Around, number: u64) -> Self {
        let reader = Self::sized(source, window, MAX_RECORD_BYTES);
        let framing = if reader.framing == Framing::Unknown { Framing::Json } else { reader.framing };
        Self { around, framing, number, ..reader }
    }

    /// Whether there was a list of records, be it an empty one.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        self.has_lists
    }

    /// Gives every record and everything that cannot be read to `each`, in the order of the input, until it breaks.
    pub fn for_each(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            let goes_on = match self.framing {
                Framing::Unknown => {
                    self.framing = self.told();
                    true
                }
                Framing::Other(what) => return self.tell(0, false, Fault::Other(what), each),
                Framing::Csv => self.table(each)?,
                Framing::Json | Framing::Lines if self.lost.is_some() => self.search(each)?,
                Framing::Json | Framing::Lines => self.step(each)?,
            };
            if !goes_on {
                return ControlFlow::Continue(());
            }
        }
    }

    /// How values follow each other: as rows if the first line can be the names of columns.
    fn told(&mut self) -> Framing {
        while self.window.bytes().trim_ascii_start().is_empty() {
            if self.window.fill() != Filled::More {
                return Framing::Lines;
            }
        }
        let mut filled = Filled::More;
        // The mark of an encoding, or a quote and what is in it, may be cut.
        while self.window.bytes().len() < MOST_TOLD_BY && filled == Filled::More {
            let bytes = self.window.bytes();
            let begins = bytes.trim_ascii_start();
            let is_drawn = matches!(begins.first(), Some(b'-' | b'+'));
            let is_no_row = begins.len() >= FEWEST_TOLD_BY && !csv::may_begin(begins) && !is_drawn;
            if is_no_row || matches!(begins.first(), Some(b'{' | b'[')) {
                return Framing::Lines;
            }
            if csv::line(begins).is_some() && (is_drawn || csv::row(begins, false) != csv::Split::Cut) {
                break;
            }
            filled = self.window.fill();
        }
        let begins = self.window.bytes().trim_ascii_start();
        if let Some(what) = printed::other(begins.split(|byte| *byte == b'\n').next().unwrap_or_default()) {
            return Framing::Other(what);
        }
        match csv::row(begins, filled != Filled::More) {
            csv::Split::Row(names, _) if csv::may_begin(begins) && columns::may_be_names(&names) => Framing::Csv,
            _ => Framing::Lines,
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
            Some(Next::Array) => {
                self.begin();
                self.enter("", 1);
            }
            Some(Next::Closed) => {
                self.open.pop();
                self.window.pass(1);
            }
            Some(Next::Object) => {
                if self.run(each)? == 0 {
                    self.begin();
                    self.object(each)?;
                }
            }
            Some(Next::Member) => self.member(each)?,
            Some(Next::Row) => {
                self.begin();
                self.row_of_pairs(each)?;
            }
            Some(Next::Foreign) => self.foreign(each)?,
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
        Some(match (rest.first()?, last) {
            (b'{', _) => Next::Object,
            (b'[', Some(Open::List { name: "QueryResultRows" | "results", .. })) => Next::Row,
            (b'[', _) if self.open.len() < MAX_DEPTH => Next::Array,
            (b']', Some(Open::List { .. } | Open::BrokenRow)) | (b'}', Some(Open::Object { .. })) => Next::Closed,
            (b'"', Some(Open::Object { .. })) => Next::Member,
            (0xef, _) if rest.starts_with(BYTE_ORDER_MARK) => Next::Passed(BYTE_ORDER_MARK.len()),
            (0xef, _) if BYTE_ORDER_MARK.starts_with(rest) && !self.window.has_ended() => return None,
            _ => Next::Foreign,
        })
    }

    /// A value begins: it is one more of the input, or of the list that it stands in.
    fn begin(&mut self) {
        begin(&mut self.open, &mut self.row);
    }

    /// A list of this name begins, so many bytes from here.
    fn enter(&mut self, name: &'static str, length: usize) {
        self.open.push(Open::List { name, elements: 0 });
        self.has_lists = true;
        self.window.pass(length);
    }

    /// What is behind a key of an open object begins.
    fn enter_member(&mut self, entered: Entered, length: usize) {
        if entered.is_list {
            self.enter(entered.name, length);
        } else {
            self.open.push(Open::Object { name: entered.name });
            self.window.pass(length);
        }
    }

    /// An object begins in which what is behind a key is read by itself.
    fn enter_object(&mut self, entered: Entered, length: usize) {
        self.open.push(Open::Object { name: "" });
        self.enter_member(entered, length);
    }

    /// What begins with nothing that a record begins with: a string of JSON, a line with something before its record, or neither.
    fn foreign(&mut self, each: Each<'_>) -> ControlFlow<()> {
        while self.window.bytes().len() < FOREIGN_BYTES && self.window.fill() == Filled::More {}
        let bytes = self.window.bytes();
        let first = bytes.first().copied().unwrap_or_default();
        if first == b'"' && wrappers::is_json_in_text(bytes) {
            self.begin();
            return self.string(each);
        }
        if self.open.is_empty() && self.framing == Framing::Lines && prefix::may_begin(first) {
            loop {
                match prefix::of(self.window.bytes()) {
                    Prefix::Before(length) => {
                        self.window.pass(length);
                        return ControlFlow::Continue(());
                    }
                    Prefix::Cut if self.window.fill() == Filled::More => {}
                    Prefix::Cut | Prefix::None => break,
                }
            }
        }
        // Zeros between records may have been one; a file that was made longer than what was written to it ends in them.
        let mut is_end = false;
        while !is_end && self.window.bytes().iter().all(|byte| *byte == 0) {
            is_end = self.window.fill() != Filled::More;
        }
        if is_end {
            let length = self.window.bytes().len();
            self.window.pass(length);
            return ControlFlow::Continue(());
        }
        if self.open.is_empty()
            && let Some(length) = nothing(self.window.bytes())
        {
            self.window.pass(length);
            return ControlFlow::Continue(());
        }
        self.begin();
        let found = foreign(self.window.bytes());
        self.lose(0, Fault::NotAnObject(found), each)
    }

    /// Reads the records that the window begins with, as long as they follow each other and nothing is odd: the common case,
    /// and the fast one.
    fn run(&mut self, each: Each<'_>) -> ControlFlow<(), usize> {
        let mut position = self.place_of_window();
        let bytes = self.window.bytes();
        let text = text(bytes.get(..RUN_BYTES).unwrap_or(bytes));
        let mut done = 0;
        let mut flow = ControlFlow::Continue(());
        while let Some((found, raw)) = text.get(done..).and_then(parse::record) {
            // What stands in a broken row is no record by itself.
            if self.open.last() == Some(&Open::BrokenRow) {
                break;
            }
            self.number += 1;
            begin(&mut self.open, &mut self.row);
            let place = Place { around: &self.around, open: &self.open, row: self.row };
            flow = each(Item::Record(&record(found, raw, self.number, position, place)));
            let begun = done;
            done += raw.len();
            let glue = text.as_bytes().iter().skip(done).take_while(|byte| is_glue(**byte)).count();
            done += glue;
            if self.around.depth == 0 {
                position = position.after(text.as_bytes().get(begun..done).unwrap_or_default());
            }
            if flow.is_break() || text.as_bytes().get(done) != Some(&b'{') {
                break;
            }
        }
        if self.around.depth == 0 {
            self.window.pass_to(done, position);
        } else {
            self.window.pass(done);
        }
        flow?;
        ControlFlow::Continue(done)
    }

    /// The place where the window begins.
    fn place_of_window(&mut self) -> Position {
        self.around.position.unwrap_or_else(|| self.window.position(0))
    }

    /// Reads the object that the window begins with.
    fn object(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            let position = self.place_of_window();
            let (length, at, fault) = match parse::object(self.window.bytes()) {
                Parsed::Whole(found, raw) => {
                    let length = raw.len();
                    let in_row = self.open.last() == Some(&Open::BrokenRow);
                    match str::from_utf8(raw) {
                        Ok(raw) if found.is_record() && !in_row && !is_around(&found, raw) => {
                            self.number += 1;
                            let place = Place { around: &self.around, open: &self.open, row: self.row };
                            each(Item::Record(&record(found, raw, self.number, position, place)))?;
                            self.window.pass(length);
                            return ControlFlow::Continue(());
                        }
                        Ok(_) => match self.take(length, position, each)? {
                            Taken::All => {
                                self.window.pass(length);
                                return ControlFlow::Continue(());
                            }
                            Taken::Not(_) if in_row => {
                                self.window.pass(length);
                                return ControlFlow::Continue(());
                            }
                            Taken::Not(fault) => (length, 0, fault),
                        },
                        Err(error) => (length, error.valid_up_to(), Fault::NotUtf8),
                    }
                }
                Parsed::Within(entered, length) => {
                    self.enter_object(entered, length);
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

    /// Takes the record out of the object that the window begins with.
    fn take(&mut self, length: usize, position: Position, each: Each<'_>) -> ControlFlow<(), Taken> {
        let (object, mut inner) = self.inner(length, position);
        inner.object(object, each)
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
                Parsed::Within(entered, length) => {
                    self.enter_member(entered, length);
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
        let position = self.around.position.unwrap_or_else(|| self.window.position(at));
        let place = Place { around: &self.around, open: &self.open, row: self.row };
        let path = (self.around.depth > 0).then(|| place.path());
        each(Item::Damage(Damage { position, record: is_record.then_some(self.number), row: place.row(), path, fault }))
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

/// Of so many bytes the kind of an input is told at least, and of so many at most.
const FEWEST_TOLD_BY: usize = 8;
const MOST_TOLD_BY: usize = 64 * 1024;

/// U+FEFF, which some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What may stand between records. A comma too many or too few loses none.
fn is_glue(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

/// How long the line is that stands here for nothing at all: `null`, or the `None` that the AWS CLI prints as text. None: it is something.
fn nothing(bytes: &[u8]) -> Option<usize> {
    let word = ["null", "None"].into_iter().find(|word| bytes.starts_with(word.as_bytes()))?;
    let is_line = bytes.get(word.len()).is_none_or(|byte| matches!(byte, b'\r' | b'\n' | 0));
    is_line.then_some(word.len())
}

/// A value begins within what is open, or by itself.
fn begin(open: &mut [Open], row: &mut u64) {
    match open.last_mut() {
        None => *row += 1,
        Some(Open::List { elements, .. }) => *elements += 1,
        Some(Open::Object { .. } | Open::BrokenRow) => {}
    }
}

/// Whether an event of EventBridge's leads to a record that does not stand in its `detail`.
fn is_around(found: &Found<'_>, raw: &str) -> bool {
    found.may_be_around() && wrappers::is_surely_around(raw)
}

/// The beginning that is UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_else(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        str::from_utf8(valid).unwrap_or_default()
    })
}

fn record<'a>(found: Found<'a>, raw: &'a str, number: u64, position: Position, place: Place<'a>) -> Record<'a> {
    Record { fields: found.fields, raw, is_wrapped: found.is_wrapped, number, position, place }
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
