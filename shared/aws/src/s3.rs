//! Amazon S3, S3 Control included: one file a facet. Every call says which account has to own the bucket.

#[cfg(feature = "s3control")]
mod access_point;
#[cfg(feature = "s3control")]
mod access_point_guard_access;
#[cfg(feature = "s3control")]
mod access_point_policy;
#[cfg(feature = "s3control")]
mod account_public_access;
mod acl;
mod bucket_policy;
mod cors;
mod default_encryption;
mod existence;
mod filter;
mod grantee;
mod guard_access;
mod inventory;
mod lifecycle;
pub(crate) mod listing;
mod logging;
mod notification;
mod object_lock;
mod ownership;
mod public_access;
#[cfg(feature = "policy-guard")]
mod recorded;
mod replication;
mod tags;
mod versioning;
mod website;

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::Resource;

use crate::failure::broken;

/// S3's answer for a bucket that is not there.
const NO_BUCKET: &str = "NoSuchBucket";

/// What the SDK will not even send.
fn invalid(step: &str, subject: &Resource, error: &aws_sdk_s3::error::BuildError) -> WorldError {
    broken(step, subject, ErrorKind::Invalid, error.to_string())
}
