//! What lies in something else: unwrapped, put together, and read.

use std::ops::ControlFlow;
use std::str;

use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;

use super::{Each, Item, Reader, WINDOW_BYTES, record};
use crate::columns::{self, Columns, Row};
use crate::parse::Parsed;
use crate::place::{Around, Open, Place};
use crate::source::{self, Source};
use crate::window::Filled;
use crate::wrappers::{self, Located};
use crate::{Fault, Position, normal, parse};

/// How many texts may lie in each other: a log event in a message in a notification in a message is four.
const MAX_TEXTS: usize = 8;

/// A window is no smaller.
const LEAST_WINDOW_BYTES: usize = 64;

/// Whether what was found is done with.
#[derive(Debug)]
pub(super) enum Taken {
    /// It was, and what was in it was told.
    All,
    /// There is no record in it, for this reason.
    Not(Fault),
}

/// The parts of a reader that the text in its window does not belong to.
pub(super) struct Inner<'i> {
    pub(super) around: &'i Around,
    pub(super) open: &'i [Open],
    pub(super) row: u64,
    pub(super) position: Position,
    pub(super) number: &'i mut u64,
    pub(super) has_lists: &'i mut bool,
    pub(super) columns: &'i mut Option<Columns>,
}

impl Inner<'_> {
    /// Takes the record out of an object that is around it.
    pub(super) fn object(&mut self, object: &str, each: Each<'_>) -> ControlFlow<(), Taken> {
        ControlFlow::Continue(match wrappers::locate(object) {
            Located::Json(path, text) => return self.text(&path, &text, each),
            Located::Packed(path, data) => return self.packed(&path, &data, each),
            Located::Cells(cells) => return self.cells(cells, each),
            Located::Odd { .. } => match normal::of_object(object) {
                Some(text) => return self.made(&text, each),
                None => Taken::Not(Fault::NotARecord),
            },
            Located::Passed => Taken::All,
            Located::Other(what) => Taken::Not(Fault::Other(what)),
            Located::Nothing => Taken::Not(Fault::NotARecord),
        })
    }

    /// Reads JSON that lies at this path from here.
    pub(super) fn text(&mut self, path: &str, text: &str, each: Each<'_>) -> ControlFlow<(), Taken> {
        let text = text.trim();
        let around = match self.around(path, false) {
            Ok(around) => around,
            Err(fault) => return ControlFlow::Continue(Taken::Not(fault)),
        };
        // Mostly it is one record.
        if let Some((found, raw)) = parse::record(text)
            && raw.len() == text.len()
        {
            *self.number += 1;
            let place = Place { around: &around, open: &[], row: self.row };
            each(Item::Record(&record(found, raw, *self.number, self.position, place)))?;
            return ControlFlow::Continue(Taken::All);
        }
        let window = text.len().clamp(LEAST_WINDOW_BYTES, WINDOW_BYTES);
        self.read(Source::Text(Box::new(text.as_bytes())), window, around, each)
    }

    /// Reads what is packed at this path from here.
    fn packed(&mut self, path: &str, data: &str, each: Each<'_>) -> ControlFlow<(), Taken> {
        let around = match self.around(path, true) {
            Ok(around) => around,
            Err(fault) => return ControlFlow::Continue(Taken::Not(fault)),
        };
        let decoded: DecoderReader<'_, GeneralPurpose, &[u8]> = DecoderReader::new(data.as_bytes(), &STANDARD);
        match source::opened(decoded) {
            Ok(source) => self.read(source, WINDOW_BYTES, around, each),
            Err(error) => ControlFlow::Continue(Taken::Not(Fault::Input(error))),
        }
    }

    /// Takes a row of Athena's: the first one has the names.
    fn cells(&mut self, cells: &str, each: Each<'_>) -> ControlFlow<(), Taken> {
        let Some(cells) = columns::of_athena(cells) else {
            return ControlFlow::Continue(Taken::Not(Fault::NotARecord));
        };
        let Some(columns) = self.columns.take() else {
            return ControlFlow::Continue(match Columns::of(&cells) {
                Ok(columns) => {
                    *self.columns = Some(columns);
                    Taken::All
                }
                Err(what) => Taken::Not(Fault::Other(what)),
            });
        };
        let flow = if columns.are_names(&cells) {
            ControlFlow::Continue(Taken::All)
        } else {
            match columns.row(&cells) {
                Some(row) => self.row(row, each),
                None => ControlFlow::Continue(Taken::Not(Fault::Row(OTHER_CELLS))),
            }
        };
        *self.columns = Some(columns);
        flow
    }

    /// Takes a row of CloudTrail Lake's or of Logs Insights', which has its names in itself. None: it is no row.
    pub(super) fn pairs(&mut self, row: &str, each: Each<'_>) -> Option<ControlFlow<(), Taken>> {
        let (names, cells) = columns::of_pairs(row)?;
        Some(match Columns::of(&names) {
            Ok(columns) => match columns.row(&cells) {
                Some(row) => self.row(row, each),
                None => ControlFlow::Continue(Taken::Not(Fault::Row(OTHER_CELLS))),
            },
            Err(what) => ControlFlow::Continue(Taken::Not(Fault::Other(what))),
        })
    }

    /// Takes the record that a row holds.
    pub(super) fn row(&mut self, row: Row<'_>, each: Each<'_>) -> ControlFlow<(), Taken> {
        match row {
            Row::Original(name, text) => self.text(&format!(".{name}"), text, each),
            Row::Made(text) => self.made(&text, each),
        }
    }

    /// Takes a record that was put together.
    fn made(&mut self, text: &str, each: Each<'_>) -> ControlFlow<(), Taken> {
        let Some((found, raw)) = parse::any_object(text).filter(|(found, _)| found.fields.marks > 0) else {
            return ControlFlow::Continue(Taken::Not(Fault::NotARecord));
        };
        *self.number += 1;
        let place = Place { around: self.around, open: self.open, row: self.row };
        each(Item::Record(&record(found, raw, *self.number, self.position, place)))?;
        ControlFlow::Continue(Taken::All)
    }

    fn read<'s>(
        &mut self,
        source: Source<'s>,
        window: usize,
        around: Around,
        each: Each<'_>,
    ) -> ControlFlow<(), Taken> {
        let mut reader = Reader::within(source, window, around, *self.number);
        let mut is_any = false;
        let flow = reader.for_each(&mut |item| {
            is_any = true;
            each(item)
        });
        *self.number = reader.number;
        *self.has_lists |= reader.has_lists;
        flow?;
        ControlFlow::Continue(if is_any || reader.has_lists { Taken::All } else { Taken::Not(Fault::NotARecord) })
    }

    /// What a text at this path from here lies in.
    fn around(&self, path: &str, is_packed: bool) -> Result<Around, Fault> {
        if self.around.depth >= MAX_TEXTS {
            return Err(Fault::Other("text in text in text, deeper than any record lies"));
        }
        // Each time it may grow a thousandfold.
        if self.around.is_packed && is_packed {
            return Err(Fault::Other("base64 within base64, which is not read"));
        }
        let place = Place { around: self.around, open: self.open, row: self.row };
        Ok(Around {
            path: place.path() + path,
            row: place.row(),
            position: Some(self.position),
            depth: self.around.depth + 1,
            is_packed: self.around.is_packed || is_packed,
        })
    }
}

/// What is wrong with a row that has not as many cells as there are columns.
pub(super) const OTHER_CELLS: &str = "it has not as many cells as there are columns";

impl Reader<'_> {
    /// Reads the string of JSON that the window begins with.
    pub(super) fn string(&mut self, each: Each<'_>) -> ControlFlow<()> {
        let Some(length) = self.value(each)? else { return ControlFlow::Continue(()) };
        let position = self.place_of_window();
        let (raw, mut inner) = self.inner(length, position);
        let taken = match wrappers::text(raw) {
            Some(text) => inner.text("", &text, each)?,
            None => Taken::Not(Fault::NotUtf8),
        };
        self.taken(length, taken, each)
    }

    /// Reads the row that the window begins with: a list of names with values. A list of anything else is one of what may be records.
    pub(super) fn row_of_pairs(&mut self, each: Each<'_>) -> ControlFlow<()> {
        let Some(length) = self.value(each)? else {
            // What stands in it is not to be taken for records, nor its end for the end of all rows.
            if self.lost.is_some() {
                self.open.push(Open::BrokenRow);
            }
            return ControlFlow::Continue(());
        };
        let position = self.place_of_window();
        let (raw, mut inner) = self.inner(length, position);
        match inner.pairs(raw, each) {
            Some(flow) => {
                let taken = flow?;
                self.taken(length, taken, each)
            }
            None => {
                self.enter("", 1);
                ControlFlow::Continue(())
            }
        }
    }

    /// What the window begins with, of so many bytes, apart from all else that a reader has.
    pub(super) fn inner(&mut self, length: usize, position: Position) -> (&str, Inner<'_>) {
        let bytes = self.window.bytes().get(..length).unwrap_or_default();
        let inner = Inner {
            around: &self.around,
            open: &self.open,
            row: self.row,
            position,
            number: &mut self.number,
            has_lists: &mut self.has_lists,
            columns: &mut self.columns,
        };
        (str::from_utf8(bytes).unwrap_or_default(), inner)
    }

    /// Goes on behind what the window begins with, whose record was taken or not.
    fn taken(&mut self, length: usize, taken: Taken, each: Each<'_>) -> ControlFlow<()> {
        if let Taken::Not(fault) = taken {
            self.tell(0, true, fault, each)?;
        }
        self.window.pass(length);
        ControlFlow::Continue(())
    }

    /// How long the value is that the window begins with. None: it is broken, and that was told.
    fn value(&mut self, each: Each<'_>) -> ControlFlow<(), Option<usize>> {
        loop {
            match parse::value(self.window.bytes()) {
                Parsed::Whole((), raw) => return ControlFlow::Continue(Some(raw.len())),
                Parsed::Broken(syntax) => {
                    if self.may_go_on(syntax.at) {
                        continue;
                    }
                    self.lose(syntax.at, Fault::Syntax(syntax.why), each)?;
                }
                Parsed::Cut => match self.window.fill() {
                    Filled::More => continue,
                    filled => self.lose_all(filled, each)?,
                },
                Parsed::Within(..) => {}
            }
            return ControlFlow::Continue(None);
        }
    }
}
