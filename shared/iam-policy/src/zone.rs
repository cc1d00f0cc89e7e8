//! Who belongs to the account.

use std::collections::BTreeSet;

/// Who belongs to the account: what is neither public nor foreign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustZone {
    /// The account whose policy is judged, twelve digits.
    pub account: String,
    /// The partition of its ARNs: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Further trusted accounts.
    pub accounts: BTreeSet<String>,
    /// Trusted organizations, such as `o-exampleorgid`. With none the account's own is not known, and a condition on any one
    /// organization, named in full, confines: it is not everyone, and to take a company's own grant away is worse.
    pub organizations: BTreeSet<String>,
    /// Which AWS services are trusted.
    pub services: ServiceTrust,
}

/// Which AWS services are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServiceTrust {
    /// Every AWS service principal.
    #[default]
    Any,
    /// Only these, such as `sagemaker.amazonaws.com`.
    Only(BTreeSet<String>),
}

impl TrustZone {
    /// An account of the partition `aws` that trusts itself and every AWS service.
    pub fn new(account: impl Into<String>) -> Self {
        Self { account: account.into(), partition: "aws".to_owned(), ..Self::default() }
    }

    pub(crate) fn has_account(&self, account: &str) -> bool {
        self.account == account || self.accounts.contains(account)
    }

    pub(crate) fn has_organization(&self, organization: &str) -> bool {
        if self.organizations.is_empty() {
            is_organization_id(organization)
        } else {
            self.organizations.contains(organization)
        }
    }

    pub(crate) fn has_service(&self, service: &str) -> bool {
        match &self.services {
            ServiceTrust::Any => true,
            ServiceTrust::Only(services) => services.contains(service),
        }
    }

    /// A principal of an account that is neither in the zone nor named in the text, for witnesses.
    pub(crate) fn stranger(&self, text: &str) -> String {
        const LAST_ACCOUNT: u64 = 999_999_999_999;
        let mut accounts = (0..LAST_ACCOUNT).map(|n| (LAST_ACCOUNT - n).to_string());
        let account = accounts.find(|a| !self.has_account(a) && !text.contains(a.as_str())).unwrap_or_default();
        format!("arn:{}:iam::{account}:user/stranger", self.partition)
    }
}

/// AWS Organizations API Reference, Organization: "an organization ID string requires "o-" followed by from 10 to 32
/// lowercase letters or digits". The length is not held against anybody.
fn is_organization_id(id: &str) -> bool {
    let rest = id.strip_prefix("o-").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
