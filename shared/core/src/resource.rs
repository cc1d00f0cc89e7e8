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
    /// A KMS key, by the alias that the standard gives it.
    Key {
        /// For example `alias/parapet-ml`.
        alias: String,
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
    /// A CloudTrail trail of this account and region.
    Trail {
        /// Its name.
        name: String,
    },
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
    /// The ARN that names the resource in outputs and evidence. For an inline policy and an attachment, which have none in
    /// AWS, it is the entity's ARN followed by `/policy/` and what is embedded or attached.
    #[must_use]
    pub fn arn(&self, home: &Home) -> String {
        match self {
            Self::Bucket { name } => home.bucket_arn(name),
            Self::Key { alias } => format!("arn:{}:kms:{}:{}:{alias}", home.partition, home.region, home.account),
            Self::Role { name } => home.iam_arn(&format!("role/{name}")),
            Self::ManagedPolicy { arn } => arn.clone(),
            Self::InlinePolicy { entity, name } => home.iam_arn(&format!("{entity}/policy/{name}")),
            Self::Attachment { entity, policy_arn } => home.iam_arn(&format!("{entity}/policy/{policy_arn}")),
            Self::Trail { name } => home.trail_arn(name),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket { name } => write!(f, "bucket `{name}`"),
            Self::Key { alias } => write!(f, "key `{alias}`"),
            Self::Role { name } => write!(f, "role `{name}`"),
            Self::ManagedPolicy { arn } => write!(f, "managed policy `{arn}`"),
            Self::InlinePolicy { entity, name } => write!(f, "inline policy `{name}` of `{entity}`"),
            Self::Attachment { entity, policy_arn } => write!(f, "attachment of `{policy_arn}` to `{entity}`"),
            Self::Trail { name } => write!(f, "trail `{name}`"),
        }
    }
}

/// One aspect of a resource: what one AWS read and its write cover. Facets are observed, judged and repaired one by one, so
/// that one which cannot be read holds nothing else back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// That the bucket exists, and whether Object Lock was enabled when it was made.
    BucketExistence,
    /// Default encryption, bucket key, blocked encryption types.
    BucketEncryption,
    /// The bucket's public access block.
    BucketPublicAccess,
    /// Versioning.
    BucketVersioning,
    /// Object ownership.
    BucketOwnership,
    /// Server access logging.
    BucketLogging,
    /// The default retention of Object Lock.
    BucketObjectLock,
    /// Tags.
    BucketTags,
    /// The bucket policy.
    BucketPolicy,
    /// That the key exists, has its alias, and is enabled.
    KeyState,
    /// Yearly rotation.
    KeyRotation,
    /// The key policy.
    KeyPolicy,
    /// That the role exists, and whom it trusts.
    RoleTrust,
    /// The document of a managed or inline policy.
    PolicyDocument,
    /// Whether a policy is attached.
    PolicyAttachment,
    /// That the trail exists, and its settings.
    TrailConfiguration,
    /// Whether the trail is logging.
    TrailLogging,
    /// Which events the trail selects.
    TrailSelectors,
    /// Which insights the trail computes.
    TrailInsights,
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BucketExistence => "existence",
            Self::BucketEncryption => "default encryption",
            Self::BucketPublicAccess => "public access block",
            Self::BucketVersioning => "versioning",
            Self::BucketOwnership => "object ownership",
            Self::BucketLogging => "access logging",
            Self::BucketObjectLock => "object lock",
            Self::BucketTags => "tags",
            Self::BucketPolicy => "bucket policy",
            Self::KeyState => "key state",
            Self::KeyRotation => "key rotation",
            Self::KeyPolicy => "key policy",
            Self::RoleTrust => "trust policy",
            Self::PolicyDocument => "policy document",
            Self::PolicyAttachment => "policy attachment",
            Self::TrailConfiguration => "trail configuration",
            Self::TrailLogging => "trail logging",
            Self::TrailSelectors => "event selectors",
            Self::TrailInsights => "insight selectors",
        })
    }
}
