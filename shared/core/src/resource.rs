use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Home;

/// What a guard looks after. Names are as AWS returns them; account, region and partition are the [`Home`]'s.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Resource {
    /// An S3 bucket.
    Bucket {
        /// Its name.
        name: String,
    },
    /// The S3 settings of the whole account.
    Account,
    /// An S3 access point.
    AccessPoint {
        /// Its name.
        name: String,
    },
    /// A KMS key.
    Key {
        /// The alias that the standard gives it, such as `alias/parapet-ml`; of any other key, its id.
        name: String,
    },
    /// An IAM role; what is looked at is its trust policy.
    Role {
        /// Its name, without the path.
        name: String,
    },
    /// A managed policy of this account.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
    },
    /// A policy embedded in a user, role or group.
    InlinePolicy {
        /// Whose it is.
        entity: IamEntity,
        /// Its name.
        name: String,
    },
    /// The attachment of a managed policy to a user, role or group.
    Attachment {
        /// To whom.
        entity: IamEntity,
        /// The policy's ARN; the account in it is `aws` for a policy that AWS manages.
        policy_arn: String,
    },
    /// A user, role or group with all that it holds.
    Principal {
        /// Who.
        entity: IamEntity,
    },
    /// That a user is in a group.
    Membership {
        /// The user's name.
        user: String,
        /// The group's name.
        group: String,
    },
    /// A SAML or OpenID Connect provider whose users may become roles.
    IdentityProvider {
        /// Its ARN.
        arn: String,
    },
    /// A CloudTrail trail of this region.
    Trail {
        /// Its name; of another account's, such as an organization's, its ARN.
        name: String,
    },
    /// An event data store of CloudTrail Lake.
    EventDataStore {
        /// Its id, the last part of its ARN; of another account's, its ARN.
        id: String,
    },
    /// The account that may administer CloudTrail for the organization.
    DelegatedAdmin {
        /// Its account id.
        account: String,
    },
}

/// The kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// [`Resource::Bucket`].
    Bucket,
    /// [`Resource::Account`].
    Account,
    /// [`Resource::AccessPoint`].
    AccessPoint,
    /// [`Resource::Key`].
    Key,
    /// [`Resource::Role`].
    Role,
    /// [`Resource::ManagedPolicy`].
    ManagedPolicy,
    /// [`Resource::InlinePolicy`].
    InlinePolicy,
    /// [`Resource::Attachment`].
    Attachment,
    /// [`Resource::Principal`].
    Principal,
    /// [`Resource::Membership`].
    Membership,
    /// [`Resource::IdentityProvider`].
    IdentityProvider,
    /// [`Resource::Trail`].
    Trail,
    /// [`Resource::EventDataStore`].
    EventDataStore,
    /// [`Resource::DelegatedAdmin`].
    DelegatedAdmin,
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bucket => "bucket",
            Self::Account => "account",
            Self::AccessPoint => "access point",
            Self::Key => "key",
            Self::Role => "role",
            Self::ManagedPolicy => "managed policy",
            Self::InlinePolicy => "inline policy",
            Self::Attachment => "policy attachment",
            Self::Principal => "user, role or group",
            Self::Membership => "group membership",
            Self::IdentityProvider => "identity provider",
            Self::Trail => "trail",
            Self::EventDataStore => "event data store",
            Self::DelegatedAdmin => "delegated administrator",
        })
    }
}

/// Who can hold an IAM policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum IamEntity {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
    /// A group, by name.
    Group(String),
}

impl IamEntity {
    /// Its name, without the path.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) | Self::Group(name) => name,
        }
    }
}

impl fmt::Display for IamEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
            Self::Group(_) => "group",
        };
        write!(f, "{kind}/{}", self.name())
    }
}

impl Resource {
    /// What kind of resource it is.
    #[must_use]
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::Bucket { .. } => ResourceKind::Bucket,
            Self::Account => ResourceKind::Account,
            Self::AccessPoint { .. } => ResourceKind::AccessPoint,
            Self::Key { .. } => ResourceKind::Key,
            Self::Role { .. } => ResourceKind::Role,
            Self::ManagedPolicy { .. } => ResourceKind::ManagedPolicy,
            Self::InlinePolicy { .. } => ResourceKind::InlinePolicy,
            Self::Attachment { .. } => ResourceKind::Attachment,
            Self::Principal { .. } => ResourceKind::Principal,
            Self::Membership { .. } => ResourceKind::Membership,
            Self::IdentityProvider { .. } => ResourceKind::IdentityProvider,
            Self::Trail { .. } => ResourceKind::Trail,
            Self::EventDataStore { .. } => ResourceKind::EventDataStore,
            Self::DelegatedAdmin { .. } => ResourceKind::DelegatedAdmin,
        }
    }

    /// The ARN that names the resource in outputs and evidence. Where AWS has none, it is the ARN of what carries it, with the rest
    /// after it: of an inline policy and an attachment the entity's and `/policy/`, of a membership the group's and `/user/`.
    #[must_use]
    pub fn arn(&self, home: &Home) -> String {
        match self {
            Self::Bucket { name } => home.bucket_arn(name),
            Self::Account => home.iam_arn("root"),
            Self::AccessPoint { name } => home.regional_arn("s3", &format!("accesspoint/{name}")),
            Self::Key { name } if name.starts_with("alias/") => home.regional_arn("kms", name),
            Self::Key { name } => home.regional_arn("kms", &format!("key/{name}")),
            Self::Role { name } => home.iam_arn(&format!("role/{name}")),
            Self::ManagedPolicy { arn } | Self::IdentityProvider { arn } => arn.clone(),
            Self::InlinePolicy { entity, name } => home.iam_arn(&format!("{entity}/policy/{name}")),
            Self::Attachment { entity, policy_arn } => home.iam_arn(&format!("{entity}/policy/{policy_arn}")),
            Self::Principal { entity } => home.iam_arn(&entity.to_string()),
            Self::Membership { user, group } => home.iam_arn(&format!("group/{group}/user/{user}")),
            Self::Trail { name } if name.starts_with("arn:") => name.clone(),
            Self::Trail { name } => home.trail_arn(name),
            Self::EventDataStore { id } if id.starts_with("arn:") => id.clone(),
            Self::EventDataStore { id } => home.regional_arn("cloudtrail", &format!("eventdatastore/{id}")),
            Self::DelegatedAdmin { account } => format!("arn:{}:iam::{account}:root", home.partition),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket { name } => write!(f, "bucket `{name}`"),
            Self::Account => f.write_str("the account"),
            Self::AccessPoint { name } => write!(f, "access point `{name}`"),
            Self::Key { name } => write!(f, "key `{name}`"),
            Self::Role { name } => write!(f, "role `{name}`"),
            Self::ManagedPolicy { arn } => write!(f, "managed policy `{arn}`"),
            Self::InlinePolicy { entity, name } => write!(f, "inline policy `{name}` of `{entity}`"),
            Self::Attachment { entity, policy_arn } => write!(f, "attachment of `{policy_arn}` to `{entity}`"),
            Self::Principal { entity } => write!(f, "`{entity}`"),
            Self::Membership { user, group } => write!(f, "membership of `{user}` in group `{group}`"),
            Self::IdentityProvider { arn } => write!(f, "identity provider `{arn}`"),
            Self::Trail { name } => write!(f, "trail `{name}`"),
            Self::EventDataStore { id } => write!(f, "event data store `{id}`"),
            Self::DelegatedAdmin { account } => write!(f, "delegated administrator `{account}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_in_several_ways_has_one_arn() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let key = |name: &str| Resource::Key { name: name.to_owned() };
        let trail = |name: &str| Resource::Trail { name: name.to_owned() };
        let store = |id: &str| Resource::EventDataStore { id: id.to_owned() };
        let elsewhere = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/team";
        let its_arn = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/1234";
        for (resource, arn) in [
            (key("alias/ml"), "arn:aws:kms:us-east-1:111122223333:alias/ml"),
            (key("1234abcd"), "arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
            (trail("parapet"), "arn:aws:cloudtrail:us-east-1:111122223333:trail/parapet"),
            (trail(elsewhere), elsewhere),
            (store("1234"), its_arn),
            (store(its_arn), its_arn),
        ] {
            assert_eq!(resource.arn(&home), arn);
        }
    }
}
