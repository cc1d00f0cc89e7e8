//! CloudTrail log files as a stream of records: fast, in constant memory, and past what is broken.
//!
//! [`Reader`] reads one input, [`logs`] finds the log files below a path.

mod columns;
mod csv;
mod damage;
mod fields;
mod folder;
mod format;
mod identity;
mod key;
mod members;
mod normal;
mod object;
mod parse;
mod place;
mod prefix;
mod reader;
mod record;
mod scalar;
mod source;
mod structs;
mod upper;
mod window;
mod wrappers;

pub use damage::{Damage, Fault};
pub use folder::{Entry, Unlisted, entries, logs};
pub use format::InputFormat;
pub use reader::{Item, MAX_RECORD_BYTES, Reader};
pub use record::Record;
pub use window::Position;
