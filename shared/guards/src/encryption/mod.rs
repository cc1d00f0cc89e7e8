//! The encryption guard: bucket settings and the state of KMS keys.

mod default_encryption;
mod existence;
mod key;
mod logging;
mod object_lock;
mod ownership;
mod public_access;
mod route;
mod tags;
mod versioning;

use std::collections::BTreeMap;
use std::fmt;

use parapet_core::{
    Assessment, BucketNeeds, Facet, Finding, Guard, GuardName, Home, Resource, Retention, Route, Standard, Subject,
    Trigger,
};
use serde::{Deserialize, Serialize};

pub use default_encryption::BucketEncryption;
pub use key::KeyState;
pub use logging::LogTarget;
pub use ownership::ObjectOwnership;
pub use public_access::PublicAccess;
pub use versioning::Versioning;

/// Looks after bucket settings and the state of KMS keys.
#[derive(Clone, Copy, Debug)]
pub struct EncryptionGuard;

/// The state of one facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "facet", content = "state", rename_all = "kebab-case")]
pub enum EncryptionState {
    /// Whether the bucket exists.
    Existence(bool),
    /// Default encryption.
    Encryption(BucketEncryption),
    /// Public access block.
    PublicAccess(PublicAccess),
    /// Versioning.
    Versioning(Versioning),
    /// Object ownership; none where nothing is set.
    Ownership(Option<ObjectOwnership>),
    /// Access logging; none where it is off.
    Logging(Option<LogTarget>),
    /// Object Lock's default retention; none where there is none.
    ObjectLock(Option<Retention>),
    /// All tags.
    Tags(BTreeMap<String, String>),
    /// The key.
    Key(KeyState),
    /// Whether the key rotates.
    KeyRotation(bool),
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum EncryptionAction {
    /// Create the bucket.
    CreateBucket,
    /// Create the key and its alias.
    CreateKey,
    /// Enable the key.
    EnableKey,
    /// Take back the deletion of the key, which leaves it disabled.
    CancelKeyDeletion,
    /// Put the setting as it is here.
    Put(EncryptionState),
}

impl Guard for EncryptionGuard {
    const NAME: GuardName = GuardName::EncryptionGuard;
    const EVENTS: &'static [(&'static str, &'static str)] = route::EVENTS;
    type State = EncryptionState;
    type Action = EncryptionAction;

    fn route(trigger: &Trigger, standard: &Standard, _home: &Home) -> Route {
        route::route(trigger, standard)
    }

    fn assess(subject: &Subject<'_>, observed: &EncryptionState) -> Assessment {
        let findings: Vec<Option<Finding>> = match observed {
            EncryptionState::Existence(exists) => vec![existence::assess(subject, *exists)],
            EncryptionState::Encryption(encryption) => default_encryption::assess(subject, encryption),
            EncryptionState::PublicAccess(block) => vec![public_access::assess(subject, *block)],
            EncryptionState::Versioning(versioning) => vec![versioning::assess(subject, *versioning)],
            EncryptionState::Ownership(ownership) => vec![ownership::assess(subject, *ownership)],
            EncryptionState::Logging(target) => vec![logging::assess(subject, target.as_ref())],
            EncryptionState::ObjectLock(retention) => vec![object_lock::assess(subject, *retention)],
            EncryptionState::Tags(tags) => vec![tags::assess(subject, tags)],
            EncryptionState::Key(state) => vec![key::assess(subject, state)],
            EncryptionState::KeyRotation(on) => vec![key::assess_rotation(subject, *on)],
        };
        Ok(findings.into_iter().flatten().collect())
    }

    fn comply(
        subject: &Subject<'_>,
        _last_known: Option<&EncryptionState>,
        observed: &EncryptionState,
    ) -> EncryptionState {
        match observed {
            EncryptionState::Existence(exists) => EncryptionState::Existence(existence::comply(subject, *exists)),
            EncryptionState::Encryption(encryption) => {
                EncryptionState::Encryption(default_encryption::comply(subject, encryption))
            }
            EncryptionState::PublicAccess(block) => {
                EncryptionState::PublicAccess(public_access::comply(subject, *block))
            }
            EncryptionState::Versioning(versioning) => {
                EncryptionState::Versioning(versioning::comply(subject, *versioning))
            }
            EncryptionState::Ownership(ownership) => EncryptionState::Ownership(ownership::comply(subject, *ownership)),
            EncryptionState::Logging(target) => EncryptionState::Logging(logging::comply(subject, target.as_ref())),
            EncryptionState::ObjectLock(retention) => {
                EncryptionState::ObjectLock(object_lock::comply(subject, *retention))
            }
            EncryptionState::Tags(tags) => EncryptionState::Tags(tags::comply(subject, tags)),
            EncryptionState::Key(state) => EncryptionState::Key(key::comply(subject, state)),
            EncryptionState::KeyRotation(on) => EncryptionState::KeyRotation(key::comply_rotation(subject, *on)),
        }
    }

    fn diff(from: &EncryptionState, to: &EncryptionState) -> Vec<EncryptionAction> {
        match (from, to) {
            (same, other) if same == other => Vec::new(),
            (EncryptionState::Existence(false), EncryptionState::Existence(true)) => {
                vec![EncryptionAction::CreateBucket]
            }
            // Nothing that exists is ever deleted.
            (EncryptionState::Existence(_), EncryptionState::Existence(_)) => Vec::new(),
            (EncryptionState::Key(from), EncryptionState::Key(to)) => key::diff(from, to),
            (from, to) if std::mem::discriminant(from) == std::mem::discriminant(to) => {
                vec![EncryptionAction::Put(to.clone())]
            }
            // States of different facets have no way between them.
            _ => Vec::new(),
        }
    }

    fn step(_state: &EncryptionState, action: &EncryptionAction) -> EncryptionState {
        match action {
            EncryptionAction::CreateBucket => EncryptionState::Existence(true),
            EncryptionAction::CreateKey | EncryptionAction::EnableKey => EncryptionState::Key(KeyState::Enabled),
            EncryptionAction::CancelKeyDeletion => EncryptionState::Key(KeyState::Disabled),
            EncryptionAction::Put(state) => state.clone(),
        }
    }

    fn is_absent(state: &EncryptionState) -> bool {
        matches!(state, EncryptionState::Existence(false) | EncryptionState::Key(KeyState::Absent))
    }

    fn remembers(_facet: Facet) -> bool {
        false
    }
}

impl fmt::Display for EncryptionAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket => f.write_str("CreateBucket"),
            Self::CreateKey => f.write_str("CreateKey and CreateAlias"),
            Self::EnableKey => f.write_str("EnableKey"),
            Self::CancelKeyDeletion => f.write_str("CancelKeyDeletion"),
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
            Self::Ownership(Some(ownership)) => write!(f, "PutBucketOwnershipControls {ownership}"),
            Self::Ownership(None) => f.write_str("DeleteBucketOwnershipControls"),
            Self::Logging(Some(target)) => write!(f, "PutBucketLogging to {}", target.bucket),
            Self::Logging(None) => f.write_str("PutBucketLogging off"),
            Self::ObjectLock(Some(retention)) => {
                write!(f, "PutObjectLockConfiguration {:?} {} days", retention.mode, retention.days)
            }
            Self::ObjectLock(None) => f.write_str("PutObjectLockConfiguration without a retention"),
            Self::Tags(tags) => write!(
                f,
                "PutBucketTagging {}",
                tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
            ),
            Self::Key(_) => f.write_str("the key's state"),
            Self::KeyRotation(on) => f.write_str(if *on { "EnableKeyRotation" } else { "DisableKeyRotation" }),
        }
    }
}

/// The subject's bucket, and what the standard asks of it.
fn bucket_needs<'a>(subject: &Subject<'a>) -> Option<(&'a str, BucketNeeds<'a>)> {
    match subject.resource {
        Resource::Bucket { name } => Some((name, subject.standard.bucket_needs(name))),
        _ => None,
    }
}
