//! CloudTrail log files as a stream of records: fast, in constant memory, and past what is broken.
//!
//! [`Reader`] reads one input, [`logs`] finds the log files below a path.

mod damage;
mod fields;
mod folder;
mod identity;
mod key;
mod members;
mod object;
mod parse;
mod reader;
mod record;
mod scalar;
mod source;
mod upper;
mod window;

pub use damage::{Damage, Fault};
pub use folder::{Unlisted, logs};
pub use reader::{Item, MAX_RECORD_BYTES, Reader};
pub use record::Record;
pub use window::Position;
