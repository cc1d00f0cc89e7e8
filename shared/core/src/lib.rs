//! The nouns of Parapet that no service of AWS owns. Pure: no AWS crate, no I/O, no clock.
//!
//! What flows: a CloudTrail record becomes a [`Trigger`]; `parapet-guards` knows which resource and facets its event leads to, and how
//! they have to be; the loop reads their live state, leaves evidence, writes, and reports an [`Outcome`].
//!
//! Invariants kept here:
//! - Nothing that decides sees the trigger. It names what to look at, and is quoted in the evidence.
//! - Unknown is neither absent nor compliant: a read that failed is a [`WorldError`], never a state.
//! - Doing nothing has a name: see [`Outcome`] and [`Ignored`].

mod denied_by;
mod error;
mod format;
mod home;
mod identity;
mod mode;
mod outcome;
mod severity;
mod trigger;

pub use denied_by::DeniedBy;
pub use error::{ErrorKind, WorldError};
pub use format::Unreadable;
pub use home::Home;
pub use iam_policy::{Arn, matches};
pub use identity::Identity;
pub use mode::Mode;
pub use outcome::{Ignored, Outcome};
pub use severity::Severity;
pub use trigger::{Actor, Leads, ListedResource, Trigger};
