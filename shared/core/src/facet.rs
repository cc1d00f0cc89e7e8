use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{GuardName, ResourceKind};

/// The service that a call was made to, as CloudTrail writes it in `eventSource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSource {
    /// Amazon S3, S3 Control included.
    S3,
    /// AWS KMS.
    Kms,
    /// AWS IAM.
    Iam,
    /// AWS CloudTrail.
    CloudTrail,
}

impl EventSource {
    /// The service that CloudTrail writes so. None: no guard looks at its events.
    #[must_use]
    pub fn of(source: &str) -> Option<Self> {
        [Self::S3, Self::Kms, Self::Iam, Self::CloudTrail].into_iter().find(|known| known.as_str() == source)
    }

    /// As CloudTrail writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3.amazonaws.com",
            Self::Kms => "kms.amazonaws.com",
            Self::Iam => "iam.amazonaws.com",
            Self::CloudTrail => "cloudtrail.amazonaws.com",
        }
    }
}

macro_rules! facets {
    ($($kind:ident of $owner:ident from $source:ident { $($(#[doc = $doc:literal])+ $id:ident = $stable:literal $name:literal [$($event:literal),+ $(,)?];)+ })+) => {
        /// One aspect of a resource: what one AWS read and its write cover. Facets are observed, judged and repaired one by one,
        /// so that one which cannot be read holds nothing else back.
        ///
        /// This table says which guard owns a facet, and which events make it worth looking at: from it come the routes, the rules
        /// in `template.yaml` and what `parapet replay` says. The order within a kind is the order of repair.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Facet {
            $($($(#[doc = $doc])+ #[serde(rename = $stable)] $id,)+)+
        }

        impl Facet {
            /// Every facet.
            pub const ALL: &'static [Self] = &[$($(Self::$id,)+)+];

            /// Its id: what evidence, memory and their keys call it. It never changes; the words may.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $($(Self::$id => $stable,)+)+ }
            }

            /// In words.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($(Self::$id => $name,)+)+ }
            }

            /// What it is a facet of.
            #[must_use]
            pub fn kind(self) -> ResourceKind {
                match self { $($(Self::$id)|+ => ResourceKind::$kind,)+ }
            }

            /// The one guard that writes it.
            #[must_use]
            pub fn owner(self) -> GuardName {
                match self { $($(Self::$id)|+ => GuardName::$owner,)+ }
            }

            /// Which service's events lead to it.
            #[must_use]
            pub fn source(self) -> EventSource {
                match self { $($(Self::$id)|+ => EventSource::$source,)+ }
            }

            /// The events that make it worth looking at, by CloudTrail's names.
            #[must_use]
            pub fn events(self) -> &'static [&'static str] {
                match self { $($(Self::$id => &[$($event),+],)+)+ }
            }
        }
    };
}

facets! {
    Bucket of EncryptionGuard from S3 {
        /// That the bucket exists, and whether Object Lock was enabled when it was made.
        BucketExistence = "bucket-existence" "existence" ["DeleteBucket"];
        /// The bucket's public access block.
        BucketPublicAccess = "bucket-public-access" "public access block" ["CreateBucket", "DeleteBucket", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"];
        /// Object ownership.
        BucketOwnership = "bucket-ownership" "object ownership" ["CreateBucket", "DeleteBucket", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"];
        /// Versioning.
        BucketVersioning = "bucket-versioning" "versioning" ["CreateBucket", "DeleteBucket", "PutBucketVersioning"];
        /// Default encryption, bucket key, blocked encryption types.
        BucketEncryption = "bucket-encryption" "default encryption" ["CreateBucket", "DeleteBucket", "PutBucketEncryption", "DeleteBucketEncryption"];
        /// The default retention of Object Lock.
        BucketObjectLock = "bucket-object-lock" "object lock" ["CreateBucket", "DeleteBucket", "PutBucketObjectLockConfiguration"];
        /// Tags.
        BucketTags = "bucket-tags" "tags" ["CreateBucket", "DeleteBucket", "PutBucketTagging", "DeleteBucketTagging"];
        /// Server access logging.
        BucketLogging = "bucket-logging" "access logging" ["CreateBucket", "DeleteBucket", "PutBucketLogging"];
        /// Lifecycle rules.
        BucketLifecycle = "bucket-lifecycle" "lifecycle rules" ["PutBucketLifecycle", "DeleteBucketLifecycle"];
        /// Replication rules.
        BucketReplication = "bucket-replication" "replication" ["DeleteBucket", "PutBucketReplication", "DeleteBucketReplication"];
        /// Who is told of changes to objects.
        BucketNotification = "bucket-notification" "notifications" ["PutBucketNotification"];
        /// Website hosting.
        BucketWebsite = "bucket-website" "website" ["PutBucketWebsite", "DeleteBucketWebsite"];
        /// Which web pages may read answers of the bucket.
        BucketCors = "bucket-cors" "cross-origin rules" ["PutBucketCors", "DeleteBucketCors"];
    }
    Account of EncryptionGuard from S3 {
        /// The public access block of the whole account.
        AccountPublicAccess = "account-public-access" "public access block of the account" ["PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"];
    }
    AccessPoint of EncryptionGuard from S3 {
        /// The access point's public access block and bucket, neither of which changes after it is made.
        AccessPointSettings = "access-point-settings" "access point settings" ["CreateAccessPoint"];
    }
    Key of EncryptionGuard from Kms {
        /// That the key exists, has its alias, is enabled, and is not about to be deleted.
        KeyState = "key-state" "key state" ["DisableKey", "EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion", "DeleteImportedKeyMaterial", "CreateAlias", "UpdateAlias", "DeleteAlias"];
        /// Yearly rotation.
        KeyRotation = "key-rotation" "key rotation" ["CreateKey", "DisableKeyRotation", "EnableKeyRotation", "EnableKey", "CancelKeyDeletion"];
    }
    Bucket of PolicyGuard from S3 {
        /// The bucket policy.
        BucketPolicy = "bucket-policy" "bucket policy" ["CreateBucket", "DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy"];
        /// The bucket's access control list.
        BucketAcl = "bucket-acl" "access control list" ["CreateBucket", "PutBucketAcl", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"];
    }
    AccessPoint of PolicyGuard from S3 {
        /// The access point's policy.
        AccessPointPolicy = "access-point-policy" "access point policy" ["CreateAccessPoint", "DeleteAccessPoint", "PutAccessPointPolicy", "DeleteAccessPointPolicy"];
    }
    Key of PolicyGuard from Kms {
        /// The key policy.
        KeyPolicy = "key-policy" "key policy" ["CreateKey", "PutKeyPolicy"];
        /// The grants on the key.
        KeyGrants = "key-grants" "grants" ["CreateGrant", "RevokeGrant", "RetireGrant"];
    }
    Role of PolicyGuard from Iam {
        /// That the role exists, and whom it trusts.
        RoleTrust = "role-trust" "trust policy" ["CreateRole", "UpdateAssumeRolePolicy", "UpdateRole", "DeleteRole"];
    }
    ManagedPolicy of PolicyGuard from Iam {
        /// That the managed policy exists, and what it says.
        ManagedDocument = "managed-document" "managed policy" ["CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy", "AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy"];
    }
    InlinePolicy of PolicyGuard from Iam {
        /// What an inline policy says.
        InlineDocument = "inline-document" "inline policy" ["PutUserPolicy", "PutRolePolicy", "PutGroupPolicy", "DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy"];
    }
    Attachment of PolicyGuard from Iam {
        /// Whether a policy is attached.
        PolicyAttachment = "policy-attachment" "policy attachment" ["AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy", "DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy", "CreateRole", "CreatePolicy"];
    }
    Principal of PolicyGuard from Iam {
        /// The permissions boundary of a user or role.
        PermissionsBoundary = "permissions-boundary" "permissions boundary" ["CreateUser", "CreateRole", "PutUserPermissionsBoundary", "PutRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary"];
        /// All policies that a user, role or group holds, taken together. What takes a policy away may take a Deny or a limit with it.
        PrincipalPolicies = "principal-policies" "all policies" ["DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy", "DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy", "DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary"];
        /// The access keys of a protected user.
        AccessKeys = "access-keys" "access keys" ["CreateAccessKey", "UpdateAccessKey"];
        /// The console password of a protected user.
        LoginProfile = "login-profile" "console password" ["CreateLoginProfile", "UpdateLoginProfile"];
    }
    Membership of PolicyGuard from Iam {
        /// Whether a user is in a group, and what the group may.
        GroupMembership = "group-membership" "group membership" ["AddUserToGroup", "RemoveUserFromGroup"];
    }
    IdentityProvider of PolicyGuard from Iam {
        /// Who vouches for those that come from outside.
        IdentityProvider = "identity-provider" "identity provider" ["CreateSAMLProvider", "UpdateSAMLProvider", "CreateOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint"];
    }
    Trail of LoggingGuard from CloudTrail {
        /// That the trail exists, and its settings.
        TrailConfiguration = "trail-configuration" "trail configuration" ["CreateTrail", "UpdateTrail", "DeleteTrail"];
        /// Whether the trail is logging.
        TrailLogging = "trail-logging" "trail logging" ["CreateTrail", "DeleteTrail", "StopLogging", "StartLogging"];
        /// Which events the trail selects.
        TrailSelectors = "trail-selectors" "event selectors" ["CreateTrail", "DeleteTrail", "PutEventSelectors"];
        /// Which insights the trail computes.
        TrailInsights = "trail-insights" "insight selectors" ["CreateTrail", "DeleteTrail", "PutInsightSelectors"];
        /// The trail's tags.
        TrailTags = "trail-tags" "trail tags" ["CreateTrail", "DeleteTrail", "AddTags", "RemoveTags"];
        /// Which data events the trail also sums up.
        TrailEvents = "trail-events" "aggregated events" ["PutEventConfiguration"];
    }
    EventDataStore of LoggingGuard from CloudTrail {
        /// That the event data store is there, takes events in, and keeps them.
        EventDataStore = "event-data-store" "event data store" ["CreateEventDataStore", "UpdateEventDataStore", "DeleteEventDataStore", "RestoreEventDataStore", "StopEventDataStoreIngestion", "StartEventDataStoreIngestion"];
        /// How large its events may be, and which keys they carry.
        EventConfiguration = "event-configuration" "event configuration" ["PutEventConfiguration"];
    }
    DelegatedAdmin of LoggingGuard from CloudTrail {
        /// That an account administers CloudTrail for the organization.
        DelegatedAdmin = "delegated-admin" "delegated administrator" ["DeregisterOrganizationDelegatedAdmin"];
    }
}

impl Facet {
    /// Those that an event leads to, in the order of repair. Every record of a log is asked: of most, the service says that there is none.
    pub fn led_to_by<'e>(source: &str, event: &'e str) -> impl Iterator<Item = Self> + use<'e> {
        let event = unversioned(event);
        let leads = move |source: EventSource| {
            Self::ALL.iter().copied().filter(move |facet| facet.source() == source && facet.events().contains(&event))
        };
        EventSource::of(source).into_iter().flat_map(leads)
    }

    /// Whether it is about those who are never touched: their credentials are what an intruder is after.
    #[must_use]
    pub fn is_about_protected(self) -> bool {
        matches!(self, Self::AccessKeys | Self::LoginProfile)
    }

    /// Whether it is looked at once the others of its resource are right: what is too much without a boundary may be all right with it.
    #[must_use]
    pub fn comes_last(self) -> bool {
        self == Self::PrincipalPolicies
    }

    /// How many calls to AWS one look takes, at most. None: that depends on how much somebody holds.
    ///
    /// What a healthy facet costs is one look, a repair two looks and its writes: three calls for most. Where the standard's key has to be
    /// told by its alias, that is one call more, and at most one in a minute. `docs/calls.md` is written from here, and the end-to-end
    /// tests hold every answer of a guard to it.
    #[must_use]
    pub fn calls_a_look(self) -> Option<u32> {
        match self {
            // An organization's and a group's policies are as many as they are.
            Self::PrincipalPolicies | Self::GroupMembership => None,
            // Versions, holders, whom it bounds, and the document; two lists more than a page each are rare.
            Self::ManagedDocument => Some(5),
            // Of one that AWS manages also what it says.
            Self::PolicyAttachment | Self::PermissionsBoundary => Some(3),
            // A key that does not rotate is asked why: some cannot.
            Self::KeyRotation => Some(2),
            // Whose a destination is, the list of buckets says.
            Self::BucketReplication => Some(2),
            // Where lists count, the list is read, too.
            Self::BucketOwnership => Some(2),
            _ => Some(1),
        }
    }

    /// Whether to bring it right can take access from somebody. It is then written only on an event that names its resource, or where the
    /// resource is one that bootstrap makes.
    #[must_use]
    pub fn is_about_access(self) -> bool {
        let is_only_watched = matches!(self, Self::AccessKeys | Self::LoginProfile | Self::IdentityProvider);
        self.owner() == GuardName::PolicyGuard && !is_only_watched
    }

    /// Whether it says that the resource is there, as its others cannot: nothing can be read of a bucket that is gone. Such a facet
    /// is brought right before the others are looked at.
    #[must_use]
    pub fn is_existence(self) -> bool {
        self == Self::BucketExistence
    }
}

/// An event's name without the API version that some services add to it: `UpdateFunctionCode20150331v2`.
fn unversioned(event: &str) -> &str {
    const DATE_DIGITS: usize = 8;
    let bare = event.strip_suffix("v2").unwrap_or(event);
    let name = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    if bare.len() - name.len() == DATE_DIGITS { name } else { event }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_version_is_no_part_of_a_name() {
        for (event, name) in [
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("DeleteFunction20150331", "DeleteFunction"),
            ("PutBucketPolicy", "PutBucketPolicy"),
            ("Encryptv2", "Encryptv2"),
            ("Call2015", "Call2015"),
        ] {
            assert_eq!(unversioned(event), name);
        }
    }

    #[test]
    fn an_event_leads_to_the_facets_of_its_own_service() {
        let led_to = |source: &str, event: &str| Facet::led_to_by(source, event).collect::<Vec<_>>();
        assert_eq!(led_to("s3.amazonaws.com", "PutBucketPolicy"), [Facet::BucketPolicy]);
        assert_eq!(led_to("kms.amazonaws.com", "EnableKey"), [Facet::KeyState, Facet::KeyRotation]);
        assert_eq!(led_to("s3vectors.amazonaws.com", "PutBucketPolicy"), []);
        assert_eq!(led_to("s3.amazonaws.com", "GetBucketPolicy"), []);
    }
}
