//! By which rules the analysis judges policies, as the standard says.

use crate::Arns;
use iam_policy::{Rules, Sealed, TrustZone, ViolationKind};

use crate::Subject;
use crate::foundation::documents;

/// Who belongs to the account, as the standard says.
pub(crate) fn zone(subject: &Subject<'_>) -> TrustZone {
    let (trust, home) = (&subject.standard.trust, subject.home);
    TrustZone {
        account: home.account.clone(),
        partition: home.partition.clone(),
        accounts: trust.accounts.iter().cloned().collect(),
        organizations: trust.organizations.iter().cloned().collect(),
        ..TrustZone::default()
    }
}

/// Rules of these kinds, as the standard says: who belongs to the account, what of the pipeline's data, and of its trail, may be
/// reached, and who may change the standard.
pub(crate) fn rules(subject: &Subject<'_>, kinds: impl IntoIterator<Item = ViolationKind>) -> Rules {
    let (standard, home) = (subject.standard, subject.home);
    let mut rules = Rules::of(zone(subject), kinds);
    let about_protected = [ViolationKind::ProtectedData, ViolationKind::LogTampering, ViolationKind::Exposure];
    if about_protected.iter().any(|kind| rules.kinds.contains(kind)) {
        let bucket = home.bucket_arn(&standard.names.ml_data_bucket);
        let built_in = [format!("{bucket}/*"), bucket, home.trail_arn(&standard.names.trail)];
        rules.protected = built_in.into_iter().chain(standard.access.protected.clone()).collect();
        rules.envelope =
            [documents::service_access(subject)].into_iter().chain(standard.access.envelope.clone()).collect();
    }
    if rules.kinds.contains(&ViolationKind::ObjectTampering) {
        rules.sealed = Sealed { resources: standard.own_object(home), keepers: standard.keepers(home) };
    }
    rules
}
