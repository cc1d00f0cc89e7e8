//! Judging policies: which rules they violate, with the request that proves it.

mod admin;
mod elements;
mod escalation;
mod found;
mod holding;
mod judgement;
mod kinds;
mod made;
mod outsiders;
mod places;
mod powers;
mod protected;
mod reach;
mod role;
mod roles;
mod scenario;
mod sensitive;
mod session;
mod stronger;
mod tables;
mod tagging;
mod targets;
mod violation;
mod ways;

pub use holding::{Holding, Rules, Sealed};
pub use judgement::{Judgement, could_complete_escalation, judge};
pub(crate) use judgement::{reaches_too_much, violations};
pub use kinds::{Severity, ViolationKind};
pub(crate) use reach::{Entry, Traits, entries};
pub use role::{KnownRole, More, Stronger};
pub(crate) use roles::Roles;
pub(crate) use sensitive::{SensitiveSet, asked_by};
pub(crate) use session::Session;
pub use tables::powers::OBJECT_TAMPERING;
pub use tables::{Edition, TABLES};
pub use violation::{Breach, Outsiders, Target, Violation};
