//! What judgements know of AWS: tables, apart from the code that reads them.

pub(super) mod across;
pub(super) mod administrators;
pub(super) mod deliveries;
mod editions;
pub(super) mod exposures;
pub(super) mod ids;
pub(super) mod made;
pub(super) mod needed;
pub(super) mod outsiders;
pub(super) mod paths;
pub(super) mod powers;
pub(super) mod roles;
pub(super) mod scenario;
pub(super) mod tampering;

pub use editions::{Edition, TABLES};
