use std::fmt;

use serde::{Deserialize, Serialize};

/// Whom an access control list lets in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    /// An account, by its canonical user id.
    Account(String),
    /// One of S3's groups, by its URI.
    Group(String),
    /// Whoever has this e-mail address. S3 takes no new ones.
    Email(String),
}

impl Grantee {
    /// Amazon S3 User Guide, "Access control list (ACL) overview", predefined groups.
    const GROUPS: &str = "http://acs.amazonaws.com/groups/";

    /// Whether it is everyone, or everyone with an AWS account. A group that is not known may be, too.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Group(uri) if !self.is_log_delivery() && !uri.is_empty())
    }

    /// Whether nobody is of it who is not of another: whoever has an AWS account is among everyone.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let is_group = |grantee: &Self, name: &str| matches!(grantee, Self::Group(uri) if uri.strip_prefix(Self::GROUPS) == Some(name));
        self == other || (is_group(self, "global/AuthenticatedUsers") && is_group(other, "global/AllUsers"))
    }

    /// Whether it is S3's own group that writes access logs.
    #[must_use]
    pub fn is_log_delivery(&self) -> bool {
        matches!(self, Self::Group(uri) if uri.strip_prefix(Self::GROUPS) == Some("s3/LogDelivery"))
    }

    /// Whether it is the account of AWS that writes CloudFront's standard logs. Amazon CloudFront Developer Guide, Configure and use standard logs:
    /// "If you remove permissions for the awslogsdelivery account, CloudFront won't be able to save logs to the S3 bucket." It has FULL_CONTROL there.
    #[must_use]
    pub fn writes_logs_of_cloudfront(&self) -> bool {
        matches!(self, Self::Account(id) if iam_policy::writes_logs_by_acl(id))
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) if self.writes_logs_of_cloudfront() => write!(f, "CloudFront's log delivery ({id})"),
            Self::Account(id) => write!(f, "the account with the canonical id {id}"),
            Self::Group(uri) => match uri.strip_prefix(Self::GROUPS) {
                Some(name) => write!(f, "the group {name}"),
                None => write!(f, "the group {uri}"),
            },
            Self::Email(address) => f.write_str(address),
        }
    }
}
