//! Records in the rows of a table in CSV.

use std::ops::ControlFlow;

use super::inner::{OTHER_CELLS, Taken};
use super::search::Lost;
use super::{Each, Framing, Reader};
use crate::Fault;
use crate::columns::Columns;
use crate::csv::{self, Split};
use crate::window::Filled;

/// What a row came to, apart from the window that it stands in.
enum Next {
    /// It needs nothing more, and is so long.
    Passed(usize),
    /// It is no row, or none of this table's.
    Broken(&'static str),
    /// It has the names of the columns.
    Names(Columns, usize),
    /// The table is none of records.
    Other(&'static str),
    /// Its record was taken or not.
    Taken(Taken, usize),
    /// The window ends within it.
    Cut,
}

impl Reader<'_> {
    /// Takes the next row; says whether there is any more.
    pub(super) fn table(&mut self, each: Each<'_>) -> ControlFlow<(), bool> {
        if self.window.bytes().is_empty() && self.window.fill() != Filled::More {
            self.end(each)?;
            return ControlFlow::Continue(false);
        }
        match self.next_row(each)? {
            Next::Passed(length) => self.window.pass(length),
            Next::Names(columns, length) => {
                self.columns = Some(columns);
                self.has_lists = true;
                self.window.pass(length);
            }
            Next::Taken(taken, length) => {
                self.lost = None;
                if let Taken::Not(fault) = taken {
                    self.tell(0, true, fault, each)?;
                }
                self.window.pass(length);
            }
            Next::Other(what) => {
                self.framing = Framing::Other(what);
            }
            Next::Broken(why) => self.lose_line(Fault::Row(why), each)?,
            Next::Cut => {
                if self.window.fill() == Filled::Full {
                    self.lose_line(Fault::TooLong, each)?;
                }
            }
        }
        ControlFlow::Continue(true)
    }

    fn next_row(&mut self, each: Each<'_>) -> ControlFlow<(), Next> {
        let position = self.place_of_window();
        let is_all = self.window.has_ended();
        let (cells, length) = match csv::row(self.window.bytes(), is_all) {
            Split::Row(cells, length) => (cells, length),
            Split::Cut => return ControlFlow::Continue(Next::Cut),
            Split::Broken(why) => return ControlFlow::Continue(Next::Broken(why)),
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return ControlFlow::Continue(Next::Passed(length));
        }
        let Some(columns) = &self.columns else {
            return ControlFlow::Continue(match Columns::of(&cells) {
                Ok(columns) => Next::Names(columns, length),
                Err(what) => Next::Other(what),
            });
        };
        if columns.are_names(&cells) {
            return ControlFlow::Continue(Next::Passed(length));
        }
        let Some(row) = columns.row(&cells) else { return ControlFlow::Continue(Next::Broken(OTHER_CELLS)) };
        self.row += 1;
        let mut inner = super::inner::Inner {
            around: &self.around,
            open: &self.open,
            row: self.row,
            position,
            number: &mut self.number,
            has_lists: &mut self.has_lists,
            columns: &mut None,
        };
        let taken = inner.row(row, each)?;
        ControlFlow::Continue(Next::Taken(taken, length))
    }

    /// Tells what is wrong with a row, and goes on with the next line: a quote that nothing ends would take all the others with it. What else of
    /// the row stands in lines of its own is not told again.
    fn lose_line(&mut self, fault: Fault, each: Each<'_>) -> ControlFlow<()> {
        if self.lost.is_none() {
            self.row += 1;
            let since = self.window.offset();
            self.lost = Some(Lost { since, furthest: since, spent: 0 });
            self.tell(0, true, fault, each)?;
        }
        loop {
            let bytes = self.window.bytes();
            if let Some(length) = csv::line(bytes) {
                self.window.pass(length);
                return ControlFlow::Continue(());
            }
            self.window.pass(bytes.len());
            if self.window.fill() != Filled::More {
                return ControlFlow::Continue(());
            }
        }
    }
}
