//! Resource and trust policies that let somebody in from outside of the trust zone.

mod entrance;
mod found;
mod outsider;
mod owner;
mod tokens;
mod wanted;

pub(super) use found::{anyone, found};
pub use wanted::reads_for_anybody;
