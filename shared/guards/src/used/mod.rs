//! What is used: which requests CloudTrail shows of a principal, and which of them a repair would end.
//!
//! - [`Call`]: what one record says of whom it was, what for and from where; [`actions`] which IAM actions an event stands for.
//! - [`Summary`]: what one principal was seen to ask for, bounded, in a form that is kept; [`History`]: the same of all of an account.
//! - [`UsedBy`]: that summary as the sweep keeps it, and [`Gathered`] how far it has read.
//! - [`Access`]: what a repair changes of documents, and for whom.
//! - [`LastAccessed`]: what IAM itself tells of it, of services and of some actions, and [`Ended`] what of that a repair would end.
//! - [`lost`]: which requests of a summary the repaired documents would no longer allow: [`Loses`].
//!
//! What a trail does not log is never called unused: [`Logged`] says what of it was seen at all.

mod access;
mod accessed;
mod actions;
mod call;
mod history;
mod kept;
mod keys;
mod logged;
mod lost;
mod resource;
mod summary;

pub use access::{Access, Holders, Place};
pub use accessed::{Ended, LastAccess, LastAccessed, LastUse};
pub use actions::{actions, prefix_of};
pub use call::{Asked, Call, Passed, What};
pub use history::{History, MAX_PRINCIPALS, MAX_USES};
pub use kept::{
    GATHERED_VERSION, Gathered, UsedBy, delivered_at, delivery_time, gathered_key, trail_folder, used_folder, used_key,
};
pub use keys::{From, Mfa};
pub use logged::Logged;
pub use lost::{Example, Loses, MAX_EXAMPLES, OfResource, lost, lost_on};
pub use summary::{
    KEPT_SECONDS, MAX_ACTIONS, MAX_USES_A_PRINCIPAL, MAX_USES_AN_ACTION, SUMMARY_VERSION, Summary, Use, Used,
};
