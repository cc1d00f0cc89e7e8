//! Parapet's only crate that names the AWS SDK: one file or folder, and one cargo feature, a service.
//!
//! - [`Connection`]: clients, from the environment that Lambda gives a function, or with a person's credentials (feature `profiles`). Built on first use, so that an event that needs
//!   none pays for none.
//! - [`AwsWorld`]: the [`World`](parapet_guards::World) over those clients.
//! - [`S3Recorder`]: evidence and memory in S3.
//! - [`EvidenceIndex`]: evidence by actor and by day, for the command.
//! - [`StandardObject`]: a standard in S3.
//! - [`LogObjects`]: what a trail delivered, and [`last_accessed`] what IAM tells of use, for the command.
//! - [`metrics`]: what alarms look at, in the functions' logs.
//! - [`permissions`]: which permissions the calls need; [`roles`]: which of them each function does.
//! - [`function`]: what the binaries are made of.
//! - [`sdk`]: the service crates, for the command line and the tests.

#![cfg_attr(
    all(
        feature = "sweep",
        not(any(
            feature = "encryption-guard",
            feature = "policy-guard",
            feature = "logging-guard",
            feature = "ai-guard"
        ))
    ),
    allow(dead_code, unused_imports, reason = "the sweep's binary looks at nothing that is guarded")
)]

#[cfg(feature = "world")]
mod adapter;
#[cfg(feature = "logging-guard")]
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
#[cfg(feature = "sweep")]
mod history;
#[cfg(feature = "iam")]
mod iam;
#[cfg(feature = "world")]
mod key_arn;
#[cfg(feature = "world")]
mod kms;
#[cfg(all(feature = "profiles", feature = "iam"))]
mod last_accessed;
#[cfg(feature = "profiles")]
mod log_objects;
pub mod metrics;
#[cfg(feature = "world")]
mod objects;
#[cfg(feature = "organizations")]
mod organization;
#[cfg(feature = "world")]
pub mod permissions;
#[cfg(feature = "profiles")]
mod profiles;
#[cfg(any(feature = "sweep", feature = "operator"))]
mod proof;
#[cfg(feature = "world")]
mod recorder;
#[cfg(test)]
#[cfg(feature = "guards")]
mod replay;
#[cfg(feature = "guards")]
pub mod roles;
#[cfg(feature = "world")]
mod s3;
#[cfg(feature = "world")]
mod sealing;
#[cfg(feature = "function")]
mod standard;
#[cfg(feature = "world")]
mod standard_object;
#[cfg(test)]
#[cfg(feature = "guards")]
mod tables;
#[cfg(feature = "sweep")]
mod trail_objects;
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
#[cfg(all(feature = "profiles", feature = "iam"))]
pub use last_accessed::last_accessed;
#[cfg(feature = "profiles")]
pub use log_objects::{LogObjects, LogPage};
#[cfg(feature = "profiles")]
pub use profiles::ProfileError;
#[cfg(feature = "operator")]
pub use proof::{Invoked, ask_sweep};
#[cfg(feature = "world")]
pub use recorder::{S3Recorder, SeenLately};
#[cfg(feature = "world")]
pub use standard_object::{FoundObject, StandardObject};
#[cfg(feature = "world")]
pub use world::AwsWorld;

// The tables. A new service is a line in each; what it is, its own folder says.

connection::clients! {
    "iam": iam = aws_sdk_iam, "AWS IAM.";
    "kms": kms = aws_sdk_kms, "AWS KMS.";
    "cloudtrail": cloudtrail = aws_sdk_cloudtrail, "AWS CloudTrail.";
    "ecr": ecr = aws_sdk_ecr, "Amazon ECR.";
    "lambda": lambda = aws_sdk_lambda, "AWS Lambda.";
    "organizations": organizations = aws_sdk_organizations, "AWS Organizations.";
}

#[cfg(feature = "world")]
world::kinds! {
    Account if all():
        listed by world::only_this_account, &[];
        told by world::the_name_alone, &[];
    Bucket if any(feature = "encryption-guard", feature = "policy-guard"):
        listed by s3::listing::buckets, permissions::s3::LIST_BUCKETS;
        told by world::the_name_alone, &[];
    AccessPoint if any(feature = "encryption-guard", feature = "policy-guard"):
        listed by s3::listing::access_points, permissions::s3::LIST_ACCESS_POINTS;
        told by world::the_name_alone, &[];
    // Nobody lists them: one is told by its event alone.
    RecordedPolicy if all():
        listed by world::none, &[];
        told by world::the_name_alone, &[];
    Key if all():
        listed by kms::listed, permissions::kms::LIST_KEYS;
        told by kms::identity, permissions::kms::STANDARDS_KEY;
    Role if feature = "iam":
        listed by iam::listed::roles, permissions::iam::LIST_ALL;
        told by iam::identity::of_role, permissions::iam::IDENTIFY_ROLE;
    ManagedPolicy if feature = "iam":
        listed by iam::listed::policies, permissions::iam::LIST_ALL;
        told by iam::identity::of_policy, permissions::iam::IDENTIFY_POLICY;
    InlinePolicy if feature = "iam":
        listed by iam::listed::inline_policies, permissions::iam::LIST_ALL;
        told by iam::identity::of_inline_policy, permissions::iam::IDENTIFY_HOLDER;
    Attachment if feature = "iam":
        listed by iam::listed::attachments, permissions::iam::LIST_ALL;
        told by iam::identity::of_attachment, permissions::iam::IDENTIFY_HOLDER;
    Principal if feature = "iam":
        listed by iam::listed::principals, permissions::iam::LIST_ALL;
        told by iam::identity::of_principal, permissions::iam::IDENTIFY_HOLDER;
    Membership if feature = "iam":
        listed by iam::listed::memberships, permissions::iam::LIST_ALL;
        told by iam::identity::of_membership, permissions::iam::IDENTIFY_MEMBERSHIP;
    IdentityProvider if feature = "iam":
        listed by iam::listed::providers, permissions::iam::LIST_PROVIDERS;
        told by world::the_name_alone, &[];
    InstanceProfile if feature = "iam":
        listed by iam::instance_profile::listed, permissions::iam::LIST_INSTANCE_PROFILES;
        told by iam::instance_profile::identity, permissions::iam::IDENTIFY_INSTANCE_PROFILE;
    OwnRole if feature = "iam":
        listed by iam::whole_role::listed, &[];
        told by world::the_name_alone, &[];
    // Nobody can list them: one is told by its event alone.
    RootSession if all():
        listed by world::none, &[];
        told by world::the_name_alone, &[];
    Trail if feature = "logging-guard":
        listed by cloudtrail::listed, permissions::cloudtrail::LIST_TRAILS;
        told by world::the_name_alone, &[];
    EventDataStore if feature = "logging-guard":
        listed by cloudtrail::event_data_store::listed, permissions::cloudtrail::LIST_EVENT_DATA_STORES;
        told by cloudtrail::event_data_store::identity, &[];
    LakeResource if feature = "logging-guard":
        listed by cloudtrail::lake_policy::listed, permissions::cloudtrail::LIST_LAKE_RESOURCES;
        told by cloudtrail::lake_policy::identity, &[];
    // Nobody can list them, and nothing could be seen of them: only their removal is told, by its event.
    DelegatedAdmin if all():
        listed by world::none, &[];
        told by world::the_name_alone, &[];
    Repository if feature = "ecr":
        listed by ecr::listed, permissions::ecr::DESCRIBE_REPOSITORIES;
        told by ecr::identity, permissions::ecr::DESCRIBE_REPOSITORIES;
}
