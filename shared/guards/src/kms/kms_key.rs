use std::fmt;

use parapet_core::{Arn, Home};
use serde::{Deserialize, Serialize};

/// Which KMS key a setting names.
///
/// The key of the standard is known by its alias, so that a judgement needs no key id: whoever reads a state from AWS writes
/// [`KmsKey::Alias`] where the key it saw is the one the alias points to, and whoever applies an action resolves it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KmsKey {
    /// The service's own key, `aws/s3` and the like.
    AwsManaged,
    /// The key of the standard.
    Alias(String),
    /// Any other key: an ARN, or what the service returned instead.
    Arn(String),
}

impl KmsKey {
    /// Whether the key is of another account. A bare key id is the caller's account's.
    #[must_use]
    pub fn is_foreign(&self, home: &Home) -> bool {
        match self {
            Self::AwsManaged | Self::Alias(_) => false,
            Self::Arn(name) => Arn::parse(name).is_some_and(|arn| arn.account != home.account),
        }
    }

    /// Whether another key is of the account that this one is of.
    pub(crate) fn is_of_owner_of(&self, other: &Self) -> bool {
        let account = |key: &Self| match key {
            Self::AwsManaged | Self::Alias(_) => None,
            Self::Arn(name) => Arn::parse(name).map(|arn| arn.account.to_owned()),
        };
        account(self).is_some_and(|own| account(other).is_some_and(|others| own == others))
    }
}

impl fmt::Display for KmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AwsManaged => f.write_str("the AWS-managed key"),
            Self::Alias(name) | Self::Arn(name) => f.write_str(name),
        }
    }
}
