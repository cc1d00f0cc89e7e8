//! What a plan says: one row for each thing that is wrong, one for each that could not be read, and counts of the rest.

use iam_policy::Witness;
use parapet_core::{ErrorKind, Severity, Unreadable, WorldError};
use parapet_guards::used::{Ended, Loses};
use parapet_guards::{ControlId, Facet, IamEntity, Resource, ResourceKind, on};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::proposal::Proposal;
use super::weigh::{Changes, SeenAccessed, SeenHistory};

/// What enforcement would change in an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// What is wrong, in the order of the listings.
    pub rows: Vec<PlanRow>,
    /// What could not be read or judged: neither compliant nor absent.
    pub unread: Vec<Unread>,
    /// What was met and may be meant, for the standard.
    pub proposal: Proposal,
    /// What was looked at. Of what is as it should be nothing else is kept.
    pub looked_at: Counts,
    /// The history that repairs were held against; none: none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<SeenHistory>,
    /// Of how many IAM told when they last used what; none: it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessed: Option<SeenAccessed>,
    /// What repairs change of who may do what.
    #[serde(skip)]
    pub(super) changes: Changes,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Resources that the standard leaves to a guard.
    pub resources: u64,
    /// Those of them against which nothing is held, and of which everything could be read.
    pub compliant: u64,
    /// Settings and documents of them that were read.
    pub facets: u64,
    /// Resources that the standard leaves alone.
    pub left_alone: u64,
}

/// One thing that is wrong, and what would be done about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanRow {
    /// Which control is violated.
    pub control: ControlId,
    /// How bad that is.
    pub severity: Severity,
    /// The resource, as its ARN.
    pub resource: String,
    /// What kind of resource it is.
    #[serde(serialize_with = "as_text")]
    pub kind: ResourceKind,
    /// What of the resource is wrong: a setting or a document, by its id.
    pub facet: Facet,
    /// The users, roles and groups that are the resource, or hold the policy: `role/name`.
    pub principals: Vec<String>,
    /// What is wrong, in one sentence.
    pub detail: String,
    /// The statements of the policy that allow the witness.
    pub statements: Vec<Value>,
    /// A request that should not be possible and is; policies only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// The writes that would mend it, in words. Those of one setting or document mend all that is wrong with it.
    pub repair: Vec<String>,
    /// When they would be made.
    pub when: When,
    /// What they would take of what was seen to be used; none: no history was given, nothing is written, or it changes no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<Loses>,
    /// What they would end of what IAM tells that it was used; none: IAM was not asked, nothing is written, or it changes nothing that a principal
    /// holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ended>,
}

/// When a repair would be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// By the next scheduled sweep: bootstrap made it, or it is new.
    OnSchedule,
    /// Only when an operator asks for it: it was there before, or nobody knows since when.
    WhenAsked,
    /// What is remembered cannot be read, so which of the two cannot be told.
    Unknown,
    /// Never: its control is in `observe`, an exemption covers it, or no call of Parapet's mends it.
    Never,
}

impl When {
    /// Whether something would be written.
    #[must_use]
    pub fn is_change(self) -> bool {
        self != Self::Never
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OnSchedule => "on schedule",
            Self::WhenAsked => "only when asked",
            Self::Unknown => "on schedule or only when asked: memory could not be read",
            Self::Never => "never: it is only told",
        }
    }
}

/// Something that could not be read or judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unread {
    /// The resource, as its ARN; none: resources of the kind could not be listed.
    pub resource: Option<String>,
    /// Of what kind.
    #[serde(serialize_with = "as_text")]
    pub kind: ResourceKind,
    /// Which setting or document; none: it is about the resource as a whole, or about what is remembered.
    pub facet: Option<Facet>,
    /// Why, with what to do about it.
    pub why: String,
    /// Whether a permission is missing.
    pub is_denied: bool,
    /// The AWS actions that are missing: the one that AWS names, or else all that the read takes.
    pub permissions: Vec<String>,
}

impl Unread {
    /// A call that failed.
    pub(super) fn failed(
        resource: Option<String>,
        kind: ResourceKind,
        facet: Option<Facet>,
        error: &WorldError,
    ) -> Self {
        let is_denied = error.kind == ErrorKind::Denied && !error.is_about_credentials();
        // A person has no function's role.
        let why = if is_denied { error.to_string() } else { error.story() };
        let permissions = denied_action(&error.message).filter(|_| is_denied).into_iter().collect();
        Self { resource, kind, facet, why, is_denied, permissions }
    }

    /// What is remembered of the account.
    pub(super) fn of_memory(why: &Unreadable) -> Self {
        let permissions = if why.is_denied { OF_MEMORY.map(str::to_owned).to_vec() } else { Vec::new() };
        let kind = ResourceKind::Account;
        Self { resource: None, kind, facet: None, why: why.to_string(), is_denied: why.is_denied, permissions }
    }

    /// Something that was read and cannot be judged.
    pub(super) fn undecided(resource: String, facet: Facet, why: String) -> Self {
        let permissions = Vec::new();
        Self { resource: Some(resource), kind: facet.kind(), facet: Some(facet), why, is_denied: false, permissions }
    }
}

/// What it takes to read what is remembered: S3 says that there is no such object only to who may list the bucket.
const OF_MEMORY: [&str; 2] = ["s3:GetObject", "s3:ListBucket"];

/// The user, role or group that a resource is, or belongs to.
pub(super) fn holder(resource: &Resource) -> Option<String> {
    let entity = match resource {
        Resource::Role(on::Role { name }) | Resource::OwnRole(on::OwnRole { name }) => IamEntity::Role(name.clone()),
        Resource::InlinePolicy(on::InlinePolicy { entity, .. })
        | Resource::Attachment(on::Attachment { entity, .. })
        | Resource::Principal(on::Principal { entity }) => entity.clone(),
        Resource::Membership(on::Membership { user, .. }) => IamEntity::User(user.clone()),
        _ => return None,
    };
    Some(entity.to_string())
}

/// The action that AWS names in the message of a denied call. IAM User Guide, "Troubleshoot access denied error messages": "User: .. is not
/// authorized to perform: ..". Some services say no more than that access is denied.
fn denied_action(message: &str) -> Option<String> {
    const SAYS: &str = "not authorized to perform: ";
    let (_, after) = message.split_once(SAYS)?;
    let action: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-')).collect();
    (action.contains(':') && !action.ends_with(':')).then_some(action)
}

fn as_text<S: Serializer>(kind: &ResourceKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_names_the_action_that_it_denies() {
        let says = "AccessDenied: User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:GetBucketPolicy on resource: \
                    \"arn:aws:s3:::b\" because no identity-based policy allows the s3:GetBucketPolicy action";
        assert_eq!(denied_action(says).as_deref(), Some("s3:GetBucketPolicy"));
        assert_eq!(denied_action("not authorized to perform: kms:ListKeys").as_deref(), Some("kms:ListKeys"));
        for silent in
            ["AccessDenied: Access Denied", "", "not authorized to perform: ", "not authorized to perform: it"]
        {
            assert_eq!(denied_action(silent), None, "{silent}");
        }
    }
}
