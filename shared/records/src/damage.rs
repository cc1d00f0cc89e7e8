//! What cannot be read of an input.

use std::io;

use thiserror::Error;

use crate::Position;
use crate::reader::MAX_RECORD_BYTES;

/// A part of an input that cannot be read, and where it is.
#[derive(Debug)]
pub struct Damage {
    /// Where it shows.
    pub position: Position,
    /// Its place among the records, had it been one; none where it is none.
    pub record: Option<u64>,
    /// Which value of the input it is in, or behind.
    pub row: u64,
    /// The way there through what others put around the record, if that is where it is.
    pub path: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// Why a part of an input cannot be read.
#[derive(Debug, Error)]
pub enum Fault {
    /// It is no JSON.
    #[error("broken JSON: {0}")]
    Syntax(String),
    /// It is no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It is an object, and has nothing that a record has.
    #[error("an object without any field of a CloudTrail record")]
    NotARecord,
    /// Something else stands where a record should.
    #[error("expected a record, found `{0}`")]
    NotAnObject(String),
    /// It is something that holds no records, or that is not read: this.
    #[error("{0}")]
    Other(&'static str),
    /// A row of a table cannot be read.
    #[error("broken row: {0}")]
    Row(&'static str),
    /// It is longer than any record.
    #[error("the record is longer than {} MiB", MAX_RECORD_BYTES / 1024 / 1024)]
    TooLong,
    /// The input ends in it.
    #[error("the input ends within the record")]
    Cut,
    /// The input ends before its list of records.
    #[error("the input ends within the list of records")]
    Unclosed,
    /// The input cannot be read any further.
    #[error("{0}")]
    Input(io::Error),
}
