//! What judgements know of AWS: tables, apart from the code that reads them.

pub(super) mod across;
pub(super) mod administrators;
pub(super) mod exposures;
pub(super) mod made;
pub(super) mod needed;
pub(super) mod outsiders;
pub(super) mod paths;
pub(super) mod powers;
pub(super) mod roles;
pub(super) mod scenario;

use crate::catalogue;

/// What judgements know of AWS ages: which edition of it this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// What it says.
    pub what: &'static str,
    /// Where it comes from, with its version.
    pub source: &'static str,
    /// The day of that version: `2026-11-20`.
    pub date: &'static str,
}

/// The editions of the tables that follow AWS: which actions there are, and which of them are ways to power.
pub const TABLES: [Edition; 2] = [
    Edition { what: "actions", source: catalogue::SOURCE, date: catalogue::DATE },
    Edition { what: "ways", source: paths::MODELS[0], date: paths::MODELS[1] },
];
