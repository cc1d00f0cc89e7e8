//! What of a condition confines a grant to the trust zone: the table and its reading.

mod proof;
mod rule;
mod table;

pub(crate) use proof::proofs;
