//! Attacks on a guarded account, and how long each stays unrepaired.
//!
//! One attack is one small item in [`attacks`]: a name, a call, and how to see that it is repaired. [`trial`] makes it and
//! measures. The end-to-end tests make the same attacks.

pub mod attacks;
mod documents;
mod reading;
mod scene;
pub mod summary;
pub mod trial;

pub use attacks::{Attack, Harmless};
pub use scene::Scene;
