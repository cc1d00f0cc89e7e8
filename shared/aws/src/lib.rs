//! Parapet's only crate that names the AWS SDK: one file or folder, and one cargo feature, a service.
//!
//! - [`Connection`]: clients, from the environment that Lambda gives a function. Built on first use, so that an event that needs
//!   none pays for none.
//! - [`AwsWorld`]: the [`World`](parapet_guards::World) over those clients.
//! - [`S3Recorder`]: evidence and memory in S3.
//! - [`EvidenceIndex`]: evidence by actor and by day, for the command.
//! - [`StandardObject`]: a standard in S3.
//! - [`metrics`]: what alarms look at, in the functions' logs.
//! - [`permissions`]: which permissions the calls need.
//! - [`function`]: what the binaries are made of.
//! - [`sdk`]: the service crates, for the command line and the tests.

#[cfg(feature = "world")]
mod adapter;
#[cfg(feature = "cloudtrail")]
mod cloudtrail;
mod connection;
#[cfg(feature = "world")]
mod document;
#[cfg(feature = "ecr")]
mod ecr;
#[cfg(feature = "evidence-index")]
mod evidence_index;
#[cfg(feature = "world")]
mod failure;
#[cfg(feature = "function")]
pub mod function;
#[cfg(feature = "iam")]
mod iam;
#[cfg(feature = "world")]
mod identity;
#[cfg(feature = "world")]
mod key_arn;
#[cfg(feature = "world")]
mod kms;
pub mod metrics;
#[cfg(feature = "world")]
mod objects;
#[cfg(feature = "world")]
pub mod permissions;
#[cfg(feature = "world")]
mod recorder;
#[cfg(test)]
#[cfg(feature = "guards")]
mod replay;
#[cfg(feature = "world")]
mod s3;
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
#[cfg(feature = "evidence-index")]
pub use evidence_index::{Asked, EvidenceIndex, Found, Updated};
#[cfg(feature = "iam")]
pub use iam::account::arn_of_account;
#[cfg(feature = "world")]
pub use key_arn::KeyArn;
#[cfg(feature = "world")]
pub use recorder::{FirstMemories, S3Recorder};
#[cfg(feature = "world")]
pub use standard_object::StandardObject;
#[cfg(feature = "world")]
pub use world::AwsWorld;

// The tables. A new service is a line in each; what it is, its own folder says.

connection::clients! {
    "iam": iam = aws_sdk_iam, "AWS IAM.";
    "kms": kms = aws_sdk_kms, "AWS KMS.";
    "cloudtrail": cloudtrail = aws_sdk_cloudtrail, "AWS CloudTrail.";
    "ecr": ecr = aws_sdk_ecr, "Amazon ECR.";
}

#[cfg(feature = "world")]
world::kinds! {
    Account if all(): async |_| Ok(vec![parapet_guards::on::Account {}.into()]);
    Bucket if any(feature = "encryption-guard", feature = "policy-guard"): s3::listing::buckets;
    AccessPoint if any(feature = "encryption-guard", feature = "policy-guard"): s3::listing::access_points;
    Key if all(): kms::listed, told by kms::identity;
    Trail if feature = "logging-guard": cloudtrail::listed;
    EventDataStore if feature = "logging-guard":
        cloudtrail::event_data_store::listed, told by cloudtrail::event_data_store::identity;
    // Nobody can list them, and nothing could be seen of them: only their removal is told, by its event.
    DelegatedAdmin if all(): async |_| Ok(Vec::new());
    Repository if feature = "ecr": ecr::listed, told by ecr::identity;
}
