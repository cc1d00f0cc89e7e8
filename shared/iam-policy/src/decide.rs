//! One request against one document, or against every policy that applies to it.

mod decision;
mod layers;

pub use decision::{Decision, decide};
pub use layers::{DecidedBy, Evaluation, Layer, Policies, evaluate};
