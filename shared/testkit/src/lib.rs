//! What the tests of every crate share. A dev-dependency only: it knows no facet by name but in its fixtures and quotas, and no AWS.
//!
//! - [`FakeWorld`]: an account in a map, whose physics is [`State::step`](parapet_guards::State::step), and AWS's quotas.
//! - [`FaultyWorld`]: a world some of whose calls fail.
//! - [`MemoryRecorder`]: evidence and memory in a map; its store can be broken, missing or closed to writes.
//! - [`Journal`]: what worlds and recorders were asked to do, in order.
//! - [`laws`]: what holds for every facet.
//! - [`logs`]: logs of any length, as accounts have them.
//! - [`situations`], [`documents`]: generators. [`fixtures`]: names that the tests agree on. [`verdict`]: a decision in one line.
//!
//! ```
//! use parapet_testkit::fixtures::standard;
//!
//! assert!(standard("trust: {accounts: ['444455556666']}").trust.accounts.contains(&"444455556666".to_owned()));
//! ```

mod asked;
pub mod documents;
mod faulty;
pub mod fixtures;
mod journal;
pub mod laws;
pub mod logs;
mod quotas;
mod recorder;
mod situation;
mod verdict;
mod world;

pub use asked::AskedForUses;
pub use faulty::{Fault, FaultyWorld};
pub use journal::{Entry, Journal};
pub use recorder::MemoryRecorder;
pub use situation::{Situation, situations};
pub use verdict::verdict;
pub use world::FakeWorld;
