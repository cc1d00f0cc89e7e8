//! Amazon S3. Every call says which account has to own the bucket.

pub(crate) mod acl;
#[cfg(feature = "encryption-guard")]
mod filter;
mod grantee;
pub(crate) mod listing;
#[cfg(feature = "policy-guard")]
pub(crate) mod policy;
#[cfg(feature = "encryption-guard")]
pub(crate) mod settings;

/// S3's answer for a bucket that is not there.
const NO_BUCKET: &str = "NoSuchBucket";
