//! Amazon S3 Control: the account's public access block, and access points.

pub(crate) mod access_points;
#[cfg(feature = "encryption-guard")]
pub(crate) mod account;
