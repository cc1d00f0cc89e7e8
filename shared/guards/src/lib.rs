//! What each guard makes of an observed state. Pure: everything here is a function of a state and the standard.
//!
//! - [`EncryptionGuard`]: bucket settings and the state of KMS keys.
//! - [`PolicyGuard`]: every policy document, and what is attached to whom.
//! - [`LoggingGuard`]: trails, their logging, selectors and insights.
//! - [`foundation`]: what bootstrap ensures, as a list of facets; the guards know how each of them has to be.
//! - [`route()`]: where a record leads; [`decide`]: the same over all guards, for people to read.

mod encryption;
mod flaw;
pub mod foundation;
mod kms_key;
mod logging;
mod policy;
mod route;

pub use encryption::{
    BucketEncryption, EncryptionAction, EncryptionGuard, EncryptionState, KeyState, LogTarget, ObjectOwnership,
    PublicAccess, Versioning,
};
pub use kms_key::KmsKey;
pub use logging::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, FieldSelector, LoggingAction, LoggingGuard,
    LoggingState, Selectors, TrailConfiguration, TrailLogging,
};
pub use policy::{
    Attachment, Boundary, Login, ManagedPolicy, Membership, Policies, PolicyAction, PolicyGuard, PolicyState, Provider,
    Trust, VERSIONS_A_POLICY,
};
pub use route::{Decision, Led, Look, Route, Target, decide, guarded, is_known_event, route};
