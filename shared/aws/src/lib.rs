//! Parapet's only crate that names the AWS SDK: one file or folder, and one cargo feature, a service.
//!
//! - [`Connection`]: clients, from the environment that Lambda gives a function. Built on first use, so that an event that needs
//!   none pays for none.
//! - [`AwsWorld`]: the [`World`](parapet_core::World) of each guard, over those clients.
//! - [`S3Recorder`]: evidence and memory in S3.
//! - [`StandardObject`]: a standard in S3.
//! - [`metrics`]: what alarms look at, in the functions' logs.
//! - [`permissions`]: which permissions the calls need.
//! - [`function`]: what the binaries are made of.
//! - [`sdk`]: the service crates, for the command line and the tests.

#[cfg(feature = "logging-guard")]
mod cloudtrail;
mod connection;
#[cfg(feature = "policy-guard")]
mod document;
#[cfg(feature = "world")]
mod failure;
#[cfg(feature = "function")]
pub mod function;
#[cfg(feature = "policy-guard")]
mod iam;
#[cfg(feature = "world")]
mod identity;
#[cfg(feature = "world")]
mod key_arn;
#[cfg(feature = "world")]
mod kms;
pub mod metrics;
pub mod permissions;
#[cfg(feature = "world")]
mod recorder;
#[cfg(test)]
#[cfg(feature = "guards")]
mod replay;
#[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
mod s3;
#[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
mod s3control;
#[cfg(feature = "function")]
mod standard;
#[cfg(feature = "world")]
mod standard_object;
#[cfg(test)]
#[cfg(feature = "guards")]
mod tables;
#[cfg(feature = "world")]
mod world;

pub use aws_credential_types::Credentials;
pub use connection::{Connection, ConnectionError};
#[cfg(feature = "policy-guard")]
pub use iam::account::arn_of_account;
#[cfg(feature = "world")]
pub use key_arn::KeyArn;
#[cfg(feature = "world")]
pub use recorder::{FirstMemories, S3Recorder};
#[cfg(feature = "world")]
pub use standard_object::StandardObject;
#[cfg(feature = "world")]
pub use world::AwsWorld;

/// The service crates this one was built with.
pub mod sdk {
    #[cfg(feature = "cloudtrail")]
    pub use aws_sdk_cloudtrail as cloudtrail;
    #[cfg(feature = "iam")]
    pub use aws_sdk_iam as iam;
    #[cfg(feature = "kms")]
    pub use aws_sdk_kms as kms;
    pub use aws_sdk_s3 as s3;
    #[cfg(feature = "s3control")]
    pub use aws_sdk_s3control as s3control;
}
