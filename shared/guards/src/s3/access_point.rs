use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::encryption::is_trusted_account;
use crate::s3::public_access::PublicAccess;

/// What an access point was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPointSettings {
    /// The bucket that it leads to.
    pub bucket: String,
    /// Whose bucket that is, where AWS says so.
    pub bucket_account: Option<String>,
    /// Its public access block.
    pub public_access: PublicAccess,
}

/// Both are observed at most. Amazon S3 User Guide, "Creating access points": "After you create an access point, you can't change its
/// block public access settings". What can be mended is its policy, and that is the policy guard's.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    _last_known: Option<&AccessPointSettings>,
    observed: &AccessPointSettings,
) -> Flaws<'a, AccessPointSettings> {
    let mut flaws = Vec::new();
    if observed.public_access != PublicAccess::BLOCKED {
        let detail =
            format!("{} off; only another access point can have it on", observed.public_access.off().join(", "));
        flaws.push(Flaw::without_remedy(ControlId::AccessPointPublicAccess, detail));
    }
    if let Some(account) = observed.bucket_account.as_deref().filter(|account| !is_trusted_account(subject, account)) {
        let detail = format!("it leads to the bucket `{}` of account {account}", observed.bucket);
        flaws.push(Flaw::without_remedy(ControlId::AccessPointForeignBucket, detail));
    }
    Ok(flaws)
}
