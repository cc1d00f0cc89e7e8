//! What each guard makes of an observed state. Pure: everything here is a function of a state and the standard.
//!
//! - [`EncryptionGuard`]: bucket settings and the state of KMS keys.
//! - [`PolicyGuard`]: every policy document, and what is attached to whom.
//! - [`LoggingGuard`]: trails, their logging, selectors, insights and tags; event data stores.
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
    BucketEncryption, EncryptionAction, EncryptionGuard, EncryptionState, KeyRotation, KeyState, KeyStatus, LogTarget,
    ObjectOwnership, PublicAccess, Versioning,
};
pub use kms_key::KmsKey;
pub use logging::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, DelegatedAdmin, EventConfiguration, EventDataStore,
    FieldSelector, LoggingAction, LoggingGuard, LoggingState, Selectors, StoreSettings, StoreStatus,
    TrailConfiguration, TrailLogging,
};
pub use policy::{Attachment, Grant, ManagedPolicy, PolicyAction, PolicyGuard, PolicyState, Trust, VERSIONS_A_POLICY};
pub use route::{Decision, Led, Look, Route, Target, decide, is_known_event, route};
