//! Partitions and their regions, and to which region the requests of global services go.

mod place;
mod service;
mod table;

pub(crate) use place::{is_in_names, of_global, partitions_with, regions};
pub(crate) use service::{plain_service, service_names};
