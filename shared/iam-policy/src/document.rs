//! Policy documents: read, written back, edited, and checked for the elements that a policy of their kind may have.

mod check;
mod json;
mod parse;
mod path;
mod readings;
#[cfg(feature = "schema")]
mod schema;
mod value;

pub use json::parse_json;
pub(crate) use value::Edits;
pub use value::{Document, MAX_DOCUMENT_BYTES};
