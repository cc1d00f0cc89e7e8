use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::s3::public_access::PublicAccess;

/// Amazon S3 API Reference, PutPublicAccessBlock: S3 "uses the most restrictive combination of the bucket-level and account-level
/// settings". So this one holds also where a bucket's own is gone.
pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    _last_known: Option<&PublicAccess>,
    observed: &PublicAccess,
) -> Flaws<'a, PublicAccess> {
    let flaw = (*observed != PublicAccess::BLOCKED).then(|| {
        let detail = format!("of the account, {} off", observed.off().join(", "));
        Flaw::new(ControlId::AccountPublicAccess, detail, |block| *block = PublicAccess::BLOCKED)
    });
    Ok(flaw.into_iter().collect())
}
