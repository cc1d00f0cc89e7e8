use std::collections::{BTreeMap, BTreeSet};

use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::IamEntity;

/// What is known of the account beside what the standard names: by AWS's own answers, when bootstrap ran last.
///
/// It is asked for where it could make a difference, and only then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnAccount {
    /// The organization that it is in; none: in none, or AWS did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The accounts of that organization, where AWS lists them: to its management account and delegated administrators alone.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub members: BTreeSet<String>,
    /// The ARNs of users, roles and groups who were administrators, or had a way to more permissions. Of one who has a path with it, and without it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub strong: BTreeSet<String>,
    /// The ARNs of those of these roles that trust the account as a whole: a policy is enough to become one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub open: BTreeSet<String>,
    /// Whose the names were that the standard never touches, and its deployers' and operators': `user/name`, in lower case, because IAM does not distinguish names by case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holders: BTreeMap<String, Identity>,
    /// Those of these names that nobody had when bootstrap last looked, in the same form: whoever has one since is not whom it means.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub nobodys: BTreeSet<String>,
}

impl OwnAccount {
    /// Under what [`holders`](Self::holders) has somebody's name.
    #[must_use]
    pub fn name_of(entity: &IamEntity) -> String {
        entity.to_string().to_ascii_lowercase()
    }
}
