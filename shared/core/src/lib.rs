//! The nouns of Parapet, and the three traits that tie them together. Pure: no AWS crate, no I/O, no clock.
//!
//! What flows: a CloudTrail record becomes a [`Trigger`]; its event leads to a [`Resource`] and its [`Facet`]s; the
//! reconcile loop reads their live state through a [`World`], asks the [`Guard`] what is wrong and what would be right,
//! leaves [`Evidence`] with a [`Recorder`], and reports an [`Outcome`].
//!
//! Invariants kept here:
//! - Nothing that decides sees the trigger. It names what to look at, and is quoted in the evidence.
//! - Unknown is neither absent nor compliant: a read that failed is a [`WorldError`], never a state.
//! - Doing nothing has a name: see [`Outcome`] and [`Ignored`].

mod control;
mod error;
mod evidence;
mod facet;
mod finding;
mod format;
mod guard;
mod home;
mod identity;
mod memory;
mod outcome;
mod recorder;
mod report;
mod resource;
mod standard;
mod trigger;
mod world;

pub use control::{CONTROLS, Control, ControlId, Severity};
pub use error::{ErrorKind, WorldError};
pub use evidence::{
    EVIDENCE_VERSION, Evidence, FacetImage, Image, Missing, PlannedAction, evidence_folder, evidence_key, key_time,
};
pub use facet::{EventSource, Facet};
pub use finding::{Assessment, Finding, Undetermined};
pub use format::Unreadable;
pub use guard::{Guard, GuardName, Subject};
pub use home::Home;
pub use iam_policy::{Arn, matches};
pub use identity::Identity;
pub use memory::{MEMORY_VERSION, Memory, Remembered, first_memory_folder, first_memory_key, memory_key};
pub use outcome::{Ignored, Outcome};
pub use recorder::{Receipt, Recorder};
pub use report::Report;
pub use resource::{IamEntity, Resource, ResourceKind};
pub use standard::{
    AccessRules, Algorithm, BucketNeeds, BucketRules, Change, CloudWatchLogs, ContestRules, Difference, Direction,
    Encryption, EventDataStoreRules, EventSize, Exemption, MAX_STANDARD_BYTES, Mode, Names, News, ObjectLocation,
    Patterns, Principals, RequiredBoundary, Retention, RetentionMode, Scope, ServiceRules, Standard, StandardError,
    StandardSource, TlsVersion, TrailRules, TrustRules,
};
pub use trigger::{Actor, Trigger};
pub use world::{Observed, World};
