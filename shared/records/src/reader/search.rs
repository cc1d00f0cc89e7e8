//! From something broken to the next record.

use std::ops::ControlFlow;
use std::str;

use memchr::memchr2;

use super::inner::Taken;
use super::{Each, Item, Open, Place, Reader, begin, record};
use crate::parse::{self, Parsed};
use crate::window::Filled;
use crate::wrappers;

/// What is spent on looking for a record within a broken one, for each of its bytes. Enough for every nesting that records
/// have; without a bound, objects that all begin and never end would take the square of their length.
const EFFORT_A_BYTE: u64 = 16;

/// What may be spent anyway.
const LEAST_EFFORT: u64 = 64 * 1024;

/// How deep the elements of a list are indented at most, and what they begin with.
const LONGEST_INDENT: usize = 64;

/// On the way from something broken to the next record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub(super) since: u64,
    /// The furthest that any attempt came.
    pub(super) furthest: u64,
    pub(super) spent: u64,
}

impl Reader<'_> {
    /// Looks for the next record after something broken; says whether there is any more.
    pub(super) fn search(&mut self, each: Each<'_>) -> ControlFlow<(), bool> {
        let bytes = self.window.bytes();
        let Some(place) = memchr2(b'{', b'\n', bytes) else {
            self.window.pass(bytes.len());
            let more = self.window.fill() == Filled::More;
            if !more {
                self.end(each)?;
            }
            return ControlFlow::Continue(more);
        };
        self.window.pass(place);
        if self.window.bytes().first() == Some(&b'{') {
            self.attempt(each)?;
        } else if self.open.is_empty() {
            self.line();
        } else {
            self.line_of_list();
        }
        ControlFlow::Continue(true)
    }

    /// The window begins with a line break within a list, where lines part no records; but strings of JSON, one a line, cannot be told otherwise.
    fn line_of_list(&mut self) {
        while self.window.bytes().len() < LONGEST_INDENT && self.window.fill() == Filled::More {}
        let begins = self.window.bytes().trim_ascii_start();
        if matches!(self.open.last(), Some(Open::List { .. })) && wrappers::is_json_in_text(begins) {
            self.lost = None;
        }
        self.window.pass(1);
    }

    /// The window begins with a line break: the line behind it may be a record.
    fn line(&mut self) {
        while self.window.bytes().len() < 2 && self.window.fill() == Filled::More {}
        // What is indented, or goes on with a key or a bracket, belongs to the broken record.
        let goes_on = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'}' | b']' | b',');
        if self.window.bytes().get(1).is_some_and(|byte| !goes_on(byte)) {
            self.lost = None;
        }
        self.window.pass(1);
    }

    /// The window begins with a brace: takes the object if it is a record, or a list of them.
    fn attempt(&mut self, each: Each<'_>) -> ControlFlow<()> {
        loop {
            let position = self.place_of_window();
            let reached = match parse::object(self.window.bytes()) {
                Parsed::Whole(found, raw) => {
                    let length = raw.len();
                    let raw = str::from_utf8(raw).unwrap_or_default();
                    if found.is_record() && found.fields.is_complete() && !raw.is_empty() {
                        self.lost = None;
                        // No record stands beside a list of records: the end of that object was in what is broken.
                        self.open.pop_if(|last| matches!(last, Open::Object { .. }));
                        self.number += 1;
                        begin(&mut self.open, &mut self.row);
                        let place = Place { around: &self.around, open: &self.open, row: self.row };
                        each(Item::Record(&record(found, raw, self.number, position, place)))?;
                    } else if !found.is_record() && wrappers::is_surely_around(raw) {
                        let lost = self.lost.take();
                        self.open.pop_if(|last| matches!(last, Open::Object { .. }));
                        begin(&mut self.open, &mut self.row);
                        if let Taken::Not(_) = self.take(length, position, each)? {
                            self.lost = lost;
                        }
                    }
                    self.window.pass(length);
                    return ControlFlow::Continue(());
                }
                Parsed::Within(_, length) if !begins_as_log(self.window.bytes()) => length,
                Parsed::Within(entered, length) => {
                    // A log file begins: what was open before it never ended.
                    self.lost = None;
                    self.open.clear();
                    self.row += 1;
                    self.enter_object(entered, length);
                    return ControlFlow::Continue(());
                }
                Parsed::Cut => match self.window.fill() {
                    Filled::More => continue,
                    Filled::End | Filled::Full => self.window.bytes().len(),
                },
                Parsed::Broken(syntax) => {
                    if self.may_go_on(syntax.at) {
                        continue;
                    }
                    syntax.at
                }
            };
            self.give_up(reached);
            return ControlFlow::Continue(());
        }
    }

    /// No record begins here: an attempt failed after so many bytes.
    fn give_up(&mut self, reached: usize) {
        let here = self.window.offset();
        let mut next = 1;
        if let Some(lost) = &mut self.lost {
            lost.spent += reached as u64;
            lost.furthest = lost.furthest.max(here + reached as u64);
            if lost.spent > LEAST_EFFORT + EFFORT_A_BYTE * (lost.furthest - lost.since) {
                next = usize::try_from(lost.furthest - here).unwrap_or(next).max(1);
            }
        }
        self.window.pass(next);
    }
}

/// Whether the first key of an object is the one that a log file has. Parameters of a request can have it, too, further on.
fn begins_as_log(object: &[u8]) -> bool {
    object.get(1..).unwrap_or_default().trim_ascii_start().starts_with(b"\"Records\"")
}
