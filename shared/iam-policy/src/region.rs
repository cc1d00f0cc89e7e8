//! Partitions and their regions, and to which region the requests of global services go.

mod place;
mod table;

pub(crate) use place::{of_global, partitions_with, regions};
