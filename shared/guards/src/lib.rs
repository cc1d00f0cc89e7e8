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
mod grantee;
mod kms_key;
mod logging;
mod policy;
mod route;

pub use encryption::{
    AccessPointSettings, BucketEncryption, CorsRule, CrossOrigin, Destination, EncryptionAction, EncryptionGuard,
    EncryptionState, Expiration, KeyRotation, KeyState, KeyStatus, Lifecycle, LifecycleRule, LogKeyFormat, LogTarget,
    NoncurrentExpiration, NoncurrentTransition, Notification, Notifications, ObjectFilter, ObjectLock, ObjectOwnership,
    Ownership, PublicAccess, RedirectAll, Replication, ReplicationRule, RoutingRule, Timed, Transition, Versioning,
    Website,
};
pub use grantee::Grantee;
pub use kms_key::KmsKey;
pub use logging::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, DelegatedAdmin, EventConfiguration, EventDataStore,
    FieldSelector, LoggingAction, LoggingGuard, LoggingState, Selectors, StoreSettings, StoreStatus,
    TrailConfiguration, TrailLogging,
};
pub use policy::{
    Acl, AclGrant, Attachment, Boundary, KeyGrant, Login, ManagedPolicy, Membership, Policies, PolicyAction,
    PolicyGuard, PolicyState, Provider, Trust, VERSIONS_A_POLICY,
};
pub use route::{Decision, Led, Look, Route, Target, decide, guarded, is_known_event, route};
