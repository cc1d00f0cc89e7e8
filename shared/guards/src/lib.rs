//! What each guard makes of an observed state. Pure: everything here is a function of a state and the standard.
//!
//! - One folder a service (`s3`, `kms`, `iam`, `cloudtrail`), one file a facet: its state, what is wrong with one, how it is mended.
//! - `guard`: [`EncryptionGuard`], bucket settings and the state of KMS keys; [`PolicyGuard`], every policy document, and what is attached
//!   to whom; [`LoggingGuard`], trails and event data stores.
//! - `judge`: what policy documents are judged by, whichever service they belong to.
//! - [`foundation`]: what bootstrap ensures, as a list of facets; the guards know how each of them has to be.
//! - [`route()`]: where a record leads; [`decide`]: the same over all guards, for people to read.

mod cloudtrail;
mod flaw;
pub mod foundation;
mod guard;
mod iam;
mod judge;
mod kms;
mod route;
mod s3;

pub use cloudtrail::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, DelegatedAdmin, EventConfiguration, EventDataStore,
    FieldSelector, Selectors, StoreSettings, StoreStatus, TrailConfiguration, TrailLogging,
};
pub use guard::encryption::{EncryptionAction, EncryptionGuard, EncryptionState};
pub use guard::logging::{LoggingAction, LoggingGuard, LoggingState};
pub use guard::policy::{PolicyAction, PolicyGuard, PolicyState};
pub use iam::{Attachment, Boundary, Login, ManagedPolicy, Membership, Policies, Provider, Trust, VERSIONS_A_POLICY};
pub use kms::{KeyGrant, KeyRotation, KeyState, KeyStatus, KmsKey};
pub use route::{Decision, Led, Look, Route, Target, decide, guarded, is_known_event, route};
pub use s3::{
    AccessPointSettings, Acl, AclGrant, BucketEncryption, CorsRule, CrossOrigin, Destination, Expiration, Grantee,
    Lifecycle, LifecycleRule, LogKeyFormat, LogTarget, NoncurrentExpiration, NoncurrentTransition, Notification,
    Notifications, ObjectFilter, ObjectLock, ObjectOwnership, Ownership, PublicAccess, RedirectAll, Replication,
    ReplicationRule, RoutingRule, Timed, Transition, Versioning, Website,
};
