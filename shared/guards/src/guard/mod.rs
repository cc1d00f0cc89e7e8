//! The guards: which facets each looks after.

pub(crate) mod encryption;
pub(crate) mod logging;
pub(crate) mod policy;
