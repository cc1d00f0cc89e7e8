//! What is guarded, how it has to be, and the way there. Pure: everything here is a function of a state and the standard.
//!
//! - One folder a service (`s3`, `kms`, `iam`, `cloudtrail`): its resources, and one file a facet, which says all of it. What a facet is:
//!   [`Aspect`]; the tables: [`Facet`], [`GuardName`], [`Resource`].
//! - `judge`: what policy documents are judged by, whichever service they belong to.
//! - [`Standard`]: what is asked for.
//! - [`route()`]: where a record leads; [`decide`]: the same over all guards, for people to read.
//! - [`foundation`]: what bootstrap ensures, as a list of facets; each knows how it has to be.
//! - [`World`] and [`Recorder`]: what the loop reads and writes; [`Evidence`] and [`Memory`]: what is kept.

mod aspect;
mod cloudtrail;
mod control;
mod evidence;
mod facet;
mod finding;
mod flaw;
pub mod foundation;
mod guard;
mod iam;
mod judge;
mod kms;
mod memory;
mod recorder;
mod report;
mod resource;
mod route;
mod s3;
mod service;
mod standard;
mod subject;
mod world;

pub use aspect::{Aspect, Never, Put, Row};
pub use control::{Control, ControlId};
pub use evidence::{
    EVIDENCE_VERSION, Evidence, FacetImage, Image, Missing, PlannedAction, evidence_folder, evidence_key, key_time,
};
pub use facet::{Action, Facet, State, facets};
pub use finding::{Assessment, Finding, Undetermined};
pub use flaw::{Flaw, Flaws};
pub use guard::GuardName;
pub use memory::{MEMORY_VERSION, Memory, Remembered, first_memory_folder, first_memory_key, memory_key};
pub use recorder::{Receipt, Recorder};
pub use report::Report;
pub use resource::{Kind, Resource, ResourceKind};
pub use route::{Decision, Led, Look, Route, Target, decide, guarded, is_known_event, route};
pub use service::Service;
pub use standard::{
    AccessRules, Algorithm, BucketNeeds, BucketRules, Change, CloudWatchLogs, ContestRules, Difference, Direction,
    Encryption, EventDataStoreRules, EventSize, Exemption, MAX_STANDARD_BYTES, Names, News, ObjectLocation, Patterns,
    Principals, RequiredBoundary, Retention, RetentionMode, Scope, ServiceRules, Standard, StandardError,
    StandardSource, TlsVersion, TrailRules, TrustRules,
};
pub use subject::Subject;
pub use world::{Observed, World};

pub use cloudtrail::*;
pub use iam::*;
pub use kms::*;
pub use s3::*;

/// What facets are facets of, by name.
pub mod on {
    pub use crate::cloudtrail::resources::{DelegatedAdmin, EventDataStore, Trail};
    pub use crate::iam::resources::{
        Attachment, IdentityProvider, InlinePolicy, ManagedPolicy, Membership, Principal, Role,
    };
    pub use crate::kms::resources::Key;
    pub use crate::s3::resources::{AccessPoint, Account, Bucket};
}
