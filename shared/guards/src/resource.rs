//! What is guarded. What a kind of resource is, and how records name one, its service says.

use std::fmt::{self, Display};

use parapet_core::{Arn, Home, Ignored, Trigger};
use serde::{Deserialize, Serialize};

use crate::Standard;
use crate::cloudtrail::resources::{DelegatedAdmin, EventDataStore, Trail};
use crate::iam::resources::{Attachment, IdentityProvider, InlinePolicy, ManagedPolicy, Membership, Principal, Role};
use crate::kms::resources::Key;
use crate::s3::resources::{AccessPoint, Account, Bucket};

/// A kind of resource, by what names one of it.
pub trait Kind: Sized {
    /// Which kind.
    const KIND: ResourceKind;

    /// The resource, if it is of this kind.
    fn of(resource: &Resource) -> Option<&Self>;
}

/// What is said of a kind of resource.
pub(crate) trait Guarded: Display + Into<Resource> {
    /// The ARN that names the resource in outputs and evidence. Where AWS has none, it is the ARN of what carries it, with the rest
    /// after it.
    fn arn(&self, home: &Home) -> String;

    /// Which of them a record is about.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named;

    /// Why it is left alone, where nothing more is asked of it than of any; `None`: it is guarded.
    fn left_alone(&self, _standard: &Standard) -> Option<String> {
        None
    }

    /// Whether it is one that bootstrap makes, or belongs to one.
    fn is_foundation(&self, _standard: &Standard, _home: &Home) -> bool {
        false
    }
}

/// What a record says of one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// It is about this one.
    This(Resource),
    /// It is about one of them, and cannot be told which.
    Unknown,
    /// It is about none that is guarded here.
    Elsewhere(Ignored),
    /// It is about a resource of another kind.
    NotOfThisKind,
}

impl Named {
    /// That one, or one that cannot be told.
    pub(crate) fn found(resource: Option<impl Into<Resource>>) -> Self {
        resource.map_or(Self::Unknown, Self::this)
    }

    /// That one.
    pub(crate) fn this(resource: impl Into<Resource>) -> Self {
        Self::This(resource.into())
    }
}

/// Why a resource of this ARN is not one of this account and region. An empty region or account is everywhere.
pub(crate) fn elsewhere(arn: &Arn<'_>, home: &Home) -> Option<Ignored> {
    if arn.partition != home.partition {
        Some(Ignored::OtherPartition(arn.partition.to_owned()))
    } else if !arn.account.is_empty() && arn.account != home.account {
        Some(Ignored::OtherAccount(arn.account.to_owned()))
    } else if !arn.region.is_empty() && arn.region != home.region {
        Some(Ignored::OtherRegion(arn.region.to_owned()))
    } else {
        None
    }
}

/// Makes of the list of kinds one type over all of them.
macro_rules! resources {
    ($($(#[doc = $doc:literal])+ $kind:ident = $words:literal;)+) => {
        /// What a guard looks after. Names are as AWS returns them; account, region and partition are the [`Home`]'s.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(tag = "type", rename_all = "kebab-case")]
        pub enum Resource {
            $($(#[doc = $doc])+ $kind($kind),)+
        }

        /// The kinds of resources.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ResourceKind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl ResourceKind {
            /// Which of the kind a record is about.
            pub(crate) fn named(self, trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
                match self { $(Self::$kind => <$kind as Guarded>::named(trigger, standard, home),)+ }
            }
        }

        impl Display for ResourceKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$kind => $words,)+ })
            }
        }

        impl Resource {
            /// What kind of resource it is.
            #[must_use]
            pub fn kind(&self) -> ResourceKind {
                match self { $(Self::$kind(_) => ResourceKind::$kind,)+ }
            }

            /// The ARN that names the resource in outputs and evidence. Where AWS has none, it is the ARN of what carries it, with the
            /// rest after it: of an inline policy and an attachment the entity's and `/policy/`, of a membership the group's and
            /// `/user/`.
            #[must_use]
            pub fn arn(&self, home: &Home) -> String {
                match self { $(Self::$kind(one) => one.arn(home),)+ }
            }

            /// Why the standard leaves it alone; `None`: it is guarded. What bootstrap creates always is.
            #[must_use]
            pub fn left_alone(&self, standard: &Standard) -> Option<String> {
                match self { $(Self::$kind(one) => one.left_alone(standard),)+ }
            }

            /// Whether it is one that bootstrap makes, or belongs to one.
            #[must_use]
            pub fn is_foundation(&self, standard: &Standard, home: &Home) -> bool {
                match self { $(Self::$kind(one) => one.is_foundation(standard, home),)+ }
            }
        }

        impl Display for Resource {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$kind(one) => one.fmt(f),)+ }
            }
        }

        $(impl Kind for $kind {
            const KIND: ResourceKind = ResourceKind::$kind;

            fn of(resource: &Resource) -> Option<&Self> {
                match resource {
                    Resource::$kind(one) => Some(one),
                    _ => None,
                }
            }
        }

        impl From<$kind> for Resource {
            fn from(one: $kind) -> Self {
                Self::$kind(one)
            }
        })+
    };
}

resources! {
    /// An S3 bucket.
    Bucket = "bucket";
    /// The S3 settings of the whole account.
    Account = "account";
    /// An S3 access point.
    AccessPoint = "access point";
    /// A KMS key.
    Key = "key";
    /// An IAM role; what is looked at is its trust policy.
    Role = "role";
    /// A managed policy of this account.
    ManagedPolicy = "managed policy";
    /// A policy embedded in a user, role or group.
    InlinePolicy = "inline policy";
    /// The attachment of a managed policy to a user, role or group.
    Attachment = "policy attachment";
    /// A user, role or group with all that it holds.
    Principal = "user, role or group";
    /// That a user is in a group.
    Membership = "group membership";
    /// A SAML or OpenID Connect provider whose users may become roles.
    IdentityProvider = "identity provider";
    /// A CloudTrail trail of this region.
    Trail = "trail";
    /// An event data store of CloudTrail Lake.
    EventDataStore = "event data store";
    /// The account that may administer CloudTrail for the organization.
    DelegatedAdmin = "delegated administrator";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_in_several_ways_has_one_arn() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let key = |name: &str| Resource::Key(Key { name: name.to_owned() });
        let trail = |name: &str| Resource::Trail(Trail { name: name.to_owned() });
        let store = |id: &str| Resource::EventDataStore(EventDataStore { id: id.to_owned() });
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
