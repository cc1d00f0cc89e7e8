//! A person's credentials, as every AWS tool finds them.
//!
//! The order is that of AWS SDKs and Tools Reference Guide, "Standardized credential providers": the environment, the profile (with its keys, its
//! IAM Identity Center session, its process, or the role that it takes on through another profile), a web identity, a container, an instance.

use std::error::Error;
use std::fmt;

use aws_config::Region;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use thiserror::Error;

use crate::Connection;
use crate::connection::{for_credentials, optional};

/// Why there is no connection with a person's credentials.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// No region is named anywhere.
    #[error("no region is named: neither by an option nor by `AWS_REGION` nor by the profile")]
    NoRegion,
    /// No credentials were found.
    #[error("no AWS credentials were found{}", told(.0))]
    NoCredentials(Option<String>),
    /// Credentials are configured, and cannot be had: a session that has ended, a process that failed, a role that may not be taken on.
    #[error("the AWS credentials cannot be had{}: {why}", told(.profile))]
    Refused {
        /// The profile, where one is named.
        profile: Option<String>,
        /// Why, with every cause.
        why: String,
    },
}

impl ProfileError {
    /// What to do about it, in one sentence for a person.
    #[must_use]
    pub fn remedy(&self) -> String {
        let profile = match self {
            Self::NoRegion => return "add --region, export AWS_REGION, or write `region` into the profile".to_owned(),
            Self::NoCredentials(profile) | Self::Refused { profile, .. } => profile,
        };
        let of = profile.as_ref().map(|name| format!(" --profile {name}")).unwrap_or_default();
        format!(
            "sign in with `aws sso login{of}` or as your account does it, or name another profile with --profile or AWS_PROFILE; `aws sts \
             get-caller-identity{of}` says whether it works"
        )
    }
}

fn told(profile: &Option<String>) -> String {
    profile.as_ref().map(|name| format!(" for the profile `{name}`")).unwrap_or_default()
}

impl Connection {
    /// A connection with the credentials and the region that AWS's own tools would take: of this profile, or of the one in `AWS_PROFILE`, or the
    /// default ones. `AWS_ENDPOINT_URL` and the profile's `endpoint_url` are honoured; and `PARAPET_MEMORY_KEY`, where memory is sealed.
    ///
    /// The credentials are asked for once here, so that what is wrong with them is told at once, and again when they end.
    ///
    /// # Errors
    /// There are none, they cannot be had, or no region is named.
    pub async fn of_person(profile: Option<&str>, region: Option<&str>) -> Result<Self, ProfileError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(for_credentials())
            .sleep_impl(TokioSleep::new());
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        // Boxed: it holds the state of every provider.
        let config = Box::pin(loader.load()).await;
        let named = profile.map(str::to_owned).or_else(|| optional("AWS_PROFILE"));
        let provider = config.credentials_provider().ok_or_else(|| ProfileError::NoCredentials(named.clone()))?;
        // Only to hear of what is wrong: each client asks through the cache.
        let asked = Box::pin(provider.provide_credentials()).await.map_err(|error| refused(named, &error))?;
        let region = config.region().ok_or(ProfileError::NoRegion)?;
        let endpoint = config.endpoint_url().map(str::to_owned).or_else(|| optional("AWS_ENDPOINT_URL"));
        let connection = Self::new(region.as_ref(), asked, endpoint.filter(|endpoint| !endpoint.is_empty()));
        let connection = connection.provided(provider, config.identity_cache());
        #[cfg(feature = "world")]
        let connection = connection.sealing_with(optional("PARAPET_MEMORY_KEY"));
        Ok(connection)
    }
}

fn refused(profile: Option<String>, error: &CredentialsError) -> ProfileError {
    match error {
        // Nothing is configured: every provider passed.
        CredentialsError::CredentialsNotLoaded(_) => ProfileError::NoCredentials(profile),
        error => ProfileError::Refused { profile, why: Causes(error).to_string() },
    }
}

/// An error with all that led to it, each said once.
struct Causes<'a>(&'a dyn Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors print their cause themselves.
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_credentials_is_told_with_its_remedy() {
        let nothing = refused(None, &CredentialsError::not_loaded("no providers in chain provided credentials"));
        assert_eq!(nothing.to_string(), "no AWS credentials were found");
        assert!(nothing.remedy().contains("`aws sso login`"), "{}", nothing.remedy());
        let ended = std::io::Error::other("the SSO token has expired");
        let ended = refused(Some("ops".to_owned()), &CredentialsError::provider_error(ended));
        assert!(
            ended.to_string().contains("for the profile `ops`")
                && ended.to_string().ends_with("the SSO token has expired"),
            "{ended}"
        );
        assert!(ended.remedy().contains("`aws sso login --profile ops`"), "{}", ended.remedy());
        assert!(ProfileError::NoRegion.remedy().contains("AWS_REGION"));
    }
}
