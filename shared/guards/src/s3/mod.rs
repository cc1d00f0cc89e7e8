//! Amazon S3: buckets, access points, the settings of the account.

pub(crate) mod access_point;
pub(crate) mod access_point_policy;
pub(crate) mod account_public_access;
pub(crate) mod acl;
pub(crate) mod bucket_policy;
pub(crate) mod cors;
pub(crate) mod default_encryption;
pub(crate) mod existence;
pub(crate) mod grantee;
pub(crate) mod lifecycle;
pub(crate) mod logging;
pub(crate) mod notification;
pub(crate) mod object_filter;
pub(crate) mod object_lock;
pub(crate) mod ownership;
pub(crate) mod public_access;
pub(crate) mod replication;
pub(crate) mod tags;
pub(crate) mod versioning;
pub(crate) mod website;

pub use access_point::AccessPointSettings;
pub use acl::{Acl, AclGrant};
pub use cors::{CorsRule, CrossOrigin};
pub use default_encryption::BucketEncryption;
pub use grantee::Grantee;
pub use lifecycle::{Expiration, Lifecycle, LifecycleRule, NoncurrentExpiration, NoncurrentTransition, Transition};
pub use logging::{LogKeyFormat, LogTarget};
pub use notification::{Notification, Notifications};
pub use object_filter::ObjectFilter;
pub use object_lock::ObjectLock;
pub use ownership::{ObjectOwnership, Ownership};
pub use public_access::PublicAccess;
pub use replication::{Destination, Replication, ReplicationRule, Timed};
pub use versioning::Versioning;
pub use website::{RedirectAll, RoutingRule, Website};
