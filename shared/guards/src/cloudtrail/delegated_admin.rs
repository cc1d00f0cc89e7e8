use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};

/// What is known of a delegated administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DelegatedAdmin {
    /// CloudTrail has no call that tells who is one: only AWS Organizations knows. That it was removed is all there is.
    Unseen,
}

/// A person has to look: only the management account can say who should administer its trail, and nothing is lost meanwhile. AWS
/// CloudTrail User Guide, "Organization delegated administrator": "Removing a delegated administrator account does not delete any
/// CloudTrail organization resources they created".
pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&DelegatedAdmin>,
    _observed: &DelegatedAdmin,
) -> Flaws<'a, DelegatedAdmin> {
    let detail = "the account was removed as delegated administrator of CloudTrail: unless you did so, make it one again (`aws \
                  cloudtrail register-organization-delegated-admin`) and look for who removed it";
    Ok(vec![Flaw::without_remedy(ControlId::DelegatedAdmin, detail)])
}
