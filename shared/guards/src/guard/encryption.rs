//! The encryption guard: bucket settings and the state of KMS keys.

use std::collections::BTreeMap;
use std::fmt;

use parapet_core::{Assessment, BucketNeeds, Facet, Guard, GuardName, Resource, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flaw::facet_states;
use crate::kms::{KeyRotation, KeyState, key_rotation, key_state};
use crate::s3::{
    AccessPointSettings, BucketEncryption, CrossOrigin, Lifecycle, LogTarget, Notifications, ObjectLock, Ownership,
    PublicAccess, Replication, Versioning, Website, access_point, account_public_access, cors, default_encryption,
    existence, lifecycle, logging, notification, object_lock, ownership, public_access, replication, tags, versioning,
    website,
};

/// Looks after bucket settings and the state of KMS keys.
#[derive(Clone, Copy, Debug)]
pub struct EncryptionGuard;

facet_states! {
    /// The state of one facet.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum EncryptionState {
        /// Whether the bucket exists.
        Existence(bool) = existence of BucketExistence,
        /// Default encryption.
        Encryption(BucketEncryption) = default_encryption of BucketEncryption,
        /// Public access block.
        PublicAccess(PublicAccess) = public_access of BucketPublicAccess,
        /// Versioning.
        Versioning(Versioning) = versioning of BucketVersioning,
        /// Object ownership.
        Ownership(Ownership) = ownership of BucketOwnership,
        /// Access logging; none where it is off.
        Logging(Option<LogTarget>) = logging of BucketLogging,
        /// Object Lock's defaults.
        ObjectLock(ObjectLock) = object_lock of BucketObjectLock,
        /// All tags.
        Tags(BTreeMap<String, String>) = tags of BucketTags,
        /// Lifecycle rules.
        Lifecycle(Lifecycle) = lifecycle of BucketLifecycle,
        /// Replication; none where there is none.
        Replication(Option<Replication>) = replication of BucketReplication,
        /// Who is told of changes to objects.
        Notification(Notifications) = notification of BucketNotification,
        /// Website hosting; none where it is off.
        Website(Option<Website>) = website of BucketWebsite,
        /// Which web pages may read answers.
        Cors(CrossOrigin) = cors of BucketCors,
        /// The public access block of the account.
        AccountPublicAccess(PublicAccess) = account_public_access of AccountPublicAccess,
        /// What an access point was made with.
        AccessPoint(AccessPointSettings) = access_point of AccessPointSettings,
        /// The key.
        Key(KeyState) = key_state of KeyState,
        /// Whether the key rotates.
        KeyRotation(KeyRotation) = key_rotation of KeyRotation,
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum EncryptionAction {
    /// Create the bucket.
    CreateBucket,
    /// Create the key and its alias.
    CreateKey,
    /// Give the alias back to this key.
    CreateAlias(String),
    /// Enable the key; of one without its alias, the id.
    EnableKey(Option<String>),
    /// Take back the deletion of the key, which leaves it disabled; of one without its alias, the id.
    CancelKeyDeletion(Option<String>),
    /// Put the setting as it is here.
    Put(EncryptionState),
}

impl Guard for EncryptionGuard {
    const NAME: GuardName = GuardName::EncryptionGuard;
    type State = EncryptionState;
    type Action = EncryptionAction;

    fn assess(subject: &Subject<'_>, last_known: Option<&EncryptionState>, observed: &EncryptionState) -> Assessment {
        observed.assessed(subject, last_known)
    }

    fn comply(
        subject: &Subject<'_>,
        last_known: Option<&EncryptionState>,
        observed: &EncryptionState,
    ) -> EncryptionState {
        observed.complied(subject, last_known)
    }

    fn kept(state: &EncryptionState) -> Value {
        state.kept()
    }

    fn recalled(facet: Facet, kept: &Value) -> Result<EncryptionState, String> {
        EncryptionState::recalled(facet, kept)
    }

    fn diff(from: &EncryptionState, to: &EncryptionState) -> Vec<EncryptionAction> {
        match (from, to) {
            (same, other) if same == other => Vec::new(),
            (EncryptionState::Existence(false), EncryptionState::Existence(true)) => {
                vec![EncryptionAction::CreateBucket]
            }
            // Nothing that exists is ever deleted.
            (EncryptionState::Existence(_), EncryptionState::Existence(_)) => Vec::new(),
            // What an access point was made with stays.
            (EncryptionState::AccessPoint(_), EncryptionState::AccessPoint(_)) => Vec::new(),
            (EncryptionState::Key(from), EncryptionState::Key(to)) => key_state::diff(from, to),
            (EncryptionState::KeyRotation(from), EncryptionState::KeyRotation(to)) => match (from, to) {
                (KeyRotation::Off, KeyRotation::On) => {
                    vec![EncryptionAction::Put(EncryptionState::KeyRotation(to.clone()))]
                }
                // No key is kept from rotating by us, and what cannot rotate cannot be made to.
                _ => Vec::new(),
            },
            (from, to) if std::mem::discriminant(from) == std::mem::discriminant(to) => {
                vec![EncryptionAction::Put(to.clone())]
            }
            // States of different facets have no way between them.
            _ => Vec::new(),
        }
    }

    fn step(state: &EncryptionState, action: &EncryptionAction) -> EncryptionState {
        match (state, action) {
            (_, EncryptionAction::CreateBucket) => EncryptionState::Existence(true),
            (_, EncryptionAction::Put(state)) => state.clone(),
            (EncryptionState::Key(state), action) => EncryptionState::Key(key_state::step(state, action)),
            (other, _) => other.clone(),
        }
    }

    fn is_absent(state: &EncryptionState) -> bool {
        matches!(state, EncryptionState::Existence(false) | EncryptionState::Key(KeyState::Absent))
    }

    /// Of replication the standard only says where it may lead; that there was one, nothing else does.
    fn remembers(facet: Facet) -> bool {
        facet == Facet::BucketReplication
    }

    fn is_judged_by_memory(observed: &EncryptionState) -> bool {
        matches!(observed, EncryptionState::Replication(None))
    }
}

impl fmt::Display for EncryptionAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket => f.write_str("CreateBucket"),
            Self::CreateKey => f.write_str("CreateKey and CreateAlias"),
            Self::CreateAlias(id) => write!(f, "CreateAlias of key {id}"),
            Self::EnableKey(None) => f.write_str("EnableKey"),
            Self::EnableKey(Some(id)) => write!(f, "EnableKey {id}"),
            Self::CancelKeyDeletion(None) => f.write_str("CancelKeyDeletion"),
            Self::CancelKeyDeletion(Some(id)) => write!(f, "CancelKeyDeletion {id}"),
            Self::Put(state) => state.fmt_put(f),
        }
    }
}

impl EncryptionState {
    fn fmt_put(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Existence(_) => f.write_str("CreateBucket"),
            Self::Encryption(encryption) => write!(f, "PutBucketEncryption {encryption}"),
            Self::PublicAccess(block) => write!(f, "PutPublicAccessBlock {block}"),
            Self::Versioning(versioning) => write!(f, "PutBucketVersioning {versioning}"),
            Self::Ownership(Ownership { setting: Some(setting), .. }) => {
                write!(f, "PutBucketOwnershipControls {setting}")
            }
            Self::Ownership(Ownership { setting: None, .. }) => f.write_str("DeleteBucketOwnershipControls"),
            Self::Logging(Some(target)) => write!(f, "PutBucketLogging to {}", target.bucket),
            Self::Logging(None) => f.write_str("PutBucketLogging off"),
            Self::ObjectLock(ObjectLock { retention: Some(retention), .. }) => {
                write!(f, "PutObjectLockConfiguration {:?} {} days", retention.mode, retention.days)
            }
            Self::ObjectLock(_) => f.write_str("PutObjectLockConfiguration without a retention"),
            Self::Tags(tags) => write!(
                f,
                "PutBucketTagging {}",
                tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
            ),
            Self::Lifecycle(lifecycle) if lifecycle.rules.is_empty() => f.write_str("DeleteBucketLifecycle"),
            Self::Lifecycle(lifecycle) => write!(f, "PutBucketLifecycleConfiguration with {lifecycle}"),
            Self::Replication(None) => f.write_str("DeleteBucketReplication"),
            Self::Replication(Some(replication)) => write!(f, "PutBucketReplication {replication}"),
            Self::Notification(notifications) => write!(f, "PutBucketNotificationConfiguration {notifications}"),
            Self::Website(None) => f.write_str("DeleteBucketWebsite"),
            Self::Website(Some(website)) => write!(f, "PutBucketWebsite {website}"),
            Self::Cors(cors) if cors.rules.is_empty() => f.write_str("DeleteBucketCors"),
            Self::Cors(cors) => write!(f, "PutBucketCors {cors}"),
            Self::AccountPublicAccess(block) => write!(f, "PutPublicAccessBlock of the account {block}"),
            Self::AccessPoint(_) => f.write_str("the access point's settings"),
            Self::Key(_) => f.write_str("the key's state"),
            Self::KeyRotation(KeyRotation::On) => f.write_str("EnableKeyRotation"),
            Self::KeyRotation(_) => f.write_str("DisableKeyRotation"),
        }
    }
}

/// The subject's bucket, and what the standard asks of it.
pub(crate) fn bucket_needs<'a>(subject: &Subject<'a>) -> Option<(&'a str, BucketNeeds<'a>)> {
    match subject.resource {
        Resource::Bucket { name } => Some((name, subject.standard.bucket_needs(name))),
        _ => None,
    }
}

/// Whether an account is this one, or one that the standard trusts.
pub(crate) fn is_trusted_account(subject: &Subject<'_>, account: &str) -> bool {
    account == subject.home.account || subject.standard.trust.accounts.iter().any(|trusted| trusted == account)
}
