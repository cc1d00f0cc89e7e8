use std::fmt;

use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

/// Who owns the objects that others write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// The bucket's owner owns all; ACLs are off.
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer says so.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl fmt::Display for ObjectOwnership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        })
    }
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<ObjectOwnership>) -> Option<Finding> {
    let seen = observed.map_or_else(|| "not set".to_owned(), |ownership| ownership.to_string());
    (observed != Some(ObjectOwnership::BucketOwnerEnforced))
        .then(|| Finding::on(ControlId::BucketOwnership, subject, format!("object ownership is {seen}")))?
}

pub(super) fn comply(subject: &Subject<'_>, observed: Option<ObjectOwnership>) -> Option<ObjectOwnership> {
    if subject.enforces(ControlId::BucketOwnership) { Some(ObjectOwnership::BucketOwnerEnforced) } else { observed }
}
