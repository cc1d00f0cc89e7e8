//! AWS IAM: trust policies, inline policies, managed policies and their attachments.

mod access_keys;
pub(crate) mod account;
mod attachment;
mod boundary;
mod credentials;
mod everybody;
pub(crate) mod identity;
mod inline;
pub(crate) mod instance_profile;
pub(crate) mod listed;
mod login;
mod managed;
mod membership;
mod principal;
mod provider;
mod root_session;
mod tags;
mod trust;
mod version;
pub(crate) mod whole_role;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::Resource;

pub(crate) use everybody::Account;

use crate::failure::{broken, code, written};

/// IAM's answer for whatever is not there.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// What comes of a deletion. What is gone already is as wanted.
fn deleted<T, E>(step: &str, subject: &Resource, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<(), WorldError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(()),
        answer => written(step, subject, answer),
    }
}

/// Only users have credentials of their own.
fn not_a_user(step: &str, subject: &Resource) -> WorldError {
    broken(step, subject, ErrorKind::Invalid, "it is no user".to_owned())
}
