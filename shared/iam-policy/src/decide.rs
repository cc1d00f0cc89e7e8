//! One request against one document, or against every policy that applies to it, and what a change takes from one that was made.

mod decision;
mod layers;
mod loss;

pub use decision::{Decision, decide};
pub use layers::{DecidedBy, Evaluation, Layer, Policies, evaluate};
pub use loss::{Loss, Seen, SeenAction, loss, loss_beside};
