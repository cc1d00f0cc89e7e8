//! The index of evidence: by which actor, and on which day.
//!
//! Evidence lies by its resource. To find it by actor or day, somebody would have to look through every resource's folder; so a person's
//! command does, once for each piece of evidence, and leaves entries beside it. No repair knows of them.
//!
//! - [`Entry`]: what is said of one piece of evidence, and where that lies.
//! - [`Who`]: whose evidence is asked for.
//! - [`Mark`]: how far the index goes.
//! - [`walk`]: in which order evidence is looked through, and what of it is passed over.

mod actor;
mod entry;
mod mark;
pub mod walk;

pub use actor::Who;
pub use entry::{Entry, day_folder, first_resource_folder};
pub use mark::{Mark, Seen, Walk, mark_key};

use parapet_core::{Home, Unreadable};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The version of the index that is written.
pub const INDEX_VERSION: u32 = 1;

/// Where the index of an account and region lies.
fn root(home: &Home) -> String {
    format!("index/v{INDEX_VERSION}/{}/{}", home.account, home.region)
}

/// Reads a document of the index.
fn read<T: DeserializeOwned>(key: &str, text: &[u8]) -> Result<T, Unreadable> {
    let malformed = |why: String| Unreadable::malformed(key, why);
    let document: Value = serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))?;
    match document.get("version") {
        Some(version) if version.as_u64() == Some(u64::from(INDEX_VERSION)) => {
            serde_json::from_value(document).map_err(|error| malformed(error.to_string()))
        }
        Some(version) => Err(malformed(format!(
            "its version is {version}, and this program reads up to {INDEX_VERSION}: install the newer one"
        ))),
        None => Err(malformed("it has no `version`".to_owned())),
    }
}
