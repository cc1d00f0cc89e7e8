use std::fmt;

use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};

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

pub(super) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&Option<ObjectOwnership>>,
    observed: &Option<ObjectOwnership>,
) -> Flaws<'a, Option<ObjectOwnership>> {
    const ENFORCED: Option<ObjectOwnership> = Some(ObjectOwnership::BucketOwnerEnforced);
    let seen = observed.map_or_else(|| "not set".to_owned(), |ownership| ownership.to_string());
    let flaw = (*observed != ENFORCED).then(|| {
        Flaw::new(ControlId::BucketOwnership, format!("object ownership is {seen}"), |ownership| *ownership = ENFORCED)
    });
    Ok(flaw.into_iter().collect())
}
