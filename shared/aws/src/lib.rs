//! Parapet's only crate that names the AWS SDK: one file and one cargo feature a service.
//!
//! - [`Connection`]: clients, from the environment that Lambda gives a function. Built on first use, so that an event that needs
//!   none pays for none.
//! - [`AwsWorld`]: the [`World`](parapet_core::World) of each guard, over those clients.
//! - [`S3Recorder`]: evidence and memory in S3.
//! - [`function`]: what the binaries are made of.
//! - [`sdk`]: the service crates, for the command line and the tests.

#[cfg(feature = "logging-guard")]
mod cloudtrail;
mod connection;
#[cfg(feature = "policy-guard")]
mod document;
mod failure;
pub mod function;
#[cfg(feature = "policy-guard")]
mod iam;
#[cfg(feature = "kms")]
mod kms;
mod recorder;
mod s3;
mod standard;
mod world;

pub use aws_credential_types::Credentials;
pub use connection::{Connection, ConnectionError};
pub use recorder::S3Recorder;
pub use world::AwsWorld;

/// The service crates this one was built with.
pub mod sdk {
    #[cfg(feature = "cloudformation")]
    pub use aws_sdk_cloudformation as cloudformation;
    #[cfg(feature = "cloudtrail")]
    pub use aws_sdk_cloudtrail as cloudtrail;
    #[cfg(feature = "iam")]
    pub use aws_sdk_iam as iam;
    #[cfg(feature = "kms")]
    pub use aws_sdk_kms as kms;
    #[cfg(feature = "lambda")]
    pub use aws_sdk_lambda as lambda;
    pub use aws_sdk_s3 as s3;
}
