//! Who belongs to the account.

use crate::region::plain_service;
use std::collections::{BTreeMap, BTreeSet};

/// Who belongs to the account: what is neither public nor foreign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustZone {
    /// The account whose policy is judged, twelve digits. Empty: it is not known. Then every account that a policy lets in is
    /// foreign, unless the policy's own resources are all of one account, which is theirs then.
    pub account: String,
    /// The partition of its ARNs: `aws`, `aws-cn`, `aws-us-gov`. An account number of another partition is another account. Empty: it is
    /// not known. Then it is that of the policy's own resources, or of whoever is let in, or `aws`.
    pub partition: String,
    /// Further trusted accounts.
    pub accounts: BTreeSet<String>,
    /// Trusted organizations, such as `o-exampleorgid`. With none, and nothing [known](Self::known), a condition on any one organization, named
    /// in full, confines: it is not everyone.
    pub organizations: BTreeSet<String>,
    /// Which AWS services are trusted.
    pub services: ServiceTrust,
    /// What else is known to be the account's own. `None`: nothing is known, and whatever a condition names in full, a network, an endpoint,
    /// any organization, one tenant of an identity provider, is taken for theirs who wrote it. `Some`: what is not in it is somebody else's.
    pub known: Option<Known>,
    /// What every request carries that the policy is asked about, whoever sends it, by key in lower case: of an access point's own policy the
    /// access point and its account. A condition that asks for what is always there confines nobody.
    pub carried: BTreeMap<String, Vec<String>>,
    /// Whether AWS's own accounts that deliver logs and reports into buckets are strangers to the resource that is judged. Else they are let in by
    /// resource policies for what they need for that ([`delivery_of`](crate::delivery_of)), and for nothing else.
    pub refuses_deliveries: bool,
    /// The ARNs of the policy that is judged, and of whoever holds it, as far as they are known.
    pub holder: BTreeSet<String>,
    /// The tags of whoever holds it, with their keys in lower case. `None`: they are not known, and none is what a policy names.
    pub tags: Option<BTreeMap<String, String>>,
    /// The ARNs of users, roles, groups and policies that are known to have more than others.
    pub strong: BTreeSet<String>,
    /// The ARNs of those roles among them whose trust policy leaves it to the account's own policies who may become one.
    pub open: BTreeSet<String>,
    /// Tags that those roles are known to have, as their keys and patterns of their values: whoever may assume what has such a tag may assume one.
    pub open_tags: Vec<(String, String)>,
    /// Families of such roles, of each of which one may be there, or come, that nobody has told: whoever makes one chooses what of its name is open.
    pub open_families: Vec<Family>,
    /// Families of roles that have more than others, likewise.
    pub strong_families: Vec<Family>,
}

/// Roles by what they are called, of which any one may be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// Their ARNs, with `*` and `?`.
    pub pattern: String,
    /// What of that is none of them, likewise.
    pub unlike: Vec<String>,
    /// Tags that each of them has, if it has that tag at all, as their keys and patterns of their values. Any other tag has whatever value its maker gave.
    pub tags: Vec<(String, String)>,
}

/// What is known to be the account's own, beside its accounts and organizations. That something exists in the account proves nothing: an
/// intruder makes a VPC, an endpoint or a provider in a minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Address ranges, such as `203.0.113.0/24`; of an account, or an organization, whose every VPC and endpoint is the account's own, its id.
    pub networks: BTreeSet<String>,
    /// By their id: VPCs and endpoints (`vpc-..`, `vpce-..`), users and roles (`AIDA..`, `AROA..`), canonical users, origin access identities
    /// of CloudFront.
    pub ids: BTreeSet<String>,
    /// SAML and OpenID Connect providers, as their ARN has them behind the account: `saml-provider/name`, `oidc-provider/host`, with `*` and
    /// `?`. Of a provider with many tenants a subject has to be known as well.
    pub providers: BTreeSet<String>,
    /// Whom identity providers vouch for.
    pub subjects: Vec<KnownSubject>,
}

/// Whom an identity provider vouches for, by a claim of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSubject {
    /// The host of the provider: `token.actions.githubusercontent.com`.
    pub provider: String,
    /// The claim: `sub`.
    pub claim: String,
    /// Its values, with `*` and `?`: `repo:acme/*`.
    pub pattern: String,
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

/// The partition of most accounts.
const USUAL_PARTITION: &str = "aws";

impl TrustZone {
    /// An account of the partition `aws` that trusts itself and every AWS service.
    pub fn new(account: impl Into<String>) -> Self {
        Self { account: account.into(), partition: USUAL_PARTITION.to_owned(), ..Self::default() }
    }

    /// An account that is not known, of which only its trusted accounts and organizations may be.
    pub fn unknown() -> Self {
        Self::new("")
    }

    /// Whether the account whose policy is judged is known.
    pub fn is_known(&self) -> bool {
        !self.account.is_empty()
    }

    /// The partition, or the usual one.
    pub(crate) fn partition_or_usual(&self) -> &str {
        if self.partition.is_empty() { USUAL_PARTITION } else { &self.partition }
    }

    /// Whether it is the account itself or a trusted one, of its partition. The empty account, of ARNs that have none, is none.
    pub(crate) fn has_account(&self, account: &str) -> bool {
        !account.is_empty() && (self.account == account || self.accounts.contains(account))
    }

    /// Whether ARNs of this partition may be those of the account: of an unknown one, any.
    pub(crate) fn has_partition(&self, partition: &str) -> bool {
        !self.is_known() || self.partition.is_empty() || self.partition == partition
    }

    pub(crate) fn has_organization(&self, organization: &str) -> bool {
        if self.organizations.is_empty() && self.known.is_none() {
            is_organization_id(organization)
        } else {
            self.organizations.contains(organization)
        }
    }

    pub(crate) fn has_service(&self, service: &str) -> bool {
        match &self.services {
            ServiceTrust::Any => true,
            ServiceTrust::Only(services) => {
                let plain = plain_service(service);
                services.contains(service) || services.iter().any(|trusted| plain_service(trusted) == plain)
            }
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
pub(crate) fn is_organization_id(id: &str) -> bool {
    let rest = id.strip_prefix("o-").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
